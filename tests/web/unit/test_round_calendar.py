"""Working days, the calendar laid out on them, and the form as it is printed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.utils import translation

from sipas_web.rounds import calendar_proposal, editions
from sipas_web.rounds.models import Milestone
from sipas_web.rounds.pages import calendar as pages
from sipas_web.shared import working_days


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def test_working_days_know_tet_and_days_worked_in_exchange() -> None:
    # 16 to 20 February 2026 are Tết; Saturday 22 August is worked for Monday 31 August.
    assert working_days.count(dt.date(2026, 2, 14), dt.date(2026, 2, 22)) == 0
    assert working_days.is_working(dt.date(2026, 8, 22))
    assert not working_days.is_working(dt.date(2026, 8, 31))
    assert not working_days.is_working(dt.date(2026, 9, 5))
    assert calendar_proposal.stretch_back(dt.date(2026, 2, 24), 3) == dt.date(2026, 2, 13)
    assert not working_days.is_lunar_new_year(dt.date(2026, 1, 1))
    assert working_days.is_lunar_new_year(dt.date(2026, 2, 16))


@pytest.mark.parametrize("publication", [dt.date(2026, 12, 10), dt.date(2026, 3, 2), dt.date(2026, 11, 29)])
def test_a_proposal_is_in_order_on_working_days_and_as_long_as_said(publication: dt.date) -> None:
    proposed = calendar_proposal.proposal(publication)
    assert list(proposed) == list(Milestone.Kind)
    assert calendar_proposal.out_of_order(proposed) == []
    for kind, (first, last) in proposed.items():
        assert working_days.is_working(first)
        assert working_days.is_working(last)
        assert working_days.count(first, last) == calendar_proposal.LENGTHS[Milestone.Kind(kind)]
    assert proposed["publication"][1] <= publication


def test_a_proposal_says_where_it_cannot_be_as_asked() -> None:
    day, window_to = dt.date, dt.date(2026, 11, 15)
    sunday = day(2026, 12, 27)
    moved = pages.remarks(sunday, calendar_proposal.proposal(sunday), window_to=window_to, today=day(2026, 1, 5))
    assert [said for said in moved if "27/12/2026" in said or "2026-12-27" in said or "12/27/2026" in said]
    assert [said for said in moved if "earliest day" in said]
    late = calendar_proposal.earliest(day(2026, 11, 23))
    assert pages.remarks(late, calendar_proposal.proposal(late), window_to=window_to, today=day(2026, 11, 23)) == []
    assert calendar_proposal.proposal(late)["lists"][0] >= day(2026, 11, 23)
    before = working_days.on_or_before(late - dt.timedelta(days=1))
    assert calendar_proposal.proposal(before)["lists"][0] < day(2026, 11, 23)


def test_warnings_name_tet_order_and_destroyed_contacts() -> None:
    day = dt.date
    planned = {
        "lists": (day(2026, 1, 5), day(2026, 1, 20)),
        "draw": (day(2026, 1, 19), day(2026, 1, 19)),
        "field": (day(2026, 2, 2), day(2026, 3, 7)),
    }
    found = pages.warnings(planned, window_to=day(2026, 1, 31), contacts_until=day(2026, 3, 1))
    assert [w for w in found if "Tết" in w]
    assert [w for w in found if "has ended" in w]
    assert [w for w in found if "late results" in w]
    assert [w for w in found if "destroyed" in w]
    assert [w for w in found if "no working day" in w]
    fine = pages.warnings(
        calendar_proposal.proposal(day(2026, 12, 10)), window_to=day(2026, 6, 30), contacts_until=day(2027, 3, 31)
    )
    assert fine == []


def test_the_form_numbers_questions_and_says_when_one_is_asked() -> None:
    edition = editions.shipped("sipas-2017")
    for respondent in editions.RESPONDENTS:
        lines = [line for p in editions.form_for(edition, respondent) for b in p.blocks for line in b.lines]
        assert [line.number for line in lines] == list(range(1, len(lines) + 1))
        assert {line.question.name for line in lines} == {
            q.name for q in edition.questions() if respondent in q.asked_of
        }
        apology = next(line for line in lines if line.question.name == "apology")
        lateness = next(line for line in lines if line.question.name == "lateness")
        assert apology.asked_if == ((lateness.number, "Trễ hẹn"),)
