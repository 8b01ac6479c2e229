"""Identities: sealed, bound to their case, opened by one way only, and each opening recorded without a name."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from tests.web import cast

from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.privacy import actions, keys, queries
from sipas_web.privacy.identity import Identity, Place
from sipas_web.privacy.keys import DamagedKeysError, MissingKeyError
from sipas_web.privacy.models import Contact, ContactMark, JoinDrop, VisitSecret
from sipas_web.privacy.sealing import TamperedError
from sipas_web.rounds.models import Round
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
LUA = {
    "name": "Nguyễn Thị Lụa Quỳnh",
    "address": "Thôn Bản Phủ Zeta, xã Mẫu",
    "phone": "0912 777 555",
    "email": "lua.quynh@example.vn",
    "dossier_number": "000.00.08.H60-991",
}
AN = {"name": "Trần Văn Ẩn", "address": "Tổ 7", "phone": "+84 913 000 111", "email": "", "dossier_number": ""}


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> None:
    settings.ROUNDS_FOLDER, settings.MEDIA_ROOT = tmp_path / "rounds", tmp_path / "uploads"
    settings.CONTACT_KEYS = tmp_path / "keys" / "contacts.json"


@pytest.fixture
def round_(tuyen_quang: Unit, by: Actor) -> Round:
    return cast.new_round(tuyen_quang, by)


def put(round_: Round, by: Actor, **rows: dict[str, str]) -> int:
    return actions.put_contacts(round_=round_, rows=list(rows.items()), by=by)


def opened(round_: Round, by: Actor, *codes: str) -> dict[str, Identity]:
    return actions.open_contacts(round_=round_, case_codes=codes, purpose="tests.look", by=by)


def database() -> bytes:
    """Give every byte of the test's own SQLite database, or every value of PostgreSQL's tables."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        return bytes(connection.connection.serialize())
    with connection.cursor() as cursor:
        return b"".join(str(_rows(cursor, table)).encode() for table in connection.introspection.table_names())


def _rows(cursor: Any, table: str) -> list[Any]:
    cursor.execute(f'SELECT t::text FROM "{table}" t')
    return list(cursor.fetchall())


def test_what_is_put_is_opened_again_by_code(round_: Round, by: Actor) -> None:
    assert put(round_, by, A=LUA, B=AN) == 2
    assert opened(round_, by, "A", "nowhere") == {"A": Identity(**LUA)}
    assert opened(round_, by, "A", "B")["B"].name == "Trần Văn Ẩn"


def test_putting_again_changes_nothing_and_other_content_replaces(round_: Round, by: Actor) -> None:
    put(round_, by, A=LUA, B=AN)
    before = list(Contact.objects.values_list("pk", "sealed"))
    assert put(round_, by, A=LUA, B=AN) == 0
    assert list(Contact.objects.values_list("pk", "sealed")) == before
    assert put(round_, by, A=AN, B=AN) == 1
    assert opened(round_, by, "A")["A"].name == AN["name"]
    assert Contact.objects.count() == 2
    marks = [bytes(m) for m in ContactMark.objects.filter(kind="phone").values_list("mark", flat=True)]
    assert len(marks) == 2
    assert len(set(marks)) == 1  # the same telephone in one round: the mark of the old one is gone


def test_no_byte_of_the_database_holds_an_identity(round_: Round, by: Actor) -> None:
    put(round_, by, A=LUA)
    actions.put_visit_secret(
        round_=round_, case_code="A", visit=1, place=Place(21.82371, 105.21419, 12), note="nhà cô Lụa Quỳnh", by=by
    )
    opened(round_, by, "A")
    held = database()
    assert b"privacy.contacts_opened" in held  # the bytes are those of this very database
    for text in ("Quỳnh", "Bản Phủ Zeta", "777 555", "0912777555", "lua.quynh", "H60-991", "21.82371", "105.21419"):
        assert text.encode() not in held, text
        assert text.encode("utf-16-le") not in held, text


def test_each_opening_is_one_record_with_purpose_and_codes_and_no_name(round_: Round, by: Actor) -> None:
    put(round_, by, A=LUA, B=AN)
    opened(round_, by, "A", "B")
    written = Record.objects.get(action="privacy.contacts_opened")
    assert json.loads(written.details) == {"purpose": "tests.look", "number": 2, "cases": ["A", "B"]}
    assert written.unit_id == round_.unit_id
    everything = " ".join(str(r.values()) for r in Record.objects.all())
    assert "Lụa" not in everything
    assert "0912 777" not in everything
    opened(round_, by, "nowhere")
    assert Record.objects.filter(action="privacy.contacts_opened").count() == 1


def test_an_identity_does_not_show_itself_in_a_log(round_: Round) -> None:
    assert "Lụa" not in f"{Identity(**LUA)} {[Identity(**LUA)]!r} {keys.newest()!r} {Place(1.5, 2.5)!r}"
    assert keys.newest().material.hex() not in repr(keys.newest())


@pytest.mark.parametrize("at", [0, 1, 14, -1])
def test_a_changed_byte_does_not_open(round_: Round, by: Actor, at: int) -> None:
    put(round_, by, A=LUA)
    row = Contact.objects.get()
    data = bytearray(row.sealed)
    data[at] ^= 1
    Contact.objects.update(sealed=bytes(data))
    with pytest.raises(TamperedError):
        opened(round_, by, "A")
    Contact.objects.update(sealed=bytes(row.sealed)[:9])
    with pytest.raises(TamperedError):
        opened(round_, by, "A")


def test_what_is_moved_to_another_case_round_or_kind_does_not_open(round_: Round, by: Actor, dong_nai: Unit) -> None:
    other = cast.new_round(dong_nai, by)
    put(round_, by, A=LUA, B=AN)
    sealed = bytes(Contact.objects.get(case_code="A").sealed)
    key = keys.newest().name
    Contact.objects.filter(case_code="B").update(sealed=sealed)
    Contact.objects.create(round=other, case_code="A", sealed=sealed, key=key)
    VisitSecret.objects.create(round=round_, case_code="A", visit=1, sealed=sealed, key=key)
    for place, code in ((round_, "B"), (other, "A")):
        with pytest.raises(TamperedError):
            opened(place, by, code)
    with pytest.raises(TamperedError):
        list(queries.places_of(round_))


def test_another_key_of_the_same_name_does_not_open(round_: Round, by: Actor) -> None:
    put(round_, by, A=LUA)
    told = json.loads(keys.path().read_text())
    told["keys"][0]["key"] = "A" * 43 + "="
    keys.path().unlink()
    keys.path().write_text(json.dumps(told))
    with pytest.raises(TamperedError):
        opened(round_, by, "A")


def test_a_lost_file_of_keys_is_named_and_never_made_anew(round_: Round, by: Actor) -> None:
    put(round_, by, A=LUA)
    name = keys.newest().name
    keys.path().unlink()
    for act in (lambda: opened(round_, by, "A"), lambda: put(round_, by, B=AN)):
        with pytest.raises(MissingKeyError, match=name):
            act()
    assert not keys.path().exists()
    assert queries.missing_keys() == [name]


def test_a_damaged_file_of_keys_is_said_and_kept(round_: Round, by: Actor) -> None:
    put(round_, by, A=LUA)
    keys.path().write_text('{"keys": [{"name": "x"')
    with pytest.raises(DamagedKeysError):
        put(round_, by, B=AN)
    with pytest.raises(DamagedKeysError):
        keys.add()
    assert keys.path().read_text() == '{"keys": [{"name": "x"'


def test_the_file_of_keys_is_its_owners_alone_and_outside_what_a_backup_copies(settings: Any) -> None:
    from sipas_web.config import settings as shipped
    from sipas_web.config.backup import places

    keys.newest()
    assert stat.S_IMODE(keys.path().stat().st_mode) == 0o600
    assert stat.S_IMODE(keys.path().parent.stat().st_mode) == 0o700
    assert not any(Path(shipped.CONTACT_KEYS).is_relative_to(place) for place in places().values())


def test_the_newest_key_seals_and_the_old_one_still_opens(round_: Round, by: Actor) -> None:
    put(round_, by, A=LUA)
    old, new = keys.newest(), keys.add()
    put(round_, by, B=AN)
    assert dict(Contact.objects.values_list("case_code", "key")) == {"A": old.name, "B": new.name}
    assert opened(round_, by, "A", "B").keys() == {"A", "B"}
    assert queries.keys_in_use() == {old.name: 1, new.name: 1}


def test_places_of_visits_come_back_and_those_without_stay_away(round_: Round, by: Actor) -> None:
    here = Place(21.8, 105.2, 30.0)
    held = {"round_": round_, "case_code": "A", "by": by}
    assert actions.put_visit_secret(visit=1, place=here, note="", **held)
    assert actions.put_visit_secret(visit=2, place=None, note="cửa khóa", **held)
    assert not actions.put_visit_secret(visit=3, place=None, note=" ", **held)
    assert list(queries.places_of(round_)) == [("A", 1, here)]
    seen = actions.open_visits(round_=round_, case_codes=["A"], purpose="tests.look", by=by)
    assert [(v.visit, v.place, v.note) for v in seen["A"]] == [(1, here, ""), (2, None, "cửa khóa")]
    assert not actions.put_visit_secret(visit=1, place=None, note="", **held)  # taken back
    assert list(queries.places_of(round_)) == []


def test_forgotten_cases_leave_nothing(round_: Round, by: Actor) -> None:
    put(round_, by, A=LUA, B=AN)
    actions.put_visit_secret(round_=round_, case_code="A", visit=1, place=Place(1, 2), note="x", by=by)
    assert actions.forget_contacts(round_=round_, case_codes=["A"], by=by) == 1
    assert list(Contact.objects.values_list("case_code", flat=True)) == ["B"]
    assert not VisitSecret.objects.exists()
    assert set(ContactMark.objects.values_list("contact__case_code", flat=True)) == {"B"}


def test_nothing_is_kept_of_a_round_whose_contacts_were_dropped(round_: Round, by: Actor) -> None:
    assert not queries.are_dropped(round_)
    JoinDrop.objects.create(round=round_, asked_by="x")
    assert queries.are_dropped(round_)
    assert put(round_, by, A=LUA) == 0
    assert not actions.put_visit_secret(round_=round_, case_code="A", visit=1, place=Place(1, 2), note="x", by=by)
    assert not Contact.objects.exists()
    assert not VisitSecret.objects.exists()


def test_only_the_app_itself_touches_the_store_and_its_keys() -> None:
    source = Path(actions.__file__).parents[2]
    closed = re.compile(
        r"sipas_web\.privacy\.(models|sealing|keys|actions\.(keeping|carrying))\b"
        r"|from sipas_web\.privacy import [^\n]*\b(models|sealing|keys)\b"
    )
    # They name the file of keys, or tell by a keyed hash whether an applicant is the same; they open nothing.
    beside = {"config/health.py", "config/command_line.py", "onestop/actions/importing_rows.py"}
    found = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        if "privacy" not in path.relative_to(source).parts and closed.search(path.read_text(encoding="utf-8"))
    }
    assert found == beside
