"""Every setting of round.yaml stands in the how-to page, and the page names no setting that is not there."""

import re
from pathlib import Path

import msgspec
import pytest

from sipas.rounds.settings import Round
from sipas.weighting import WeightingPlan

PAGE = Path(__file__).parents[4] / "docs" / "how-to" / "thiet-lap-dot.md"


@pytest.mark.parametrize("name", [f.encode_name for f in msgspec.structs.fields(Round)])
def test_every_setting_is_documented(name: str) -> None:
    assert re.search(rf"`{name}[`.:]", PAGE.read_text(encoding="utf-8"))


def test_the_page_names_no_setting_that_is_not_there() -> None:
    named = set(re.findall(r"`(\w+)\.(\w+)`", PAGE.read_text(encoding="utf-8")))
    known = {f.encode_name: f.type for f in msgspec.structs.fields(Round)} | {"weights": WeightingPlan}
    files = {("round", "yaml"), ("overlap", "csv")}
    for group, field in named - files:
        assert field in {f.encode_name for f in msgspec.structs.fields(known[group])}, (group, field)
