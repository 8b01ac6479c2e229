"""Correction: the next version with its reason; the one before never changes."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from tests.web import results_cast

from sipas.rounds.steps.disclose import WITHHELD
from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.capture.models import Response
from sipas_web.jobs import queries as jobs
from sipas_web.jobs.worker import work_off
from sipas_web.results import actions, published_files, queries
from sipas_web.results.actions import Choices
from sipas_web.results.models import Correction, Publication, Snapshot
from sipas_web.results.queries import work, work_changes
from sipas_web.rounds.actions import set_up
from sipas_web.rounds.folders import folder_of
from sipas_web.rounds.models import Round, State, TargetValue
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


def test_a_correction_by_other_settings_is_the_next_version(tuyen_quang: Unit, by: Actor) -> None:
    first = results_cast.published(tuyen_quang, by)
    round_ = first.round
    before = published_files.hashes(queries.folder_of(first))
    target = TargetValue.objects.create(round=round_, percent=Decimal("85.00"), label="Chỉ số hài lòng chung")
    choices = Choices(
        dt.date(2026, 12, 1), "Tuyên Quang", "PHÓ GIÁM ĐỐC", 15, finite_population=True, calibrated=False,
        targets={target.pk: Decimal("90.50")},
    )  # fmt: skip
    with pytest.raises(ValidationError):
        actions.estimate_again(round_id=round_.pk, choices=choices, reason=" ", by=by)
    snapshot = actions.estimate_again(round_id=round_.pk, choices=choices, reason="Sai số chưa hiệu chỉnh", by=by)
    assert (snapshot.number, snapshot.data_of, state_of(round_)) == (2, 1, State.FROZEN)
    assert Correction.objects.get().publication == first
    work_off()
    snapshot.refresh_from_db()
    assert snapshot.state == Snapshot.State.REVIEW, jobs.latest(round_, work.ESTIMATE)
    actions.approve(snapshot_id=snapshot.pk, note="", by=by)
    actions.publish(snapshot_id=snapshot.pk, by=by)
    work_off()
    second = Publication.objects.get(version=2)
    assert second.reason == "Sai số chưa hiệu chỉnh"
    assert json.loads((queries.folder_of(second) / "publication.json").read_bytes())["reason"] == second.reason
    assert yaml.safe_load((queries.folder_of(second) / "round.yaml").read_text())["targets"][0]["threshold"] == 90.5
    assert published_files.hashes(queries.folder_of(first)) == before == first.files
    assert work.publication_intact(first)
    assert list(queries.published(by)) == [second]
    assert list(queries.versions(by).values_list("version", flat=True)) == [2, 1]
    assert all(d.is_same for d in work_changes.differences(first, second))  # settings of errors move no value


def test_a_correction_from_the_field_shows_what_changed(tuyen_quang: Unit, by: Actor) -> None:
    first = results_cast.published(tuyen_quang, by)
    round_ = first.round
    correction = actions.correct_from_field(round_id=round_.pk, reason="Bỏ phiếu sai", by=by)
    assert (correction.publication, state_of(round_)) == (first, State.IN_FIELD)
    with pytest.raises(ValidationError):
        actions.correct_from_field(round_id=round_.pk, reason="lần nữa", by=by)
    gone = Response.objects.filter(case__round=round_, is_chosen=True).order_by("pk")[:10]
    Response.objects.filter(pk__in=list(gone.values_list("pk", flat=True))).delete()
    snapshot = actions.freeze(round_id=round_.pk, reason="Bỏ phiếu sai", by=by)
    work_off()
    actions.approve(snapshot_id=snapshot.pk, note="", by=by)
    actions.publish(snapshot_id=snapshot.pk, by=by)
    work_off()
    second = Publication.objects.get(version=2)
    assert second.reason == "Bỏ phiếu sai"
    changed = [d for d in work_changes.differences(first, second) if not d.is_same]
    assert changed
    whole = work_changes.differences(first, second)[0]
    now = pl.read_parquet(queries.folder_of(second) / "disclosed/index.parquet").filter(domain_kind="all", node="index")
    assert whole.after == now["percent"][0]
    assert all(d.change is None for d in changed if d.is_hidden)
    assert _withheld(first) - _withheld(second) == set()
    root = folder_of(round_)
    assert [(root / name).read_bytes() for name in WITHHELD] == [
        (queries.kept_folder_of(first) / name).read_bytes() for name in published_files.HIDDEN
    ]


def _withheld(publication: Publication) -> set[Any]:
    index = pl.read_parquet(queries.folder_of(publication) / "disclosed/index.parquet")
    return set(index.filter("suppressed").select("domain_kind", "domain", "node").rows())


def test_answers_mended_in_the_field_lift_no_veil(tuyen_quang: Unit, by: Actor) -> None:
    """What the first version withheld stays withheld, also where the corrected data alone would show it."""
    first = results_cast.published(tuyen_quang, by)
    kept = queries.kept_folder_of(first) / published_files.HIDDEN[0]
    hidden = pl.read_parquet(kept)
    index = pl.read_parquet(queries.folder_of(first) / "disclosed/index.parquet")
    shown = index.filter(~pl.col("suppressed") & (pl.col("domain_kind") == "agency"))["domain"].unique().sort()[:2]
    more = index.filter(pl.col("domain").is_in(shown.implode())).select("domain_kind", "domain", "node")
    kept.chmod(0o644)
    pl.concat([hidden, more.with_columns(reason=pl.lit("small"))]).write_parquet(kept)
    snapshot = actions.estimate_again(round_id=first.round_id, choices=CHOICES, reason="x", by=by)
    work_off()
    snapshot.refresh_from_db()
    assert snapshot.state == Snapshot.State.REVIEW, jobs.latest(first.round, work.ESTIMATE)
    now = pl.read_parquet(folder_of(first.round) / "disclosed/index.parquet")
    assert now.join(more, on=["domain_kind", "domain", "node"])["suppressed"].all()


def test_a_correction_opened_by_mistake_is_withdrawn(
    tuyen_quang: Unit, by: Actor, hire: Hire, acting: Acting, client: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr("sipas_web.accounts.queries.has_second_factor", lambda someone: True)
    first = results_cast.published(tuyen_quang, by)
    round_, department = first.round, hire("department", tuyen_quang)
    with pytest.raises(ValidationError):
        actions.withdraw_correction(round_id=round_.pk, reason="nhầm", by=by)
    actions.correct_from_field(round_id=round_.pk, reason="Bỏ phiếu sai", by=by)
    with pytest.raises(ValidationError, match="không hủy được đợt"):
        set_up.abandon(round_=round_, reason="x", by=by)
    with pytest.raises(PermissionDenied):
        actions.withdraw_correction(round_id=round_.pk, reason="nhầm", by=acting(hire("inspector", tuyen_quang)))
    client.force_login(department)
    address = reverse("round_withdraw", args=[round_.pk])
    assert address in client.get(reverse("round_publish", args=[round_.pk])).content.decode()
    assert client.post(address, {"reason": ""}).status_code == 200
    assert state_of(round_) == State.IN_FIELD
    assert client.post(address, {"reason": "Mở nhầm đợt"}).status_code == 302
    assert state_of(round_) == State.PUBLISHED
    assert not Correction.objects.exists()
    last = Record.objects.latest("sequence")
    assert (last.action, last.actor_name) == ("results.correction_withdrawn", department.full_name)
    assert "Bỏ phiếu sai" in last.details
    assert work.publication_intact(first)
    again = actions.correct_from_field(round_id=round_.pk, reason="Bỏ phiếu sai", by=by)
    assert again.publication == first


def test_a_correction_with_data_frozen_since_is_not_withdrawn(tuyen_quang: Unit, by: Actor) -> None:
    first = results_cast.published(tuyen_quang, by)
    actions.correct_from_field(round_id=first.round_id, reason="Bỏ phiếu sai", by=by)
    snapshot = actions.freeze(round_id=first.round_id, reason="Bỏ phiếu sai", by=by)
    with pytest.raises(ValidationError):
        actions.withdraw_correction(round_id=first.round_id, reason="nhầm", by=by)
    Snapshot.objects.filter(pk=snapshot.pk).update(state=Snapshot.State.REJECTED)
    Round.objects.filter(pk=first.round_id).update(state=State.IN_FIELD)
    with pytest.raises(ValidationError):
        actions.withdraw_correction(round_id=first.round_id, reason="nhầm", by=by)


def test_who_may_correct(tuyen_quang: Unit, dong_nai: Unit, by: Actor, hire: Hire, acting: Acting) -> None:
    publication = results_cast.published(tuyen_quang, by)
    for role, unit in (("inspector", tuyen_quang), ("ministry", tuyen_quang), ("department", dong_nai)):
        who = acting(hire(role, unit))
        with pytest.raises(PermissionDenied):
            actions.correct_from_field(round_id=publication.round_id, reason="x", by=who)
        with pytest.raises(PermissionDenied):
            actions.estimate_again(round_id=publication.round_id, choices=CHOICES, reason="x", by=who)
    assert state_of(publication.round) == State.PUBLISHED


def test_settings_that_the_library_refuses_change_nothing(tuyen_quang: Unit, by: Actor) -> None:
    publication = results_cast.published(tuyen_quang, by)
    wrong = Choices(dt.date(2026, 12, 1), 5, "x", 15, finite_population=True, calibrated=True)  # type: ignore[arg-type]
    before = Round.objects.values().get(pk=publication.round_id)
    with pytest.raises(ValidationError):
        actions.estimate_again(round_id=publication.round_id, choices=wrong, reason="x", by=by)
    assert Round.objects.values().get(pk=publication.round_id) == before
    assert not Correction.objects.exists()
