"""Assignments out of a file: good rows are given, each bad one says why, the same file again changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from tests.web import field_cast
from tests.web.field_cast import Field, check_counts

from sipas_web.audit.actors import Actor
from sipas_web.fieldwork.actions.assigning_files import receive_assignments
from sipas_web.fieldwork.models import Case, FileImport, ImportNote, State
from sipas_web.fieldwork.stored_files import store
from sipas_web.fieldwork.wording import reason_label
from sipas_web.jobs.worker import work_off
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
HEAD = "Mã phiếu,Mã bưu cục,Tên đăng nhập\n"


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> None:
    settings.ROUNDS_FOLDER, settings.MEDIA_ROOT = tmp_path / "rounds", tmp_path / "uploads"


@pytest.fixture
def field(tuyen_quang: Unit, by: Actor, hire: field_cast.Hire, acting: field_cast.Acting) -> Field:
    return field_cast.staffed(tuyen_quang, by, hire, acting)


def hand_in(field: Field, text: str, by: str = "post_province") -> FileImport:
    kept = store("giao phiếu.csv", [text.encode()])
    made = receive_assignments(round_id=field.round.pk, stored=kept, by=field.actors[by])
    work_off()
    made.refresh_from_db()
    return made


def test_good_rows_are_given_and_each_bad_one_says_why(field: Field) -> None:
    codes = field.codes(0)
    Case.objects.filter(case_id=codes[4]).update(state=State.ANSWERED)
    one = field.people["one"].username
    lines = [
        f"{codes[0]},BC1,{one.upper()}",
        f"{codes[1][:4].lower()}-{codes[1][4:]},BC1,",
        f"{codes[2]},BC9,",
        f"{codes[3]},BC1,ai-do",
        f"{codes[4]},BC1,",
        f"{codes[5]},BC2,{one}",
        f"{codes[0]},BC2,",
        "AAAAAAAAAA,BC1,",
        f"{field.codes(1)[0]},,",
    ]
    file = hand_in(field, HEAD + "\n".join(lines))
    assert {k: file.report[k] for k in ("rows", "taken", "rejected", "repeated")} == {
        "rows": 9, "taken": 2, "rejected": 7, "repeated": 0
    }  # fmt: skip
    given = Case.objects.filter(office__isnull=False).order_by("case_id")
    assert list(given.values_list("case_id", "office__code")) == [
        (codes[0], "BC1"), (codes[1], "BC1")
    ]  # fmt: skip
    notes = ImportNote.objects.filter(file=file)
    assert [(n.row, n.code) for n in notes] == [
        (4, "fieldwork.office_unknown"), (5, "fieldwork.interviewer_unknown"), (6, "fieldwork.case_finished"),
        (7, "fieldwork.interviewer_not_there"), (8, "fieldwork.case_twice"), (9, "sampling.case_id_check"),
        (10, "fieldwork.office_missing"),
    ]  # fmt: skip
    assert all(reason_label(note.code) and "." not in reason_label(note.code)[:-1].split(" ")[0] for note in notes)
    check_counts(field)
    again = hand_in(field, HEAD + "\n".join(lines))
    assert (again.report["taken"], again.report["repeated"]) == (0, 2)
    check_counts(field)


def test_a_file_without_the_columns_is_refused_as_a_whole(field: Field) -> None:
    file = hand_in(field, "Mã,Nơi\nx,y\n")
    assert file.error is not None
    assert file.error["code"] == "intake.column_missing"


@pytest.mark.parametrize("who", ["branch", "one", "supervisor"])
def test_only_who_gives_over_the_whole_round_hands_files_in(field: Field, who: str) -> None:
    with pytest.raises(PermissionDenied):
        hand_in(field, HEAD, by=who)
