"""Contacts come into the store when cases are issued: those of the cases, all of them, no others."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from tests.web import cast

from sipas.rounds import drop_contacts, field_list
from sipas_web.audit.actors import Actor
from sipas_web.fieldwork import actions as fieldwork
from sipas_web.fieldwork import tasks
from sipas_web.fieldwork.models import Case, FileImport
from sipas_web.fieldwork.models import State as CaseState
from sipas_web.fieldwork.stored_files import place_of, store
from sipas_web.jobs.worker import work_off
from sipas_web.privacy import actions, retention
from sipas_web.privacy.actions.requests import Asker
from sipas_web.privacy.models import Contact
from sipas_web.rounds.folders import folder_of
from sipas_web.rounds.models import Round
from sipas_web.rounds.models import State as RoundState
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> None:
    settings.ROUNDS_FOLDER, settings.MEDIA_ROOT = tmp_path / "rounds", tmp_path / "uploads"
    settings.CONTACT_KEYS = tmp_path / "keys" / "contacts.json"


@pytest.fixture
def drawn(tuyen_quang: Unit, by: Actor) -> Round:
    return cast.drawn(cast.new_round(tuyen_quang, by))


def issue(round_: Round, by: Actor) -> None:
    fieldwork.ask_issue(round_id=round_.pk, by=by)
    work_off()


def opened(round_: Round, by: Actor) -> dict[str, tuple[str, str, str]]:
    codes = list(Contact.objects.filter(round=round_).values_list("case_code", flat=True))
    found = actions.open_contacts(round_=round_, case_codes=codes, purpose="tests.look", by=by)
    return {code: (who.name, who.phone, who.dossier_number) for code, who in found.items()}


def listed(round_: Round) -> dict[str, tuple[str, str, str]]:
    rows = field_list(folder_of(round_)).select("case_id", "name", "phone", "dossier_number").iter_rows()
    return {code: (name or "", phone or "", dossier or "") for code, name, phone, dossier in rows}


def test_every_case_has_its_contact_when_the_field_begins(drawn: Round, by: Actor) -> None:
    issue(drawn, by)
    drawn.refresh_from_db()
    assert drawn.state == RoundState.IN_FIELD
    assert opened(drawn, by) == listed(drawn)
    assert set(opened(drawn, by)) == set(Case.objects.filter(round=drawn).values_list("case_id", flat=True))


@pytest.mark.parametrize("killed_at", [0, 2])
def test_killed_while_contacts_are_put_and_run_again_gives_each_once(
    drawn: Round, by: Actor, monkeypatch: pytest.MonkeyPatch, killed_at: int
) -> None:
    monkeypatch.setattr(tasks, "CASES_AT_ONCE", 50)
    parts, put = [], tasks.put_contacts

    def dies(**given: Any) -> int:
        if len(parts) == killed_at:
            raise KeyboardInterrupt
        parts.append(put(**given))
        return parts[-1]

    monkeypatch.setattr(tasks, "put_contacts", dies)
    fieldwork.ask_issue(round_id=drawn.pk, by=by)
    with pytest.raises(KeyboardInterrupt):
        work_off()
    drawn.refresh_from_db()
    assert drawn.state == RoundState.DRAWN
    assert Contact.objects.count() == 50 * killed_at
    monkeypatch.setattr(tasks, "put_contacts", put)
    work_off()
    assert opened(drawn, by) == listed(drawn)


def test_contacts_of_an_earlier_sample_go_with_its_cases(drawn: Round, by: Actor) -> None:
    old = {"round_id": drawn.pk, "sample_sha256": "0" * 64, "cases": 2, "agencies": {"Sở cũ": 2}}
    assert fieldwork.begin_issue(**old, by=by)
    kept = sorted(listed(drawn))[0]
    rows = [{"case_id": c, "role": "official", "stratum": "a", "order": 1, "agency": "Sở cũ", "commune": None} for c in
            ("0000000000", kept)]  # fmt: skip
    fieldwork.issue_part(round_id=drawn.pk, rows=rows, by=by)
    actions.put_contacts(round_=drawn, rows=[(c, {"name": "Người mẫu cũ"}) for c in ("0000000000", kept)], by=by)
    issue(drawn, by)
    assert opened(drawn, by) == listed(drawn)


def test_where_contacts_were_dropped_already_the_cases_are_issued_without(drawn: Round, by: Actor) -> None:
    drop_contacts(folder_of(drawn))
    issue(drawn, by)
    drawn.refresh_from_db()
    assert drawn.state == RoundState.IN_FIELD
    assert not Contact.objects.exists()


def test_a_withdrawal_takes_the_case_out_of_the_field_and_destroys_its_contact(
    drawn: Round, by: Actor, tuyen_quang: Unit
) -> None:
    issue(drawn, by)
    case = Case.objects.filter(round=drawn, role="official").order_by("case_id")[3]
    made = actions.receive_request(
        unit=tuyen_quang, kind="withdraw", channel="phone", received=timezone.localdate(), with_processor=False,
        asker=Asker("x", "y"), by=by,
    )  # fmt: skip
    actions.acknowledge(request_id=made.pk, on=timezone.localdate(), is_identity_checked=True, by=by)
    actions.attach_case(request_id=made.pk, round_id=drawn.pk, case_code=case.case_id, by=by)
    shown = actions.see(request_id=made.pk, by=by)
    assert any(case.agency.name in [value for _what, value in lines] for _label, lines in shown.parts)
    actions.carry_out(request_id=made.pk, kind="withdraw", reason="không muốn tham gia", by=by)
    case.refresh_from_db()
    assert case.state == CaseState.WITHDRAWN
    assert not Contact.objects.filter(round=drawn, case_code=case.case_id).exists()
    assert Contact.objects.filter(round=drawn).count() == Case.objects.filter(round=drawn).count() - 1


def test_files_that_were_read_go_after_their_time_and_those_still_needed_stay(drawn: Round, by: Actor) -> None:
    issue(drawn, by)
    head = "Mã phiếu,Lần đến,Ngày,Hình thức,Kết quả,Người khảo sát,Thay bằng\n".encode()
    made = [
        fieldwork.receive_visits(round_id=drawn.pk, stored=store(f"{n}.csv", [head, b"\n" * n]), by=by)
        for n in range(3)
    ]
    old, waiting, young = made
    work_off()
    FileImport.objects.filter(pk=waiting.pk).update(finished=None, error=None)
    long_ago = timezone.now() - dt.timedelta(days=400)
    FileImport.objects.filter(pk__in=[old.pk, waiting.pk]).update(created=long_ago)
    assert retention.kind("fieldwork.files").oldest() == long_ago
    assert actions.delete_overdue(retention.kind("fieldwork.files"), now=timezone.now(), by=by) == 1
    assert [place_of(file.stored).exists() for file in (old, waiting, young)] == [False, True, True]
    assert retention.kind("fieldwork.files").oldest() == FileImport.objects.get(pk=young.pk).created
