"""Files that are no editions at all are refused before they can do harm."""

import unicodedata

import pytest

from sipas.errors import SipasError
from sipas.instrument import check, load


def code_of(path) -> str:
    (fault,) = check(path)
    return fault.code


def test_bad_yaml_names_its_line(written, small) -> None:
    (fault,) = check(written(small, ("title: Phần đầu", "title: [Phần đầu")))
    assert fault.code == "intake.yaml_broken"
    assert fault.place.row is not None
    assert abs(fault.place.row - (small.splitlines().index("    title: Phần đầu") + 1)) <= 2


def test_a_missing_file(tmp_path) -> None:
    assert code_of(tmp_path / "khong-co.yaml") == "instrument.file_missing"


def test_an_unknown_name_lists_the_known() -> None:
    with pytest.raises(SipasError) as caught:
        load("sipas-1999")
    assert caught.value.code == "instrument.edition_unknown"
    assert "sipas-2017" in caught.value.expected


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "chỉ có chữ"])
def test_no_mapping(written, text) -> None:
    assert code_of(written(text)) == "instrument.not_a_mapping"


def test_not_utf8(tmp_path, small) -> None:
    path = tmp_path / "cu.yaml"
    path.write_bytes(small.encode("utf-16"))
    assert code_of(path) == "intake.yaml_encoding"


def test_a_byte_order_mark_is_no_fault(tmp_path, small) -> None:
    path = tmp_path / "bom.yaml"
    path.write_text(small, encoding="utf-8-sig")
    assert check(path) == []


def test_too_large(written, small) -> None:
    assert code_of(written(small + "#" * 1_000_001)) == "intake.yaml_size"


def test_an_alias_bomb_is_stopped(written) -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in range(1, 12):
        bomb += f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]\n"
    assert code_of(written(bomb)) == "intake.yaml_nodes"


def test_an_alias_to_itself_is_stopped(written) -> None:
    assert code_of(written("a: &a [*a]\n")) == "intake.yaml_nodes"


def test_a_tag_that_makes_objects_is_refused(written, small) -> None:
    assert code_of(written(small + "x: !!python/object/apply:os.getcwd []\n")) == "intake.yaml_broken"


def test_decomposed_text_comes_out_composed(written, small) -> None:
    edition = load(written(unicodedata.normalize("NFD", small)))
    assert edition.title == "Phiếu nhỏ"
