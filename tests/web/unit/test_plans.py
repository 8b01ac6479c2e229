"""Improvement plans: from results to tasks, and what the next round may be said to show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from tests.web import loop_cast, results_cast
from tests.web.conftest import PASSWORD

from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.improvement.actions import measures, plans
from sipas_web.improvement.models import Measure, Plan
from sipas_web.improvement.pages import plans as pages
from sipas_web.improvement.pages import plans_waiting
from sipas_web.improvement.queries import effects, plan_choice
from sipas_web.improvement.queries import plans as reads
from sipas_web.improvement.queries.effects import Timing, Verdict
from sipas_web.improvement.queries.plan_choice import Candidate
from sipas_web.improvement.queries.tasks import of_origin
from sipas_web.results.queries import reading
from sipas_web.units import actions as unit_actions
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
Hire = Callable[..., Person]
Acting = Callable[[Person], Actor]
LATER = timezone.localdate() + dt.timedelta(days=90)


def drafted(unit: Unit, by: Actor) -> Plan:
    """A draft of the whole of a published round."""
    publication = results_cast.published(unit, by)
    opened = reading.opened(by, publication.round_id)
    assert opened is not None
    plan, is_new = plans.draft(opened=opened, domain="", by=by)
    assert is_new
    return plan


def completed(plan: Plan, owner: Unit, by: Actor) -> list[Measure]:
    """Give every measure an owner and a day."""
    rows = list(Measure.objects.filter(plan=plan).order_by("pk"))
    return [
        measures.change(measure_id=m.pk, item_id=m.item_id, values={"owner": owner, "due": LATER}, by=by) for m in rows
    ]


# --- which items -----------------------------------------------------------------------------------------------------

percents = st.floats(0, 100, allow_nan=False)
importances = st.none() | st.floats(0, 100, allow_nan=False)


@given(st.lists(st.tuples(percents, importances), max_size=12), st.integers(1, 6))
def test_items_are_chosen_as_a_slow_twin_would(values: list[tuple[float, float | None]], most: int) -> None:
    given = [
        Candidate(f"i{n}", f"i{n}", "", percent, None, None, None, weight) for n, (percent, weight) in enumerate(values)
    ]
    basis, chosen = plan_choice.choose(given, most)
    left, expected = [*values], []
    weighed = any(weight is not None for _, weight in left)
    places = [n for n, (_, weight) in enumerate(left) if weight is not None or not weighed]
    while places and len(expected) < most:
        best = places[0]
        for n in places[1:]:
            (percent, weight), (top, top_weight) = left[n], left[best]
            if weighed and (weight or 0.0) * (100 - percent) / 100 > (top_weight or 0.0) * (100 - top) / 100:
                best = n
            if not weighed and percent < top:
                best = n
        expected.append(f"i{best}")
        places.remove(best)
    assert basis == ("drivers" if weighed else "weakest")
    assert [c.node for c in chosen] == expected


# --- what may be said ------------------------------------------------------------------------------------------------


@dataclass
class Value:
    """As much of a published value as is judged."""

    percent: float | None
    change: float | None
    change_low: float | None
    change_high: float | None
    suppressed: bool = False
    low: float | None = None
    high: float | None = None
    n: int | None = 50


@given(st.floats(-30, 30), st.floats(0, 20), st.floats(0, 20), st.booleans(), st.booleans())
def test_an_effect_is_claimed_as_a_slow_twin_would(
    change: float, down: float, up: float, compared: bool, hidden: bool
) -> None:
    low, high = change - down, change + up
    value = Value(80.0, change, low, high, hidden) if compared else Value(80.0, None, None, None, hidden)
    if hidden:
        expected = Verdict.WITHHELD
    elif not compared:
        expected = Verdict.NOT_COMPARED
    elif all(end > 0 for end in (low, high)):
        expected = Verdict.IMPROVED
    elif all(end < 0 for end in (low, high)):
        expected = Verdict.NOT_IMPROVED
    else:
        expected = Verdict.CANNOT_TELL
    found = effects.judged(value)
    assert found.verdict == expected
    assert (found.change is None) == (hidden or not compared), "no change is shown where none is judged"


@given(st.dates(dt.date(2025, 12, 1), dt.date(2026, 12, 1)) | st.none())
def test_when_something_was_done_decides_who_can_have_met_it(done: dt.date | None) -> None:
    first, last = dt.date(2026, 1, 1), dt.date(2026, 9, 30)
    served = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    met = [day for day in served if done is not None and day >= done]
    expected = Timing.AFTER if not met else Timing.BEFORE if met == served and done != first else Timing.DURING
    assert effects.timing(done, first, last) == expected


def test_what_is_missing_is_never_an_effect() -> None:
    assert effects.judged(None).verdict == Verdict.NOT_COMPARED


# --- the way of a plan -----------------------------------------------------------------------------------------------


def test_one_click_makes_one_plan_of_the_weakest_items(tuyen_quang: Unit, by: Actor) -> None:
    plan = drafted(tuyen_quang, by)
    opened = reading.opened(by, plan.publication.round_id)
    assert opened is not None
    values = {node: v.percent for (kind, _, node), v in opened.results.figures.values.items() if kind == "all"}
    items = list(plan.items.all())
    leaves = [n.name for n, _ in opened.results.edition.nodes() if n.question]
    assert plan.basis == "weakest", "this edition has too few forms for importance"
    assert [i.node for i in items] == sorted(leaves, key=lambda n: values[n])[:5]
    assert [i.percent for i in items] == [values[i.node] for i in items]
    assert all(i.measures.count() == 1 for i in items)
    assert (plan.unit, plan.year) == (tuyen_quang, plan.publication.round.year + 1)
    again, is_new = plans.draft(opened=opened, domain="", by=by)
    assert (again.pk, is_new) == (plan.pk, False)
    assert Plan.objects.count() == 1


def test_an_agency_has_its_own_plan_with_its_own_figures(tuyen_quang: Unit, by: Actor) -> None:
    publication = results_cast.published(tuyen_quang, by)
    opened = reading.opened(by, publication.round_id)
    assert opened is not None
    domains = opened.results.figures.domains(opened.main_kind, "index")
    name = next(d.domain for d in domains if d.percent and d.domain.startswith("Sở"))
    commune = next(d.domain for d in domains if d.percent and d.domain.startswith("UBND"))
    assert f"UBND {reads.unit_of(opened, commune).full_name}".lower() == commune.lower()
    plan, _ = plans.draft(opened=opened, domain=name, by=by)
    assert (plan.unit, plan.domain) == (tuyen_quang, name), "an agency that the tree does not know: the round's place"
    agency = unit_actions.add(
        kind="agency", code="SNV-08", name=name, parent=tuyen_quang, valid_from=tuyen_quang.valid_from, by=by
    )
    own, is_new = plans.draft(opened=opened, domain=name, by=by)
    assert (own.unit, is_new) == (agency, True)
    figures = opened.results.figures.values
    assert all(i.percent == figures[opened.main_kind, name, i.node].percent for i in own.items.all())


def test_approval_needs_owners_and_days_and_gives_tasks(tuyen_quang: Unit, by: Actor) -> None:
    plan = drafted(tuyen_quang, by)
    with pytest.raises(ValidationError, match="đơn vị nào chịu trách nhiệm"):
        plans.ask(plan_id=plan.pk, by=by)
    with pytest.raises(ValidationError):
        plans.approve(plan_id=plan.pk, by=by)
    rows = completed(plan, tuyen_quang, by)
    plans.ask(plan_id=plan.pk, by=by)
    with pytest.raises(ValidationError):
        measures.change(measure_id=rows[0].pk, item_id=rows[0].item_id, values={"title": "khác"}, by=by)
    plans.send_back(plan_id=plan.pk, reason="thiếu kinh phí", by=by)
    plans.ask(plan_id=plan.pk, by=by)
    plans.approve(plan_id=plan.pk, act="12/KH-UBND", by=by)
    given = {m.pk: list(of_origin(m.origin)) for m in rows}
    assert all(len(found) == 1 for found in given.values())
    assert {(t.unit_id, t.due) for (t,) in given.values()} == {(tuyen_quang.pk, LATER)}
    last = Record.objects.latest("sequence")
    assert (last.action, last.unit_id) == ("improvement.plan_approved", tuyen_quang.pk)
    plans.send_back(plan_id=plan.pk, reason="bổ sung", by=by)
    extra = measures.add(
        plan_id=plan.pk, item_id=rows[0].item_id, by=by,
        values={"title": "Thêm ghế", "owner": tuyen_quang, "due": LATER, "kind": "facility"},
    )  # fmt: skip
    with pytest.raises(ValidationError, match="đã được giao"):
        measures.change(measure_id=rows[0].pk, item_id=rows[0].item_id, values={"title": "khác"}, by=by)
    plans.ask(plan_id=plan.pk, by=by)
    plans.approve(plan_id=plan.pk, by=by)
    assert [len(of_origin(m.origin)) for m in (*rows, extra)] == [1] * 6, "nothing is given out twice"


def test_a_plan_with_open_tasks_is_not_closed_nor_given_up(tuyen_quang: Unit, by: Actor) -> None:
    plan = drafted(tuyen_quang, by)
    rows = completed(plan, tuyen_quang, by)
    plans.ask(plan_id=plan.pk, by=by)
    plans.approve(plan_id=plan.pk, by=by)
    with pytest.raises(ValidationError):
        plans.close(plan_id=plan.pk, conclusion="xong", by=by)
    with pytest.raises(ValidationError):
        measures.drop(measure_id=rows[0].pk, reason="không cần", by=by)
    for row in rows:
        of_origin(row.origin).update(done=timezone.localdate())
    with pytest.raises(ValidationError):
        plans.close(plan_id=plan.pk, conclusion=" ", by=by)
    plans.close(plan_id=plan.pk, conclusion="Đã làm xong.", by=by)
    plan.refresh_from_db()
    assert (plan.state, plan.conclusion) == ("closed", "Đã làm xong.")


def test_items_come_and_go_in_a_draft_only(tuyen_quang: Unit, by: Actor) -> None:
    plan = drafted(tuyen_quang, by)
    opened, left = pages.other_items(plan, by)
    assert opened is not None
    assert len(left) == 22 - 5
    plans.add_item(plan_id=plan.pk, opened=opened, node=left[0][0], by=by)
    with pytest.raises(ValidationError):
        plans.add_item(plan_id=plan.pk, opened=opened, node=left[0][0], by=by)
    first = plan.items.first()
    assert first is not None
    plans.remove_item(plan_id=plan.pk, item_id=first.pk, by=by)
    assert (plan.items.count(), Measure.objects.filter(plan=plan).count()) == (5, 5)
    completed(plan, tuyen_quang, by)
    plans.ask(plan_id=plan.pk, by=by)
    with pytest.raises(ValidationError):
        plans.add_item(plan_id=plan.pk, opened=opened, node=left[1][0], by=by)


def test_who_sees_and_changes_a_plan(tuyen_quang: Unit, dong_nai: Unit, by: Actor, hire: Hire, acting: Acting) -> None:
    plan = drafted(tuyen_quang, by)
    people = {
        (role, place.code): acting(hire(role, place))
        for role in ("department", "tracker", "head", "agency", "onestop_clerk", "press", "inspector")
        for place in (tuyen_quang, dong_nai)
    }
    seen = {key for key, who in people.items() if reads.plan_for(who, plan.pk)}
    assert seen == {(role, "08") for role in ("department", "tracker", "head", "agency", "inspector")}
    for (role, code), who in people.items():
        may = code == "08" and role in {"department", "tracker", "agency"}
        if may:
            plans.change(plan_id=plan.pk, title="Kế hoạch", goal="", year=2027, by=who)
        else:
            with pytest.raises(PermissionDenied):
                plans.change(plan_id=plan.pk, title="Kế hoạch", goal="", year=2027, by=who)
    completed(plan, tuyen_quang, by)
    plans.ask(plan_id=plan.pk, by=people["tracker", "08"])
    for key, who in people.items():
        if key != ("head", "08"):
            with pytest.raises(PermissionDenied):
                plans.approve(plan_id=plan.pk, by=who)
    assert [w.key for w in plans_waiting.to_approve(people["head", "08"], 5)] == [f"improvement.plan:{plan.pk}"]
    assert plans_waiting.to_approve(people["head", "75"], 5) == []
    plans.approve(plan_id=plan.pk, by=people["head", "08"])


def test_measures_without_owner_or_day_wait_for_their_writers(
    tuyen_quang: Unit, dong_nai: Unit, by: Actor, hire: Hire, acting: Acting
) -> None:
    plan = drafted(tuyen_quang, by)
    writer, stranger = (acting(hire("tracker", place)) for place in (tuyen_quang, dong_nai))
    assert len(plans_waiting.to_complete(writer, 9)) == 5
    assert plans_waiting.to_complete(stranger, 9) == []
    completed(plan, tuyen_quang, by)
    assert plans_waiting.to_complete(writer, 9) == []


def test_the_next_round_stands_beside_the_measures(tuyen_quang: Unit, by: Actor) -> None:
    first = loop_cast.published(tuyen_quang, by, 2025)
    opened = reading.opened(by, first.round_id)
    assert opened is not None
    plan, _ = plans.draft(opened=opened, domain="", by=by)
    plan = Plan.objects.select_related("unit", "publication__round__unit").get(pk=plan.pk)
    assert effects.after(plan, by).opened is None
    second = loop_cast.published(tuyen_quang, by, 2026, first.round)
    page = pages.plan_page(plan, by)
    assert page["next"].round.pk == second.round_id
    figures = page["next"].results.figures
    for line in page["lines"]:
        value = figures.whole(line.item.node)
        wide = value.change_low < 0 < value.change_high
        assert line.effect.text == pages.VERDICTS[
            Verdict.CANNOT_TELL if wide else Verdict.IMPROVED if value.change > 0 else Verdict.NOT_IMPROVED
        ][0]  # fmt: skip
        assert line.effect.change_ends
        assert abs(value.change - (value.percent - line.item.percent)) < 1e-9, "all items compare here"
        assert line.measures[0].timing == pages.TIMINGS[Timing.AFTER], "nothing was done yet"
    assert sum(n for _, n in page["others"]) == 22 - 5
    second.round.previous = None
    second.round.save()
    after = effects.after(plan, by)
    assert (after.opened, after.is_untied) == (None, True), "a round that was not set up to follow is not compared"


def test_the_button_and_the_pages_in_a_browser_without_script(
    client: Client, tuyen_quang: Unit, by: Actor, hire: Hire
) -> None:
    publication = results_cast.published(tuyen_quang, by)
    writer, reader = hire("tracker", tuyen_quang), hire("press", tuyen_quang)
    url = reverse("plan_draft", args=[publication.round_id, "v1"])
    home = reverse("result_version", args=[publication.round_id, "v1"])
    assert client.login(username=reader.username, password=PASSWORD)
    assert url not in client.get(home).content.decode()
    assert client.post(url).status_code == 403
    assert client.login(username=writer.username, password=PASSWORD)
    assert url in client.get(home).content.decode()
    answer = client.post(url, {"name": ""})
    plan = Plan.objects.get()
    assert answer["Location"] == reverse("plan_detail", args=[plan.pk])
    shown = client.get(answer["Location"]).content.decode()
    assert "mô phỏng" in shown
    measure = Measure.objects.filter(plan=plan).first()
    assert measure is not None
    change = reverse("measure_change", args=[plan.pk, measure.pk])
    answer = client.post(change, {"item": measure.item_id, "title": "", "kind": "work", "due": "32/1/2027"})
    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
    assert client.post(url, {"name": "Sở không có"}).status_code in {302, 404}
    assert client.get(reverse("plan_list")).content.decode().count(plan.title) == 1


def test_an_owner_outside_the_area_of_the_plan_is_refused(tuyen_quang: Unit, dong_nai: Unit, by: Actor) -> None:
    plan = drafted(tuyen_quang, by)
    measure = Measure.objects.filter(plan=plan).first()
    assert measure is not None
    with pytest.raises(ValidationError, match="thuộc đơn vị lập kế hoạch"):
        measures.change(measure_id=measure.pk, item_id=measure.item_id, values={"owner": dong_nai}, by=by)


def test_what_a_plan_can_rest_on_is_said_also_where_a_unit_has_no_results(
    client: Client, tuyen_quang: Unit, dong_nai: Unit, by: Actor, hire: Hire
) -> None:
    publication = results_cast.published(tuyen_quang, by)
    office = unit_actions.add(
        kind="agency", code="S-0", name="Sở không đo", parent=tuyen_quang, valid_from=dt.date(2025, 7, 1), by=by
    )
    address = reverse("result_version", args=[publication.round_id, f"v{publication.version}"])
    said = {}
    for name, unit in (("own", tuyen_quang), ("over", office), ("none", dong_nai)):
        client.force_login(hire("tracker", unit))
        said[name] = (
            client.get(reverse("plan_list")).content.decode().split('id="plan-start"')[1].split("</section>")[0]
        )
    assert address in said["own"]
    assert "mô phỏng" in said["own"]
    assert "no results of its own" in said["over"] or "chưa có kết quả công bố riêng" in said["over"]
    assert "Sở không đo" in said["over"]
    assert address not in said["none"]
    assert reverse("task_list") in said["none"]
    client.force_login(hire("press", tuyen_quang))
    assert 'id="plan-start"' not in client.get(reverse("plan_list")).content.decode()
