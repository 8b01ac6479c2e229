"""Every dotted code in the source has a Vietnamese and an English sentence that can be filled in."""

import ast
import re
from pathlib import Path
from string import Formatter

import pytest

import sipas
from sipas.cli.sentences import catalogue, say
from sipas.errors import Place, SipasError

SOURCE = Path(sipas.__file__).parent
CODE = re.compile(r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$")
FIELDS = {"parameter", "expected", "got", "hint", "place"}
SPEAKERS = {"SipasError", "Finding", "Warned", "Reason"}


def codes_in_source() -> set[str]:
    found = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in SPEAKERS:
                words = [*node.args[:1], *(k.value for k in node.keywords if k.arg == "code")]
                found |= {w.value for w in words if isinstance(w, ast.Constant) and isinstance(w.value, str)}
    return found


def test_source_holds_codes() -> None:
    assert "tables.key_repeated" in codes_in_source()


@pytest.mark.parametrize("code", sorted(codes_in_source()))
def test_every_code_has_both_sentences(code: str) -> None:
    assert CODE.match(code)
    assert set(catalogue().get(code, {})) == {"vi", "en"}


@pytest.mark.parametrize("code", sorted(code for code in catalogue() if not code.startswith("label.")))
def test_sentences_use_known_fields_and_end_as_sentences(code: str) -> None:
    for language in ("vi", "en"):
        sentence = catalogue()[code][language].strip()
        assert {name for _, name, _, _ in Formatter().parse(sentence) if name} <= FIELDS
        assert sentence.endswith((".", "?", "!", "…", "}")), sentence


def test_a_sentence_names_the_place_first() -> None:
    place = Place(row=7, file="a.csv")
    error = SipasError("tables.key_repeated", "frame", expected=["unit_id"], got=["A"], place=place)
    assert say(error).startswith("tệp a.csv, dòng 7: Bảng frame")
    assert say(error, "en").startswith("file a.csv, row 7: Table frame")


def test_an_unknown_code_still_shows_its_data() -> None:
    assert "no.such" in say(SipasError("no.such", got=3))
