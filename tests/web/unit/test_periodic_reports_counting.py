"""Counting the figures of a report as long work, and reports of units that end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from tests.web import reports_cast
from tests.web.reports_cast import KIND, LINE, NEEDED, SOURCE, YEAR, Books, Hire, State, done, draft, fresh, sent, taken

from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.improvement.actions import reports as drafting
from sipas_web.improvement.actions import reports_sending as sending
from sipas_web.improvement.actions import reports_writing as writing
from sipas_web.improvement.models import PeriodicReport
from sipas_web.improvement.pages.reports_waiting import due_rows
from sipas_web.improvement.queries import reports as reads
from sipas_web.improvement.queries import reports_counting as counting
from sipas_web.improvement.queries.reports_area import places
from sipas_web.jobs import queries as jobs
from sipas_web.jobs.actions import stop
from sipas_web.jobs.worker import work_off
from sipas_web.units import actions as unit_actions
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
at, books, world = reports_cast.at, reports_cast.books, reports_cast.world  # fixtures


def begin(unit: Unit, by: Actor) -> PeriodicReport:
    return drafting.begin(unit=unit, kind=KIND, year=YEAR, by=by)


def test_a_report_begun_is_counted_by_work_that_may_run_twice(world: dict[str, Unit], books: Books, by: Actor) -> None:
    report = begin(world["province"], by)
    assert (report.state, books.asked) == (State.COUNTING, [])
    writing.write(report_id=report.pk, revision=0, texts=NEEDED, by=by)  # texts may be written meanwhile
    with pytest.raises(ValidationError, match=r"counted|đang được"):
        sending.send(report_id=report.pk, by=by)
    with pytest.raises(ValidationError):
        begin(world["province"], by)
    drafting.ask(report_id=report.pk, kind=counting.DRAW, by=by)  # asking twice is asking once
    assert work_off() == 1
    assert done(report).total == 2_111_111
    drafting.ask(report_id=report.pk, kind=counting.DRAW, by=by)
    work_off()
    assert (done(report).total, fresh(report).state) == (2_111_111, State.DRAFT)
    assert sending.send(report_id=report.pk, by=by).state == State.SENT
    assert Record.objects.filter(action="improvement.report_drawn").count() == 2


def test_what_is_thrown_away_or_stopped_while_it_is_counted(world: dict[str, Unit], by: Actor) -> None:
    report = begin(world["a"], by)
    drafting.discard(report_id=report.pk, by=by)
    work_off()
    assert not PeriodicReport.objects.exists()
    again = begin(world["a"], by)
    job = jobs.latest(again, counting.DRAW)
    assert job is not None
    stop(job=job, by=by)
    assert counting.shown_job(again, counting.DRAW, by) is not None  # stands there, to be resumed
    assert work_off() == 0
    with pytest.raises(ValidationError):
        sending.send(report_id=again.pk, by=by)
    drafting.discard(report_id=again.pk, by=by)


def test_what_would_change_is_counted_apart_and_shown_until_it_is_drawn(
    client: Client, world: dict[str, Unit], books: Books, by: Actor, hire: Hire
) -> None:
    client.force_login(hire("tracker", world["province"]))
    came = taken(world["a"], by)
    report = draft(world["province"], by)
    PeriodicReport.objects.filter(pk=report.pk).update(drawn=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))  # a real clock's
    books.done[world["b"].pk], books.done[world["a"].pk] = 150, 15
    page = reverse("periodic_report_draw", args=[report.pk])
    assert client.post(page, {"look": "1"}).headers["Location"] == page
    assert 'class="card job"' in client.get(page).content.decode()
    work_off()
    shown = client.get(page).content.decode()
    assert "2.111.161" in shown
    assert done(fresh(report)).total == 2_111_111
    beside = reverse("periodic_report_compare", args=[report.pk])
    assert came.unit.full_name not in client.get(beside).content.decode().split("<h1>")[1]
    client.post(beside)
    work_off()
    shown = client.get(beside).content.decode()
    assert "2.000.015" in shown
    assert came.unit.full_name in shown
    found = counting.found(report, counting.LEVELS)
    assert found is not None
    ((pk, rows),) = found.result["reports"]
    assert (pk, counting.as_pairs(rows)[SOURCE, LINE]) == (came.pk, (2_000_010, 2_000_015))


def test_who_may_not_see_a_report_counts_nothing(
    client: Client, world: dict[str, Unit], by: Actor, hire: Hire, acting: Callable[[Person], Actor]
) -> None:
    report = draft(world["a"], by)
    stranger = hire("tracker", world["b"])
    for kind in (counting.DRAW, counting.CHANGES, counting.LEVELS):
        with pytest.raises(PermissionDenied):
            drafting.ask(report_id=report.pk, kind=kind, by=acting(stranger))
    client.force_login(stranger)
    for name in ("periodic_report_draw", "periodic_report_compare"):
        assert client.post(reverse(name, args=[report.pk])).status_code == 404


# Units that end


def test_an_open_report_of_days_before_the_end_is_finished_by_the_successor(
    world: dict[str, Unit], by: Actor, hire: Hire, acting: Callable[[Person], Actor], at: Callable[[str], None]
) -> None:
    build, justice = world["build"], world["justice"]
    report = draft(build, by)
    waiting = sent(world["b"], by)
    at("2026-06-21")
    unit_actions.dissolve(unit=build, on=dt.date(2026, 6, 20), successors=[justice], by=by)
    held = fresh(report)
    assert (held.held_by, held.state, held.unit) == (justice, State.DRAFT, build)
    assert fresh(waiting).held_by is None
    assert Record.objects.filter(action="improvement.report_handed_over").count() == 1
    heir = acting(hire("head", justice))
    clerk = acting(hire("agency", justice))
    assert reads.report_for(clerk, report.pk) == report
    assert [row.key for row in due_rows(clerk, 9) if f":{build.pk}-{KIND}" in row.key] == [
        f"improvement.report_due:{build.pk}-{KIND}-{YEAR}"
    ]
    writing.write(report_id=report.pk, revision=0, texts=NEEDED, by=clerk)
    sending.send(report_id=report.pk, by=heir)
    sending.take_in(report_id=report.pk, by=by)
    taken(justice, by)
    whole = draft(world["province"], by)
    assert done(whole).total == 2_111_111  # as if nothing had ended: each unit once
    assert done(whole).below == 110_000
    assert whole.left_out == []


def test_a_unit_that_ended_without_having_begun_has_its_report_begun_by_the_successor(
    world: dict[str, Unit], by: Actor, hire: Hire, acting: Callable[[Person], Actor], at: Callable[[str], None]
) -> None:
    build, justice = world["build"], world["justice"]
    at("2026-06-21")
    unit_actions.dissolve(unit=build, on=dt.date(2026, 6, 20), successors=[justice], by=by)
    clerk = acting(hire("agency", justice))
    assert set(places(clerk, "improvement.report_draft")) == {build, justice}
    report = draft(build, clerk)
    assert (report.held_by, done(report).total) == (justice, 10_000)


def test_a_draft_whose_cut_off_the_unit_did_not_reach_ends_and_its_words_are_found_at_the_successor_s(
    client: Client, world: dict[str, Unit], by: Actor, hire: Hire, at: Callable[[str], None]
) -> None:
    build, justice = world["build"], world["justice"]
    at("2026-06-02")
    begun = begin(build, by)
    writing.write(report_id=begun.pk, revision=0, texts={"coming": "Lời của sở cũ."}, by=by)
    unit_actions.dissolve(unit=build, on=dt.date(2026, 6, 1), successors=[justice], by=by)
    assert fresh(begun).state == State.ENDED
    work_off()  # the counting finds nothing to do
    assert fresh(begun).state == State.ENDED
    for wrong in (
        lambda: drafting.draw_again(report_id=begun.pk, by=by),
        lambda: sending.send(report_id=begun.pk, by=by),
    ):
        with pytest.raises(ValidationError):
            wrong()
    at("2026-06-16")
    own = draft(justice, by)
    assert done(own).total == 110_000
    assert reads.ended_into(own) == [begun]
    client.force_login(hire("tracker", justice))
    page = client.get(reverse("periodic_report", args=[own.pk])).content.decode()
    assert reverse("periodic_report", args=[begun.pk]) in page
    assert "Lời của sở cũ." in client.get(reverse("periodic_report", args=[begun.pk])).content.decode()
    assert done(draft(world["province"], by)).total == 2_111_111


def test_a_report_on_its_way_to_a_unit_that_ends_goes_to_who_goes_on_from_it(
    world: dict[str, Unit], by: Actor, hire: Hire, acting: Callable[[Person], Actor], at: Callable[[str], None]
) -> None:
    below = unit_actions.add(
        kind="agency", code="S-8", name="Chi cục", parent=world["build"], valid_from=dt.date(2025, 7, 1), by=by
    )
    report = sent(below, by)
    before = fresh(report).sha256
    at("2026-06-21")
    unit_actions.dissolve(unit=world["build"], on=dt.date(2026, 6, 20), successors=[world["justice"]], by=by)
    assert fresh(report).receiver == world["justice"]
    assert reads.seal_of(fresh(report)) == before
    sending.take_in(report_id=report.pk, by=acting(hire("tracker", world["justice"])))
