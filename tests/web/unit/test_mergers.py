"""A place or an agency ends while a round is open: the work goes to who took over, under the names as measured."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable

import pytest
from django.db import transaction
from django.test import Client
from tests.web import cast, results_cast

from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.jobs import actions as jobs
from sipas_web.jobs import queries as job_queries
from sipas_web.results.queries import reading, versions
from sipas_web.rounds import queries
from sipas_web.rounds.actions import draw
from sipas_web.rounds.actions import settings as choices
from sipas_web.rounds.actions.handing_over import note_ended_units
from sipas_web.rounds.models import MeasuredUnit, Round, State, TargetValue
from sipas_web.rounds.queries import draw as draw_reading
from sipas_web.rounds.queries import mergers
from sipas_web.units import actions as units
from sipas_web.units import queries as unit_queries
from sipas_web.units.kinds import Kind
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
Hire = Callable[..., Person]
Acting = Callable[[Person], Actor]
LAST = dt.date(2025, 6, 30)  # of the provinces before the mergers


def old(code: str) -> Unit:
    """The province that ended."""
    found = unit_queries.by_code(code, LAST)
    assert found is not None
    assert found.valid_to == LAST
    return found


def heir(code: str) -> Unit:
    found = unit_queries.by_code(code, unit_queries.today())
    assert found is not None
    return found


def open_round(unit: Unit, by: Actor) -> Round:
    days = {"year": 2025, "window_from": dt.date(2025, 1, 1), "window_to": LAST}
    return cast.new_round(unit, by, **days)


@pytest.mark.parametrize(("before", "after"), [("58", "56"), ("70", "75")])
def test_the_round_of_a_merged_province_is_worked_on_by_its_successor(
    before: str, after: str, by: Actor, hire: Hire, acting: Acting, client: Client
) -> None:
    if before == "58":
        units.load_register(by=by, provinces=("56", "58"))
    round_ = open_round(old(before), by)
    clerk, stranger = hire("department", heir(after)), hire("department", heir("08"))
    assert queries.visible(acting(clerk)).filter(pk=round_.pk).exists()
    assert not queries.visible(acting(stranger)).filter(pk=round_.pk).exists()
    choices.change(round_=round_, changes={"title": "Đổi tên (MÔ PHỎNG)"}, part="scope", by=acting(clerk))
    with transaction.atomic():
        job = jobs.start(kind="rounds.import_frame", subject=round_, unit=round_.unit, by=by, arguments={})
    assert job in job_queries.visible(acting(clerk))
    assert job not in job_queries.visible(acting(stranger))
    jobs.stop(job=job, by=acting(clerk))
    witness = hire("supervisor", heir(after))
    assert witness.pk in {person.pk for person, _name in draw_reading.candidates(round_, acting(clerk))}


@pytest.mark.parametrize(("before", "after"), [("58", "56"), ("70", "75")])
def test_a_newer_register_tells_every_open_round_once(before: str, after: str, by: Actor, client: Client) -> None:
    if before == "58":
        units.load_register(by=by, provinces=("56", "58"))
    round_ = open_round(old(before), by)
    closed = open_round(old(before), by)
    Round.objects.filter(pk=closed.pk).update(state=State.ABANDONED)
    for _ in range(2):
        units.load_register(by=by, provinces=(before, after))
    (told,) = Record.objects.filter(action=mergers.HANDED_OVER)
    assert told.subject == f"rounds.round:{round_.pk}"
    assert json.loads(told.details)["last_day"] == "2025-06-30"
    (one,) = mergers.ended_in(round_)
    assert one.unit == round_.unit
    assert len(one.successors) == 1


def test_the_home_of_the_round_says_who_took_over(hire: Hire, by: Actor, client: Client) -> None:
    round_ = open_round(old("70"), by)
    client.force_login(hire("supervisor", heir("75")))
    page = client.get(f"/dot/{round_.pk}/").content.decode()
    assert "đã kết thúc hoạt động" in page
    assert "30/06/2025" in page
    assert old("70").full_name in page


def test_an_open_draw_of_a_merged_province_is_carried_on(
    hire: Hire, by: Actor, acting: Acting, tuyen_quang: Unit
) -> None:
    """The province is put in place of an old one: its files are made by the library for today's."""
    round_ = cast.framed(cast.new_round(tuyen_quang, by))
    witness = hire("supervisor", heir("75"))
    Round.objects.filter(pk=round_.pk).update(unit=old("70"))
    clerk = acting(hire("department", heir("75")))
    Round.objects.filter(pk=round_.pk).update(unit=tuyen_quang)
    opened = draw.open_draw(round_id=round_.pk, named=[], public_source="Xổ số", reason="", by=by)
    Round.objects.filter(pk=round_.pk).update(unit=old("70"))
    given = draw.give_number(draw_id=opened.pk, number="123456", by=clerk)
    assert given.public_number == "123456"
    assert witness.pk in {person.pk for person, _name in draw_reading.candidates(given.round, clerk)}
    draw.abandon(draw_id=opened.pk, reason="thử", by=clerk)


@pytest.fixture
def agencies(tuyen_quang: Unit, by: Actor) -> tuple[Unit, Unit]:
    """One that will be dissolved, and one that takes over."""
    made = [
        units.add(kind=Kind.AGENCY, code=f"H-{n}", name=name, parent=tuyen_quang, valid_from=dt.date(2025, 7, 1), by=by)
        for n, name in enumerate(("Sở Thử việc", "Sở Tiếp nhận"))
    ]
    return made[0], made[1]


def test_an_agency_dissolved_today(
    agencies: tuple[Unit, Unit], tuyen_quang: Unit, by: Actor, hire: Hire, acting: Acting, client: Client
) -> None:
    ends, takes_over = agencies
    round_ = cast.new_round(tuyen_quang, by)
    MeasuredUnit.objects.create(round=round_, unit=ends)
    TargetValue.objects.create(round=round_, unit=ends, percent=85, label="Chỉ tiêu")
    head = hire("agency", takes_over)
    today = unit_queries.today()
    units.dissolve(unit=ends, on=today, successors=[takes_over], by=by)
    (told,) = Record.objects.filter(action=mergers.HANDED_OVER)
    assert told.subject == f"rounds.round:{round_.pk}"
    assert json.loads(told.details)["successors"] == [str(takes_over)]
    assert note_ended_units(by=by) == 0, "said once"
    areas = acting(head).holder.areas_of("results.result_view")
    assert MeasuredUnit.objects.filter(round=round_, unit__in=areas).exists()
    assert TargetValue.objects.filter(round=round_, unit__in=areas).exists()
    client.force_login(hire("supervisor", tuyen_quang))
    page = client.get(f"/dot/{round_.pk}/").content.decode()
    assert "Sở Thử việc đã kết thúc hoạt động" in page
    assert "Sở Tiếp nhận" in page


def test_results_stay_under_the_old_name_and_are_the_successors_to_read(
    tuyen_quang: Unit, by: Actor, hire: Hire, acting: Acting, client: Client
) -> None:
    publication = results_cast.published(tuyen_quang, by)
    round_ = publication.round
    whole = reading.opened(by, round_.pk)
    assert whole is not None
    name = reading.domains_open(whole)[0]
    since = dt.date(2025, 7, 1)
    ends = units.add(kind=Kind.AGENCY, code="H-8", name="Sở Cũ", parent=tuyen_quang, valid_from=since, by=by)
    new = units.add(kind=Kind.AGENCY, code="H-9", name="Sở Mới", parent=tuyen_quang, valid_from=since, by=by)
    MeasuredUnit.objects.create(round=round_, unit=ends, name_in_lists=name)
    reader = acting(hire("agency", new))
    before = reading.opened(reader, round_.pk)
    assert before is None or before.own == ()
    units.dissolve(unit=ends, on=unit_queries.today(), successors=[new], by=by)
    after = reading.opened(acting(hire("agency", new)), round_.pk)
    assert after is not None
    assert after.own == (name,)
    client.force_login(hire("supervisor", tuyen_quang))
    clerk = hire("agency", new)
    client.force_login(clerk)
    page = client.get(f"/ket-qua/{round_.pk}/", follow=True).content.decode()
    assert "Sở Cũ đã kết thúc hoạt động" in page


def test_a_commune_reads_the_round_of_the_province_it_lay_in(by: Actor, hire: Hire, acting: Acting) -> None:
    """Today it lies in another province; a round of its old one whose window ended before is still its own."""
    round_ = open_round(old("70"), by)
    commune = unit_queries.first_commune(old("70"), LAST)
    assert commune is not None
    heirs = [step.successor for step in unit_queries.successions_of(commune)]
    reader = acting(hire("agency", heirs[0] if heirs else commune))
    assert queries.reaching(reader, "results.result_view").filter(pk=round_.pk).exists()
    other = unit_queries.first_commune(heir("08"), unit_queries.today())
    assert other is not None
    assert not queries.reaching(acting(hire("agency", other)), "results.result_view").filter(pk=round_.pk).exists()
    assert versions(reader).count() == 0
