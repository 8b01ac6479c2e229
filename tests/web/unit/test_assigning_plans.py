"""Plans of assignments: every open case once, adjusted by people, accepted as a whole, in parts and after a stop."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from tests.web import field_cast
from tests.web.field_cast import Field, check_counts

from sipas_web.audit.actors import Actor
from sipas_web.fieldwork.actions import planning
from sipas_web.fieldwork.actions.serving import set_served
from sipas_web.fieldwork.models import Case, Issue, Plan, PlanRow, ServedArea, State
from sipas_web.fieldwork.queries import plans
from sipas_web.fieldwork.queries.serving import communes_of, serving
from sipas_web.jobs.worker import work_off
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
OFFICES, PEOPLE = Plan.Kind.OFFICES, Plan.Kind.PEOPLE


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> None:
    settings.ROUNDS_FOLDER, settings.MEDIA_ROOT = tmp_path / "rounds", tmp_path / "uploads"


@pytest.fixture
def field(tuyen_quang: Unit, by: Actor, hire: field_cast.Hire, acting: field_cast.Acting) -> Field:
    return field_cast.staffed(tuyen_quang, by, hire, acting)


def suggest(field: Field, kind: str, unit: Unit | None = None, by: str = "post_province") -> Plan:
    unit = unit or field.round.unit
    return planning.suggest(round_id=field.round.pk, kind=kind, unit=unit, by=field.actors[by])


def where(field: Field) -> Counter[tuple[Any, ...]]:
    cases = Case.objects.filter(round=field.round, role="official")
    return Counter(cases.values_list("commune", "office__code", "interviewer__username"))


def test_cases_go_to_the_office_that_serves_the_commune_else_to_the_nearest(field: Field) -> None:
    one, two, three = (c.code for c in field.communes)
    assert serving(field.round, [one, two, three, ""]) == {
        one: field.office.pk, two: field.other.pk, three: field.other.pk, "": field.province_office.pk
    }  # fmt: skip
    set_served(round_id=field.round.pk, areas={three: field.office.pk}, by=field.actors["post_province"])
    plan = suggest(field, OFFICES)
    assert plan.state == Plan.State.DRAFT
    assert Case.objects.filter(office__isnull=False).count() == 0
    planning.accept(plan_id=plan.pk, by=field.actors["post_province"])
    assert where(field) == Counter({(one, "BC1", None): 6, (two, "BC2", None): 4, (three, "BC1", None): 2})
    check_counts(field)
    assert Plan.objects.get(pk=plan.pk).state == Plan.State.DONE


def test_people_get_cases_by_load_and_only_of_their_territory(field: Field) -> None:
    """The first works at the office, so everywhere it serves; the second in one commune alone."""
    three = field.communes[2].code
    field.give(field.codes(0) + field.codes(2), field.office)
    plan = suggest(field, PEOPLE, field.office, by="branch")
    rows = {(r.interviewer_id, r.commune): r.cases for r in PlanRow.objects.filter(plan=plan)}
    assert (field.people["two"].pk, three) not in rows
    assert rows[field.people["one"].pk, three] == 2
    load = Counter[int | None]()
    for (person, _commune), n in rows.items():
        load[person] += n
    assert sorted(load.values()) in ([4, 4], [3, 5])
    planning.accept(plan_id=plan.pk, by=field.actors["branch"])
    given = Counter(Case.objects.filter(office=field.office).values_list("interviewer", flat=True))
    assert given == load
    check_counts(field)
    again = suggest(field, PEOPLE, field.office, by="branch")
    assert not PlanRow.objects.filter(plan=again).exists()


def test_cases_of_no_area_are_left_and_said(field: Field) -> None:
    field.give(field.codes(2), field.other)
    Case.objects.filter(office=field.other).update(commune=field.communes[0].code)
    field.people["far"].assignments.update(unit=field.communes[1])
    ServedArea.objects.create(office=field.other, commune=field.communes[1], set_by="")
    plan = suggest(field, PEOPLE)
    assert plan.left == {field.communes[0].code: 2}
    assert not PlanRow.objects.filter(plan=plan).exists()


def test_a_plan_can_be_adjusted_and_moves_what_it_then_says(field: Field) -> None:
    by = field.actors["branch"]
    field.give(field.codes(0), field.office)
    plan = suggest(field, PEOPLE, field.office, by="branch")
    row = PlanRow.objects.filter(plan=plan, interviewer=field.people["one"]).get()
    to = {"office_id": field.office.pk, "interviewer": field.people["two"].pk, "by": by}
    planning.adjust(plan_id=plan.pk, row_id=row.pk, cases=row.cases - 1, **to)  # type: ignore[arg-type]
    for wrong in (0, 2):
        with pytest.raises(ValidationError):
            planning.adjust(plan_id=plan.pk, row_id=row.pk, cases=wrong, **to)  # type: ignore[arg-type]
    for receiver in (field.people["far"].pk, None):
        with pytest.raises(ValidationError):
            planning.adjust(
                plan_id=plan.pk, row_id=row.pk, cases=1, office_id=field.office.pk, interviewer=receiver, by=by
            )  # fmt: skip
    planning.accept(plan_id=plan.pk, by=by)
    given = Counter(Case.objects.filter(office=field.office).values_list("interviewer__username", flat=True))
    assert given == {field.people["one"].username: 1, field.people["two"].username: 5}


def test_a_plan_whose_cases_went_elsewhere_is_refused_whole(field: Field) -> None:
    field.give(field.codes(0), field.office)
    plan = suggest(field, PEOPLE, field.office, by="branch")
    field.give(field.codes(0)[:1], field.office, "one", by="branch")
    with pytest.raises(ValidationError):
        planning.accept(plan_id=plan.pk, by=field.actors["branch"])
    assert Case.objects.filter(interviewer__isnull=False).count() == 1
    newer = suggest(field, PEOPLE, field.office, by="branch")
    assert Plan.objects.get(pk=plan.pk).state == Plan.State.DISCARDED
    planning.accept(plan_id=newer.pk, by=field.actors["branch"])
    with pytest.raises(ValidationError):
        planning.accept(plan_id=newer.pk, by=field.actors["branch"])
    check_counts(field)


def test_nobody_plans_outside_the_own_area(field: Field) -> None:
    field.give(field.codes(0), field.office)
    plan = suggest(field, PEOPLE, field.office)
    for name in ("other_branch", "one", "supervisor"):
        with pytest.raises(PermissionDenied):
            suggest(field, PEOPLE, field.office, by=name)
        with pytest.raises(PermissionDenied):
            planning.accept(plan_id=plan.pk, by=field.actors[name])
        assert plans.plan_for(field.actors[name], field.round.pk, plan.pk) is None
    with pytest.raises(PermissionDenied):
        suggest(field, OFFICES, by="branch")
    with pytest.raises(PermissionDenied):
        set_served(round_id=field.round.pk, areas={field.communes[0].code: None}, by=field.actors["branch"])


@pytest.mark.parametrize("killed_at", [1, 2, 3])
def test_a_plan_killed_while_it_is_carried_out_goes_on_and_gives_every_case_once(
    field: Field,
    monkeypatch: pytest.MonkeyPatch,
    killed_at: int,
) -> None:
    monkeypatch.setattr(planning, "SMALL_PLAN", 0)
    monkeypatch.setattr(planning, "PART", 3)
    plan = suggest(field, OFFICES)
    planning.accept(plan_id=plan.pk, by=field.actors["post_province"])
    assert not Case.objects.filter(office__isnull=False).exists()
    real, calls = planning.give, []

    def dies(*given: Any, **more: Any) -> Any:
        calls.append(1)
        made = real(*given, **more)
        if len(calls) == killed_at:
            raise KeyboardInterrupt
        return made

    monkeypatch.setattr(planning, "give", dies)
    with pytest.raises(KeyboardInterrupt):
        work_off()
    assert Case.objects.filter(office__isnull=False).count() == 3 * (killed_at - 1)
    check_counts(field)
    work_off()
    assert Case.objects.filter(round=field.round, office__isnull=False).count() == 12
    assert Plan.objects.get(pk=plan.pk).state == Plan.State.DONE
    check_counts(field)


def test_what_others_took_while_a_plan_is_carried_out_is_told_and_not_taken_from_them(
    field: Field,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(planning, "SMALL_PLAN", 0)
    plan = suggest(field, OFFICES)
    planning.accept(plan_id=plan.pk, by=field.actors["post_province"])
    field.give(field.codes(0)[:2], field.other, by="department")
    work_off()
    row = PlanRow.objects.get(plan=plan, commune=field.communes[0].code)
    assert (row.cases, row.done, row.lacking) == (6, 4, 2)
    assert set(Case.objects.filter(case_id__in=field.codes(0)[:2]).values_list("office", flat=True)) == {field.other.pk}
    check_counts(field)


def test_a_plan_of_a_large_round_is_worked_out_beside_the_page(
    field: Field,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Issue.objects.create(round=field.round, sample_sha256="", cases=12, issued_by="")
    monkeypatch.setattr(planning, "LARGE_ROUND", 10)
    plan = suggest(field, OFFICES)
    assert plan.state == Plan.State.MAKING
    work_off()
    plan.refresh_from_db()
    assert plan.state == Plan.State.DRAFT
    assert sum(row.cases for row in PlanRow.objects.filter(plan=plan)) == 12


def test_only_open_cases_are_planned(field: Field) -> None:
    codes = field.codes(0)
    for code, state in zip(codes, (State.ANSWERED, State.WITHDRAWN, State.REPLACED), strict=False):
        Case.objects.filter(case_id=code).update(state=state)
    plan = suggest(field, OFFICES)
    assert sum(row.cases for row in PlanRow.objects.filter(plan=plan)) == 9  # the reserves not among them
    assert {c.code: c.cases for c in communes_of(field.round)} == {
        c.code: n for c, n in zip(field.communes, (6, 4, 2), strict=True)
    }
