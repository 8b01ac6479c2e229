"""What the pages of results say in words and in which figures."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from tests.web.unit.test_results_reading import _folders_of_this_test, opened, publication

from sipas_web.results.models import Publication
from sipas_web.results.queries import reading_home, reading_numbers
from sipas_web.results.queries.reading import Opened

pytestmark = pytest.mark.django_db
__all__ = ["_folders_of_this_test", "opened", "publication"]


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("vi", ("88,41", "3.173", "84,90–87,61", "−0,25", "−1,23; 4,44", "±0,50")),
        ("en", ("88.41", "3,173", "84.90–87.61", "−0.25", "−1.23; 4.44", "±0.50")),
    ],
)
def test_figures_are_written_as_the_language_does(language: str, shown: tuple[str, ...]) -> None:
    with translation.override(language):
        written = (
            reading_numbers.number(88.41),
            reading_numbers.count(3173),
            reading_numbers.interval(84.9, 87.61),
            reading_numbers.signed(-0.25),
            reading_numbers.between(-1.23, 4.44),
            reading_numbers.half_width(0.875, 0.885),
        )
    assert written == shown


def test_the_same_value_in_both_languages(opened: Opened) -> None:
    told = []
    for language in ("vi", "en"):
        with translation.override(language):
            head = reading_home.headline(opened)
        assert head is not None
        told.append(head.row.percent)
    assert told[0].replace(",", ".") == told[1] != told[0]


def test_a_year_is_no_quantity(publication: Publication, client: Client, hire: object) -> None:
    client.force_login(hire("department", publication.round.unit))  # type: ignore[operator]
    shown = client.get(reverse("result_list")).content.decode()
    year = publication.round.year
    assert f">{year}</option>" in shown
    assert f"{year:,}".replace(",", ".") not in shown
