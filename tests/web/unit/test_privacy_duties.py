"""Keys changed, the join dropped, what is kept too long deleted: also where the work is killed half way."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client, TestCase
from django.urls import get_resolver, reverse
from django.utils import timezone
from tests.web import cast

from sipas import rounds as library
from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.config import duties as daily
from sipas_web.config import health
from sipas_web.jobs.models import Job
from sipas_web.jobs.worker import work_off
from sipas_web.privacy import actions, keys, own_kept, queries, retention, tasks
from sipas_web.privacy.actions import rotating
from sipas_web.privacy.identity import Place
from sipas_web.privacy.models import Contact, ContactMark, JoinDrop, RetentionRun, SubjectRequest, VisitSecret
from sipas_web.privacy.queries.retention import standings
from sipas_web.privacy.retention import Kept
from sipas_web.rounds.folders import folder_of
from sipas_web.rounds.models import Round, State
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
Hire = Callable[..., Person]
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> None:
    settings.ROUNDS_FOLDER, settings.MEDIA_ROOT = tmp_path / "rounds", tmp_path / "uploads"
    settings.CONTACT_KEYS = tmp_path / "keys" / "contacts.json"
    settings.BACKUPS_FOLDER, settings.LOGS_FOLDER = tmp_path / "backups", tmp_path / "logs"


@pytest.fixture
def round_(tuyen_quang: Unit, by: Actor) -> Round:
    """A published round with contacts of 30 cases and places of some visits."""
    made = cast.new_round(tuyen_quang, by, state=State.PUBLISHED)
    rows = [(f"C{n:03}", {"name": f"Người thứ {n}", "phone": f"0912000{n:03}"}) for n in range(30)]
    actions.put_contacts(round_=made, rows=rows, by=by)
    for n in range(0, 30, 10):
        actions.put_visit_secret(round_=made, case_code=f"C{n:03}", visit=1, place=Place(21, 105), note="", by=by)
    return made


def names(round_: Round, by: Actor) -> dict[str, str]:
    codes = [f"C{n:03}" for n in range(30)]
    found = actions.open_contacts(round_=round_, case_codes=codes, purpose="tests.look", by=by)
    return {code: who.name for code, who in found.items()}


def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the time that an old key is spared be over."""
    monkeypatch.setattr(rotating, "GRACE", dt.timedelta())


# Keys


def test_a_change_of_keys_seals_everything_anew_and_destroys_the_old_one_later(
    round_: Round, by: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, old = names(round_, by), keys.newest().name
    actions.ask_rotation(by=by)
    assert work_off() == 1
    new = keys.newest().name
    assert queries.keys_in_use() == {new: 33}
    assert names(round_, by) == before
    assert [p for _c, _v, p in queries.places_of(round_)] == [Place(21, 105)] * 3
    assert actions.remove_spent_keys(by=by) == []  # somebody may still be sealing with it
    later(monkeypatch)
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert actions.remove_spent_keys(by=by) == [old]
    assert [key.name for key in keys.all_keys()] == [new]
    assert names(round_, by) == before
    acts = list(Record.objects.filter(action__startswith="privacy.key").values_list("action", flat=True))
    assert acts == ["privacy.key_made", "privacy.keys_destroyed"]


@pytest.mark.parametrize("killed_at", [0, 1, 2])
def test_killed_half_way_everything_opens_and_the_rest_follows(
    round_: Round, by: Actor, monkeypatch: pytest.MonkeyPatch, killed_at: int
) -> None:
    before, old = names(round_, by), keys.newest().name
    monkeypatch.setattr(tasks, "AT_ONCE", 8)
    parts, part = [], actions.reseal_part

    def dies(**given: Any) -> int:
        if len(parts) == killed_at:
            raise KeyboardInterrupt
        parts.append(part(**given))
        return parts[-1]

    monkeypatch.setattr(actions, "reseal_part", dies)
    actions.ask_rotation(by=by)
    with pytest.raises(KeyboardInterrupt):
        work_off()
    assert queries.keys_in_use()[old] == 33 - 8 * killed_at
    assert names(round_, by) == before
    later(monkeypatch)
    assert actions.remove_spent_keys(by=by) == []  # it still opens something
    monkeypatch.setattr(actions, "reseal_part", part)
    work_off()
    assert queries.keys_in_use() == {keys.newest().name: 33}
    assert names(round_, by) == before
    assert ContactMark.objects.count() == 60


def test_only_who_may_changes_keys(hire: Hire, acting: Callable[[Person], Actor], tuyen_quang: Unit) -> None:
    for role in ("department", "inspector", "interviewer"):
        with pytest.raises(PermissionDenied):
            actions.ask_rotation(by=acting(hire(role, tuyen_quang)))
    actions.ask_rotation(by=acting(hire("administrator", tuyen_quang)))
    assert len(keys.all_keys()) >= 1


def test_the_terminal_changes_keys_and_a_restored_database_says_which_key_it_lacks(
    round_: Round, by: Actor, capsys: pytest.CaptureFixture[str]
) -> None:
    from sipas_web.config.command_line import rotate_contact_keys

    before = names(round_, by)
    rotate_contact_keys()
    assert queries.keys_in_use() == {keys.newest().name: 33}
    assert names(round_, by) == before
    assert keys.newest().name in capsys.readouterr().out
    assert health.contact_keys() == []
    name = keys.newest().name
    keys.path().rename(keys.path().with_suffix(".away"))
    assert [name in fault for fault in health.contact_keys()] == [True]
    keys.path().with_suffix(".away").rename(keys.path())
    keys.path().chmod(0o644)
    assert len(health.contact_keys()) == 1


# The drop


def opened_pages(client: Client, round_: Round) -> int:
    """Open every page that takes a round alone; none fails for what is gone. Gives how many there are."""
    names = {
        str(pattern.name)
        for entry in get_resolver().url_patterns
        for pattern in getattr(entry, "url_patterns", [])
        if list(getattr(getattr(pattern, "pattern", None), "converters", {})) == ["round_id"]
    }
    for name in sorted(names):
        answer = client.get(reverse(name, args=[round_.pk]))
        assert answer.status_code in {200, 302, 403, 404, 405}, name
    return len(names)


def test_the_drop_destroys_what_tells_of_people_and_every_verification_still_says_yes(
    tuyen_quang: Unit, by: Actor, client: Client, hire: Hire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sipas_web.accounts.queries.has_second_factor", lambda someone: True)
    client.force_login(hire("department", tuyen_quang))
    round_ = cast.finished_files(cast.new_round(tuyen_quang, by))
    Round.objects.filter(pk=round_.pk).update(state=State.PUBLISHED)
    folder = folder_of(round_)
    codes = library.field_list(folder)["case_id"].to_list()
    actions.put_contacts(round_=round_, rows=[(code, {"name": f"Tên {code}"}) for code in codes], by=by)
    SubjectRequest.objects.create(
        unit=tuyen_quang, kind="see", channel="letter", received=dt.date(2026, 11, 1), sealed=b"", key="x", token="t",
        acknowledge_by=dt.date(2026, 11, 3), due=dt.date(2026, 11, 11), round=round_, case_code=codes[0],
    )  # fmt: skip
    assert library.verify(folder) == []
    held = {p for p in folder.rglob("*") if p.is_file()}
    actions.ask_drop(round_id=round_.pk, reason="Đã công bố (thử)", by=by)
    assert queries.are_dropped(round_)
    work_off()
    drop = JoinDrop.objects.get(round=round_)
    gone = {p.relative_to(folder).as_posix() for p in held - {p for p in folder.rglob("*") if p.is_file()}}
    assert drop.finished is not None
    assert drop.contacts == len(codes)
    assert set(drop.files) == gone
    assert {"contacts.enc", "secret.key"} <= gone
    assert any(name.startswith("input/frame/") for name in gone)
    assert library.verify(folder) == []
    assert opened_pages(client, round_) > 15
    assert SubjectRequest.objects.get().case_code == ""
    written = Record.objects.get(action="privacy.contacts_dropped")
    assert json.loads(written.details)["contacts"] == len(codes)
    assert actions.open_contacts(round_=round_, case_codes=codes, purpose="tests.look", by=by) == {}


@pytest.mark.parametrize("killed_at", [0, 1, 3])
def test_a_drop_killed_half_way_shows_nothing_and_ends_when_run_again(
    round_: Round, by: Actor, monkeypatch: pytest.MonkeyPatch, killed_at: int
) -> None:
    monkeypatch.setattr(tasks, "AT_ONCE", 8)
    parts, part = [], actions.drop_part

    def dies(**given: Any) -> int:
        if len(parts) == killed_at:
            raise KeyboardInterrupt
        parts.append(part(**given))
        return parts[-1]

    monkeypatch.setattr(actions, "drop_part", dies)
    actions.ask_drop(round_id=round_.pk, reason="x", by=by)
    with pytest.raises(KeyboardInterrupt):
        work_off()
    assert Contact.objects.filter(round=round_).count() == 30 - 8 * killed_at
    assert queries.are_dropped(round_)
    assert names(round_, by) == {}
    assert actions.open_visits(round_=round_, case_codes=["C000"], purpose="tests.look", by=by) == {}
    assert list(queries.places_of(round_)) == []
    assert actions.put_contacts(round_=round_, rows=[("NEW", {"name": "x"})], by=by) == 0
    monkeypatch.setattr(actions, "drop_part", part)
    work_off()
    drop = JoinDrop.objects.get()
    assert (drop.contacts, drop.visits) == (30, 3)
    assert drop.finished is not None
    assert not Contact.objects.exists()
    assert not VisitSecret.objects.exists()
    assert not ContactMark.objects.exists()


def test_before_the_publication_nothing_is_dropped_and_before_the_day_only_with_a_reason(
    round_: Round, by: Actor, hire: Hire, acting: Callable[[Person], Actor], dong_nai: Unit, tuyen_quang: Unit
) -> None:
    with pytest.raises(ValidationError):
        actions.ask_drop(round_id=round_.pk, by=by)
    for state in (State.SET_UP, State.DRAWN, State.IN_FIELD, State.FROZEN):
        Round.objects.update(state=state)
        with pytest.raises(ValidationError):
            actions.ask_drop(round_id=round_.pk, reason="x", by=by)
    Round.objects.update(state=State.PUBLISHED)
    for role, unit in (("department", dong_nai), ("inspector", tuyen_quang), ("post_province", tuyen_quang)):
        with pytest.raises(PermissionDenied):
            actions.ask_drop(round_id=round_.pk, reason="x", by=acting(hire(role, unit)))
    assert not JoinDrop.objects.exists()
    actions.ask_drop(round_id=round_.pk, reason="x", by=acting(hire("department", tuyen_quang)))
    assert JoinDrop.objects.get().reason == "x"


# The duties of each day


def test_the_daily_duties_drop_what_is_due_once_a_day(round_: Round, by: Actor, dong_nai: Unit) -> None:
    other = cast.new_round(dong_nai, by, state=State.IN_FIELD)
    actions.put_contacts(round_=other, rows=[("X", {"name": "Người khác"})], by=by)
    past = (timezone.localdate() - DAY).isoformat()
    for made, until in ((round_, timezone.localdate().isoformat()), (other, past)):
        Round.objects.filter(pk=made.pk).update(settings=made.settings | {"contacts_until": until})
    assert daily.ask()
    work_off()
    assert not JoinDrop.objects.exists()  # one is kept through its last day, the other is not published
    Round.objects.filter(pk=round_.pk).update(settings=round_.settings | {"contacts_until": past})
    assert daily.ask()
    work_off()
    assert not JoinDrop.objects.exists()  # done today
    Job.objects.update(finished=timezone.now() - DAY)
    daily.ask()
    work_off()
    assert JoinDrop.objects.get().round_id == round_.pk
    assert JoinDrop.objects.get().finished is not None
    assert list(Contact.objects.values_list("round_id", flat=True)) == [other.pk]
    late = {standing.kept.code: standing.is_late for standing in standings(timezone.now() + 3 * DAY)}
    assert late["privacy.contacts"]
    assert Record.objects.filter(actor="command", action="privacy.contacts_dropped").count() == 1


def test_a_kind_is_kept_for_its_days_and_deleted_with_a_record(settings: Any, tmp_path: Path, by: Actor) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    now = timezone.now()
    for name, age in (("old.zip", 91), ("young.zip", 89), ("old.txt", 400)):
        (folder / name).write_bytes(b"x")
        moment = (now - age * DAY).timestamp()
        os.utime(folder / name, (moment, moment))
    (folder / "link.zip").symlink_to(folder / "old.txt")
    standing = next(s for s in standings(now) if s.kept.code == "privacy.backups")
    assert standing.next_day is not None
    assert standing.next_day.date() == (now - DAY).date()
    assert actions.delete_overdue(own_kept.BACKUPS, now=now, by=by) == 1
    assert sorted(p.name for p in folder.iterdir()) == ["link.zip", "old.txt", "young.zip"]
    assert actions.delete_overdue(own_kept.BACKUPS, now=now, by=by) == 0
    settings.KEEP_DAYS = {"privacy.backups": 10, "privacy.backup": 1}
    assert [fault.split()[6] for fault in health._keep_days()] == ["privacy.backup"]
    assert actions.delete_overdue(own_kept.BACKUPS, now=now, by=by) == 1
    runs = list(RetentionRun.objects.order_by("pk").values_list("deleted", flat=True))
    assert runs == [1, 1]  # the look that found nothing gave way
    assert Record.objects.filter(action="privacy.kept_deleted").count() == 2


def test_a_kind_that_fails_is_written_down_and_hinders_no_other(
    by: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(before: dt.datetime, by: Actor) -> int:
        raise OSError("disk")

    fault = Kept("tests.fails", "x", "y", 1, lambda: None, fails)
    monkeypatch.setattr(retention, "_kinds", {"tests.fails": fault, "privacy.logs": own_kept.LOGS})
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "a.log").write_bytes(b"x")
    os.utime(tmp_path / "logs" / "a.log", (0, 0))
    daily.ask()
    work_off()
    assert dict(RetentionRun.objects.values_list("kind", "failed")) == {"tests.fails": True, "privacy.logs": False}
    assert not (tmp_path / "logs" / "a.log").exists()
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}


def test_lists_of_a_round_given_up_before_the_draw_go_on_their_day(tuyen_quang: Unit, by: Actor) -> None:
    round_ = cast.with_lists(cast.new_round(tuyen_quang, by, state=State.ABANDONED))
    assert queries.rounds_holding() == [round_]
    past = (timezone.localdate() - DAY).isoformat()
    Round.objects.update(settings=round_.settings | {"contacts_until": past})
    assert any((folder_of(round_) / "input/frame").glob("*.*"))
    daily.ask()
    work_off()
    assert not any((folder_of(round_) / "input/frame").glob("*.*"))
    assert queries.rounds_holding() == []


def test_a_round_without_a_folder_is_dropped_as_well(round_: Round, by: Actor) -> None:
    shutil.rmtree(folder_of(round_), ignore_errors=True)
    Round.objects.update(state=State.ABANDONED)
    actions.ask_drop(round_id=round_.pk, reason="x", by=by)
    work_off()
    assert JoinDrop.objects.get().files == []
    assert not Contact.objects.exists()
