"""The cascade of directives: four levels, a unit that ends, deadlines, documents that are missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from tests.web.conftest import PASSWORD
from tests.web.letters_cast import PROVINCE, citations_of, kept, letter_text, mark_passed_on

from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.improvement.actions import directives as acts
from sipas_web.improvement.actions.directives.ordering import OrderGiven
from sipas_web.improvement.models import Addressee, Directive, Task
from sipas_web.improvement.queries.directives import cascade, citing, figures
from sipas_web.units import actions as unit_actions
from sipas_web.units import queries as units
from sipas_web.units.closure import DAY
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
Hire = Callable[..., Person]
Acting = Callable[[Person], Actor]
ORDER = "Niêm yết công khai thủ tục và xin lỗi người dân khi trễ hẹn, hoàn thành trước ngày {day:%d/%m/%Y}."
LEVELS = (dt.date(2026, 1, 12), dt.date(2026, 1, 20), dt.date(2026, 1, 26), dt.date(2026, 2, 2))


@dataclass
class Cascade:
    """A province, a department that is dissolved, one that takes over, a commune, its desk and the desk's team."""

    province: Unit
    old: Unit
    new: Unit
    other: Unit
    commune: Unit
    desk: Unit
    team: Unit
    letters: dict[str, Directive]


@pytest.fixture
def levels(by: Actor, tuyen_quang: Unit) -> Cascade:
    """Four letters, each passing on the one above."""

    def unit(code: str, name: str, parent: Unit, kind: str = "agency") -> Unit:
        return unit_actions.add(kind=kind, code=code, name=name, parent=parent, valid_from=dt.date(2025, 7, 1), by=by)

    commune = units.first_commune(tuyen_quang, units.today())
    assert commune is not None
    old, new, other = (unit(c, n, tuyen_quang) for c, n in (("C1", "Sở Cũ"), ("C2", "Sở Mới"), ("C3", "Sở Khác")))
    desk = unit("TT", "Trung tâm Phục vụ hành chính công", commune, "one_stop")
    team = unit("TO", "Tổ Tiếp nhận", desk)
    made = Cascade(tuyen_quang, old, new, other, commune, desk, team, {})
    made.letters["province"] = kept(PROVINCE, unit=tuyen_quang, issuer=tuyen_quang, to=[old, other, commune], by=by)
    made.letters["commune"] = passed(made, commune, "21/UBND-VP", 1, "412/UBND-NC", [desk], by)
    made.letters["desk"] = passed(made, desk, "4/TTPVHCC", 2, "21/UBND-VP", [team], by)
    made.letters["team"] = passed(made, team, "1/TTN", 3, "4/TTPVHCC", [], by)
    return made


def passed(
    made: Cascade, issuer: Unit, number: str, level: int, above: str, to: list[Unit], by: Actor,
    due: dt.date = dt.date(2026, 2, 28),
) -> Directive:  # fmt: skip
    """Keep a letter that passes on the one above."""
    head = f"ỦY BAN NHÂN DÂN TỈNH TUYÊN QUANG\n{issuer.full_name.upper()}"
    text = letter_text(
        head=head, number=number, day=LEVELS[level], cited=(above, LEVELS[level - 1], "UBND tỉnh"),
        to="Các bộ phận", order=ORDER.format(day=due),
    )  # fmt: skip

    def cite(directive: Directive) -> None:
        issuers = {"412/UBND-NC": made.province, "21/UBND-VP": made.commune, "4/TTPVHCC": made.desk}
        given = [replace(c, issuer=issuers[above], is_passed_on=c.reference == above) for c in citations_of(directive)]
        acts.correct_citations(directive_id=directive.pk, citations=given, by=by)

    return kept(text, unit=issuer, issuer=issuer, to=to, by=by, change=cite)


def slowly(directive: Directive) -> dict[str, str]:
    """Say who stands how, from the letters alone: the slow, obvious twin."""
    found = {}
    for row in Addressee.objects.filter(directive=directive):
        line, step = [], row
        while step is not None:
            line.append(step.unit_id)
            step = step.came_from
        letters = [d for d in Directive.objects.all() if d.above_id == directive.pk and d.state == "kept"]
        if any(letter.issuer_id in line for letter in letters):
            found[row.name] = "passed_on"
        elif row.carries_itself:
            found[row.name] = "itself"
        else:
            found[row.name] = "open" if row.until is None else "ended"
    return found


def standings(directive: Directive, by: Actor) -> dict[str, str]:
    node = cascade.tree_of(Directive.objects.get(pk=directive.pk), by)
    return {b.addressee.name: b.standing for b in node.branches}


def test_four_levels_hang_together_and_a_dissolved_unit_is_replaced(levels: Cascade, by: Actor) -> None:
    top = cascade.tree_of(levels.letters["province"], by)
    path, node = [], top
    while True:
        path.append(node.directive.reference)
        below = list(node.children())
        if not below:
            break
        node = below[0]
    assert path == ["412/UBND-NC", "21/UBND-VP", "4/TTPVHCC", "1/TTN"]
    assert [d.reference for d in cascade.above_of(levels.letters["team"])] == path[:-1]
    assert standings(levels.letters["province"], by) == {
        "Sở Cũ": "open", "Sở Khác": "open", levels.commune.full_name: "passed_on",
    }  # fmt: skip
    today = units.today()
    unit_actions.dissolve(unit=levels.old, on=today, successors=[levels.new], by=by)
    after = standings(levels.letters["province"], by)
    assert after == {
        "Sở Cũ": "ended", "Sở Mới": "open", "Sở Khác": "open", levels.commune.full_name: "passed_on",
    }  # fmt: skip
    assert after == slowly(levels.letters["province"])
    heir = Addressee.objects.get(unit=levels.new)
    assert (heir.came_from.unit, heir.since) == (levels.old, today)  # type: ignore[union-attr]
    assert "Sở Cũ" in Record.objects.get(action="improvement.addressees_rehomed").details
    assert acts.rehome(by=by) == 0  # safe to call for nothing
    acts.carry_itself(addressee_id=heir.pk, reason="Không có đơn vị trực thuộc", by=by)
    assert standings(levels.letters["province"], by)["Sở Mới"] == "itself"


def test_a_letter_of_the_ended_unit_that_turns_up_later_counts_for_who_took_it_over(levels: Cascade, by: Actor) -> None:
    unit_actions.dissolve(unit=levels.old, on=units.today(), successors=[levels.new], by=by)
    passed(levels, levels.old, "9/SC", 1, "412/UBND-NC", [], by)
    assert standings(levels.letters["province"], by) == slowly(levels.letters["province"])
    assert Addressee.objects.get(unit=levels.new).passed_on.reference == "9/SC"  # type: ignore[union-attr]


def test_a_unit_with_several_successors_leaves_its_part_to_each(levels: Cascade, by: Actor) -> None:
    unit_actions.dissolve(unit=levels.old, on=units.today(), successors=[levels.new, levels.other], by=by)
    rows = Addressee.objects.filter(directive=levels.letters["province"], until=None)
    assert sorted(row.name for row in rows) == sorted(["Sở Mới", "Sở Khác", levels.commune.full_name])


def test_a_deadline_later_than_above_is_refused_with_both_days(levels: Cascade, by: Actor) -> None:
    with pytest.raises(ValidationError) as refused:
        passed(levels, levels.other, "8/SK", 1, "412/UBND-NC", [], by, due=dt.date(2026, 4, 10))
    said = " ".join(refused.value.messages)
    assert "10/04/2026" in said
    assert "31/03/2026" in said
    assert "412/UBND-NC" in said
    top = levels.letters["province"]
    put_due(top, "1.a", dt.date(2026, 4, 15), by)
    made = passed(levels, levels.other, "8/SK", 1, "412/UBND-NC", [], by, due=dt.date(2026, 4, 10))
    assert made.above == top
    put_due(top, "1.a", dt.date(2026, 3, 31), by)  # the letter above is as it is: the fault is shown, not hidden
    page = cascade_conflicts(top)
    assert len(page) == 1
    assert "8/SK" not in page[0]
    assert "10/04/2026" in page[0]


def test_a_deadline_without_a_like_order_above_is_held_to_the_last_one(levels: Cascade, by: Actor) -> None:
    def other(due: str) -> str:
        return letter_text(
            head="SỞ KHÁC", number="7/SK", day=LEVELS[1], cited=("412/UBND-NC", LEVELS[0], "UBND tỉnh"),
            to="Các phòng", order=f"Tổ chức hội nghị tổng kết cuối kỳ, hoàn thành trước ngày {due}.",
        )  # fmt: skip

    def keep(due: str) -> Directive:
        return kept(other(due), unit=levels.other, issuer=levels.other, to=[], by=by, passes_on="412/UBND-NC")

    with pytest.raises(ValidationError, match="30/06/2026"):
        keep("01/7/2026")
    assert keep("30/6/2026").above == levels.letters["province"]


def test_an_extension_granted_above_moves_the_limit(levels: Cascade, by: Actor) -> None:
    later = dt.date(2026, 4, 20)
    own = Task.objects.filter(directive=levels.letters["province"], unit=levels.other, path="1.a")
    assert own.update(due=later) == 1
    with pytest.raises(ValidationError, match="20/04/2026"):
        passed(levels, levels.other, "8/SK", 1, "412/UBND-NC", [], by, due=later + DAY)
    assert passed(levels, levels.other, "8/SK", 1, "412/UBND-NC", [], by, due=later).above == levels.letters["province"]


def test_the_list_shows_what_a_report_counts_at_a_unit(levels: Cascade, hire: Hire, client: Client) -> None:
    person = hire("tracker", levels.province)
    client.login(username=person.username, password=PASSWORD)
    span = {"don-vi": levels.commune.pk, "tu": "2026-01-13", "den": "2026-12-31"}
    page = client.get(reverse("directive_list"), span).content.decode()
    assert "21/UBND-VP" in page
    assert "412/UBND-NC" not in page  # it came the day before
    assert "412/UBND-NC" in client.get(reverse("directive_list"), span | {"tu": "2026-01-12"}).content.decode()
    assert client.get(reverse("directive_list"), {"don-vi": "x", "tu": "2026-99-99"}).status_code == 200


def put_due(directive: Directive, path: str, due: dt.date, by: Actor) -> None:
    orders = [
        OrderGiven(p.pk, p.is_task, p.title, due if p.path == path else p.due, p.period)
        for p in directive.provisions.all()
    ]
    acts.correct_provisions(directive_id=directive.pk, orders=orders, by=by, reason="Đọc nhầm ngày")


def cascade_conflicts(directive: Directive) -> list[str]:
    from sipas_web.improvement.queries.directives import timing

    return [timing.sentence(fault) for fault in timing.conflicts(Directive.objects.get(pk=directive.pk))]


def test_what_is_cited_and_missing_is_listed_and_linked_when_it_is_entered(
    by: Actor, tuyen_quang: Unit, dong_nai: Unit
) -> None:
    commune = units.first_commune(tuyen_quang, units.today())
    foreign = units.first_commune(dong_nai, units.today())
    assert commune is not None
    assert foreign is not None
    for n, unit in ((5, commune), (6, foreign)):
        text = letter_text(
            head=f"ỦY BAN NHÂN DÂN\n{unit.full_name.upper()}", number=f"{n}/UBND-VP", day=LEVELS[1],
            cited=("412/UBND-NC", LEVELS[0], "UBND tỉnh"), to="Các bộ phận", order=ORDER.format(day=LEVELS[3]),
        )  # fmt: skip
        made = kept(text, unit=unit, issuer=unit, to=[], by=by, passes_on="412/UBND-NC")
        assert made.above is None
    # two provinces: the same number of the same day is two documents
    assert [(m.reference, len(m.cited_by)) for m in citing.missing(by)] == [("412/UBND-NC", 1)] * 2
    top = kept(PROVINCE, unit=tuyen_quang, issuer=tuyen_quang, to=[commune], by=by)
    assert Directive.objects.get(reference="5/UBND-VP").above == top
    assert Directive.objects.get(reference="6/UBND-VP").above is None
    assert Addressee.objects.get(directive=top).passed_on.reference == "5/UBND-VP"  # type: ignore[union-attr]
    assert [m.reference for m in citing.missing(by)] == ["77/KH-BNV", "412/UBND-NC"] or {
        m.reference for m in citing.missing(by)
    } == {"77/KH-BNV", "412/UBND-NC"}


def test_no_letter_passes_on_itself_or_one_that_is_later(levels: Cascade, by: Actor) -> None:
    top, below = levels.letters["province"], levels.letters["commune"]
    cited = citations_of(top)
    again = replace(
        cited[0], pk=None, reference="21/UBND-VP", issued=LEVELS[1], issuer=levels.commune, is_passed_on=True
    )
    with pytest.raises(ValidationError, match="20/01/2026"):
        acts.correct_citations(directive_id=top.pk, citations=[*cited, again], by=by, reason="x")
    assert Directive.objects.get(pk=top.pk).above is None
    assert Directive.objects.get(pk=below.pk).above == top
    mark_passed_on(below, "", by, reason="Nhầm")
    assert Addressee.objects.get(directive=top, unit=levels.commune).passed_on is None


def test_addressees_of_an_old_letter_are_those_who_took_them_over(by: Actor, tuyen_quang: Unit) -> None:
    before = dt.date(2020, 4, 14)
    old_province = units.by_code("08", before)
    assert old_province is not None
    district = next(
        u for u in units.Unit.objects.filter(kind="district", valid_to__isnull=False) if u.name == "Sơn Dương"
    )
    text = letter_text(
        head="ỦY BAN NHÂN DÂN\nTỈNH TUYÊN QUANG", number="1049/UBND-NC", day=before,
        cited=("243/KH-BNV", dt.date(2020, 4, 3), "Bộ Nội vụ"), to=f"UBND {district.full_name.lower()}",
        order="Phối hợp điều tra.",
    )  # fmt: skip
    made = kept(text, unit=tuyen_quang, issuer=old_province, to=[district], by=by)
    ended, heirs = made.addressees.get(unit=district), made.addressees.exclude(unit=district)
    assert ended.until == district.valid_to
    assert heirs.count() > 5
    assert {row.unit.kind for row in heirs} == {"commune"}  # type: ignore[union-attr]
    assert all(row.unit.holds(units.today()) for row in heirs)  # type: ignore[union-attr]
    assert all(row.since == district.valid_to + DAY for row in heirs)  # type: ignore[operator]


def test_who_sees_which_part_of_a_cascade(
    levels: Cascade, hire: Hire, acting: Acting, client: Client, dong_nai: Unit
) -> None:
    top, below = levels.letters["province"], levels.letters["commune"]
    agency = hire("agency", levels.commune)
    client.login(username=agency.username, password=PASSWORD)
    page = client.get(reverse("directive_cascade", args=[top.pk])).content.decode()
    assert "21/UBND-VP" in page
    assert "Sở Khác" not in page  # what other addressees do is not this reader's
    node = cascade.tree_of(top, acting(agency))
    assert (node.hidden, [b.addressee.unit for b in node.branches]) == (2, [levels.commune])
    stranger = hire("tracker", dong_nai)
    client.login(username=stranger.username, password=PASSWORD)
    for name in ("detail", "cascade", "reading", "head", "withdraw"):
        assert client.get(reverse(f"directive_{name}", args=[below.pk])).status_code == 404, name
    assert "412/UBND-NC" not in client.get(reverse("directive_list")).content.decode()
    assert client.post(reverse("directive_give", args=[top.pk])).status_code == 404


def test_what_waits_and_what_is_counted(levels: Cascade, hire: Hire, acting: Acting, by: Actor) -> None:
    other = acting(hire("agency", levels.other))
    waits = figures.waiting(other, 10)
    assert [(w.unit, w.due) for w in waits] == [("Sở Khác", dt.date(2026, 3, 31))]
    assert figures.waiting(acting(hire("agency", levels.commune)), 10) == []  # it has passed it on
    every = [levels.province, levels.old, levels.other, levels.commune, levels.desk, levels.team]
    span = (dt.date(2026, 1, 1), dt.date(2026, 12, 31))
    assert figures.counts([u.pk for u in every], *span) == counted(every, *span)
    assert figures.counts([u.pk for u in every], dt.date(2026, 2, 1), span[1]) == counted(
        every, dt.date(2026, 2, 1), span[1]
    )


def counted(every: list[Unit], first: dt.date, last: dt.date) -> dict[int, dict[str, int]]:
    """Count one by one: the slow, obvious twin."""
    found: dict[int, dict[str, int]] = {}

    def add(unit: Any, code: str) -> None:
        if unit in {u.pk for u in every}:
            found.setdefault(unit, {})[code] = found.get(unit, {}).get(code, 0) + 1

    for row in Addressee.objects.filter(directive__state="kept"):
        if row.until is None and row.since and first <= row.since <= last:
            add(row.unit_id, "received")
            add(
                row.unit_id,
                "passed_on" if row.passed_on_id else "carried_itself" if row.carries_itself else "not_passed_on",
            )
    for directive in Directive.objects.filter(state="kept"):
        if directive.issued and first <= directive.issued <= last:
            add(directive.issuer_id, "issued")
    for unit in found:
        if "received" in found[unit]:
            for code in ("passed_on", "carried_itself", "not_passed_on"):
                found[unit].setdefault(code, 0)
    return found


def test_a_withdrawn_directive_waits_for_nobody_and_stays_readable(
    levels: Cascade, hire: Hire, acting: Acting, by: Actor
) -> None:
    top = levels.letters["province"]
    with pytest.raises(ValidationError):
        acts.withdraw(directive_id=top.pk, reason=" ", by=by)
    acts.withdraw(directive_id=top.pk, reason="Thay bằng 500/UBND-NC", fate="drop", by=by)
    assert figures.waiting(acting(hire("agency", levels.other)), 10) == []
    with pytest.raises(ValidationError):
        acts.correct_addressees(directive_id=top.pk, addressees=[], by=by, reason="x")
    again = kept(PROVINCE, unit=levels.province, issuer=levels.province, to=[levels.other], by=by)
    assert again.pk != top.pk  # the number is free again
