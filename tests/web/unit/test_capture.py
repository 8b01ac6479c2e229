"""Answers from files: each content once, the first valid one chosen, figures that always equal a recount."""

from __future__ import annotations

import datetime as dt
import io
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.web import cast
from tests.web.unit.test_fieldwork import HEAD, Hire, counted, hand_in, officials, recount

from sipas.capture import import_responses
from sipas.instrument import load
from sipas.intake import read
from sipas.quality import case_dispositions, field_rates, response_rates
from sipas.rounds import simulated_field
from sipas_web.audit.actors import Actor
from sipas_web.capture import actions, tasks
from sipas_web.capture.actions import Given
from sipas_web.capture.models import Response
from sipas_web.capture.queries import others_table, responses_table
from sipas_web.fieldwork import actions as fieldwork
from sipas_web.fieldwork.models import Case, DayCount, FileImport, ImportNote, State
from sipas_web.fieldwork.queries import visits_table
from sipas_web.fieldwork.queries.progress import answered, progress_of
from sipas_web.fieldwork.stored_files import store
from sipas_web.jobs.worker import work_off
from sipas_web.rounds.folders import folder_of
from sipas_web.rounds.models import Round
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
EDITION = load("sipas-2017")


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> None:
    settings.ROUNDS_FOLDER, settings.MEDIA_ROOT = tmp_path / "rounds", tmp_path / "uploads"


@pytest.fixture
def issued(tuyen_quang: Unit, by: Actor) -> Round:
    drawn = cast.drawn(cast.new_round(tuyen_quang, by))
    fieldwork.ask_issue(round_id=drawn.pk, by=by)
    work_off()
    drawn.refresh_from_db()
    return drawn


def hand_in_answers(round_: Round, table: pl.DataFrame, by: Actor) -> FileImport:
    stored = store("phiếu.csv", [table.write_csv().encode()])
    made = actions.receive_responses(round_id=round_.pk, stored=stored, by=by)
    work_off()
    made.refresh_from_db()
    return made


def day_recount(round_: Round) -> tuple[Counter[Any], Counter[Any]]:
    chosen = Response.objects.filter(case__round=round_, is_chosen=True)
    return Counter(r.case_id for r in chosen), Counter(r.case_id for r in chosen if r.is_valid)


@pytest.fixture
def simulated(issued: Round, by: Actor) -> Round:
    actions.ask_simulation(round_id=issued.pk, by=by)
    work_off()
    return issued


def test_simulated_field_work_comes_in_by_the_very_same_path(simulated: Round, by: Actor) -> None:
    field, _truth = simulated_field(folder_of(simulated))
    assert Response.objects.filter(is_chosen=True).count() == field.forms.height
    files = FileImport.objects.filter(round=simulated)
    assert {(f.kind, f.is_simulated, f.report["taken"]) for f in files} == {
        ("visits", True, field.visits.height),
        ("responses", True, field.forms.height),
    }
    assert counted(simulated) == recount(simulated)
    actions.ask_simulation(round_id=simulated.pk, by=by)
    work_off()
    assert FileImport.objects.count() == 2, "made up again it is the same file"


def test_a_real_round_is_never_made_up(issued: Round, by: Actor) -> None:
    issued.is_simulated = False
    issued.save()
    with pytest.raises(ValidationError):
        actions.ask_simulation(round_id=issued.pk, by=by)


def test_live_figures_are_those_of_the_library(simulated: Round) -> None:
    sample = pl.read_parquet(folder_of(simulated) / "sample.parquet")
    taken = import_responses(responses_table(simulated), EDITION, kinds(simulated, sample))
    truth = case_dispositions(sample, visits_table(simulated), taken.responses)
    total = progress_of(simulated).total
    rates = response_rates(truth)
    shown = {name: None if p is None else p / 100 for name, p in total.percents}
    assert shown == pytest.approx({name: rates[name][0] for name in shown})
    forms = field_rates(truth).row(0, named=True)
    assert (total.issued, total.returned, total.valid) == (forms["issued"], forms["returned"], forms["valid"])
    count, valid, _modes = answered(simulated)
    assert (count, valid) == (forms["returned"], forms["valid"])


def kinds(round_: Round, sample: pl.DataFrame) -> pl.DataFrame:
    frame = pl.read_parquet(folder_of(round_) / "frame.parquet").select("unit_id", "respondent_kind")
    return sample.join(frame, on="unit_id", how="left")


def test_what_is_read_back_the_library_takes_again_without_loss(simulated: Round, tmp_path: Path) -> None:
    """Through a file, as the freeze writes it; the same as what the library makes of the file handed in."""
    sample = kinds(simulated, pl.read_parquet(folder_of(simulated) / "sample.parquet"))
    field, _truth = simulated_field(folder_of(simulated))
    direct = import_responses(field.forms, EDITION, sample)
    path = tmp_path / "responses.parquet"
    responses_table(simulated).write_parquet(path)
    table = read(path)
    back = import_responses(table.cells, EDITION, sample, row_numbers=table.rows)
    assert back.rejected.is_empty()
    assert back.findings.is_empty()
    assert back.responses.equals(direct.responses)
    again = io.BytesIO()
    responses_table(simulated).write_parquet(again)
    assert again.getvalue() == path.read_bytes()
    assert others_table(simulated).is_empty()


def test_the_same_file_again_changes_nothing(simulated: Round, by: Actor) -> None:
    field, _truth = simulated_field(folder_of(simulated))
    before = list(Case.objects.values()), list(Response.objects.values()), counted(simulated)
    again = hand_in_answers(simulated, field.forms, by)
    assert (again.report["taken"], again.report["repeated"]) == (0, field.forms.height)
    assert (list(Case.objects.values()), list(Response.objects.values()), counted(simulated)) == before


def test_other_answers_to_a_case_are_kept_beside_and_named(simulated: Round, by: Actor) -> None:
    field, _truth = simulated_field(folder_of(simulated))
    valid = Response.objects.filter(is_valid=True, is_chosen=True).select_related("case").first()
    assert valid is not None
    item = next(iter(EDITION.items())).name
    row = field.forms.filter(pl.col("case_id") == valid.case.case_id)
    other = row.with_columns(pl.when(pl.col(item) == "1").then(pl.lit("2")).otherwise(pl.lit("1")).alias(item))
    file = hand_in_answers(simulated, pl.concat([row, other, other]), by)
    assert (file.report["rows"], file.report["taken"], file.report["beside"]) == (3, 1, 1)
    assert list(ImportNote.objects.filter(file=file).values_list("row", "kind", "code")) == [
        (3, "beside", "capture.kept_beside")
    ]
    assert Response.objects.get(case=valid.case, is_chosen=True) == valid
    others = others_table(simulated)
    assert others["case_id"].to_list() == [valid.case.case_id]
    assert others["source"].to_list() == ["phiếu.csv: 3"]


def test_a_reserve_that_nobody_put_in_a_place_is_refused(issued: Round, by: Actor) -> None:
    field, _truth = simulated_field(folder_of(issued))
    reserve = Case.objects.filter(round=issued, role="reserve")[0]
    row = field.forms.head(1).with_columns(case_id=pl.lit(reserve.case_id))
    file = hand_in_answers(issued, row, by)
    assert ImportNote.objects.get(file=file).code == "capture.case_not_issued"
    official = officials(issued)[0]
    hand_in(issued, f"{HEAD}{official.case_id},1,03/10/2026,giấy,2.11,,{reserve.case_id}\n", by)
    assert hand_in_answers(issued, row, by).report["taken"] == 1
    reserve.refresh_from_db()
    assert reserve.state == State.ANSWERED


@pytest.mark.parametrize("killed_at", [1, 2])
def test_an_import_killed_in_the_middle_loses_and_repeats_nothing(
    issued: Round, by: Actor, monkeypatch: pytest.MonkeyPatch, killed_at: int
) -> None:
    field, _truth = simulated_field(folder_of(issued))
    hand_in(issued, field.visits.write_csv(), by)
    monkeypatch.setattr(tasks, "ROWS_AT_ONCE", 20)
    take, done = actions.take_answers, []

    def dies(**what: Any) -> None:
        if len(done) == killed_at:
            raise KeyboardInterrupt
        take(**what)
        done.append(what["upto"])

    monkeypatch.setattr(actions, "take_answers", dies)
    stored = store("phiếu.csv", [field.forms.write_csv().encode()])
    file = actions.receive_responses(round_id=issued.pk, stored=stored, by=by)
    with pytest.raises(KeyboardInterrupt):
        work_off()
    assert Response.objects.count() == 20 * killed_at
    monkeypatch.setattr(actions, "take_answers", take)
    work_off()
    file.refresh_from_db()
    assert (file.report["taken"], file.report["repeated"], file.report["rejected"]) == (field.forms.height, 0, 0)
    assert Response.objects.count() == field.forms.height
    assert counted(issued) == recount(issued)


def answer_of(case: Case, content: int, *, is_valid: bool, day: int) -> Given:
    return Given(
        case_id=case.case_id, mode="paper" if content % 2 else "web", received_on=dt.date(2026, 10, day),
        answers={"trips": content}, is_valid=is_valid, invalid_reason="" if is_valid else "capture.invalid_empty",
        source=f"x: {content}", row=content,
    )  # fmt: skip


def test_a_valid_answer_takes_the_place_of_one_that_is_not(issued: Round, by: Actor) -> None:
    case = officials(issued)[0]
    bad, good, late = (answer_of(case, n, is_valid=n > 1, day=n) for n in (1, 2, 3))
    actions.accept(issued, [bad])
    case.refresh_from_db()
    assert (case.state, case.answer, case.disposition) == (State.ANSWERED, "invalid", "2.12")
    assert actions.accept(issued, [good, late, good]).repeated == 1
    case.refresh_from_db()
    assert (case.answer, case.disposition) == ("valid", "1.1")
    assert Response.objects.get(case=case, is_chosen=True).answers == {"trips": 2}
    assert Response.objects.filter(case=case).count() == 3
    assert answered(issued)[:2] == (1, 1)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("visit"), st.integers(0, 5), st.integers(1, 3),
                  st.sampled_from(["1.1", "2.11", "2.20", "2.31", "3.10", "3.11", "4.10"]), st.integers(0, 3)),
        st.tuples(st.just("answer"), st.integers(0, 5), st.integers(1, 3), st.booleans(), st.integers(1, 9)),
    ),
    max_size=14,
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_counts_equal_a_recount_after_any_sequence(steps: list[Any], issued: Round, by: Actor) -> None:
    """Visits and answers in any order, repeated, contradicting, naming any reserve as a replacement."""
    with transaction.atomic():
        play(steps, issued, by)
        check(issued)
        transaction.set_rollback(True)


def play(steps: list[Any], round_: Round, by: Actor) -> None:
    cases = officials(round_)[:4] + list(Case.objects.filter(round=round_, role="reserve").order_by("case_id")[:2])
    places = ["", *(c.case_id for c in cases[3:])]
    for kind, which, number, what, more in steps:
        if kind == "visit":
            line = f"{cases[which].case_id},{number},0{number}/10/2026,giấy,{what},,{places[more]}\n"
            hand_in(round_, HEAD + line, by)
        else:
            actions.accept(round_, [answer_of(cases[which], number, is_valid=what, day=more)])


def check(round_: Round) -> None:
    assert counted(round_) == recount(round_)
    chosen, valid = day_recount(round_)
    days = DayCount.objects.filter(round=round_)
    assert sum(d.answers for d in days) == len(chosen)
    assert sum(d.valid for d in days) == len(valid)
    assert sum(d.visits for d in days) == visits_table(round_).height
    assert set(chosen.values()) <= {1}
    for case in Case.objects.filter(round=round_, state=State.ANSWERED):
        first = Response.objects.filter(case=case).order_by("pk")
        best = first.filter(is_valid=True).first() or first.first()
        assert Response.objects.get(case=case, is_chosen=True) == best


@pytest.mark.parametrize(("province", "expected"), [("tuyen_quang", 200), ("dong_nai", 404)])
def test_pages_of_answers_are_those_of_ones_own_province(
    province: str, expected: int, simulated: Round, client: Client, hire: Hire, request: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr("sipas_web.accounts.queries.has_second_factor", lambda someone: True)
    client.force_login(hire("department", request.getfixturevalue(province)))
    files = {f.kind: f.pk for f in FileImport.objects.filter(round=simulated)}
    paths = [
        f"/phieu/{simulated.pk}/", f"/phieu/{simulated.pk}/nhap/", f"/phieu/nhap/{files['responses']}/",
        f"/phieu/nhap/{files['responses']}/dong/csv/", f"/thuc-dia/nhap/{files['visits']}/",
        f"/thuc-dia/nhap/{files['visits']}/dong/csv/",
    ]  # fmt: skip
    assert [client.get(path).status_code for path in paths] == [expected] * len(paths)
    assert client.get(f"/phieu/nhap/{files['visits']}/").status_code == 404, "visits are no answers"


def test_the_page_of_answers_counts_and_shows_none(
    simulated: Round, client: Client, hire: Hire, tuyen_quang: Unit
) -> None:
    client.force_login(hire("supervisor", tuyen_quang))
    page = client.get(f"/phieu/{simulated.pk}/").content.decode()
    assert "mô phỏng" in page
    assert client.get(f"/phieu/{simulated.pk}/nhap/").status_code == 403
    assert client.post(f"/phieu/{simulated.pk}/mo-phong/").status_code == 403
