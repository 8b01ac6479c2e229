"""Messages with apologies: killed anywhere, none is lost, none leaves twice; a gateway that fails is tried again."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from tests.web.apologies_cast import NAMES, TODAY, Desk, desk_of, dossier

from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.jobs.models import Job, State
from sipas_web.jobs.worker import work_off
from sipas_web.onestop import delivering
from sipas_web.onestop.actions import apologies as actions
from sipas_web.onestop.actions import sending
from sipas_web.onestop.actions.apologies import Content
from sipas_web.onestop.models import Apology, Message
from sipas_web.shared import messages, outgoing
from sipas_web.shared.messages import FileGateway, GatewayError, Letter
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
Hire = Callable[..., Person]
WHO = {"name": NAMES[0], "phone": "0912 777 555", "email": "lua@example.vn"}
CONTENT = Content("load", new_date=dt.date(2026, 11, 30))


class KilledError(BaseException):
    """A process that ends here and now."""


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings.MESSAGES_FOLDER = tmp_path / "messages"
    settings.CONTACT_KEYS = tmp_path / "keys.json"
    monkeypatch.setattr("sipas_web.onestop.queries.apologies.today", lambda: TODAY)
    return tmp_path / "messages" / "ready"


@pytest.fixture
def place(tuyen_quang: Unit, by: Actor, folder: Path) -> Desk:
    return desk_of(tuyen_quang, by)


@pytest.fixture
def clerk(hire: Hire, acting: Callable[[Person], Actor], place: Desk) -> Actor:
    return acting(hire("onestop_clerk", place.desk))


def signed(place: Desk, by: Actor, who: dict[str, str] | None = None) -> Apology:
    one = dossier(place, by=by, who=WHO if who is None else who, due=dt.date(2026, 11, 24))
    apology = actions.draft(dossier_id=one.pk, content=CONTENT, by=by)
    actions.sign(apology_ids=[apology.pk], by=by)
    return apology


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*")) if folder.is_dir() else []


def come_due() -> None:
    """Let the pause before the next try be over."""
    Message.objects.update(next_try=timezone.now() - dt.timedelta(seconds=1))
    Job.objects.filter(state=State.WAITING).update(lease_until=None)


def test_a_text_message_and_an_email_leave_once_with_the_letter(
    place: Desk, clerk: Actor, by: Actor, folder: Path
) -> None:
    short, long = signed(place, by), signed(place, by)
    sending.queue(apology_id=short.pk, way="sms", by=clerk)
    sending.queue(apology_id=long.pk, way="email", by=clerk)
    work_off()
    work_off()
    mail, text = files(folder)
    if text.suffix == ".eml":
        mail, text = text, mail
    told = json.loads(text.read_text())
    assert told["to"] == "0912 777 555"
    assert told["text"].startswith("[MÔ PHỎNG] Sở Xây dựng xin lỗi Ông/Bà")
    assert "30/11/2026" in told["text"]
    letter = email.message_from_bytes(mail.read_bytes(), policy=email.policy.default)
    assert letter["To"] == "lua@example.vn"
    assert [part.get_content_type() for part in letter.iter_attachments()] == ["application/pdf"]
    assert text.stat().st_mode & 0o077 == 0
    for apology in (short, long):
        apology.refresh_from_db()
        assert (apology.state, apology.sent) == ("sent", timezone.localdate())
    opened = Record.objects.filter(action="privacy.people_opened")
    assert opened.count() == 2
    everything = " ".join(str(record.values()) for record in Record.objects.all())
    assert "Lụa" not in everything
    assert "777 555" not in everything
    assert "lua@" not in everything


POINTS = (
    "sipas_web.onestop.actions.sending.take_up",
    "sipas_web.shared.messages._content",
    "sipas_web.shared.messages._write",
    "pathlib.Path.rename",
    "sipas_web.onestop.actions.sending.note_taken",
)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("point", POINTS)
def test_killed_in_the_middle_it_leaves_exactly_once(
    point: str, when: str, place: Desk, clerk: Actor, by: Actor, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process ends before or after each step; another one goes on. The system that fetches deletes at once."""
    apology = signed(place, by)
    message = sending.queue(apology_id=apology.pk, way="sms", by=clerk)
    module, _, name = point.rpartition(".")
    owner: Any = Path if module == "pathlib.Path" else sys.modules[module]
    real, fetched = getattr(owner, name), 0

    def killed(*args: Any, **named: Any) -> Any:
        if when == "after":
            real(*args, **named)
        raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr(owner, name, killed)
        with pytest.raises(KilledError):
            delivering.deliver(message, messages.gateway(), clerk)
    for _ in range(3):
        fetched += fetch(folder)
        come_due()
        work_off()
    fetched += fetch(folder)
    assert fetched == 1
    apology.refresh_from_db()
    assert apology.state == "sent"
    assert Record.objects.filter(action="onestop.apology_sent").count() == 1


def fetch(folder: Path) -> int:
    found = files(folder)
    for path in found:
        path.unlink()
    return len(found)


SENDER = """
import datetime as dt, os, sys, threading, time
sys.path.insert(0, sys.argv[3])
from pathlib import Path
from sipas_web.shared.messages import FileGateway, Letter
gateway = FileGateway(Path(sys.argv[1]))
for k in range(40):
    gateway.send(Letter(f"k{k}", "sms", "09", "x", "y" * 20000))
    print(k, flush=True)
"""


def test_a_gateway_really_killed_takes_every_message_once(tmp_path: Path) -> None:
    """A process is ended by the system at any moment, again and again; meanwhile files are fetched and deleted."""
    source = str(Path(messages.__file__).parents[2])
    fetched: list[str] = []
    for pause in (0.02, 0.05, 0.01, 0.08, 0.03, None):
        sender = subprocess.Popen(
            [sys.executable, "-c", SENDER, str(tmp_path), "", source], stdout=subprocess.PIPE, text=True
        )
        assert sender.stdout is not None
        sender.stdout.readline()  # it has begun
        if pause is not None:
            time.sleep(pause)
            sender.kill()
        sender.communicate(timeout=60)
        for path in files(tmp_path / "ready"):
            assert json.loads(path.read_text())["text"] == "y" * 20000  # whole, or not there
            fetched.append(path.name)
            path.unlink()
    assert sorted(fetched) == sorted(f"k{k}.json" for k in range(40))


def test_a_gateway_that_fails_is_tried_again_and_then_left_to_a_person(
    place: Desk, clerk: Actor, by: Actor, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    apology = signed(place, by)
    message = sending.queue(apology_id=apology.pk, way="sms", by=clerk)
    real = FileGateway.send

    def down(self: FileGateway, letter: Letter) -> dt.datetime:
        raise GatewayError("down")

    monkeypatch.setattr(FileGateway, "send", down)
    work_off()
    message.refresh_from_db()
    assert (message.state, message.attempts, message.fault) == ("queued", 1, "down")
    assert message.next_try > timezone.now() + dt.timedelta(seconds=30)
    job = Job.objects.get(kind=sending.SENDING)
    assert job.state == State.WAITING  # it takes itself up again
    assert not files(folder)
    pauses = []
    for _ in range(outgoing.MOST_ATTEMPTS - 1):
        come_due()
        work_off()
        message.refresh_from_db()
        pauses.append(round((message.next_try - timezone.now()).total_seconds() / 10))
    assert pauses == sorted(pauses)
    assert message.state == "failed"
    apology.refresh_from_db()
    assert apology.state == "signed"  # nothing is lost: it still waits to be sent
    monkeypatch.setattr(FileGateway, "send", real)
    sending.try_again(message_id=message.pk, by=clerk)
    come_due()
    work_off()
    assert len(files(folder)) == 1
    apology.refresh_from_db()
    assert apology.state == "sent"


def test_one_bad_message_does_not_hold_up_the_others(
    place: Desk, clerk: Actor, by: Actor, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = signed(place, by), signed(place, by)
    first = sending.queue(apology_id=bad.pk, way="sms", by=clerk)
    sending.queue(apology_id=good.pk, way="sms", by=clerk)
    real = FileGateway.send

    def breaks(self: FileGateway, letter: Letter) -> dt.datetime:
        if letter.key == first.key:
            raise RuntimeError("a fault of the program")
        return real(self, letter)

    monkeypatch.setattr(FileGateway, "send", breaks)
    work_off()
    sending.ask_due(by=by)
    work_off()
    good.refresh_from_db()
    assert good.state == "sent"
    for _ in range(outgoing.MOST_ATTEMPTS + 1):
        come_due()
        sending.ask_due(by=by)
        work_off()
    first.refresh_from_db()
    assert first.state == "failed"


def test_without_an_address_it_is_said_and_goes_on_paper(place: Desk, clerk: Actor, by: Actor, folder: Path) -> None:
    apology = signed(place, by, {"name": NAMES[1]})
    message = sending.queue(apology_id=apology.pk, way="email", by=clerk)
    work_off()
    message.refresh_from_db()
    assert (message.state, message.fault) == ("failed", "no_address")
    actions.note_paper(apology_id=apology.pk, on=TODAY, way="paper", number="", by=clerk)
    with pytest.raises(ValidationError):
        sending.try_again(message_id=message.pk, by=clerk)
    assert not files(folder)


def test_a_letter_on_its_way_is_neither_sent_again_nor_withdrawn(place: Desk, clerk: Actor, by: Actor) -> None:
    apology = signed(place, by)
    message = sending.queue(apology_id=apology.pk, way="sms", by=clerk)
    for act in (
        lambda: sending.queue(apology_id=apology.pk, way="email", by=clerk),
        lambda: actions.withdraw(apology_id=apology.pk, by=by),
        lambda: actions.note_paper(apology_id=apology.pk, on=TODAY, way="paper", number="", by=clerk),
    ):
        with pytest.raises(ValidationError):
            act()
    sending.call_off(message_id=message.pk, by=clerk)
    actions.withdraw(apology_id=apology.pk, by=by)
    work_off()
    apology.refresh_from_db()
    assert apology.state == "withdrawn"
    Message.objects.filter(pk=message.pk).update(attempts=1, state="queued")
    with pytest.raises(ValidationError):
        sending.call_off(message_id=message.pk, by=clerk)


def test_only_a_signed_letter_is_sent_and_only_by_who_has_a_hand_in_it(
    place: Desk, clerk: Actor, by: Actor, hire: Hire, acting: Callable[[Person], Actor], dong_nai: Unit
) -> None:
    one = dossier(place, by=by, who=WHO, due=dt.date(2026, 11, 24))
    apology = actions.draft(dossier_id=one.pk, content=CONTENT, by=clerk)
    with pytest.raises(ValidationError):
        sending.queue(apology_id=apology.pk, way="sms", by=clerk)
    actions.sign(apology_ids=[apology.pk], by=by)
    stranger = acting(hire("onestop_clerk", dong_nai))
    with pytest.raises(PermissionDenied):
        sending.queue(apology_id=apology.pk, way="sms", by=stranger)
