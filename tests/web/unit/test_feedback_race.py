"""People at one moment: two who answer, two who check, a form sent twice, citizens whose numbers follow each other."""

from __future__ import annotations

from tests.web.unit.test_concurrency import Here, here, no_faults

__all__ = ["here"]
SCRIPT = """
from sipas_web.feedback import codes
from sipas_web.feedback.actions import answering, following, sorting
from sipas_web.feedback.actions.receiving import receive
from sipas_web.feedback.actions.steps import CITIZEN
from sipas_web.feedback.models import Answer, Feedback, Photograph, Word
from sipas_web.privacy.models import SealedPerson

one, other = (Actor(f"test:{n}", f"Người {n}", "", "web", by.holder) for n in (1, 2))
third = Actor("test:3", "Người 3", "", "web", by.holder)
text = "Phòng chờ của Bộ phận Một cửa thiếu ghế ngồi, người già phải đứng."
def send(once):
    return lambda: receive(code=codes.code_of(once), place=unit, channel="web", text=text, by=CITIZEN,
        person={"name": "Lý Thị Ba"}, photographs=[b"1"])

tell("twice", race(send("a"), send("a"), send("a")), rows=Feedback.objects.count(), people=SealedPerson.objects.count(),
    photographs=Photograph.objects.count())
tell("many", race(*(send(f"b{n}") for n in range(6))),
    numbers=sorted(row.number[-4:] for row in Feedback.objects.all()))
row = Feedback.objects.order_by("pk").first()
sorting.classify(feedback_id=row.pk, kind="behaviour", topic="premises", by=one)
sorting.route(feedback_id=row.pk, unit=unit, by=one)
answer = lambda who: lambda: answering.submit(feedback_id=row.pk, text="Đã bổ sung mười ghế ngồi trong ngày.", by=who)
tell("answer", race(answer(one), answer(other), answer(one)), rows=Answer.objects.count())
check = lambda who: lambda: answering.accept(feedback_id=row.pk, by=who)
back = lambda: answering.send_back(feedback_id=row.pk, reason="x", by=third)
tell("check", race(check(third), back, check(third)), checked=Answer.objects.filter(checked__isnull=False).count())
row.refresh_from_db()
if row.state == "routed":
    answering.submit(feedback_id=row.pk, text="Đã bổ sung mười ghế ngồi trong ngày.", by=one)
    answering.accept(feedback_id=row.pk, by=third)
say = lambda agrees: lambda: following.say(code=codes.code_of("a"), agrees=agrees, rating=5 if agrees else 1, text="")
tell("say", race(say(True), say(False), say(True)), rows=Word.objects.count())
tell("chain", [str(fault) for fault in audit.verified().faults])
"""


def test_one_does_and_the_others_are_told(here: Here) -> None:
    told = here.told(SCRIPT)
    no_faults(told)
    assert (told["twice"]["rows"], told["twice"]["people"], told["twice"]["photographs"]) == (1, 1, 1)
    assert told["twice"]["out"] == ["done"] * 3
    assert told["many"]["numbers"] == [f"{n:04d}" for n in range(1, 8)]
    for name in ("answer", "check", "say"):
        assert told[name]["out"].count("done") == 1, told[name]
    assert told["answer"]["rows"] == told["check"]["checked"] == told["say"]["rows"] == 1
    assert told["chain"]["out"] == []
