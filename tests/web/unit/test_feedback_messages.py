"""Messages to citizens: code and answer by the one gateway, once; a lost code goes to the contact on record only."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.web.feedback_cast import ANSWER, PERSON, Hire, answered, cast, commune, send

from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.config import strays
from sipas_web.feedback import codes, tasks
from sipas_web.feedback.actions import answering, following, lost_codes, messaging, sorting
from sipas_web.feedback.models import CodeAsk, Feedback, Message
from sipas_web.jobs.models import Job, State
from sipas_web.jobs.worker import work_off
from sipas_web.privacy.models import SealedPerson
from sipas_web.shared import messages
from sipas_web.shared.messages import FileGateway, GatewayError, Letter
from sipas_web.units.models import Unit

__all__ = ["cast", "commune"]
pytestmark = pytest.mark.django_db
MAIL = {"name": "Triệu Thị Mười", "phone": "0987 654 321", "email": "Muoi@example.vn", "address": ""}
LOST = "/gop-y/theo-doi/mat-ma/"


class KilledError(BaseException):
    """A process that ends here and now."""


@pytest.fixture(autouse=True)
def ready(settings: Any, tmp_path: Path) -> Path:
    settings.MESSAGES_FOLDER = tmp_path / "messages"
    settings.CONTACT_KEYS = tmp_path / "keys.json"
    cache.clear()
    return tmp_path / "messages" / "ready"


def gone(ready: Path, by: Actor) -> list[str]:
    """Send what is due; gives everything that ever left."""
    messaging.ask_messages(by=by)
    work_off()
    return [path.read_text(encoding="utf-8") for path in sorted(ready.glob("*"), key=lambda p: p.stat().st_mtime_ns)]


def wanting(commune: Unit, **more: Any) -> tuple[Feedback, str]:
    return send(commune, person=PERSON | more.pop("person", {}), wants_messages=True, **more)


def come_due() -> None:
    Message.objects.update(next_try=timezone.now() - dt.timedelta(seconds=1))
    Job.objects.filter(state=State.WAITING).update(lease_until=None)


def test_code_and_answer_go_to_who_agreed_and_to_nobody_else(
    commune: Unit, cast: dict[str, Actor], by: Actor, ready: Path
) -> None:
    send(commune, once="không đồng ý", person=PERSON)
    made, code = wanting(commune, person=MAIL)
    (file,) = gone(ready, by)
    mail = email.message_from_string(file, policy=email.policy.default)
    assert mail["To"] == "Muoi@example.vn"
    assert codes.in_groups(code) in mail.get_content()
    assert gone(ready, by) == [file]
    sorting.classify(feedback_id=made.pk, kind="behaviour", topic="delay", by=cast["desk"])
    sorting.route(feedback_id=made.pk, unit=commune, by=cast["desk"])
    answering.submit(feedback_id=made.pk, text=ANSWER, by=cast["agency"])
    assert gone(ready, by) == [file]
    answering.accept(feedback_id=made.pk, by=cast["head"])
    _first, second = gone(ready, by)
    told = " ".join(email.message_from_string(second, policy=email.policy.default).get_content().split())
    assert ANSWER in told
    assert codes.in_groups(code) not in told
    assert following.opened(code) == made


def test_a_text_message_says_only_that_there_is_an_answer(
    commune: Unit, cast: dict[str, Actor], by: Actor, ready: Path
) -> None:
    answered(commune, cast, wants_messages=True)
    told = [json.loads(text) for text in gone(ready, by)]
    assert [message["to"] for message in told] == [PERSON["phone"]] * 2
    assert not any(ANSWER in message["text"] for message in told)


def test_who_was_passed_on_is_told_without_saying_why(
    commune: Unit, cast: dict[str, Actor], by: Actor, ready: Path
) -> None:
    made, _code = wanting(commune)
    sorting.route_out(
        feedback_id=made.pk, kind="denunciation", to="Thanh tra tỉnh", reason="Tố nhận tiền.", by=cast["desk"]
    )
    told = [json.loads(text)["text"] for text in gone(ready, by)]
    assert "đã được chuyển" in told[1]
    assert not any(word in text for text in told for word in ("tố cáo", "Thanh tra", "Tố nhận"))


def test_what_is_no_longer_true_does_not_leave(commune: Unit, cast: dict[str, Actor], by: Actor, ready: Path) -> None:
    made, code = answered(commune, cast, wants_messages=True)
    messaging.write_messages(by=by)
    following.say(code=code, agrees=False, rating=1, text="Chưa xong")
    assert len(gone(ready, by)) == 1  # the code; the answer was reopened meanwhile
    assert Message.objects.get(what="answered").state == "called_off"
    other, _ = wanting(commune, once="hai")
    following.forget(Feedback.objects.get(pk=other.pk), by)
    assert len(gone(ready, by)) == 1
    assert not SealedPerson.objects.filter(token=other.token).exists()
    del made


POINTS = (
    "sipas_web.feedback.actions.messaging.take_up",
    "sipas_web.shared.messages._write",
    "pathlib.Path.rename",
    "sipas_web.feedback.actions.messaging.note_taken",
)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("point", POINTS)
def test_killed_in_the_middle_it_leaves_exactly_once(
    point: str, when: str, commune: Unit, by: Actor, ready: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanting(commune)
    module, _, name = point.rpartition(".")
    owner: Any = {"pathlib.Path": Path, "sipas_web.shared.messages": messages}.get(module, messaging)
    real = getattr(owner, name)

    def killed(*args: Any, **named: Any) -> Any:
        if when == "after":
            real(*args, **named)
        raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr(owner, name, killed)
        with pytest.raises(KilledError):
            tasks.deliver(Message.objects.get(), messages.gateway(), by)
    for _ in range(2):
        come_due()
        left = gone(ready, by)
    assert len(left) == 1
    assert Message.objects.get().state == "sent"


def test_a_gateway_that_fails_is_tried_again(
    commune: Unit, by: Actor, ready: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanting(commune)

    def down(self: FileGateway, letter: Letter) -> dt.datetime:
        raise GatewayError("down")

    with monkeypatch.context() as patched:
        patched.setattr(FileGateway, "send", down)
        assert gone(ready, by) == []
    assert (Message.objects.get().state, Message.objects.get().fault) == ("queued", "down")
    come_due()
    assert len(gone(ready, by)) == 1


# --- lost codes


def asked(number: str, contact: str) -> str:
    answer = Client().post(LOST, {"number": number, "contact": contact})
    assert answer.status_code == 200
    return main_of(answer)


def main_of(answer: Any) -> str:
    """Give what the page says; around it stand marks that are new on each page."""
    return str(answer.content.decode()).partition("<main")[2].partition("</main>")[0]


def test_a_lost_code_goes_to_the_contact_on_record_only(commune: Unit, by: Actor, ready: Path, settings: Any) -> None:
    made, code = wanting(commune)
    gone(ready, by)
    assert len(gone(ready, by)) == 1
    asked(made.number.lower(), "0912 000 111")
    asked("PAKN.20200101.0001", PERSON["phone"])
    assert len(gone(ready, by)) == 1
    asked(made.number, "+84 987654321")
    _first, second = (json.loads(text) for text in gone(ready, by))
    assert second["to"] == PERSON["phone"]
    assert codes.in_groups(code) in second["text"]
    assert not CodeAsk.objects.exists()
    assert Record.objects.filter(action="feedback.code_sent_again").count() == 1
    plain = str(list(Record.objects.values())) + str(list(Message.objects.values()))
    assert not any(
        secret in plain for secret in (code, codes.in_groups(code), "987654321", "0912 000 111", "0912000111")
    )


def test_who_did_not_agree_gets_no_code(commune: Unit, by: Actor, ready: Path) -> None:
    made, _code = send(commune, person=PERSON)
    asked(made.number, PERSON["phone"])
    assert gone(ready, by) == []
    assert not SealedPerson.objects.filter(kind="feedback.code").exists()


def test_a_stranger_learns_nothing(commune: Unit, ready: Path) -> None:
    """The same page, the same queries, whether the number exists, the contact fits, or not."""
    made, _code = wanting(commune)
    seen = []
    for number, contact in (
        (made.number, PERSON["phone"]), (made.number, "0911 111 111"), ("PAKN.20200101.0009", PERSON["phone"]),
        ("PAKN.20200101.0008", "a@example.vn"),
    ):  # fmt: skip
        cache.clear()
        Job.objects.all().delete()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = asked(number, contact)
        assert made.number not in page
        assert not any("feedback_feedback" in q["sql"] for q in queries.captured_queries)
        seen.append((page, [q["sql"].partition(" ")[0] for q in queries.captured_queries]))
    assert all(one == seen[0] for one in seen)


def test_asking_is_limited_without_telling(commune: Unit, by: Actor, ready: Path) -> None:
    made, _code = wanting(commune)
    pages = {asked(made.number, PERSON["phone"]) for _ in range(5)}
    assert len(pages) == 1
    assert Client().post(LOST, {"number": made.number, "contact": PERSON["phone"]}).status_code == 429
    assert len(gone(ready, by)) == 1 + messaging.MOST_A_DAY
    for network in range(9):
        answer = Client(REMOTE_ADDR=f"10.0.0.{network}").post(LOST, {"number": made.number, "contact": "a@b.vn"})
        assert main_of(answer) in pages
    assert CodeAsk.objects.count() == 0  # the tries of this number are used up, and nobody is told so
    Message.objects.update(asked=timezone.now() - dt.timedelta(days=2))
    lost_codes.ask(number=made.number, contact=PERSON["phone"])
    assert len(gone(ready, by)) == 2 + messaging.MOST_A_DAY


@pytest.mark.parametrize(("number", "contact"), [("123", "0987654321"), ("PAKN.20261122.0001", "x"), ("", "")])
def test_what_cannot_be_one_is_said(number: str, contact: str) -> None:
    answer = Client().post(LOST, {"number": number, "contact": contact})
    assert answer.status_code == 400
    assert CodeAsk.objects.count() == 0


def test_the_desk_sends_it_again_without_seeing_it(
    commune: Unit, cast: dict[str, Actor], by: Actor, ready: Path, hire: Hire, acting: Callable[[Any], Actor],
    dong_nai: Unit,
) -> None:  # fmt: skip
    made, code = wanting(commune)
    gone(ready, by)
    with pytest.raises(PermissionDenied):
        messaging.send_code_again(feedback_id=made.pk, by=acting(hire("feedback_desk", dong_nai)))
    with pytest.raises(PermissionDenied):
        messaging.send_code_again(feedback_id=made.pk, by=cast["agency"])
    for _ in range(messaging.MOST_A_DAY):
        messaging.send_code_again(feedback_id=made.pk, by=cast["desk"])
    with pytest.raises(ValidationError):
        messaging.send_code_again(feedback_id=made.pk, by=cast["desk"])
    assert codes.in_groups(code) in gone(ready, by)[-1]
    silent, _ = send(commune, once="x", person=PERSON)
    with pytest.raises(ValidationError):
        messaging.send_code_again(feedback_id=silent.pk, by=cast["desk"])


def test_half_written_messages_of_a_crash_go_a_day_later(ready: Path) -> None:
    ledger = ready.parent / "ledger"
    ledger.mkdir(parents=True)
    for name in ("stray.part", "named.part", "named"):
        (ledger / name).write_text("x")
    assert strays.forget() == 0
    gateway = FileGateway()
    assert gateway.forget_strays(timezone.now().timestamp() + 60) == 1
    assert sorted(path.name for path in ledger.iterdir()) == ["named", "named.part"]
