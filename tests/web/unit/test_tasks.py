"""Giving, carrying out, extending and ending tasks: who may, what is refused, what stays on record."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from tests.web.task_cast import Chain, chain

from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.improvement.actions import difficulties, tasks_carrying, tasks_ending, tasks_extending, tasks_rehoming
from sipas_web.improvement.actions.tasks import give
from sipas_web.improvement.evidence_files import place_of, stored_for
from sipas_web.improvement.models import Evidence, Extension, Task
from sipas_web.improvement.queries import tasks as reads
from sipas_web.improvement.queries import tasks_lists as lists
from sipas_web.improvement.task_states import State
from sipas_web.shared import working_days
from sipas_web.units import actions as units
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(by: Actor, dong_nai: Unit, hire: Any, acting: Any) -> Chain:
    return chain(dong_nai, by, hire, acting)


@pytest.fixture
def task(made: Chain) -> Task:
    return made.given(made.department, "Rút ngắn cấp phép", giver=made.province, by="head", due=made.ago(-20))


@pytest.fixture
def foreign(tuyen_quang: Unit, hire: Any, acting: Any) -> Actor:
    """Who may everything with tasks, in another province."""
    return acting(hire("department", tuyen_quang))


def refused(act: Callable[[], object], field: str = "") -> str:
    with pytest.raises(ValidationError) as caught:
        act()
    if field:
        assert field in caught.value.message_dict
    return " ".join(caught.value.messages)


def test_a_deadline_in_working_days_leaves_holidays_out(made: Chain) -> None:
    given = give(unit=made.department, title="x", days=10, given=made.ago(30), by=made.actors["head"])
    assert given.first_due == given.due == working_days.after(made.ago(30), 10)
    assert given.working_days == 10
    both = lambda: give(unit=made.department, title="x", days=1, due=made.ago(0), by=made.actors["head"])  # noqa: E731
    refused(both, "due")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"title": "  "}, "title"), ({"due": 40}, "due"), ({"given": -1}, "given"), ({"days": 0}, "days")],
)
def test_what_cannot_be_is_refused(made: Chain, wrong: dict[str, Any], field: str) -> None:
    told = {name: made.ago(value) if name in {"due", "given"} else value for name, value in wrong.items()}
    values = {"title": "x", "given": made.ago(30)} | told
    refused(lambda: give(unit=made.department, by=made.actors["head"], **values), field)
    assert not Task.objects.exists()


def test_a_task_is_not_given_to_a_unit_that_has_ended(made: Chain) -> None:
    units.dissolve(unit=made.ending, on=made.ago(5), successors=[made.department], by=made.by)
    made.ending.refresh_from_db()
    told = refused(lambda: give(unit=made.ending, title="x", by=made.by), "unit")
    assert "Sở Giao thông vận tải" in told


def test_a_unit_takes_a_task_on_itself_but_gives_none_to_others(made: Chain) -> None:
    own = give(unit=made.department, title="Tự cải tiến", by=made.actors["asker"], origin="measure:3")
    assert own.giver is None
    assert list(reads.of_origin("measure:3")) == [own]
    assert reads.of_origin("measure:3").state_of(own, made.ago(0)) == State.OPEN
    with pytest.raises(PermissionDenied):
        give(unit=made.province, title="x", by=made.actors["asker"])
    with pytest.raises(PermissionDenied):
        give(unit=made.desk, title="x", by=made.actors["old"])


def everything(made: Chain, task: int, asked: int, raised: int) -> list[tuple[Any, dict[str, Any]]]:
    """Give every act on a task with what it takes."""
    one, words, later = {"task_id": task}, {"text": "x"}, made.ago(-50)
    return [
        (tasks_carrying.report_progress, one | words | {"percent": 1}),
        (tasks_carrying.complete, one),
        (tasks_carrying.comment, one | words),
        (tasks_extending.ask_extension, one | {"wanted": later, "reason": "x"}),
        (tasks_extending.decide_extension, {"extension_id": asked, "granted": later}),
        (tasks_ending.drop, one | {"reason": "x"}),
        (tasks_ending.reopen, one | {"reason": "x"}),
        (tasks_ending.hand_over, one | {"unit": made.ending, "reason": "x"}),
        (tasks_ending.change_duties, one | {"duties": []}),
        (difficulties.raise_difficulty, one | words),
        (difficulties.answer, {"difficulty_id": raised} | words),
        (difficulties.pass_on, {"difficulty_id": raised} | words),
    ]


def test_owners_of_one_unit_touch_nothing_of_another(made: Chain, task: Task, foreign: Actor) -> None:
    stranger = made.actors["old"]
    asked = tasks_extending.ask_extension(task_id=task.pk, wanted=made.ago(-40), reason="x", by=made.actors["asker"])
    raised = difficulties.raise_difficulty(task_id=task.pk, text="x", by=made.actors["asker"])
    before = Task.objects.filter(pk=task.pk).values().get()
    for actor in (stranger, foreign, made.actors["clerk"]):
        assert reads.task_for(actor, task.pk) is None
        for act, told in everything(made, task.pk, asked.pk, raised.pk):
            with pytest.raises(PermissionDenied):
                act(by=actor, **told)
    assert Task.objects.filter(pk=task.pk).values().get() == before
    for act in (
        lambda: tasks_extending.decide_extension(extension_id=asked.pk, granted=made.ago(-40), by=made.actors["boss"]),
        lambda: tasks_ending.drop(task_id=task.pk, reason="x", by=made.actors["boss"]),
        lambda: difficulties.answer(difficulty_id=raised.pk, text="x", by=made.actors["boss"]),
    ):  # the head of the owner decides on nothing that was given from above
        with pytest.raises(PermissionDenied):
            act()


def test_who_takes_part_sees_and_comments_but_does_not_report(made: Chain, task: Task) -> None:
    old = made.actors["old"]
    tasks_ending.change_duties(task_id=task.pk, duties=[(made.ending, "coordinate")], by=made.actors["head"])
    assert reads.task_for(old, task.pk) is not None
    entry = tasks_carrying.comment(task_id=task.pk, text="Đề nghị gửi số liệu", by=old)
    assert entry.unit == made.ending
    with pytest.raises(PermissionDenied):
        tasks_carrying.complete(task_id=task.pk, by=old)
    tasks_ending.change_duties(task_id=task.pk, duties=[(made.ending, "lead")], by=made.actors["head"])
    assert tasks_carrying.report_progress(task_id=task.pk, percent=10, text="x", by=old).unit == made.ending


def test_extensions_are_all_kept_and_the_original_deadline_stays(made: Chain, task: Task) -> None:
    asker, head = made.actors["asker"], made.actors["head"]
    first = tasks_extending.ask_extension(task_id=task.pk, wanted=made.ago(-40), reason="thiếu người", by=asker)
    refused(lambda: tasks_extending.ask_extension(task_id=task.pk, wanted=made.ago(-50), reason="x", by=asker))
    refused(lambda: tasks_extending.decide_extension(extension_id=first.pk, granted=None, by=head), "answer")
    refused(lambda: tasks_extending.decide_extension(extension_id=first.pk, granted=task.due, by=head), "granted")
    tasks_extending.decide_extension(extension_id=first.pk, granted=None, answer="không đủ lý do", by=head)
    refused(lambda: tasks_extending.decide_extension(extension_id=first.pk, granted=made.ago(-40), by=head))
    second = tasks_extending.ask_extension(task_id=task.pk, wanted=made.ago(-40), reason="mưa lũ", by=asker)
    tasks_extending.decide_extension(extension_id=second.pk, granted=made.ago(-30), by=head)
    task.refresh_from_db()
    assert (task.first_due, task.due) == (made.ago(-20), made.ago(-30))
    assert [row.granted for row in Extension.objects.filter(task=task)] == [None, made.ago(-30)]
    refused(
        lambda: tasks_extending.ask_extension(task_id=task.pk, wanted=made.ago(-30), reason="x", by=asker), "wanted"
    )


def test_who_asks_for_more_time_does_not_decide(made: Chain) -> None:
    head = made.actors["head"]
    own = give(unit=made.province, title="x", due=made.ago(0), by=head)
    asked = tasks_extending.ask_extension(task_id=own.pk, wanted=made.ago(-9), reason="x", by=head)
    refused(lambda: tasks_extending.decide_extension(extension_id=asked.pk, granted=made.ago(-9), by=head))
    tasks_extending.decide_extension(extension_id=asked.pk, granted=made.ago(-9), by=made.actors["tracker"])


def test_an_earlier_day_of_completion_is_shown_by_a_file(
    made: Chain, task: Task, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT, settings.INCOMING_FOLDER = tmp_path, tmp_path
    asker = made.actors["asker"]
    refused(lambda: tasks_carrying.complete(task_id=task.pk, on=made.ago(3), text="xong", by=asker), "on")
    refused(lambda: tasks_carrying.complete(task_id=task.pk, on=made.ago(-1), by=asker), "on")
    refused(lambda: tasks_carrying.complete(task_id=task.pk, on=made.ago(101), by=asker), "on")
    pdf = SimpleUploadedFile("Biên bản.pdf", b"%PDF-1.7 x", "text/html")
    with stored_for([pdf]) as files:
        tasks_carrying.complete(task_id=task.pk, on=made.ago(3), text="xong", files=files, by=asker)
    task.refresh_from_db()
    assert (task.done, task.percent) == (made.ago(3), 100)
    assert place_of(Evidence.objects.get().stored).read_bytes() == b"%PDF-1.7 x"
    assert Evidence.objects.get().kind == "application/pdf"
    told = refused(lambda: tasks_carrying.complete(task_id=task.pk, by=asker))
    assert f"{made.ago(3):%d/%m/%Y}" in told
    record = Record.objects.get(action="improvement.task_done")
    assert str(made.ago(3)) in str(record.details)


def test_completion_that_is_not_accepted_opens_the_task_again(made: Chain, task: Task) -> None:
    asked = tasks_extending.ask_extension(
        task_id=task.pk, wanted=made.ago(-40), reason="x", by=made.actors["asker"]
    )  # fmt: skip
    tasks_carrying.complete(task_id=task.pk, by=made.actors["asker"])
    asked.refresh_from_db()
    assert asked.decided is not None
    assert asked.granted is None
    with pytest.raises(PermissionDenied):
        tasks_ending.reopen(task_id=task.pk, reason="x", by=made.actors["boss"])
    tasks_ending.reopen(task_id=task.pk, reason="thiếu kết quả", by=made.actors["head"])
    assert reads.state_of(Task.objects.get(pk=task.pk), made.ago(0)) == State.IN_TIME
    refused(lambda: tasks_ending.reopen(task_id=task.pk, reason="x", by=made.actors["head"]))


def test_files_are_known_by_what_they_are_and_go_again_where_refused(
    made: Chain, task: Task, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT, settings.INCOMING_FOLDER = tmp_path, tmp_path
    photo = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "21.823 105.218"
    Image.new("RGB", (30, 20)).save(photo, "PNG", exif=exif)
    good = SimpleUploadedFile("../../ảnh.png", photo.getvalue())
    for bad in (b"MZ\x90", b"<html>", b"PK\x03\x04 cut", b""):
        with pytest.raises(ValidationError, match=r"x\.docx"), stored_for([good, SimpleUploadedFile("x.docx", bad)]):
            pass
    with pytest.raises(PermissionDenied), stored_for([good]) as files:
        tasks_carrying.report_progress(task_id=task.pk, percent=1, text="x", by=made.actors["old"], files=files)
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []
    with stored_for([good]) as files:
        tasks_carrying.report_progress(task_id=task.pk, percent=1, text="x", by=made.actors["asker"], files=files)
    kept = Evidence.objects.get()
    assert (kept.name, kept.kind) == ("ảnh.jpg", "image/jpeg")
    assert b"105.218" not in place_of(kept.stored).read_bytes()


def test_several_successors_leave_the_task_until_somebody_hands_it_over(made: Chain) -> None:
    task = made.given(made.ending, "x", giver=made.province, by="head", due=made.ago(-5))
    units.dissolve(unit=made.ending, on=made.ago(5), successors=[made.department, made.home_affairs], by=made.by)
    assert Task.objects.get(pk=task.pk).unit == made.ending
    head = made.actors["head"]
    assert list(lists.found(head, lists.Wanted(state=lists.UNHANDED))) == [task]
    tasks_ending.hand_over(task_id=task.pk, unit=made.department, reason="phần đường bộ", by=head)
    assert Task.objects.get(pk=task.pk).unit == made.department
    assert tasks_rehoming.rehome_everything(by=made.by) == 0
    refused(lambda: tasks_ending.hand_over(task_id=task.pk, unit=made.ending, reason="x", by=head), "unit")


def test_texts_of_tasks_stay_out_of_the_record(made: Chain, task: Task) -> None:
    words = "nguyên văn không vào nhật ký"
    tasks_carrying.report_progress(task_id=task.pk, percent=5, text=words, by=made.actors["asker"])
    tasks_carrying.comment(task_id=task.pk, text=words, by=made.actors["asker"])
    difficulties.raise_difficulty(task_id=task.pk, text=words, proposal=words, by=made.actors["asker"])
    tasks_extending.ask_extension(task_id=task.pk, wanted=made.ago(-40), reason=words, by=made.actors["asker"])
    assert not [r for r in Record.objects.all() if words in str(r.details)]
    assert isinstance(made.people["asker"], Person)
