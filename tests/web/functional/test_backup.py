"""The drill: back up, lose everything, restore, find everything; on both databases, and from one to the other."""

from __future__ import annotations

import datetime as dt
import json
import os
import stat
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.web.functional.installation import Installation
from tests.web.settings import start_postgresql

from sipas_web.audit.chain import moment_text, verify

pytestmark = [
    pytest.mark.skipif(
        os.environ.get("SIPAS_TEST_DATABASE") == "postgresql", reason="starts its own PostgreSQL; once is enough"
    ),
]
FILL = """
import datetime as dt, decimal
from django.db import transaction
from sipas_web.audit.actors import command_line
from sipas_web.jobs import actions
from sipas_web.rounds.models import Round, TargetValue
from sipas_web.units import queries
by = command_line()
place = queries.by_code("08", queries.today())
round_ = Round.objects.create(title="Đợt thử “Tuyên Quang”", year=2026, unit=place, edition="x", folder="dot-1",
    window_from=dt.date(2026, 1, 1), window_to=dt.date(2026, 6, 30), created_by="Trần Văn Ẩn",
    settings={"share": 0.1, "nested": [1, None, {"ữ": "ế\\n"}], "whole": 3.0})
TargetValue.objects.create(round=round_, percent=decimal.Decimal("90.50"), label="Chỉ tiêu")
with transaction.atomic():
    actions.start(kind="tests.kind", subject=round_, unit=place, by=by, arguments={"a": "b"})
"""
SMALL = """
from django.core.management import call_command
from sipas_web.audit.actors import command_line
from sipas_web.units import actions
call_command("migrate", verbosity=0)
actions.load_register(by=command_line(), provinces=("02", "08"))
"""
WRITER = """
import time
from pathlib import Path
from django.conf import settings
from django.db import transaction
from sipas.rounds.folder import Folder
from sipas_web.audit.actions import record
from sipas_web.audit.actors import command_line
from sipas_web.rounds.models import Round
root = Path(settings.ROUNDS_FOLDER) / "dot-1"
number = 0
while not (Path(settings.FOLDER) / "enough").exists():
    number += 1
    time.sleep(0.1)
    try:
        with Folder(root).locked():
            (root / "part-one").write_text(str(number))
            with transaction.atomic():
                Round.objects.update(title=f"Lần {number}")
                record(by=command_line(), action="test.act", subject="x", details={"number": number})
            (root / "part-two").write_text(str(number))
    except Exception as error:
        if getattr(error, "code", "") != "round.locked":
            raise
"""


def fill(home: Installation) -> None:
    """Give an installation people, a round with its folder, results, work that waits."""
    assert home.run("migrate").returncode == 0
    made = home.run(
        "create-admin", "--username", "quan-tri", "--full-name", "Đỗ Thị Ế", "--password", "một câu dài để nhớ"
    )
    assert made.returncode == 0, made.stderr
    home.script(FILL)
    for name, text in (
        ("rounds/dot-1/journal.jsonl", "{}\n"),
        ("rounds/dot-1/input/frame/Sở Nội vụ.csv", "họ và tên\nLê Ẩn\n"),
        ("rounds/dot-1/.work/out/half", "made, not yet in its place"),
        ("rounds/dot-1/.lock", ""),
        ("publications/1/report.pdf", "%PDF"),
        ("uploads/2026/11/list", "x"),
    ):
        path = home.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (home.folder / "rounds/dot-1/contacts.enc").write_bytes(bytes(range(256)) * 5000)
    (home.folder / "rounds/dot-1/contacts.enc").chmod(0o600)
    (home.folder / "rounds/dot-1/empty").mkdir()
    (home.folder / "rounds/department.key").write_text("ab" * 32)
    (home.folder / "rounds/department.key").chmod(0o600)


def contents(home: Installation) -> dict[str, Any]:
    """Give every file with its mode, and every folder."""
    found: dict[str, Any] = {}
    for top in ("rounds", "publications", "uploads"):
        for path in sorted((home.folder / top).rglob("*")):
            if path.name != ".lock":
                whole = (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) if path.is_file() else None
                found[path.relative_to(home.folder).as_posix()] = whole
    return found


def rows(archive: Path) -> dict[str, list[Any]]:
    """Give every row of every table of a backup; PostgreSQL keeps the keys of JSON in an order of its own."""
    with zipfile.ZipFile(archive) as file:
        names = [n for n in file.namelist() if n.startswith("database/")]
        return {n: [json.loads(line) for line in file.read(n).decode().splitlines()] for n in names}


def chain_of(archive: Path) -> tuple[Any, ...]:
    """Give the faults of the audit record inside a backup."""
    with zipfile.ZipFile(archive) as file:
        names = json.loads(file.read("manifest.json"))["tables"]["audit.record"]["columns"]
    records = [dict(zip(names, row, strict=True)) for row in rows(archive)["database/audit.record.jsonl"]]
    for record in records:
        record["moment"] = moment_text(dt.datetime.fromisoformat(record["moment"]))
    verdict = verify(records)
    assert verdict.count == len(records) > 5
    return verdict.faults


def backed_up(home: Installation, name: str) -> Path:
    path = home.folder.parent / name
    done = home.run("backup", str(path))
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(path.stat().st_mode) == 0o600, "it holds personal data"
    return path


def restored(home: Installation, archive: Path, *options: str) -> str:
    done = home.run("restore", str(archive), *options)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Installation, Path]:
    """A filled installation on SQLite, and its backup."""
    home = Installation(tmp_path_factory.mktemp("first") / "data")
    fill(home)
    return home, backed_up(home, "first.zip")


def test_the_drill_from_sqlite_to_postgresql_and_back(first: tuple[Installation, Path], tmp_path: Path) -> None:
    home, archive = first
    before = rows(archive)
    assert len(before["database/units.unit.jsonl"]) > 300
    assert len(before["database/accounts.person.jsonl"]) == 1
    server = Installation(tmp_path / "b" / "data", start_postgresql())
    restored(server, archive)
    second = backed_up(server, "second.zip")
    assert server.run("audit", "verify").returncode == 0
    back = Installation(tmp_path / "c" / "data")
    restored(back, second)
    third = backed_up(back, "third.zip")
    assert contents(home) == contents(server) == contents(back)
    assert contents(home)["rounds/dot-1/contacts.enc"][1] == 0o600
    assert contents(back)["rounds/department.key"] == (b"ab" * 32, 0o600), "it outlives rounds and has no other copy"
    audit = "database/audit.record.jsonl"
    for later in (rows(second), rows(third)):
        assert later.keys() == before.keys()
        assert later[audit][: len(before[audit])] == before[audit]
        assert [name for name in before if name != audit and later[name] != before[name]] == []
    for where in (home, back):
        assert where.run("audit", "verify").returncode == 0
    assert "jobs.restored" in rows(third)[audit][-2]
    new = server.script("""
from sipas_web.accounts.actions.people import new_person
print(new_person(username="moi", full_name="Mới", email="", password="một câu dài để nhớ").pk)
""")
    assert int(new) > 1, "PostgreSQL goes on counting after the restored rows"


def test_a_place_with_data_is_refused_or_set_aside(first: tuple[Installation, Path], tmp_path: Path) -> None:
    home, archive = first
    other = Installation(tmp_path / "data")
    assert other.run("migrate").returncode == 0
    made = other.run("create-admin", "--username", "khac", "--full-name", "Khác", "--password", "một câu dài để nhớ")
    assert made.returncode == 0
    refused = other.run("restore", str(archive))
    assert refused.returncode == 1
    assert "--force" in refused.stderr
    told = restored(other, archive, "--force")
    kept = next(other.folder.glob("sipas.sqlite3.before-*"))
    assert str(kept) in told
    assert contents(other) == contents(home)
    name = "from sipas_web.accounts.models import Person; print(*Person.objects.values_list('username', flat=True))"
    assert other.script(name).split() == ["quan-tri"]
    elsewhere = Installation(tmp_path / "elsewhere", f"sqlite://{kept}")
    assert elsewhere.script(name).split() == ["khac"], "what stood there is still whole"


LITTLE_ROOM = """
import os, sys
from pathlib import Path
from types import SimpleNamespace
from django.conf import settings
from sipas_web.config import archive, backup
os.makedirs(settings.FOLDER)
backup.shutil.disk_usage = lambda _: SimpleNamespace(free=1 << 20)
archive.Reader.verify = lambda _: print("read")
try:
    backup.bring_back(Path(sys.argv[1]), force=False, bring_up_to_date=lambda: None)
except archive.RefusedError as error:
    print(error)
"""
Spoil = Callable[[dict[str, bytes], dict[str, Any]], None]


def _changed_row(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
    name = "database/accounts.person.jsonl"
    members[name] = members[name].replace(b"quan-tri", b"quan-tra")


def _missing(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
    del members["publications/1/report.pdf"]


def _surplus(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
    members["rounds/more"] = b"x"


def _outside(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
    told = manifest["files"].pop("publications/1/report.pdf")
    for name in ("rounds/../../stolen",):
        manifest["files"][name] = told
        members[name] = members.pop("publications/1/report.pdf")


def _newer(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
    manifest["migrations"].append(["rounds", "0999_of_tomorrow"])


def _wrong_shape(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
    manifest["files"]["publications/1/report.pdf"].pop("mode")


def _strange_column(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
    manifest["tables"]["accounts.person"]["columns"][0] = "pk; --"


@pytest.mark.parametrize("spoil", [_changed_row, _missing, _surplus, _outside, _newer, _wrong_shape, _strange_column])
def test_a_damaged_or_foreign_archive_changes_nothing(
    spoil: Spoil, first: tuple[Installation, Path], tmp_path: Path
) -> None:
    _home, archive = first
    with zipfile.ZipFile(archive) as file:
        members = {name: file.read(name) for name in file.namelist()}
    manifest = json.loads(members["manifest.json"])
    spoil(members, manifest)
    members["manifest.json"] = json.dumps(manifest).encode()
    spoilt = tmp_path / "spoilt.zip"
    with zipfile.ZipFile(spoilt, "w") as file:
        for name, data in members.items():
            file.writestr(name, data)
    _refused(spoilt, tmp_path)


def _refused(archive: Path, tmp_path: Path) -> None:
    home = Installation(tmp_path / "data")
    done = home.run("restore", str(archive))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "✗" in done.stderr
    assert [p.name for p in home.folder.iterdir() if p.name != "sipas.sqlite3"] == ["secret.key"]
    assert not (tmp_path / "stolen").exists()


def test_an_archive_larger_than_the_disk_is_refused_before_it_is_read(
    first: tuple[Installation, Path], tmp_path: Path
) -> None:
    """The directory of a ZIP says what each member holds, and no more is ever read of it."""
    home = Installation(tmp_path / "data")
    told = home.script(LITTLE_ROOM, str(first[1]))
    assert "room" in told
    assert [p.name for p in home.folder.iterdir() if p.name != "sipas.sqlite3"] == []


def test_what_stood_there_comes_back_where_a_forced_restore_fails(
    first: tuple[Installation, Path], tmp_path: Path
) -> None:
    _home, archive = first
    other = Installation(tmp_path / "data")
    fill(other)
    (other.folder / "rounds/dot-1/own").write_text("của nơi này")
    before, people = contents(other), "from sipas_web.accounts.models import Person; print(Person.objects.count())"
    failing = """
import sys
from pathlib import Path
from sipas_web.config import backup
backup.shutil.move = lambda *_: (_ for _ in ()).throw(OSError("no room"))
try:
    backup.bring_back(Path(sys.argv[1]), force=True, bring_up_to_date=lambda: None)
except OSError as error:
    print(error)
"""
    assert other.script(failing, str(archive)) == "no room\n"
    assert contents(other) == before
    assert other.script(people) == "1\n"
    assert not [p for p in other.folder.iterdir() if "before" in p.name or "restoring" in p.name]


@pytest.mark.parametrize("where", [0.3, 0.6, 0.999])
def test_one_flipped_byte_or_a_cut_is_found(where: float, first: tuple[Installation, Path], tmp_path: Path) -> None:
    data = bytearray(first[1].read_bytes())
    data[int(len(data) * where)] ^= 0x40
    spoilt = tmp_path / "spoilt.zip"
    spoilt.write_bytes(bytes(data) if where < 0.9 else bytes(data[: len(data) // 2]))
    _refused(spoilt, tmp_path)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_backup_while_others_write_shows_one_moment(database: str, tmp_path: Path) -> None:
    home = Installation(tmp_path / "data", start_postgresql() if database == "postgresql" else "")
    home.folder.mkdir()
    (home.folder / "secret.key").write_text("for-tests")
    home.script(SMALL + FILL)
    (home.folder / "rounds/dot-1").mkdir(parents=True)
    writers = [home.start_script(WRITER) for _ in range(2)]
    try:
        while not (home.folder / "rounds/dot-1/part-two").exists():  # a start takes seconds; one that fails ends below
            assert [w.poll() for w in writers] == [None, None]
            time.sleep(0.05)
        archives = [backed_up(home, f"{number}.zip") for number in range(3)]
    finally:
        (home.folder / "enough").touch()
        assert [w.wait() for w in writers] == [0, 0]
    seen = set()
    for archive in archives:
        with zipfile.ZipFile(archive) as file:
            one, two = (file.read(f"rounds/dot-1/part-{part}").decode() for part in ("one", "two"))
            title = json.loads(file.read("database/rounds.round.jsonl"))[1]
        assert (one, two, title) == (one, one, f"Lần {one}")
        seen.add(one)
    assert len(seen) > 1, "the writers were writing"
    assert chain_of(archives[-1]) == ()
