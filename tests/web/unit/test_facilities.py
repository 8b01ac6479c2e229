"""Facilities: gaps against a slow twin, standards by day, history, photographs without traces, areas."""

from __future__ import annotations

import datetime as dt
import io
from collections import Counter
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.web.apologies_cast import desk_of

import sipas.instrument
from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.onestop import facility_standards as standards
from sipas_web.onestop.actions import facilities as actions
from sipas_web.onestop.actions.facilities import Found
from sipas_web.onestop.models import FacilityCheck, FacilityReview
from sipas_web.onestop.queries import facilities as reads
from sipas_web.units import actions as units
from sipas_web.units import queries as tree
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
Hire = Callable[..., Person]
DAY = dt.timedelta(days=1)
NUMBERS = st.none() | st.decimals(0, 500, places=2)


@given(NUMBERS, NUMBERS, st.none() | st.booleans())
def test_a_gap_is_what_is_missing(minimum: Decimal | None, measured: Decimal | None, is_met: bool | None) -> None:
    amount = standards.standard("nd107-2021").row("seats")
    question = standards.standard("nd107-2021").row("priority")
    found = standards.gap_of(amount, minimum, measured, is_met)
    if minimum is None or measured is None:
        assert found is None
    elif measured < minimum:
        assert found is not None
        assert measured + found == minimum
    else:
        assert found == 0
    answered = {None: None, True: 0, False: 1}[is_met]
    assert standards.gap_of(question, minimum, measured, is_met) == answered


def test_the_standard_is_that_of_the_day_and_says_what_is_verified() -> None:
    days = {"2015-01-01": "qd09-2015", "2018-06-20": "qd09-2015", "2018-06-21": "nd61-2018", "2021-12-05": "nd61-2018",
            "2021-12-06": "nd107-2021", "2025-06-30": "nd107-2021", "2025-07-01": "nd118-2025"}  # fmt: skip
    for day, code in days.items():
        assert standards.standard_on(dt.date.fromisoformat(day)).code == code
    old = standards.standard("qd09-2015")
    assert old.row("area").least("commune") == 40
    assert not old.row("area").verified
    priority = standards.standard("nd107-2021").row("priority")
    assert priority.verified
    assert not standards.standard("nd118-2025").verified
    assert standards.standard("nd118-2025").carried


def test_every_item_named_is_an_item_of_its_edition() -> None:
    for standard in standards.standards():
        for row in standard.rows:
            for edition, names in row.items.items():
                known = {q.name for q in sipas.instrument.load(edition).questions() if q.kind == "scale"}
                assert set(names) <= known, (row.code, edition)
                assert all(standards.item_label(name) for name in names)


@pytest.fixture
def desk(tuyen_quang: Unit, by: Actor) -> Unit:
    return desk_of(tuyen_quang, by).desk


@pytest.fixture
def clerk(hire: Hire, acting: Callable[[Person], Actor], desk: Unit) -> Actor:
    return acting(hire("onestop_clerk", desk))


def reviewed(desk: Unit, on: dt.date, by: Actor, **found: Found) -> FacilityReview:
    """Make a finished review in which everything not named is met, or measured as 100."""
    review = actions.begin(desk=desk, on=on, reviewer="Tổ rà soát", by=by)
    whole = {code: Found(measured=Decimal(100), is_met=True) for code in reads.checks_of(review)}
    actions.fill_in(review_id=review.pk, found=whole | found, by=by)
    return actions.finish(review_id=review.pk, note="", by=by)


def test_only_the_newest_finished_review_counts_and_each_row_for_each_of_its_items(
    desk: Unit, clerk: Actor, tuyen_quang: Unit, by: Actor
) -> None:
    today = tree.today()
    reviewed(desk, today - DAY * 90, clerk, priority=Found(is_met=False), equipment=Found(is_met=False))
    newest = reviewed(
        desk, today - DAY * 3, clerk,
        seats=Found(measured=Decimal(12), minimum=Decimal(20), cost=16_000_000, mend_by=today + DAY),
        posting=Found(is_met=False), condition=Found(is_met=False),
    )  # fmt: skip
    unfinished = actions.begin(desk=desk, on=today, reviewer="x", by=clerk)
    assert FacilityCheck.objects.filter(review=unfinished, code="seats").get().minimum == 20  # taken over
    slow: Counter[str] = Counter()
    for check in FacilityCheck.objects.filter(review=newest):
        if check.gap:
            slow.update(standards.items_of(check.code))
    assert reads.gaps_by_item([desk.pk]) == dict(slow)
    assert slow["seats"] == 1
    assert slow["equipment"] == 1
    assert slow["posted_fully"] == slow["posted_clear"] == 1
    assert reads.gaps_by_item([]) == {}
    seats = FacilityCheck.objects.get(review=newest, code="seats")
    assert seats.gap == 8
    actions.mend(row_id=seats.pk, on=today, by=clerk)
    assert "seats" not in reads.gaps_by_item([desk.pk])
    assert [c.code for c in reads.open_gaps(clerk)] == ["posting", "condition"]
    assert reads.counts([desk.pk], today - DAY * 5, today) == {desk.pk: {"reviews": 1, "mended": 1, "open": 2}}
    assert reads.counts([desk.pk], today - DAY * 99, today - DAY * 50) == {desk.pk: {"reviews": 1, "open": 2}}


def test_a_minimum_of_the_rule_is_not_the_places_to_change(
    tuyen_quang: Unit, by: Actor, hire: Hire, acting: Callable[[Person], Actor]
) -> None:
    desk = desk_of(tuyen_quang, by).desk
    review = actions.begin(desk=desk, on=tree.today(), reviewer="x", by=by)
    found = {"scanner": Found(measured=Decimal(0), minimum=Decimal(0)), "area": Found(measured=Decimal(30))}
    actions.fill_in(review_id=review.pk, found=found, by=by)
    rows = reads.checks_of(review)
    assert (rows["scanner"].minimum, rows["scanner"].gap, rows["scanner"].is_own_minimum) == (1, 1, False)
    assert rows["area"].gap is None  # the decree names no number: nothing to compare with


def test_a_commune_is_measured_by_the_minimum_of_communes(by: Actor, tuyen_quang: Unit) -> None:
    commune = tree.first_commune(tuyen_quang, tree.today())
    assert commune is not None
    desk = units.add(
        kind="one_stop", code="MC-X", name="Trung tâm Phục vụ hành chính công xã", parent=commune,
        valid_from=commune.valid_from, by=by,
    )  # fmt: skip
    assert reads.level_of(desk, tree.today()) == "commune"
    assert reads.level_of(desk_of(tuyen_quang, by).desk, tree.today()) == "province"


def test_a_review_is_finished_only_when_all_was_looked_at_and_then_stays(desk: Unit, clerk: Actor) -> None:
    review = actions.begin(desk=desk, on=tree.today(), reviewer="x", by=clerk)
    with pytest.raises(ValidationError, match="Số chỗ ngồi chờ"):
        actions.finish(review_id=review.pk, note="", by=clerk)
    with pytest.raises(ValidationError):
        actions.begin(desk=desk, on=tree.today(), reviewer="x", by=clerk)
    whole = {code: Found(measured=Decimal(1), is_met=True) for code in reads.checks_of(review)}
    assert actions.fill_in(review_id=review.pk, found=whole, by=clerk) == 15
    assert actions.fill_in(review_id=review.pk, found=whole, by=clerk) == 0
    actions.finish(review_id=review.pk, note="Đạt", by=clerk)
    for act in (
        lambda: actions.fill_in(review_id=review.pk, found=whole, by=clerk),
        lambda: actions.drop(review_id=review.pk, by=clerk),
        lambda: actions.finish(review_id=review.pk, note="", by=clerk),
    ):
        with pytest.raises(ValidationError):
            act()


def test_a_photograph_keeps_no_place_and_nobody_outside_sees_it(
    desk: Unit, clerk: Actor, client: Client, hire: Hire, dong_nai: Unit, tuyen_quang: Unit
) -> None:
    review = actions.begin(desk=desk, on=tree.today(), reviewer="x", by=clerk)
    row = reads.checks_of(review)["seats"]
    picture, out = Image.new("RGB", (40, 30), "red"), io.BytesIO()
    exif = picture.getexif()
    exif[0x010F], exif[0x9286] = "Máy ảnh của Lụa", "21.82, 105.21"
    picture.save(out, "JPEG", exif=exif)
    made = actions.add_photograph(row_id=row.pk, data=out.getvalue(), by=clerk)
    assert not Image.open(io.BytesIO(bytes(made.data))).getexif()
    assert b"105.21" not in bytes(made.data)
    with pytest.raises(ValidationError):
        actions.add_photograph(row_id=row.pk, data=b"%PDF-1.4", by=clerk)
    client.force_login(hire("onestop_clerk", dong_nai))
    assert client.get(f"/co-so/anh/{made.pk}/").status_code == 404
    client.force_login(hire("onestop_clerk", tuyen_quang))
    answer = client.get(f"/co-so/anh/{made.pk}/")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")


def test_who_reviews_elsewhere_does_nothing_here(
    desk: Unit, clerk: Actor, hire: Hire, acting: Callable[[Person], Actor], dong_nai: Unit
) -> None:
    stranger, reader = acting(hire("onestop_clerk", dong_nai)), acting(hire("agency", desk))
    review = actions.begin(desk=desk, on=tree.today(), reviewer="x", by=clerk)
    row = reads.checks_of(review)["seats"]
    for by in (stranger, reader):
        for act in (
            lambda by: actions.begin(desk=desk, on=tree.today() - DAY, reviewer="x", by=by),
            lambda by: actions.fill_in(review_id=review.pk, found={}, by=by),
            lambda by: actions.finish(review_id=review.pk, note="", by=by),
            lambda by: actions.drop(review_id=review.pk, by=by),
            lambda by: actions.mend(row_id=row.pk, on=tree.today(), by=by),
            lambda by: actions.plan_mending(row_id=row.pk, mend_by=None, cost=1, by=by),
            lambda by: actions.add_photograph(row_id=row.pk, data=b"", by=by),
        ):
            with pytest.raises(PermissionDenied):
                act(by)
    assert reads.review_for(stranger, review.pk) is None
    assert reads.review_for(reader, review.pk) == review
    assert not Record.objects.filter(action="onestop.facility_mended").exists()


def test_the_form_keeps_what_was_typed_and_names_the_field(
    desk: Unit, hire: Hire, client: Client, clerk: Actor
) -> None:
    review = actions.begin(desk=desk, on=tree.today(), reviewer="x", by=clerk)
    client.force_login(hire("onestop_clerk", desk))
    typed = {"seats-measured": "12,5", "seats-minimum": "nhiều", "priority-is_met": "no", "priority-cost": "5.000.000"}
    page = client.post(f"/co-so/ra-soat/{review.pk}/", typed).content.decode()
    assert 'value="12,5"' in page
    assert 'value="nhiều"' in page
    assert "errorlist" in page
    assert reads.checks_of(review)["priority"].is_met is None
    typed["seats-minimum"] = "20"
    assert client.post(f"/co-so/ra-soat/{review.pk}/", typed).status_code == 302
    rows = reads.checks_of(review)
    assert (rows["seats"].gap, rows["priority"].gap, rows["priority"].cost) == (Decimal("7.5"), 1, 5_000_000)
