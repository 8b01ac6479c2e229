"""Cases issued once, visits taken from files, figures that always equal a recount."""

from __future__ import annotations

import datetime as dt
import io
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from tests.web import cast

from sipas.quality import case_dispositions, replacement_counts
from sipas.rounds import drawn_cases, simulated_field
from sipas.tables import RESPONSES
from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.fieldwork import actions, tasks
from sipas_web.fieldwork.models import Agency, Case, CaseCount, DayCount, FileImport, ImportNote, Issue, State, Visit
from sipas_web.fieldwork.queries import visits_table
from sipas_web.fieldwork.queries.progress import progress_of
from sipas_web.fieldwork.stored_files import store
from sipas_web.jobs.worker import work_off
from sipas_web.rounds.folders import folder_of
from sipas_web.rounds.models import Round
from sipas_web.rounds.models import State as RoundState
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
Hire = Callable[..., Person]
HEAD = "Mã phiếu,Lần đến,Ngày,Hình thức,Kết quả,Người khảo sát,Thay bằng\n"


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> None:
    settings.ROUNDS_FOLDER, settings.MEDIA_ROOT = tmp_path / "rounds", tmp_path / "uploads"


@pytest.fixture
def drawn(tuyen_quang: Unit, by: Actor) -> Round:
    return cast.drawn(cast.new_round(tuyen_quang, by))


@pytest.fixture
def issued(drawn: Round, by: Actor) -> Round:
    actions.ask_issue(round_id=drawn.pk, by=by)
    work_off()
    drawn.refresh_from_db()
    assert drawn.state == RoundState.IN_FIELD
    return drawn


def hand_in(round_: Round, text: str, by: Actor, name: str = "lần đến.csv") -> FileImport:
    made = actions.receive_visits(round_id=round_.pk, stored=store(name, [text.encode()]), by=by)
    work_off()
    made.refresh_from_db()
    return made


def officials(round_: Round) -> list[Case]:
    return list(Case.objects.filter(round=round_, role="official").order_by("case_id"))


def recount(round_: Round) -> Counter[tuple[int, str, str, bool]]:
    return Counter(
        (c.agency_id, c.state, c.disposition, bool(c.replaced_by)) for c in Case.objects.filter(round=round_)
    )


def counted(round_: Round) -> Counter[tuple[int, str, str, bool]]:
    rows = CaseCount.objects.filter(round=round_, count__gt=0)
    return Counter({(c.agency_id, c.state, c.disposition, c.is_replaced): c.count for c in rows})


def test_the_issue_writes_every_drawn_case_once_and_sends_the_round_into_the_field(issued: Round) -> None:
    cases = drawn_cases(folder_of(issued))
    held = Case.objects.filter(round=issued).order_by("case_id")
    assert [(c.case_id, c.role, c.stratum, c.order, c.agency.name) for c in held.select_related("agency")] == list(
        cases.select("case_id", "role", "stratum", "order", "agency").iter_rows()
    )
    assert set(held.filter(role="reserve").values_list("state", flat=True)) == {State.RESERVE}
    assert set(held.filter(role="official").values_list("state", flat=True)) == {State.ISSUED}
    assert counted(issued) == recount(issued)
    assert sum(Agency.objects.filter(round=issued).values_list("official", flat=True)) == 120
    assert Issue.objects.get(round=issued).cases == cases.height
    assert Record.objects.filter(action="fieldwork.cases_issued", unit_id=issued.unit_id).count() == 1


@pytest.mark.parametrize("killed_at", [1, 2, 3])
def test_an_issue_killed_in_the_middle_and_run_again_gives_each_case_once(
    drawn: Round, by: Actor, monkeypatch: pytest.MonkeyPatch, killed_at: int
) -> None:
    monkeypatch.setattr(tasks, "CASES_AT_ONCE", 50)
    parts, part = [], actions.issue_part

    def dies(**given: Any) -> int:
        if len(parts) == killed_at:
            raise KeyboardInterrupt
        parts.append(part(**given))
        return parts[-1]

    monkeypatch.setattr(actions, "issue_part", dies)
    actions.ask_issue(round_id=drawn.pk, by=by)
    with pytest.raises(KeyboardInterrupt):
        work_off()
    assert Case.objects.filter(round=drawn).count() == 50 * killed_at
    assert counted(drawn) == recount(drawn)
    monkeypatch.setattr(actions, "issue_part", part)
    work_off()
    drawn.refresh_from_db()
    assert drawn.state == RoundState.IN_FIELD
    codes = list(Case.objects.filter(round=drawn).values_list("case_id", flat=True))
    assert sorted(codes) == drawn_cases(folder_of(drawn))["case_id"].to_list()
    assert counted(drawn) == recount(drawn)


def test_cases_of_an_earlier_sample_give_way_to_those_drawn_again(drawn: Round, by: Actor) -> None:
    cases = drawn_cases(folder_of(drawn))
    old = {"round_id": drawn.pk, "sample_sha256": "0" * 64, "cases": 2, "agencies": {"Sở cũ": 2}}
    assert actions.begin_issue(**old, by=by)
    rows = [{"case_id": c, "role": "official", "stratum": "a", "order": 1, "agency": "Sở cũ", "commune": None} for c in
            ("0000000000", cases["case_id"][0])]  # fmt: skip
    actions.issue_part(round_id=drawn.pk, rows=rows, by=by)
    actions.ask_issue(round_id=drawn.pk, by=by)
    work_off()
    assert sorted(Case.objects.filter(round=drawn).values_list("case_id", flat=True)) == cases["case_id"].to_list()
    assert not Agency.objects.filter(round=drawn, name="Sở cũ").exists()
    assert counted(drawn) == recount(drawn)


def test_only_a_drawn_round_is_issued_and_only_by_its_operator(
    drawn: Round, by: Actor, hire: Hire, acting: Callable[[Person], Actor], dong_nai: Unit, tuyen_quang: Unit
) -> None:
    for role, unit in (("department", dong_nai), ("post_province", tuyen_quang)):
        with pytest.raises(PermissionDenied):
            actions.ask_issue(round_id=drawn.pk, by=acting(hire(role, unit)))
    drawn.state = RoundState.SET_UP
    drawn.save()
    with pytest.raises(ValidationError):
        actions.ask_issue(round_id=drawn.pk, by=by)


def test_good_rows_are_taken_and_each_bad_one_is_named(issued: Round, by: Actor) -> None:
    one, two, three = officials(issued)[:3]
    reserve = Case.objects.filter(round=issued, role="reserve", stratum=two.stratum).order_by("order")[0]
    text = HEAD + "\n".join([
        f"{one.case_id},1,03/10/2026,Trực tiếp,2.20,BD001,",
        f"{one.case_id},2,05/10/2026,Trực tiếp,1.1,BD001,",
        f"{two.case_id},1,03/10/2026,giấy,Người được hỏi từ chối,BD002,{reserve.case_id}",
        f"{three.case_id},0,03/10/2026,giấy,2.20,,",
        f"{three.case_id},1,03/10/2026,web,2.22,,",
        f"{three.case_id},1,03/10/2026,giấy,2.11,,ABCDEFGHJK",
        "KHONGCO,1,03/10/2026,giấy,2.20,,",
    ])
    file = hand_in(issued, text, by)
    assert {k: file.report[k] for k in ("rows", "taken", "rejected", "repeated")} == {
        "rows": 7, "taken": 3, "rejected": 4, "repeated": 0,
    }  # fmt: skip
    assert list(ImportNote.objects.filter(file=file).values_list("row", "code")) == [
        (5, "visits.number_impossible"),
        (6, "visits.outcome_not_of_mode"),
        (7, "visits.replacement_unknown"),
        (8, "visits.case_unknown"),
    ]
    for case in (one, two, three, reserve):
        case.refresh_from_db()
    assert (one.state, one.disposition, one.visits_made, one.last_day) == (
        State.VISITED, "2.20", 2, dt.date(2026, 10, 5),
    )  # fmt: skip
    assert (two.state, two.replaced_by, two.disposition) == (State.REPLACED, reserve.case_id, "2.11")
    assert (reserve.state, reserve.replaces) == (State.ISSUED, two.case_id)
    assert three.state == State.ISSUED
    assert counted(issued) == recount(issued)


def test_the_same_file_again_changes_nothing_and_another_content_is_refused(issued: Round, by: Actor) -> None:
    case = officials(issued)[0]
    text = f"{HEAD}{case.case_id},1,03/10/2026,giấy,2.20,BD001,\n"
    hand_in(issued, text, by)
    before = list(Case.objects.values()), counted(issued), list(Visit.objects.values()), list(DayCount.objects.values())
    again = hand_in(issued, text, by)
    assert again.report["repeated"] == 1
    assert before == (
        list(Case.objects.values()), counted(issued), list(Visit.objects.values()), list(DayCount.objects.values()),
    )  # fmt: skip
    other = hand_in(issued, text.replace("2.20", "2.11"), by)
    assert (other.report["taken"], other.report["rejected"]) == (0, 1)
    assert ImportNote.objects.get(file=other).code == "fieldwork.visit_differs"
    assert Visit.objects.get(case=case).outcome == "2.20"


def test_an_import_killed_in_the_middle_counts_each_row_once(
    issued: Round, by: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "ROWS_AT_ONCE", 7)
    text = HEAD + "".join(f"{c.case_id},1,03/10/2026,giấy,2.20,BD001,\n" for c in officials(issued)[:30])
    take, done = actions.take_visits, []

    def dies(**given: Any) -> None:
        if len(done) == 2:
            raise KeyboardInterrupt
        take(**given)
        done.append(given["upto"])

    monkeypatch.setattr(actions, "take_visits", dies)
    made = actions.receive_visits(round_id=issued.pk, stored=store("x.csv", [text.encode()]), by=by)
    with pytest.raises(KeyboardInterrupt):
        work_off()
    assert Visit.objects.count() == 14
    monkeypatch.setattr(actions, "take_visits", take)
    work_off()
    made.refresh_from_db()
    assert (made.report["rows"], made.report["taken"], made.report["repeated"]) == (30, 30, 0)
    assert Visit.objects.count() == 30
    assert counted(issued) == recount(issued)


def test_a_file_that_is_no_list_of_visits_is_said_in_vietnamese(issued: Round, by: Actor) -> None:
    file = hand_in(issued, "Cột lạ,Ghi chú\n1,2\n", by)
    assert file.error is not None
    assert file.error["code"] == "visits.column_missing"
    assert file.finished is None


def test_live_figures_are_those_of_the_library(issued: Round, by: Actor) -> None:
    """Without answers, so that visits alone decide; capture's tests do it with answers."""
    field, _truth = simulated_field(folder_of(issued))
    hand_in(issued, field.visits.write_csv(), by)
    visits = visits_table(issued)
    sample = pl.read_parquet(folder_of(issued) / "sample.parquet")
    truth = case_dispositions(sample, visits, RESPONSES.empty())
    total = progress_of(issued).total
    groups = dict(truth.group_by("group").len().rows())
    assert {g: n for g, n in total.groups.items() if n} == groups
    assert total.issued == truth.height
    assert total.visited == truth.filter(pl.col("visits") > 0).height
    assert total.replaced == int(replacement_counts(truth, sample)["replaced"].sum())
    assert counted(issued) == recount(issued)
    assert visits.equals(field.visits.select(visits.columns).sort("case_id", "visit"))


def test_the_table_of_visits_is_the_same_whatever_the_order_they_came_in(issued: Round, by: Actor) -> None:
    lines = [f"{c.case_id},{n},0{n}/10/2026,giấy,2.20,,\n" for c in officials(issued)[:5] for n in (1, 2)]
    for line in reversed(lines):
        hand_in(issued, HEAD + line, by)
    made = io.BytesIO()
    visits_table(issued).write_parquet(made)
    Visit.objects.all().delete()
    for visit in lines:
        hand_in(issued, HEAD + visit, by)
    again = io.BytesIO()
    visits_table(issued).write_parquet(again)
    assert made.getvalue() == again.getvalue()
    assert visits_table(issued)["interviewer"].null_count() == 10
