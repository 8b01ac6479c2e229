"""``sipas letter read`` by way of its Typer app."""

import json
from pathlib import Path

import letter_files
from typer.testing import CliRunner

from sipas.cli.letter import app
from sipas.cli.sentences import catalogue
from sipas.letters import vocabulary

SAMPLES = letter_files.SAMPLES
WIDE = {"COLUMNS": "200"}


def run(*words: str) -> tuple[int, str]:
    result = CliRunner(env=WIDE).invoke(app, ["read", *words])
    return result.exit_code, result.output


def test_the_readable_view_names_the_boxes_of_the_form() -> None:
    code, out = run(str(SAMPLES / "t04-ke-hoach-tinh-nd30.txt"))
    assert code == 0
    for words in (
        "Nghị định 30/2020/NĐ-CP",
        "Số (ô số 3)",
        "21/02/2024",
        "TM.",
        "chủ trì: Sở Nội vụ",
        "Nghị quyết 76/NQ-CP",
    ):
        assert words in out


def test_what_a_figure_measures_is_said_in_words() -> None:
    for code in vocabulary.words()["indicators"]:
        assert set(catalogue()[f"label.letter.indicator.{code}"]) == {"vi", "en"}
    _, out = run(*(str(path) for path in sorted(SAMPLES.glob("t0*.txt"))))
    assert "Chỉ số hài lòng (SIPAS)" in out
    assert not any(f", {code}" in out for code in ("sipas", "commitments", "on_time"))


def test_what_is_not_found_is_said() -> None:
    _, out = run(str(SAMPLES / "t11-thieu-dau-de.txt"))
    assert "Không tìm thấy: Số (ô số 3), Ký hiệu (ô số 3)" in out


def test_news_is_said_to_be_news() -> None:
    _, out = run(str(SAMPLES / "t05-tin-bao-chi-dao.txt"))
    assert "Tin thuật lại" in out


def test_json_holds_places_and_confidence() -> None:
    code, out = run("--json", "--text", str(SAMPLES / "t02-so-nd30-mot-noi-nhan.txt"))
    assert code == 0
    (letter,) = json.loads(out)["letters"]
    number = letter["number"]
    assert letter["text"][number["start"] : number["end"]] == "07"
    assert 0 < number["confidence"] <= 1
    assert letter["date"]["value"] == "2022-01-10"
    assert json.loads(run("--json", str(SAMPLES / "t02-so-nd30-mot-noi-nhan.txt"))[1])["letters"][0].get("text") is None


def test_one_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    bad = letter_files.blank_pdf(tmp_path / "scan.pdf")
    code, out = run("--json", str(bad), str(SAMPLES / "t02-so-nd30-mot-noi-nhan.txt"))
    assert code == 1
    assert "2022-01-10" in out
