"""Long work: taken once, finished once, told as it stands, taken up again when its worker dies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from sipas.errors import Place, SipasError
from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.jobs import actions, faults, queries, registry, worker
from sipas_web.jobs.models import Job, State
from sipas_web.jobs.registry import Work
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
Handle = Callable[[registry.Handler], None]
Hire = Callable[..., Person]
Acting = Callable[[Person], Actor]
KIND = "tests.work"


@pytest.fixture
def handle() -> Iterator[Handle]:
    """Register a handler for the test's kind of work."""

    def put(handler: registry.Handler) -> None:
        registry._handlers[KIND] = handler

    yield put
    registry._handlers.pop(KIND, None)


def asked(by: Actor, subject: str = "test:1", unit: Unit | None = None, **arguments: Any) -> Job:
    with transaction.atomic():
        return actions.start(kind=KIND, subject=subject, unit=unit, by=by, arguments=arguments)


def seen(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


def over(job: Job) -> None:
    """Let the lease of a job be over."""
    Job.objects.filter(pk=job.pk).update(lease_until=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))


def test_what_an_error_carries_is_kept_within_bounds(by: Actor, handle: Handle) -> None:
    def handler(work: Work) -> None:
        raise SipasError("round.file_changed", expected="x" * 10**6, got=[f"tệp {n}" for n in range(10**5)])

    handle(handler)
    job = asked(by)
    worker.work_off()
    error = seen(job).error
    assert error is not None
    assert len(error["expected"]) == faults.MOST_TEXT + 1
    assert (len(error["got"]), error["got"][0], error["got"][-1]) == (faults.MOST_LISTED + 1, "tệp 0", "…")


def test_a_worker_ends_by_itself_after_many_jobs(by: Actor, handle: Handle, monkeypatch: Any) -> None:
    """Its supervisor begins another: what libraries keep in memory goes with the process."""
    monkeypatch.setattr(worker, "MOST_JOBS", 2)
    handle(lambda work: None)
    jobs = [asked(by, f"test:{n}") for n in range(3)]
    worker.run_forever(name="w", is_ending=lambda: False)
    assert [seen(job).state for job in jobs] == [State.DONE, State.DONE, State.WAITING]
    assert queries.workers_alive() == 0


def test_work_is_done_once_with_its_result(by: Actor, handle: Handle) -> None:
    calls = []

    def handler(work: Work) -> dict[str, Any]:
        work.progress(0.5, "step:half")
        during = Job.objects.get(pk=work.job_id)
        calls.append((during.state, during.percent, during.note, dict(work.arguments), work.attempt))
        return {"made": 3}

    handle(handler)
    job = asked(by, file="a")
    assert worker.work_off() == 1
    assert worker.work_off() == 0
    assert calls == [(State.RUNNING, 50, "step:half", {"file": "a"}, 1)]
    done = seen(job)
    assert (done.state, done.result, done.progress, done.lease_until) == (State.DONE, {"made": 3}, 1.0, None)
    assert done.finished is not None


def test_asking_twice_is_asking_once_but_no_wish_is_lost(by: Actor) -> None:
    job = asked(by, file="a")
    assert asked(by, file="a") == job
    with pytest.raises(ValidationError):
        asked(by, file="b")
    assert asked(by, "test:2", file="b") != job


def test_two_workers_never_hold_the_same_job(by: Actor) -> None:
    first, second = asked(by, "test:1"), asked(by, "test:2")
    assert actions.claim("a") == first
    assert actions.claim("b") == second
    assert actions.claim("c") is None


def test_quick_work_does_not_wait_behind_long_work(by: Actor) -> None:
    """The lane of quick work takes a draw while another round's estimate runs, and never the estimate of a third."""
    with transaction.atomic():
        first = actions.start(kind="results.freeze_and_estimate", subject="test:1", unit=None, by=by)
        second = actions.start(kind="results.freeze_and_estimate", subject="test:2", unit=None, by=by)
        draw = actions.start(kind="rounds.draw", subject="test:3", unit=None, by=by)
    assert actions.claim("all") == first
    actions.sign_in("all")
    waiting = [seen(second), seen(draw)]
    assert queries.ahead(waiting) == {second.pk: 1, draw.pk: 2}, "one process alone: one after the other"
    actions.sign_in("quick")
    assert queries.ahead(waiting) == {second.pk: 1, draw.pk: 0}
    assert actions.is_anything_ready(quick_only=True)
    assert actions.claim("quick", quick_only=True) == draw
    assert not actions.is_anything_ready(quick_only=True)
    assert actions.claim("quick", quick_only=True) is None
    assert actions.claim("all") == second


def test_what_a_dead_worker_held_is_taken_up_and_what_it_says_later_is_ignored(by: Actor, handle: Handle) -> None:
    handle(lambda work: {"attempt": work.attempt})
    job = asked(by)
    dead = actions.claim("dead")
    assert dead is not None
    assert worker.work_off() == 0, "the lease holds"
    over(job)
    assert worker.work_off() == 1
    assert not actions.renew(dead, 0.9, "late")
    assert not actions.finish(dead, State.FAILED, error={"code": "failed"})
    assert not actions.give_back(dead)
    done = seen(job)
    assert (done.state, done.result, done.deaths, done.attempts) == (State.DONE, {"attempt": 2}, 1, 2)


def test_what_kills_every_worker_is_given_up(by: Actor) -> None:
    job = asked(by)
    for _death in range(5):
        assert actions.claim("dead") == job
        over(job)
    assert actions.claim("wary") is None
    failed = seen(job)
    assert (failed.state, failed.error, failed.deaths) == (State.FAILED, {"code": "jobs.died"}, 5)
    actions.resume(job=failed, by=by)
    assert actions.claim("again") == job


def test_an_orderly_end_is_no_death(by: Actor) -> None:
    job = asked(by)
    for _restart in range(7):
        claimed = actions.claim("worker")
        assert claimed == job
        assert actions.give_back(claimed)
    assert seen(job).deaths == 0


def test_a_supervisor_lets_go_of_what_its_worker_held(by: Actor) -> None:
    job = asked(by)
    actions.claim("worker")
    assert actions.release("other", died=True) == 0
    assert actions.release("worker", died=True) == 1
    assert actions.claim("next") == job
    assert seen(job).deaths == 1


def test_an_error_of_the_library_is_kept_as_data_and_said(by: Actor, handle: Handle) -> None:
    error = SipasError("intake.column_missing", parameter="x", got={"b", "a"}, place=Place(file="ds.xlsx", row=4))

    def handler(work: Work) -> None:
        raise error

    handle(handler)
    job = asked(by)
    worker.work_off()
    failed = seen(job)
    assert failed.state == State.FAILED
    assert failed.error is not None
    assert failed.error["got"] == ["a", "b"]
    assert failed.error["place"] == {"file": "ds.xlsx", "sheet": None, "row": 4, "column": None, "node": None}
    from sipas_web.shared.core_errors import sentence

    assert faults.sentence_of(failed.error) == sentence(error)


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (ValidationError("Đợt đã chốt."), "jobs.refused", "Đợt đã chốt."),
        (PermissionDenied(), "jobs.not_permitted", ""),
        (ZeroDivisionError("mật khẩu"), "failed", ""),
    ],
)
def test_other_errors_become_sentences_never_tracebacks(
    by: Actor, handle: Handle, error: Exception, code: str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    def handler(work: Work) -> None:
        raise error

    handle(handler)
    job = asked(by)
    worker.work_off()
    failed = seen(job)
    assert failed.error is not None
    assert failed.error["code"] == code
    sentence = faults.sentence_of(failed.error)
    assert said in sentence
    assert len(sentence) > 10
    assert "mật khẩu" not in str(failed.error)
    assert ("ZeroDivisionError" in caplog.text) == (code == "failed")


def test_unknown_work_fails_with_a_sentence(by: Actor) -> None:
    job = asked(by)
    worker.work_off()
    assert seen(job).error["code"] == "jobs.unknown_kind"  # type: ignore[index]


def test_a_busy_round_is_no_failure(by: Actor, handle: Handle) -> None:
    def handler(work: Work) -> None:
        raise SipasError("round.locked", got="x")

    handle(handler)
    job = asked(by)
    assert worker.work_off() == 1, "tried once, then left for later"
    waiting = seen(job)
    assert (waiting.state, waiting.note, waiting.deaths) == (State.WAITING, "round.locked", 0)
    over(job)
    handle(lambda work: None)
    worker.work_off()
    assert seen(job).state == State.DONE


def test_stopping_and_resuming(by: Actor, handle: Handle) -> None:
    rounds = []

    def handler(work: Work) -> None:
        rounds.append(work.attempt)
        if work.attempt == 1:
            actions.stop(job=Job.objects.get(pk=work.job_id), by=by)
        work.progress(0.5, "")
        rounds.append("beyond")

    handle(handler)
    job = asked(by)
    worker.work_off()
    assert (seen(job).state, rounds) == (State.STOPPED, [1])
    with pytest.raises(ValidationError):
        actions.stop(job=job, by=by)
    actions.resume(job=job, by=by)
    with pytest.raises(ValidationError):
        actions.resume(job=job, by=by)
    worker.work_off()
    assert (seen(job).state, rounds) == (State.DONE, [1, 2, "beyond"])
    assert list(Record.objects.filter(action__startswith="jobs.").values_list("action", flat=True)) == [
        "jobs.stopped", "jobs.resumed",
    ]  # fmt: skip


def test_what_waits_stops_at_once_and_a_new_wish_overrides(by: Actor) -> None:
    waiting = asked(by)
    actions.stop(job=waiting, by=by)
    assert seen(waiting).state == State.STOPPED
    again = asked(by)
    assert again != waiting
    claimed = actions.claim("worker")
    assert claimed == again
    actions.stop(job=again, by=by)
    assert queries.is_stop_wanted(again)
    assert asked(by) == again
    assert not queries.is_stop_wanted(again)
    with pytest.raises(ValidationError):
        actions.resume(job=waiting, by=by)


def test_who_may_see_and_stop(by: Actor, hire: Hire, acting: Acting, dong_nai: Unit, tuyen_quang: Unit) -> None:
    department, elsewhere = hire("department", dong_nai), hire("department", tuyen_quang)
    keyer = acting(hire("keyer", dong_nai))
    job = asked(by, unit=dong_nai)
    whole = asked(by, "test:2")
    own = asked(keyer, "test:3", unit=dong_nai)
    assert set(queries.visible(acting(department))) == {job, own}
    assert set(queries.visible(acting(elsewhere))) == set()
    assert set(queries.visible(keyer)) == {own}
    assert set(queries.visible(by)) == {job, whole, own}
    for refused, wanted in ((elsewhere, job), (department, whole)):
        with pytest.raises(PermissionDenied):
            actions.stop(job=wanted, by=acting(refused))
    with pytest.raises(PermissionDenied):
        actions.stop(job=job, by=keyer)
    actions.stop(job=own, by=keyer)
    actions.stop(job=job, by=acting(department))


def test_the_actor_is_rebuilt_and_who_was_suspended_holds_nothing(
    hire: Hire, acting: Acting, handle: Handle, dong_nai: Unit
) -> None:
    person = hire("department", dong_nai, name="Lê Thị Hạnh")
    found = []

    def handler(work: Work) -> None:
        found.append((work.actor.key, work.actor.name, work.actor.roles))
        work.actor.require("rounds.round_change", dong_nai)

    handle(handler)
    job = asked(acting(person))
    worker.work_off()
    assert found == [(f"person:{person.pk}", "Lê Thị Hạnh", "department")]
    assert seen(job).state == State.DONE
    later = asked(acting(person), "test:2")
    Person.objects.filter(pk=person.pk).update(is_active=False)
    worker.work_off()
    assert seen(later).error == {"code": "jobs.not_permitted", "messages": []}
