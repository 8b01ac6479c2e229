"""A round from its first line to the day before the draw: created, left, taken up again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.web import cast

from sipas import rounds as library
from sipas_web.audit.actors import Actor
from sipas_web.rounds.folders import folder_of
from sipas_web.rounds.models import State
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rounds_of_this_test(settings: Any, tmp_path: Path) -> None:
    settings.ROUNDS_FOLDER = tmp_path


def standings(root: Path) -> dict[str, str]:
    return {s.step: s.state for s in library.status(root)}


def test_the_cast_is_what_the_library_makes_of_the_lists(tuyen_quang: Unit, by: Actor) -> None:
    """Copied from the session's store the second time: the library still calls every step up to date."""
    for _ in range(2):
        round_ = cast.framed(cast.new_round(tuyen_quang, by, folder="cung-mot-dot"))
        assert standings(folder_of(round_))["frame"] == "up_to_date"
        round_.delete()
    drawn = cast.drawn(cast.new_round(tuyen_quang, by, folder="da-boc"))
    assert drawn.state == State.DRAWN
    assert standings(folder_of(drawn))["sample"] == "up_to_date"
    assert 300 < library.frame_report(folder_of(drawn))["counts"]["frame"] < 900
    done = cast.finished_files(cast.new_round(tuyen_quang, by, folder="da-xong"))
    assert set(standings(folder_of(done)).values()) == {"up_to_date"}
