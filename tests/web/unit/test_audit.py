"""The record: written with the change or not at all, never changed, and its chain tells when it was."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.db.transaction import TransactionManagementError

from sipas_web.audit import actions, export, queries
from sipas_web.audit.actors import Actor, Nothing
from sipas_web.audit.chain import FIRST, hash_of, verify
from sipas_web.audit.models import Record
from sipas_web.units import actions as units
from sipas_web.units.models import Unit

PROGRAM = Path(actions.__file__).with_name("verify_export.py")
pytestmark = pytest.mark.django_db


def write(by: Actor, count: int = 3) -> None:
    for number in range(count):
        with transaction.atomic():
            actions.record(by=by, action="test.act", subject="test.thing:1", details={"số": number, "tên": "Đặng"})


def test_a_chain_of_records_verifies_and_names_its_head(by: Actor) -> None:
    write(by)
    verdict = queries.verified()
    assert verdict.faults == ()
    assert queries.head() == (verdict.count, verdict.head)
    assert queries.has_head(f"{verdict.count}:{verdict.head}")
    assert not queries.has_head(f"{verdict.count}:{FIRST}")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_record SET actor_name = 'x'",
        "DELETE FROM audit_record",
        "DELETE FROM audit_record WHERE sequence = 1",
    ],
)
def test_the_database_refuses_to_change_or_delete_a_record(by: Actor, statement: str) -> None:
    write(by)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert queries.verified().faults == ()


def test_postgresql_refuses_to_empty_the_record(by: Actor) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")
    write(by)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE audit_record")


def test_missing_triggers_are_named() -> None:
    drop = {
        "sqlite": "DROP TRIGGER audit_record_no_update",
        "postgresql": "ALTER TABLE audit_record DISABLE TRIGGER audit_record_no_change",
    }
    assert queries.missing_triggers() == set()
    with connection.cursor() as cursor:
        cursor.execute(drop[connection.vendor])
    assert len(queries.missing_triggers()) == 1


FIELDS_TO_TAMPER = (
    "actor",
    "actor_name",
    "actor_roles",
    "origin",
    "action",
    "subject",
    "subject_name",
    "unit_name",
    "details",
)


@pytest.mark.parametrize("field", FIELDS_TO_TAMPER)
def test_a_changed_field_is_found_where_it_was_changed(by: Actor, field: str) -> None:
    write(by)
    lines = list(queries.lines())
    lines[-2][field] += "x"
    assert [(f.sequence, f.kind) for f in verify(lines).faults] == [(lines[-2]["sequence"], "hash")]


def test_a_record_taken_out_is_found(by: Actor) -> None:
    write(by)
    lines = list(queries.lines())
    del lines[-2]
    assert {f.kind for f in verify(lines).faults} == {"gap", "previous_hash"}


def test_a_record_rewritten_with_a_fitting_hash_is_found_by_the_next(by: Actor) -> None:
    write(by)
    lines = list(queries.lines())
    forged = lines[-2] | {"actor_name": "Ai đó"}
    lines[-2] = forged | {"hash": hash_of(forged)}
    assert [f.kind for f in verify(lines).faults] == ["previous_hash"]


def test_a_record_outside_a_transaction_is_refused(by: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    class Loose:
        in_atomic_block = False
        vendor = connection.vendor

    monkeypatch.setattr(actions, "connection", Loose())
    with pytest.raises(TransactionManagementError):
        actions.record(by=by, action="test.act", subject="x")


def test_a_failed_record_undoes_the_change(by: Actor, dong_nai: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise DatabaseError("the disk is full")

    monkeypatch.setattr(Record.objects, "bulk_create", fail)
    with pytest.raises(DatabaseError, match="full"):
        units.add(kind="agency", code="SNV", name="Sở Nội vụ", parent=dong_nai, valid_from=dong_nai.valid_from, by=by)
    assert not Unit.objects.filter(code="SNV").exists()


def test_export_is_verified_by_a_program_that_knows_nothing_of_us(by: Actor, tmp_path: Path) -> None:
    write(by)
    upto, head = actions.export(by=by)
    file = tmp_path / "nhat-ky.jsonl"
    file.write_text("".join(export.jsonl(upto)), encoding="utf-8")
    good = run(file, f"{upto}:{head}")
    assert good.returncode == 0, good.stderr
    assert f"head {upto}:{head}" in good.stdout
    lines = file.read_text(encoding="utf-8").splitlines()
    values = json.loads(lines[-3])
    values["actor_name"] = "Ai đó"
    lines[-3] = json.dumps(values, ensure_ascii=False)
    file.write_text("\n".join(lines), encoding="utf-8")
    assert "was changed" in run(file).stderr
    assert "not in this chain" in run(shortened(file), f"{upto}:{head}").stderr


def shortened(file: Path) -> Path:
    short = file.with_name("short.jsonl")
    short.write_text("\n".join(line for line in file.read_text(encoding="utf-8").splitlines()[:1]), encoding="utf-8")
    return short


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(PROGRAM), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_outside_program_is_short_and_stands_alone() -> None:
    text = PROGRAM.read_text(encoding="utf-8")
    assert text.count("\n") < 50
    assert {line for line in text.splitlines() if line.startswith(("import", "from"))} == {
        "import hashlib",
        "import json",
        "import sys",
    }


def test_who_may_not_read_reads_nothing(by: Actor) -> None:
    write(by)
    nobody = Actor("anonymous", "", "", "web 127.0.0.1", Nothing())
    assert not queries.readable(nobody).exists()
    with pytest.raises(PermissionDenied):
        actions.export(by=nobody)


def test_an_inspector_of_a_province_reads_what_was_done_there_only(
    by: Actor, hire: Any, acting: Any, dong_nai: Unit, tuyen_quang: Unit
) -> None:
    for place, code in ((dong_nai, "A1"), (tuyen_quang, "A2")):
        units.add(kind="agency", code=code, name=f"Sở {code}", parent=place, valid_from=place.valid_from, by=by)
    inspector = acting(hire("inspector", dong_nai))
    seen = queries.found(inspector, queries.Wanted(action="units.unit_added"))
    assert [r.subject_name for r in seen] == ["Sở A1 (A1)"]
