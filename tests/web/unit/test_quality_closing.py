"""The quality check closes: marks of devices go, decisions stand; points and what was said again have their time."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.web import results_cast
from tests.web.conftest import PASSWORD
from tests.web.supervision_cast import released

from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.capture.models import WebSalt, WebTrace
from sipas_web.fieldwork.models import Case
from sipas_web.jobs.worker import work_off
from sipas_web.privacy import actions as privacy
from sipas_web.privacy import retention
from sipas_web.quality import actions, queries
from sipas_web.quality.actions import forgetting
from sipas_web.quality.models import Check, Closing, Flag, Suspect
from sipas_web.results import actions as results
from sipas_web.rounds.models import Round, State
from sipas_web.supervision.models import CheckCase, CheckSample
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
Hire = Callable[..., Person]
Acting = Callable[[Person], Actor]
WHY = "đã gọi điện hỏi lại"


@pytest.fixture
def field(tuyen_quang: Unit, by: Actor) -> Round:
    return results_cast.in_field(tuyen_quang, by)


def put(round_: Round, state: State) -> Round:
    Round.objects.filter(pk=round_.pk).update(state=state)
    round_.refresh_from_db()
    return round_


def marked(round_: Round, cases: int = 3) -> None:
    """Marks of origin, as answers on the web leave them."""
    WebSalt.objects.get_or_create(round=round_, defaults={"salt": b"muoi"})
    for n, case in enumerate(Case.objects.filter(round=round_)[:cases]):
        for kind in WebTrace.Kind:
            WebTrace.objects.create(round=round_, kind=kind, mark=f"{n:032d}", case=case)


def suspect(round_: Round, place: int = 0, points: int = 20) -> Suspect:
    case = Case.objects.filter(round=round_).order_by("case_id")[place]
    made = Suspect.objects.create(round=round_, kind="form", case=case, points=points, is_flagged=points >= 14)
    Flag.objects.create(suspect=made, family="likeness", sign="same_as_own", points=points, day=timezone.localdate())
    return made


def marks_of(round_: Round) -> int:
    return WebTrace.objects.filter(round=round_).count() + WebSalt.objects.filter(round=round_).count()


def test_closing_waits_for_every_decision_then_forgets_devices_and_ends_deciding(
    field: Round, by: Actor, hire: Hire, acting: Acting
) -> None:
    marked(field)
    one = suspect(field)
    with pytest.raises(ValidationError):
        actions.close(round_id=field.pk, by=by)  # still in the field
    put(field, State.FROZEN)
    with pytest.raises(PermissionDenied):
        actions.close(round_id=field.pk, by=acting(hire("inspector", field.unit)))
    with pytest.raises(ValidationError, match="1"):
        actions.close(round_id=field.pk, by=by)
    assert (marks_of(field), queries.closing_of(field)) == (7, None)
    actions.decide(suspect_id=one.pk, verdict="cleared", reason=WHY, by=by)
    actions.close(round_id=field.pk, by=by)
    actions.close(round_id=field.pk, by=by)
    assert marks_of(field) == 0
    (row,) = Record.objects.filter(action="quality.closed")
    assert json.loads(row.details) == {"marks": 6, "waiting": 0}
    with pytest.raises(ValidationError):
        actions.decide(suspect_id=one.pk, verdict="confirmed", reason=WHY, by=by)
    with pytest.raises(ValidationError):
        actions.reopen(round_id=field.pk, reason=" ", by=by)
    actions.reopen(round_id=field.pk, reason="có thêm tố cáo về phiếu này", by=by)
    actions.decide(suspect_id=one.pk, verdict="confirmed", reason=WHY, by=by)
    assert Record.objects.filter(action="quality.reopened").count() == 1
    assert marks_of(field) == 0, "what was forgotten does not come back"


def test_publication_closes_it_whatever_waits_and_a_round_back_in_the_field_is_open(
    tuyen_quang: Unit, by: Actor
) -> None:
    snapshot = results_cast.approved(tuyen_quang, by)
    round_ = snapshot.round
    marked(round_)
    suspect(round_)
    results.publish(snapshot_id=snapshot.pk, by=by)
    work_off()
    round_.refresh_from_db()
    assert (round_.state, marks_of(round_)) == (State.PUBLISHED, 0)
    assert json.loads(Record.objects.get(action="quality.closed").details) == {"marks": 6, "waiting": 1}
    put(round_, State.IN_FIELD)
    assert queries.closing_of(round_) is None
    marked(round_, cases=2)
    put(round_, State.PUBLISHED)
    actions.close_with_publication(round_=round_, by=by)
    assert marks_of(round_) == 0, "also what came in since the first closing"
    put(round_, State.IN_FIELD)
    actions.ask_check(round_id=round_.pk, by=by)
    assert not Closing.objects.exists()


def test_the_page_says_what_waits_closes_and_opens_again(
    field: Round, by: Actor, hire: Hire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sipas_web.accounts.queries.has_second_factor", lambda someone: True)
    client, person = Client(), hire("department", field.unit)
    assert client.login(username=person.username, password=PASSWORD)
    home, close = (reverse(name, args=[field.pk]) for name in ("quality_home", "quality_close"))
    assert "rà soát hằng ngày" in client.get(home).content.decode()
    put(field, State.FROZEN)
    assert "rà soát hằng ngày" not in client.get(home).content.decode(), "nobody looks through it any more"
    Check.objects.create(round=field, asked_by="x", coefficients=timezone.localdate())
    one = suspect(field)
    assert close not in client.get(home).content.decode(), "no button while something waits"
    assert client.post(close, follow=True).status_code == 200
    assert queries.closing_of(field) is None
    actions.decide(suspect_id=one.pk, verdict="cleared", reason=WHY, by=by)
    assert close in client.get(home).content.decode()
    client.post(close)
    closing = queries.closing_of(field)
    assert closing is not None
    again = reverse("quality_reopen", args=[field.pk])
    assert again in client.get(home).content.decode()
    assert "<textarea" not in client.get(reverse("quality_form", args=[field.pk, one.case.case_id])).content.decode()
    short = client.post(again, {"reason": "vì thế"})
    assert short.status_code == 200
    assert "vì thế" in short.content.decode()
    assert client.post(again, {"reason": "có thêm tố cáo về phiếu này"}).status_code == 302
    assert queries.closing_of(field) is None
    watcher = Client()
    assert watcher.login(username=hire("inspector", field.unit).username, password=PASSWORD)
    assert close not in watcher.get(home).content.decode()
    assert watcher.post(close).status_code == 403


def test_points_nobody_decided_on_go_when_their_time_is_over_and_decisions_stay(
    field: Round, by: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "AT_ONCE", 1)
    kept = retention.kind("quality.points")
    looked = timezone.now() - dt.timedelta(days=400)
    Check.objects.create(round=field, asked_by="x", made=looked)
    undecided, decided = suspect(field, 0), suspect(field, 1)
    actions.decide(suspect_id=decided.pk, verdict="confirmed", reason=WHY, by=by)
    assert kept.oldest() is None, "the round is not over"
    assert privacy.delete_overdue(kept, now=timezone.now(), by=by) == 0
    put(field, State.PUBLISHED)
    assert kept.oldest() == looked
    assert kept.delete(looked, by) == 0, "not before that day"
    assert privacy.delete_overdue(kept, now=timezone.now(), by=by) == 2
    assert list(Suspect.objects.values_list("pk", "verdict")) == [(decided.pk, "confirmed")]
    assert decided.decisions.get().reason == WHY
    assert (Flag.objects.count(), kept.oldest()) == (0, None)
    assert not Suspect.objects.filter(pk=undecided.pk).exists()


def test_what_was_said_at_a_reverification_goes_when_its_time_is_over(
    field: Round, hire: Hire, acting: Acting, by: Actor
) -> None:
    kept = retention.kind("supervision.answers")
    sample = released(field, acting(hire("supervisor", field.unit)))
    said = CheckCase.objects.exclude(answers={})
    many, verdicts = said.count(), list(CheckCase.objects.order_by("pk").values_list("pk", "verdict", "reasons"))
    assert many > 2
    assert kept.oldest() is None, "the round is not over"
    put(field, State.PUBLISHED)
    assert kept.oldest() == sample.released
    assert privacy.delete_overdue(kept, now=timezone.now() + dt.timedelta(days=179), by=by) == 0
    assert privacy.delete_overdue(kept, now=timezone.now() + dt.timedelta(days=181), by=by) == many
    left = CheckCase.objects.values_list("answers", "again", "remark")
    assert all(row == ({}, {}, "") for row in left)
    assert list(CheckCase.objects.order_by("pk").values_list("pk", "verdict", "reasons")) == verdicts
    assert CheckSample.objects.get(pk=sample.pk).result == sample.result, "the matched result stays"
    assert kept.oldest() is None


def test_answers_of_a_sample_never_released_do_not_stay_for_ever(
    field: Round, hire: Hire, acting: Acting, by: Actor
) -> None:
    sample = released(field, acting(hire("supervisor", field.unit)))
    CheckSample.objects.filter(pk=sample.pk).update(state="closed", released=None)
    put(field, State.ABANDONED)
    done: Any = min(CheckCase.objects.exclude(answers={}).values_list("done", flat=True))
    kept = retention.kind("supervision.answers")
    assert kept.oldest() == done
    assert kept.delete(timezone.now(), by) > 0
    assert not CheckCase.objects.exclude(answers={}).exists()
