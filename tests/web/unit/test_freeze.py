"""The freeze: what stood in the tables, sealed; estimated to the end whatever is killed on the way."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone
from tests.web import cast, results_cast

from sipas import rounds as library
from sipas.rounds.folder import file_hash
from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.audit.queries import has_head
from sipas_web.capture.models import Response
from sipas_web.fieldwork.models import FileImport, Visit
from sipas_web.jobs import queries as jobs
from sipas_web.jobs.models import Job
from sipas_web.jobs.models import State as JobState
from sipas_web.jobs.worker import work_off
from sipas_web.results import actions, estimating
from sipas_web.results.models import Snapshot
from sipas_web.results.queries import work, work_pages
from sipas_web.rounds.folders import folder_of
from sipas_web.rounds.models import State
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
Hire = Callable[..., Person]
Acting = Callable[[Person], Actor]


@pytest.fixture(autouse=True)
def _folders_of_this_test(settings: Any, tmp_path: Path) -> None:
    settings.ROUNDS_FOLDER, settings.MEDIA_ROOT = tmp_path / "rounds", tmp_path / "uploads"
    settings.PUBLICATIONS_FOLDER = tmp_path / "publications"


def heads(root: Path) -> set[str]:
    raw = (root / "journal.jsonl").read_bytes().splitlines()
    return {f"{n}:{hashlib.sha256(line).hexdigest()}" for n, line in enumerate(raw, 1)}


def test_a_frozen_round_is_estimated_and_waits_for_review(tuyen_quang: Unit, by: Actor) -> None:
    snapshot = results_cast.reviewable(tuyen_quang, by)
    root = folder_of(snapshot.round)
    assert {s.state for s in library.status(root)} == {"up_to_date"}
    assert file_hash(root / snapshot.visits_file) == snapshot.visits_sha256
    assert file_hash(root / snapshot.responses_file) == snapshot.responses_sha256
    chosen = Response.objects.filter(case__round=snapshot.round, is_chosen=True).count()
    assert snapshot.responses == pl.read_parquet(root / "responses.parquet").height == chosen > 100
    visits = Visit.objects.filter(case__round=snapshot.round).count()
    assert snapshot.visits == pl.read_parquet(root / "visits.parquet").height == visits > snapshot.cases > 100
    assert pl.read_parquet(root / "rejected/visits.parquet").height == 0
    assert pl.read_parquet(root / "rejected/responses.parquet").height == 0
    assert snapshot.journal_head == estimating.journal_head(root)
    assert snapshot.frozen_journal_head in heads(root)
    assert has_head(snapshot.audit_head)
    assert library.verify(root) == []


def test_the_library_reads_the_frozen_files_and_no_others(tuyen_quang: Unit, by: Actor) -> None:
    """Another file of answers beside the frozen one, as an earlier freeze leaves it, changes nothing."""
    round_ = results_cast.in_field(tuyen_quang, by)
    stray = folder_of(round_) / "input/responses/khac.csv"
    stray.write_text("case_id,seats\nAAAAAAAAAA,5\n")
    actions.freeze(round_id=round_.pk, by=by)
    work_off()
    snapshot = work.newest_snapshot(round_)
    assert snapshot is not None
    assert snapshot.state == Snapshot.State.REVIEW
    (read,) = [line for line in estimating.lines(folder_of(round_)) if line.get("step") == "responses"][-1:]
    assert read["inputs"][snapshot.responses_file] == snapshot.responses_sha256
    assert "input/responses/khac.csv" not in read["inputs"]


@pytest.mark.parametrize("state", [s for s in State if s != State.IN_FIELD])
def test_only_a_round_in_the_field_is_frozen(state: State, tuyen_quang: Unit, by: Actor) -> None:
    round_ = cast.new_round(tuyen_quang, by, state=state)
    with pytest.raises(ValidationError):
        actions.freeze(round_id=round_.pk, by=by)
    assert not Snapshot.objects.exists()


def test_a_round_without_answers_is_not_frozen(tuyen_quang: Unit, by: Actor) -> None:
    round_ = cast.new_round(tuyen_quang, by, state=State.IN_FIELD)
    with pytest.raises(ValidationError, match=r"nothing to freeze|không có gì"):
        actions.freeze(round_id=round_.pk, by=by)


def test_freezing_needs_its_permission_over_the_rounds_unit(
    tuyen_quang: Unit, dong_nai: Unit, by: Actor, hire: Hire, acting: Acting
) -> None:
    round_ = results_cast.in_field(tuyen_quang, by)
    for role, unit in (("inspector", tuyen_quang), ("agency", tuyen_quang), ("department", dong_nai)):
        with pytest.raises(PermissionDenied):
            actions.freeze(round_id=round_.pk, by=acting(hire(role, unit)))
    round_.refresh_from_db()
    assert (round_.state, Snapshot.objects.count()) == (State.IN_FIELD, 0)
    actions.freeze(round_id=round_.pk, by=acting(hire("department", tuyen_quang)))
    round_.refresh_from_db()
    assert round_.state == State.FROZEN


def test_a_failed_audit_write_undoes_the_freeze(tuyen_quang: Unit, by: Actor, monkeypatch: Any) -> None:
    round_ = results_cast.in_field(tuyen_quang, by)

    def fail(**_: Any) -> None:
        raise RuntimeError("audit")

    monkeypatch.setattr("sipas_web.results.actions.freezing.record", fail)
    with pytest.raises(RuntimeError, match="audit"):
        actions.freeze(round_id=round_.pk, by=by)
    round_.refresh_from_db()
    assert round_.state == State.IN_FIELD
    assert "visits" not in round_.settings
    assert not Snapshot.objects.exists()
    assert jobs.latest(round_, work.ESTIMATE) is None


def test_a_freeze_waits_until_other_work_has_ended(tuyen_quang: Unit, by: Actor) -> None:
    round_ = results_cast.in_field(tuyen_quang, by)
    subject = jobs.key_of(round_)
    job = Job.objects.create(kind="tests.x", subject=subject, unit=tuyen_quang, actor=by.key, actor_name="x")
    with pytest.raises(ValidationError):
        actions.freeze(round_id=round_.pk, by=by)
    Job.objects.filter(pk=job.pk).update(state=JobState.DONE)
    actions.freeze(round_id=round_.pk, by=by)


def test_frozen_files_that_were_changed_are_not_estimated(tuyen_quang: Unit, by: Actor, monkeypatch: Any) -> None:
    round_ = results_cast.in_field(tuyen_quang, by)
    snapshot = actions.freeze(round_id=round_.pk, by=by)

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sipas_web.results.tasks._estimate", killed)
    with pytest.raises(KeyboardInterrupt):
        work_off()
    monkeypatch.undo()
    snapshot.refresh_from_db()
    assert snapshot.state == Snapshot.State.ESTIMATING
    file = folder_of(round_) / snapshot.responses_file
    pl.read_parquet(file)[:-1].write_parquet(file)
    work_off()
    job = jobs.latest(round_, work.ESTIMATE)
    assert job is not None
    assert (job.state, job.error["code"]) == (JobState.FAILED, "round.file_changed")


def test_destroyed_identities_do_not_let_old_results_pass_as_new_ones(tuyen_quang: Unit, by: Actor) -> None:
    """Once the inputs of a step are destroyed the library keeps its old results: a new freeze must not take them."""
    snapshot = results_cast.reviewable(tuyen_quang, by)
    round_ = snapshot.round
    actions.send_back(snapshot_id=snapshot.pk, reason="thiếu phiếu", by=by)
    library.drop_contacts(folder_of(round_))
    actions.freeze(round_id=round_.pk, reason="đã bổ sung", by=by)
    work_off()
    job = jobs.latest(round_, work.ESTIMATE)
    assert job is not None
    assert (job.state, job.error["code"]) == (JobState.FAILED, "round.contacts_dropped")


def test_a_second_freeze_says_why_and_uses_files_of_its_own(tuyen_quang: Unit, by: Actor) -> None:
    first = results_cast.reviewable(tuyen_quang, by)
    round_ = first.round
    actions.send_back(snapshot_id=first.pk, reason="phiếu về muộn", by=by)
    gone = Response.objects.filter(case__round=round_, is_chosen=True).order_by("pk")[:3]
    Response.objects.filter(pk__in=list(gone.values_list("pk", flat=True))).delete()
    with pytest.raises(ValidationError):
        actions.freeze(round_id=round_.pk, by=by)
    second = actions.freeze(round_id=round_.pk, reason="bỏ ba phiếu", by=by)
    work_off()
    second.refresh_from_db()
    first.refresh_from_db()
    assert (first.state, second.state) == (Snapshot.State.REJECTED, Snapshot.State.REVIEW)
    assert (second.number, second.responses) == (2, first.responses - 3)
    assert pl.read_parquet(folder_of(round_) / "responses.parquet").height == second.responses
    assert file_hash(folder_of(round_) / first.responses_file) == first.responses_sha256
    assert library.verify(folder_of(round_)) == []


def test_progress_grows_and_ends_at_the_whole() -> None:
    shares = [estimating.share_of(step, share) for step in estimating.WEIGHTS for share in (0.0, 0.5, 1.0)]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)


def test_every_step_of_the_library_has_a_weight(tuyen_quang: Unit, by: Actor) -> None:
    round_ = cast.drawn(cast.new_round(tuyen_quang, by))
    assert [s.step for s in library.status(folder_of(round_))] == list(estimating.WEIGHTS)


def test_minutes_name_counts_hashes_and_heads(
    tuyen_quang: Unit, by: Actor, client: Client, hire: Hire, monkeypatch: Any
) -> None:
    import pypdfium2
    from docx import Document

    monkeypatch.setattr("sipas_web.accounts.queries.has_second_factor", lambda someone: True)
    snapshot = results_cast.reviewable(tuyen_quang, by)
    client.force_login(hire("department", tuyen_quang))
    for form in ("pdf", "docx"):
        url = f"/ket-qua/dot/{snapshot.round_id}/chot/1/bien-ban.{form}"
        answer = client.get(url)
        assert answer.status_code == 200
        path = folder_of(snapshot.round) / f"x.{form}"
        path.write_bytes(answer.content)
        if form == "pdf":
            pdf = pypdfium2.PdfDocument(path)
            text = "".join(page.get_textpage().get_text_range() for page in pdf)
        else:
            word = Document(str(path))
            cells = [c.text for t in word.tables for r in t.rows for c in r.cells]
            text = "\n".join([*(p.text for p in word.paragraphs), *cells])
        plain = "".join(text.split())
        sealed = (snapshot.visits_sha256, snapshot.responses_sha256, snapshot.audit_head.partition(":")[2])
        for needed in (*sealed, snapshot.frozen_journal_head.partition(":")[2], snapshot.code, "MÔPHỎNG"):
            assert needed in plain, (form, needed)
        assert client.get(url).content == answer.content
    client.logout()
    public = client.get(f"/xac-minh/{snapshot.code}/").content.decode()
    assert snapshot.responses_sha256 in public
    assert snapshot.frozen_by not in public
    compared = client.post(f"/xac-minh/{snapshot.code}/", {"sha256": snapshot.visits_sha256}).content.decode()
    assert "alert good" in compared


def test_files_that_were_not_taken_whole_are_said_before_a_freeze(tuyen_quang: Unit, by: Actor) -> None:
    round_ = results_cast.in_field(tuyen_quang, by)
    whole, part, none = ({"rejected": 0}, None), ({"rejected": 1234}, None), ({}, {"code": "intake.x"})
    for name, (report, error) in {"đủ.csv": whole, "thiếu.csv": part, "hỏng.xlsx": none}.items():
        FileImport.objects.create(
            round=round_, kind="visits", name=name, stored="x", size=1, sha256="x", report=report, error=error,
            created_by="x", finished=timezone.now(),
        )  # fmt: skip
    said = "\n".join(work_pages.freeze_page(round_, by).warnings)
    assert "“thiếu.csv” có 1.234 dòng" in said
    assert "“hỏng.xlsx”" in said
    assert "đủ.csv" not in said
