"""The head of an official document."""

from __future__ import annotations

import pytest

from sipas.reporting.blocks import Letterhead


@pytest.mark.parametrize(
    ("agency", "kept"),
    [
        ("ỦY BAN NHÂN DÂN XÃ BẢN MÁY", "ỦY BAN NHÂN DÂN XÃ\u00a0BẢN\u00a0MÁY"),
        ("ỦY BAN NHÂN DÂN", "ỦY BAN NHÂN DÂN"),
        ("SỞ NỘI VỤ", "SỞ NỘI VỤ"),
    ],
)
def test_the_name_of_a_committees_place_stays_in_one_line(agency: str, kept: str) -> None:
    assert Letterhead("", agency, "…/BC-UBND", "…").agency_kept == kept
