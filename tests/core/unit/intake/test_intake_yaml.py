"""YAML that a person wrote is read within bounds and its faults have lines."""

import unicodedata
from pathlib import Path

import pytest

from sipas.errors import SipasError
from sipas.intake import read_yaml, read_yaml_text

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
)
MERGES = "a0: &a0 {k: v}\n" + "".join(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}\n" for n in range(1, 12))


def refused(source: Path | str | bytes) -> SipasError:
    with pytest.raises(SipasError) as caught:
        read_yaml(source, "m.yaml")
    return caught.value


@pytest.mark.parametrize(
    ("text", "code", "row"),
    [
        ("a: 1\nb: [1\n", "intake.yaml_broken", 3),
        ("a: 1\nx:\n  y: 1\n  y: 2\n", "intake.yaml_key_repeated", 4),
        ("a: 1\nb: !!python/object/apply:os.getcwd []\n", "intake.yaml_broken", 2),
        (BOMB, "intake.yaml_nodes", 1),
        (MERGES, "intake.yaml_nodes", 1),
        ("a: &a [*a]\n", "intake.yaml_nodes", 1),
        ("a: 1\n? [x, y]\n: 2\n", "intake.yaml_broken", 2),
        ("a: 1\n---\nb: 2\n", "intake.yaml_broken", 2),
        ("a: 2026-13-45\n", "intake.yaml_broken", None),
        ("[" * 300 + "]" * 300, "intake.yaml_nodes", 1),
        ("a: 1\n\nb: " + "[" * 200_000, "intake.yaml_nodes", 3),
        (b"a: \xff\xfe", "intake.yaml_encoding", None),
        ("#" * 1_000_001, "intake.yaml_size", None),
    ],
)
def test_what_is_refused(text: str | bytes, code: str, row: int | None) -> None:
    error = refused(text)
    assert (error.code, error.place.file) == (code, "m.yaml")
    assert row is None or error.place.row == row


def test_a_missing_file_and_the_name_of_a_file(tmp_path: Path) -> None:
    assert refused(tmp_path / "khong-co.yaml").code == "intake.file_missing"
    path = tmp_path / "lap.yaml"
    path.write_text("a: 1\na: 2\n", encoding="utf-8-sig")
    assert (refused(path).place.file, refused(path).place.row) == ("lap.yaml", 2)


def test_plain_data_comes_out_composed() -> None:
    assert read_yaml(unicodedata.normalize("NFD", "tên: [Hường, 3, 0.5, yes]")) == {"tên": ["Hường", 3, 0.5, True]}
    assert read_yaml("") is None
    assert read_yaml("base: &b {x: 1, y: 2}\nown: {<<: *b, y: 3}\n") == {
        "base": {"x": 1, "y": 2},
        "own": {"x": 1, "y": 3},
    }


def test_lines_of_nodes() -> None:
    text = read_yaml_text("a:\n  - b: 1\n    c: 2\n", "m.yaml")
    assert (text.place("a[0].c").row, text.place("a[0].d").row, text.place("").row) == (3, 2, 1)
