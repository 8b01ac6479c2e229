"""Precision and recall by field, as docs/reference/letters.md states them."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import letter_figures as lf

# The five real letters must be right in these; the rest of their figures are in the documentation.
EXACT = ("kind", "issuer", "number", "symbol", "date", "citations", "addressees", "tasks", "thresholds")
DOCUMENTATION = Path(__file__).parents[4] / "docs" / "reference" / "letters.md"
HAS_REAL = any(lf.letters("five"))


def test_there_are_thirty_samples_and_twelve_of_them_blind() -> None:
    assert sum(1 for _ in lf.letters("tuning")) >= 20
    assert sum(1 for _ in lf.letters("blind")) == 12


@pytest.mark.parametrize("name", ["tuning", "blind"])
def test_samples_say_that_they_are_fictitious(name: str) -> None:
    for _, path, _ in lf.letters(name):
        assert "giả định" in path.read_text(encoding="utf-8")


def test_the_tuning_letters_are_read() -> None:
    counts = lf.table("tuning")
    assert {f: c.errors for f, c in counts.items() if (c.recall or 1) < 0.95 or (c.precision or 1) < 0.95} == {}
    whole = lf.overall(counts)
    assert whole.precision is not None
    assert whole.recall is not None
    assert whole.precision > 0.98
    assert whole.recall > 0.98


def test_the_documentation_states_these_figures() -> None:
    stated = {}
    for line in DOCUMENTATION.read_text(encoding="utf-8").splitlines():
        cells = [part.strip() for part in line.strip("|").split("|")]
        if len(cells) == len(lf.SETS) + 1 and cells[0].strip("`") in {*lf.FIELDS, "all"}:
            stated[cells[0].strip("`")] = dict(zip(lf.SETS, cells[1:], strict=True))
    sets = lf.SETS if HAS_REAL else tuple(name for name in lf.SETS if name != "five")
    assert {f: {name: cells[name] for name in sets} for f, cells in stated.items()} == lf.rows(sets)


@pytest.mark.skipif(not HAS_REAL, reason="the five real letters are not part of the project")
def test_the_five_real_letters_are_read() -> None:
    counts = lf.table("five")
    assert {f: counts[f].errors for f in EXACT if counts[f].errors} == {}
    whole = lf.overall(counts)
    assert whole.precision is not None
    assert whole.recall is not None
    assert whole.precision > 0.97
    assert whole.recall > 0.97
