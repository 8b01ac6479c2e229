"""Four levels with extensions, a department that ends, a difficulty nobody answers and overdue tasks: the right
figures, letters and lists, the figures also by a slow twin from the audit record's own books."""

from __future__ import annotations

import io
from collections import Counter

import docx
import pytest
from tests.web.task_cast import Chain, chain

from sipas.reporting.blocks import Letterhead
from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.improvement.actions import difficulties, tasks_carrying, tasks_ending, tasks_extending, urging
from sipas_web.improvement.models import Difficulty, Extension, Task, Urging
from sipas_web.improvement.pages import tasks as pages
from sipas_web.improvement.pages.tasks_timeline import timeline
from sipas_web.improvement.queries import difficulties as hard
from sipas_web.improvement.queries import tasks as reads
from sipas_web.improvement.queries import tasks_lists as lists
from sipas_web.improvement.queries import urging as urges
from sipas_web.improvement.task_states import State
from sipas_web.improvement.tracking_rules import rules_on
from sipas_web.improvement.urging_letter import document as urging_document
from sipas_web.improvement.urging_letter import letter
from sipas_web.shared import working_days
from sipas_web.units import actions as units
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(by: Actor, dong_nai: Unit, hire: object, acting: object) -> Chain:
    return chain(dong_nai, by, hire, acting)  # type: ignore[arg-type]


def extended(task: Task, *, asked_by: Actor, granted_by: Actor, days_ago: int, made: Chain) -> Extension:
    asked = tasks_extending.ask_extension(task_id=task.pk, wanted=made.ago(days_ago), reason="mưa lũ", by=asked_by)
    return tasks_extending.decide_extension(extension_id=asked.pk, granted=made.ago(days_ago), by=granted_by)


def play(made: Chain) -> dict[str, Task]:
    who = made.actors
    given = {
        "plan": made.given(made.province, "Nâng chỉ số chung", giver=made.country, by="ministry", due=made.ago(20)),
        "land": made.given(made.department, "Rút ngắn cấp phép", giver=made.province, by="head", due=made.ago(70)),
        "roads": made.given(
            made.ending, "Công khai thủ tục đường bộ", giver=made.province, by="head", due=made.ago(30),
            duties=[(made.department, "coordinate"), (made.home_affairs, "monitor")],
        ),
        "seats": made.given(made.desk, "Bố trí thêm ghế", giver=made.department, by="boss", due=made.ago(80)),
        "words": made.given(made.desk, "Tập huấn giao tiếp", giver=made.department, by="boss", due=made.ago(-30)),
        "signs": made.given(made.desk, "Thay biển chỉ dẫn", giver=made.department, by="boss", due=made.ago(90)),
    }  # fmt: skip
    extended(given["plan"], asked_by=who["tracker"], granted_by=who["ministry"], days_ago=-5, made=made)
    tasks_carrying.complete(task_id=given["plan"].pk, by=who["head"])  # on time by the extension alone
    extended(given["land"], asked_by=who["asker"], granted_by=who["head"], days_ago=60, made=made)
    tasks_carrying.complete(task_id=given["land"].pk, by=who["asker"])  # late by both
    for days_ago in (40, -10):  # the first was too short
        extended(given["seats"], asked_by=who["clerk"], granted_by=who["boss"], days_ago=days_ago, made=made)
    tasks_ending.drop(task_id=given["signs"].pk, reason="Đã có biển mới", by=who["boss"])
    units.dissolve(unit=made.ending, on=made.ago(5), successors=[made.department], by=made.by)
    return {name: Task.objects.get(pk=task.pk) for name, task in given.items()}


def test_the_cascade_ends_in_the_right_figures(made: Chain) -> None:
    given = play(made)
    rows = {row.unit.code if row.unit else "": row for row in pages.board(made.actors["ministry"])}

    def counted(code: str) -> tuple[dict[str, int], dict[str, int]]:
        row = rows[code]
        return tuple({str(s): n for s, n in f.counts.items() if n} for f in (row.newest, row.original))  # type: ignore[return-value]

    assert counted("75") == ({"on_time": 1}, {"late": 1})
    assert counted("SXD") == ({"late": 1, "overdue": 1}, {"late": 1, "overdue": 1})  # with what it took over
    assert "SGTVT" not in rows
    assert counted("SXD-MC") == ({"in_time": 2, "dropped": 1}, {"overdue": 1, "in_time": 1, "dropped": 1})
    whole = rows[""]
    assert (whole.newest.rate, whole.original.rate) == (pytest.approx(100 / 3), 0.0)
    assert whole.newest.days_late == 30
    assert whole.original.days_late == 30 + 80
    today = made.ago(0)
    for original, figures in ((False, whole.newest), (True, whole.original)):
        slow = Counter(slowly(task, original=original) for task in given.values())
        assert {s: n for s, n in figures.counts.items() if n} == dict(slow)
        for state in State:
            wanted = lists.Wanted(state=str(state), original=original)
            assert lists.found(made.actors["ministry"], wanted).count() == slow[state], state
            listed = lists.found(made.actors["ministry"], lists.Wanted(state=str(state), original=original, last=today))
            assert listed.count() == slow[state], state


def test_a_past_day_is_told_by_the_extensions_granted_until_then(made: Chain) -> None:
    seats = play(made)["seats"]  # due 80 days ago, put off to 40 days ago, then to 10 days from now
    first, second = Extension.objects.filter(task=seats).order_by("pk")
    for row, days_ago in ((first, 79), (second, 30)):
        Extension.objects.filter(pk=row.pk).update(decided=made.ago(days_ago))
    task = reads.task_for(made.actors["ministry"], seats.pk)
    assert task is not None
    for days_ago, is_overdue in ((85, False), (60, False), (35, True), (20, False), (0, False)):
        day = made.ago(days_ago)
        listed = lists.found(made.actors["ministry"], lists.Wanted(state="overdue", last=day))
        assert (seats in listed) == is_overdue, days_ago
        assert (reads.state_of(task, day) == State.OVERDUE) == is_overdue, days_ago


def slowly(task: Task, *, original: bool) -> State:
    """Say it once more, from the rows of extensions in the order in which they were granted."""
    due = task.first_due
    for row in Extension.objects.filter(task=task, granted__isnull=False).order_by("decided", "pk"):
        due = due if original else row.granted
    assert due is not None
    if task.dropped:
        return State.DROPPED
    if task.done:
        return State.ON_TIME if (due - task.done).days >= 0 else State.LATE
    return State.IN_TIME if (due - working_today()).days >= 0 else State.OVERDUE


def working_today() -> object:
    from sipas_web.units.queries import today

    return today()


def test_a_department_that_ends_hands_its_work_over_and_all_of_it_is_told(made: Chain) -> None:
    given = play(made)
    roads = given["roads"]
    assert roads.unit == made.department
    assert [duty.unit.code for duty in reads.duties_of(roads)] == ["SNV"]  # who coordinated now owns it
    told = [(event.label, event.text) for event in timeline(roads)]
    assert any("Sở Giao thông vận tải → Sở Xây dựng" in text for _label, text in told)
    assert reads.task_for(made.actors["asker"], roads.pk) is not None
    tasks_carrying.report_progress(task_id=roads.pk, percent=40, text="đang làm", by=made.actors["asker"])
    assert timeline(roads)[0].note.startswith("40")


def test_letters_name_every_overdue_task_and_none_twice(made: Chain) -> None:
    given = play(made)
    today = made.ago(0)
    assert [line.unit for line in urges.to_urge(made.actors["tracker"], today)] == [made.department]
    assert [line.unit for line in urges.to_urge(made.actors["home"], today)] == [made.department]  # it follows
    assert urges.to_urge(made.actors["clerk"], today) == []
    head = {"issuer": made.province, "agency": "Sở Nội vụ", "parent_agency": "UBND tỉnh", "place": "Đồng Nai"}
    sent = urging.draw_up(unit=made.department, **head, by=made.actors["tracker"])  # type: ignore[arg-type]
    assert [one.task for one in sent.tasks.all()] == [given["roads"]]
    assert urges.to_urge(made.actors["tracker"], today) == []
    again = working_days.after(today, rules_on(today).urge_again)
    then = {line.unit.code: line for line in urges.to_urge(made.actors["tracker"], again)}
    assert then["SXD"].last == sent
    assert then["SXD-MC"].last is None  # its extension has ended by then
    urging.note_sent(urging_id=sent.pk, reference="15/SNV-CCHC", on=today, by=made.actors["tracker"])
    page = io.BytesIO(letter(sent, urges.earlier(sent), "docx"))
    document = docx.Document(page)
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    text = "\n".join(p.text for p in document.paragraphs)
    assert "Công khai thủ tục đường bộ" in cells
    assert "30" in cells  # days late
    assert "Rút ngắn cấp phép" not in cells
    assert "Sở Xây dựng còn 01 nhiệm vụ" in text
    assert letter(sent, urges.earlier(sent), "pdf").startswith(b"%PDF")
    heads = [block for block in urging_document(sent, []).blocks if isinstance(block, Letterhead)]
    assert [head.place_and_date for head in heads] == [f"{sent.place}, ngày … tháng … năm …"]  # văn thư dates it
    filed = Urging.objects.get(pk=sent.pk)
    (head,) = (block for block in urging_document(filed, []).blocks if isinstance(block, Letterhead))
    assert head.place_and_date.endswith(f"năm {today.year}")
    assert head.number == "15/SNV-CCHC"


def test_a_difficulty_nobody_answers_rises_to_the_top_and_stays_listed(made: Chain) -> None:
    task = play(made)["seats"]
    row = difficulties.raise_difficulty(task_id=task.pk, text="Không có kinh phí", by=made.actors["clerk"])
    assert (row.at, row.via) == (made.department, None)
    system, on, at = made.by, row.answer_by, []
    assert difficulties.rise_unanswered(on=on, by=system) == 0  # its last day is not over
    for _ in range(3):
        on = Difficulty.objects.get(pk=row.pk).answer_by + (made.ago(0) - made.ago(1))
        at.append((difficulties.rise_unanswered(on=on, by=system), Difficulty.objects.get(pk=row.pk)))
        assert difficulties.rise_unanswered(on=on, by=system) == 0
    assert [(risen, row.at.code, row.via.code if row.via else "") for risen, row in at] == [
        (1, "75", "SNV"), (1, "VN", ""), (0, "VN", ""),
    ]  # fmt: skip
    assert list(hard.listed(made.actors["ministry"], "late", on)) == [row]
    assert list(hard.listed(made.actors["head"], "late", on)) == [row]
    difficulties.pass_on(difficulty_id=row.pk, text="Đề nghị cấp kinh phí", by=made.actors["ministry"])
    done = difficulties.answer(difficulty_id=row.pk, text="Đồng ý", by=made.actors["head"])  # it was there before
    assert done.answered_unit == made.province
    assert list(hard.listed(made.actors["clerk"], "late", on)) == []
    kinds = [step.kind for step in hard.steps_of(done)]
    assert kinds == ["raised", "risen", "risen", "passed", "answered"]


def test_the_report_of_each_unit_adds_up_to_that_of_all(made: Chain) -> None:
    given = play(made)
    ids = {unit.pk for unit in (made.country, made.province, made.department, made.ending, made.desk)}
    first, last = made.ago(50), made.ago(0)
    counts = lists.period_counts(ids, first, last)
    whole = sum((Counter(row) for row in counts.values()), Counter[str]())
    assert whole == {
        "completed": 2, "on_time": 1, "late": 1, "late_original": 2, "unfinished": 3, "overdue": 1,
        "overdue_original": 2, "dropped": 1,
    }  # fmt: skip
    assert counts[made.department.pk]["overdue"] == 1
    assert lists.period_counts(ids, made.ago(120), made.ago(90))[made.desk.pk]["given"] == 3
    past = lists.Wanted(state="overdue", last=made.ago(1))  # the extension was granted today: yesterday it was late
    assert given["seats"] in lists.found(made.actors["ministry"], past)
    assert lists.period_counts(ids, made.ago(9), made.ago(1))[made.desk.pk]["overdue"] == 2
    assert isinstance(made.people["clerk"], Person)
