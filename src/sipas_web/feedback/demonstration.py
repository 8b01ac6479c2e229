"""Feedback to try the application with: simulated, made by the same acts that people do on screen."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import PermissionDenied

from sipas_web.audit.actors import Actor
from sipas_web.feedback import codes
from sipas_web.feedback.actions import answering, following, publishing, sorting
from sipas_web.feedback.actions.receiving import receive
from sipas_web.feedback.queries.feedback import Feedback, exists_code
from sipas_web.feedback.redaction import redacted
from sipas_web.feedback.rules import read
from sipas_web.units.queries import Unit, today


@dataclass(frozen=True, slots=True)
class Cast:
    """Who acts: the desk, two of a commune, two of the province."""

    desk: Actor
    writer: Actor
    checker: Actor
    upper_writer: Actor
    upper_checker: Actor


@dataclass(frozen=True, slots=True)
class Story:
    """One piece of feedback and how far it goes."""

    topic: str
    text: str
    kind: str
    ago: int  # days since it came in
    until: str  # new, classified, routed, checking, answered, resolved, published, reopened, out


STEPS = ("new", "classified", "routed", "checking", "answered", "resolved", "published")


def make_feedback(*, place: Unit, cast: Cast) -> list[str]:
    """Make what is missing of the stories at a commune; gives the codes they are followed by, in order.

    Refused outside demonstration mode. Everything is done and recorded as people do it; a second start adds nothing.
    """
    if not settings.DEMONSTRATION:
        raise PermissionDenied
    made = []
    for number, row in enumerate(read("demonstration")["stories"]):
        story = Story(**row)
        code = codes.code_of(f"mô phỏng {place.code} {number}")
        made.append(code)
        if not exists_code(codes.hash_of(code)):
            _tell(story, code, place, cast, number)
    return made


def _tell(story: Story, code: str, place: Unit, cast: Cast, number: int) -> None:
    person = {"name": "Người gửi (mô phỏng)", "phone": f"0900 000 {number:03d}"}
    feedback = receive(
        code=code, place=place, channel="desk", text=story.text, by=cast.desk, person=person, topic=story.topic,
        said_place=f"Bộ phận Một cửa {place.full_name}", received=today() - dt.timedelta(days=story.ago),
    )  # fmt: skip
    if story.until == "out":
        sorting.route_out(
            feedback_id=feedback.pk, kind=story.kind, to="Thanh tra tỉnh (mô phỏng)", by=cast.desk,
            reason="Nội dung tố cáo hành vi vi phạm pháp luật của công chức.",
        )  # fmt: skip
    else:
        _handle(story, feedback, place, cast, code)


def _handle(story: Story, feedback: Feedback, place: Unit, cast: Cast, code: str) -> None:
    far = STEPS.index("answered" if story.until == "reopened" else story.until)
    pk = feedback.pk
    acts = (
        lambda: sorting.classify(feedback_id=pk, kind=story.kind, topic=story.topic, by=cast.desk),
        lambda: sorting.route(feedback_id=pk, unit=place, by=cast.desk),
        lambda: answering.submit(feedback_id=pk, text=_answer(), by=cast.writer),
        lambda: answering.accept(feedback_id=pk, by=cast.checker),
        lambda: answering.resolve(
            feedback_id=pk, evidence="Biên bản kiểm tra tại quầy (mô phỏng).", on=today(), by=cast.writer
        ),
        lambda: publishing.publish(
            feedback_id=pk, question=redacted(story.text), answer=_answer(), is_rest_checked=True, by=cast.checker
        ),
    )
    for act in acts[:far]:
        act()
    if story.until == "reopened":
        following.say(code=code, agrees=False, rating=2, text="Tôi vẫn phải đi lại lần nữa. (mô phỏng)")
    elif story.until == "published":
        following.say(code=code, agrees=True, rating=4, text="")


def _answer() -> str:
    return str(read("demonstration")["answer"])
