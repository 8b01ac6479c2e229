"""Review, publication and correction: what leaves, what stays, what never changes again."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from django.core.exceptions import PermissionDenied, ValidationError
from tests.web import cast, results_cast

from sipas import rounds as library
from sipas.rounds.published import read_published
from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.audit.queries import has_head
from sipas_web.jobs import queries as jobs
from sipas_web.jobs.models import State as JobState
from sipas_web.jobs.worker import work_off
from sipas_web.results import actions, minutes, published_files, queries
from sipas_web.results.actions import Choices
from sipas_web.results.models import Publication, Snapshot
from sipas_web.results.queries import work, work_pages
from sipas_web.rounds.folders import folder_of
from sipas_web.rounds.models import Round, State
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
Hire = Callable[..., Person]
Acting = Callable[[Person], Actor]
CHOICES = Choices(dt.date(2026, 12, 1), "Tuyên Quang", "PHÓ GIÁM ĐỐC", 15, finite_population=True, calibrated=False)


@pytest.fixture(autouse=True)
def _folders_of_this_test(settings: Any, tmp_path: Path) -> None:
    settings.ROUNDS_FOLDER, settings.MEDIA_ROOT = tmp_path / "rounds", tmp_path / "uploads"
    settings.PUBLICATIONS_FOLDER = tmp_path / "publications"


def state_of(round_: Round) -> str:
    return Round.objects.values_list("state", flat=True).get(pk=round_.pk)


# Review


def test_approval_moves_the_snapshot_and_is_recorded(tuyen_quang: Unit, by: Actor) -> None:
    snapshot = results_cast.reviewable(tuyen_quang, by)
    actions.approve(snapshot_id=snapshot.pk, note="Đã đối chiếu.", by=by)
    snapshot.refresh_from_db()
    assert (snapshot.state, snapshot.review_note, snapshot.reviewed_by) == ("approved", "Đã đối chiếu.", by.name)
    last = Record.objects.latest("sequence")
    assert (last.action, last.subject) == ("results.approved", f"results.snapshot:{snapshot.pk}")
    with pytest.raises(ValidationError):
        actions.approve(snapshot_id=snapshot.pk, note="", by=by)


def test_one_person_in_two_roles_is_said(tuyen_quang: Unit, by: Actor, hire: Hire, acting: Acting) -> None:
    snapshot = results_cast.reviewable(tuyen_quang, by)
    other = acting(hire("department", tuyen_quang))
    for approver, alone in ((other, False), (by, True)):
        actions.approve(snapshot_id=snapshot.pk, note="", by=approver)
        assert json.loads(Record.objects.latest("sequence").details)["same_person"] is alone
        snapshot.refresh_from_db()
        text = minutes.minutes(snapshot, "docx", "https://sipas.example/x")
        with zipfile.ZipFile(io.BytesIO(text)) as packed:
            document = packed.read("word/document.xml").decode()
        assert f"được {approver.name} chấp thuận" in document
        assert ("đồng thời là người chốt" in document) is alone
        page = work_pages.review_page(snapshot.round, other)
        assert (page.is_self_approved, page.is_maker) == (alone, False)
        assert work_pages.publish_page(snapshot.round, other).is_alone is True
        Snapshot.objects.filter(pk=snapshot.pk).update(state=Snapshot.State.REVIEW)
    snapshot.refresh_from_db()
    assert minutes.minutes(snapshot, "docx", "https://sipas.example/x") != text, "no longer approved: not said"


def test_a_change_since_figures_still_being_made_is_not_published(tuyen_quang: Unit, by: Actor) -> None:
    snapshot = results_cast.approved(tuyen_quang, by)
    earlier = cast.new_round(tuyen_quang, by)
    Round.objects.filter(pk=snapshot.round_id).update(previous=earlier)
    for state, refused in ((State.FROZEN, True), (State.IN_FIELD, True), (State.PUBLISHED, False)):
        Round.objects.filter(pk=earlier.pk).update(state=state)
        if refused:
            with pytest.raises(ValidationError, match="Hãy công bố đợt đó trước"):
                actions.publish(snapshot_id=snapshot.pk, by=by)
        else:
            actions.publish(snapshot_id=snapshot.pk, by=by)
        assert (jobs.open_job(snapshot.round, work.PUBLISH) is None) is refused


def test_sending_back_opens_the_field_and_says_why(tuyen_quang: Unit, by: Actor) -> None:
    snapshot = results_cast.reviewable(tuyen_quang, by)
    with pytest.raises(ValidationError):
        actions.send_back(snapshot_id=snapshot.pk, reason="  ", by=by)
    actions.send_back(snapshot_id=snapshot.pk, reason="thiếu phiếu", by=by)
    snapshot.refresh_from_db()
    assert (snapshot.state, snapshot.ending, state_of(snapshot.round)) == ("rejected", "thiếu phiếu", State.IN_FIELD)
    with pytest.raises(ValidationError):
        actions.send_back(snapshot_id=snapshot.pk, reason="lần nữa", by=by)


def test_verification_says_yes_then_finds_a_changed_file(tuyen_quang: Unit, by: Actor) -> None:
    snapshot = results_cast.reviewable(tuyen_quang, by)
    actions.verify(snapshot_id=snapshot.pk, recompute=True, by=by)
    work_off()
    job = jobs.latest(snapshot.round, work.VERIFY)
    assert job is not None
    assert job.result["findings"] == []
    assert job.result["journal_head"] == snapshot.journal_head
    index = folder_of(snapshot.round) / "disclosed/index.parquet"
    pl.read_parquet(index).with_columns(percent=pl.col("percent") + 1).write_parquet(index)
    actions.verify(snapshot_id=snapshot.pk, recompute=False, by=by)
    work_off()
    job = jobs.latest(snapshot.round, work.VERIFY)
    assert job is not None
    assert [f["code"] for f in job.result["findings"]] == ["verify.file_changed"]


def test_who_may_what_before_publication(
    tuyen_quang: Unit, dong_nai: Unit, by: Actor, hire: Hire, acting: Acting
) -> None:
    """An inspector sees and checks, but decides nothing; nobody acts outside their area."""
    snapshot = results_cast.reviewable(tuyen_quang, by)
    inspector, elsewhere = acting(hire("inspector", tuyen_quang)), acting(hire("department", dong_nai))
    ministry, agency = acting(hire("ministry", tuyen_quang)), acting(hire("agency", tuyen_quang))
    of = {"snapshot_id": snapshot.pk}
    for who in (inspector, elsewhere, ministry, agency):
        for refused in (
            lambda who=who: actions.approve(note="", by=who, **of),
            lambda who=who: actions.send_back(reason="x", by=who, **of),
            lambda who=who: actions.estimate_again(round_id=snapshot.round_id, choices=CHOICES, reason="x", by=who),
        ):
            with pytest.raises(PermissionDenied):
                refused()
    for who in (elsewhere, ministry, agency):
        with pytest.raises(PermissionDenied):
            actions.verify(recompute=False, by=who, **of)
        with pytest.raises(PermissionDenied):
            actions.take_document(name="report/bao-cao.pdf", by=who, **of)
    actions.verify(recompute=False, by=inspector, **of)
    actions.take_document(name="report/bao-cao.pdf", by=inspector, **of)
    actions.approve(note="", by=by, **of)
    for who in (inspector, elsewhere, ministry, agency):
        with pytest.raises(PermissionDenied):
            actions.publish(by=who, **of)
    assert not Publication.objects.exists()


@pytest.mark.parametrize("module", ["reviewing", "publishing", "correcting"])
def test_a_failed_audit_write_undoes_everything(module: str, tuyen_quang: Unit, by: Actor, monkeypatch: Any) -> None:
    snapshot = results_cast.approved(tuyen_quang, by)

    def fail(**_: Any) -> None:
        raise RuntimeError("audit")

    monkeypatch.setattr(f"sipas_web.results.actions.{module}.record", fail)
    round_id = snapshot.round_id
    act: dict[str, Callable[[], object]] = {
        "reviewing": lambda: actions.send_back(snapshot_id=snapshot.pk, reason="x", by=by),
        "publishing": lambda: actions.publish(snapshot_id=snapshot.pk, by=by),
        "correcting": lambda: actions.estimate_again(round_id=round_id, choices=CHOICES, reason="x", by=by),
    }
    before = Round.objects.values().get(pk=round_id)
    with pytest.raises(RuntimeError, match="audit"):
        act[module]()
    assert Round.objects.values().get(pk=round_id) == before
    assert list(Snapshot.objects.values_list("state", flat=True)) == ["approved"]
    assert jobs.open_job(snapshot.round, work.PUBLISH) is None
    assert jobs.open_job(snapshot.round, work.ESTIMATE) is None


# Publication


def test_what_is_published_is_complete_sealed_and_holds_nothing_private(tuyen_quang: Unit, by: Actor) -> None:
    publication = results_cast.published(tuyen_quang, by)
    root = queries.folder_of(publication)
    assert state_of(publication.round) == State.PUBLISHED
    assert publication.version == 1
    assert len(publication.code) == 32
    names = set(publication.files)
    assert {"disclosed/index.parquet", "report/bao-cao.pdf", "report/bao-cao.docx", "report/so-lieu.xlsx"} <= names
    assert {"certificate.json", "round.yaml", "publication.json", "open-data.zip", "quality.json"} <= names
    assert names == {p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file()}
    private = (
        "moments",
        "hidden",
        "contacts",
        "secret",
        "responses.parquet",
        "visits.parquet",
        "frame",
        "sample",
        "input",
    )
    assert [n for n in names if any(part in n for part in private)] == []
    for path in root.rglob("*"):
        if path.is_file():
            assert path.stat().st_mode & 0o222 == 0, path
    about = json.loads((root / "publication.json").read_bytes())
    assert about["journal_head"] == publication.journal_head == publication.snapshot.journal_head
    assert about["audit_head"] == publication.audit_head
    assert has_head(publication.audit_head)
    assert about["simulated"] == "mô phỏng"
    assert {**about["files"], "publication.json": publication.files["publication.json"]} == publication.files
    assert work.publication_intact(publication)
    assert read_published(root).whole is not None
    quality = json.loads((root / "quality.json").read_bytes())
    assert not [name for name in quality if "level" in name], "domains are told of in the tables alone"
    least = read_published(root).edition.minimum_cell
    assert min(line["answered"] for line in quality["item_nonresponse"]) >= least
    kept = queries.kept_folder_of(publication)
    assert all((kept / name).is_file() for name in ("moments.parquet", *published_files.HIDDEN))
    assert {path.stat().st_mode & 0o077 for path in [kept, *kept.rglob("*.parquet")]} == {0}
    for path in [p for p in root.rglob("*") if p.suffix in {".parquet", ".csv", ".json", ".xml"}]:
        assert b"complement" not in path.read_bytes(), "nobody is told which withheld cells are small"


def test_nothing_published_names_who_acted_or_what_was_handed_in(tuyen_quang: Unit, by: Actor) -> None:
    publication = results_cast.published(tuyen_quang, by)
    root, round_root = queries.folder_of(publication), folder_of(publication.round)
    lines = [json.loads(line) for line in (root / "journal-hashes.jsonl").read_text().splitlines()]
    full = (round_root / "journal.jsonl").read_bytes().splitlines()
    assert len(lines) == len(full)
    assert f"{len(lines)}:{lines[-1]['hash']}" == publication.journal_head
    assert all(later["previous"] == line["hash"] for line, later in pairwise(lines))
    assert all("actor" not in line and "inputs" not in line and "settings" not in line for line in lines)
    # The certificate names who held the draw and who witnessed it: that is its purpose.
    texts = [p for p in root.rglob("*.json*") if p.name != "certificate.json"]
    told = "".join(p.read_text() for p in [*texts, root / "round.yaml"])
    assert by.name in (round_root / "journal.jsonl").read_text()
    assert by.name not in told
    assert "input/" not in told
    settings = yaml.safe_load((root / "round.yaml").read_text())
    assert not {"department_key", "visits", "responses", "response_mapping", "previous", "coordination"} & set(settings)


def test_the_open_data_pack_holds_the_open_data(tuyen_quang: Unit, by: Actor) -> None:
    publication = results_cast.published(tuyen_quang, by)
    root = queries.folder_of(publication)
    with zipfile.ZipFile(root / "open-data.zip") as packed:
        assert packed.testzip() is None
        assert sorted(packed.namelist()) == sorted(p.name for p in (root / "open-data").iterdir())
        assert packed.read("index.csv") == (root / "open-data/index.csv").read_bytes()


def test_published_twice_is_published_once(tuyen_quang: Unit, by: Actor) -> None:
    snapshot = results_cast.approved(tuyen_quang, by)
    actions.publish(snapshot_id=snapshot.pk, by=by)
    actions.publish(snapshot_id=snapshot.pk, by=by)
    work_off()
    with pytest.raises(ValidationError):
        actions.publish(snapshot_id=snapshot.pk, by=by)
    work_off()
    made = Publication.objects.get()
    again = actions.finish_publication(snapshot_id=snapshot.pk, arguments={}, files={}, by=by)
    assert again == made


def test_only_approved_figures_are_published(tuyen_quang: Unit, by: Actor) -> None:
    snapshot = results_cast.reviewable(tuyen_quang, by)
    with pytest.raises(ValidationError):
        actions.publish(snapshot_id=snapshot.pk, by=by)
    actions.approve(snapshot_id=snapshot.pk, note="", by=by)
    actions.send_back(snapshot_id=snapshot.pk, reason="x", by=by)
    with pytest.raises(ValidationError):
        actions.publish(snapshot_id=snapshot.pk, by=by)


@pytest.mark.parametrize("fault", ["file", "journal"])
def test_figures_that_changed_after_the_review_are_not_published(fault: str, tuyen_quang: Unit, by: Actor) -> None:
    snapshot = results_cast.approved(tuyen_quang, by)
    root = folder_of(snapshot.round)
    if fault == "file":
        (root / "report/bao-cao.pdf").write_bytes(b"%PDF-1.7 another")
    else:
        library.trial_draw(root, "một lần bốc thử")
    actions.publish(snapshot_id=snapshot.pk, by=by)
    work_off()
    job = jobs.latest(snapshot.round, work.PUBLISH)
    assert job is not None
    assert job.state == JobState.FAILED
    assert not Publication.objects.exists()
    assert state_of(snapshot.round) == State.FROZEN


@pytest.mark.parametrize("stop", ["copying", "before the row"])
def test_a_publication_broken_off_ends_the_same(
    stop: str, tuyen_quang: Unit, by: Actor, monkeypatch: Any, settings: Any
) -> None:
    snapshot = results_cast.approved(tuyen_quang, by)
    actions.publish(snapshot_id=snapshot.pk, by=by)
    job = jobs.open_job(snapshot.round, work.PUBLISH)
    assert job is not None

    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    if stop == "copying":
        monkeypatch.setattr("sipas_web.results.published_files._zip", killed)
    else:
        monkeypatch.setattr("sipas_web.results.actions.finish_publication", killed)
    with pytest.raises(KeyboardInterrupt):
        work_off()
    monkeypatch.undo()
    settings.ROUNDS_FOLDER = folder_of(snapshot.round).parent
    work_off()
    publication = Publication.objects.get()
    assert publication.folder == job.arguments["folder"]
    assert work.publication_intact(publication)
    left = [p.name for p in Path(settings.PUBLICATIONS_FOLDER).iterdir()]
    assert sorted(left) == sorted([publication.folder, "kept"])


@pytest.mark.parametrize("kind", ["changed", "missing", "extra"])
def test_a_tampered_publication_is_found(kind: str, tuyen_quang: Unit, by: Actor) -> None:
    publication = results_cast.published(tuyen_quang, by)
    file = queries.folder_of(publication) / "open-data/index.csv"
    if kind == "changed":
        file.chmod(0o644)
        file.write_text(file.read_text().replace("8", "9", 1))
    elif kind == "missing":
        file.unlink()
    else:
        (file.parent / "extra.csv").write_text("x")
    (fault,) = work.publication_faults(publication)
    assert (fault.kind, fault.name.rpartition("/")[2]) == (kind, "extra.csv" if kind == "extra" else "index.csv")
    assert not work.publication_intact(publication)


def test_the_same_results_are_published_as_the_same_bytes(tuyen_quang: Unit, by: Actor, tmp_path: Path) -> None:
    publication = results_cast.published(tuyen_quang, by)
    root = queries.folder_of(publication)
    about = {k: v for k, v in json.loads((root / "publication.json").read_bytes()).items() if k != "files"}
    again = published_files.make(folder_of(publication.round), tmp_path / "again", tmp_path / "kept", about)
    assert again == publication.files
