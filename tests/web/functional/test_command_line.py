"""``sipas-web`` as an operator runs it: a new installation, its checks, a tampered record found."""

from __future__ import annotations

import errno
import os
import re
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import OperationalError

from sipas_web.config import complaints, environment
from sipas_web.config.archive import Writer

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def run(folder: Path) -> Run:
    if os.environ.get("SIPAS_TEST_DATABASE") == "postgresql":
        pytest.skip("once is enough")

    def command(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("SIPAS_", "DJANGO_", "DATABASE_"))}
        source = Path(__file__).parents[3] / "src"
        environment |= {"SIPAS_FOLDER": str(folder), "PYTHONPATH": str(source), "COLUMNS": "200", **settings}
        program = [sys.executable, "-m", "sipas_web.config.command_line", *arguments]
        return subprocess.run(program, capture_output=True, text=True, check=False, env=environment)

    return command


def test_a_new_installation_from_first_command_to_tampering(run: Run, folder: Path) -> None:
    assert run("migrate").returncode == 0
    assert (folder / "secret.key").stat().st_mode & 0o077 == 0
    assert run("migrate").returncode == 0, "a second time changes nothing"
    made = run(
        "create-admin", "--username", "quan-tri", "--full-name", "Trần Văn Đức", "--password", "một câu dài để nhớ"
    )
    assert made.returncode == 0, made.stderr
    weak = run("create-admin", "--username", "yeu", "--full-name", "Yếu", "--password", "123")
    assert weak.returncode == 1
    assert "Mật khẩu quá ngắn" in weak.stderr
    checked = run("check")
    assert checked.returncode == 0, checked.stderr
    running = run("check", "--running")
    assert running.returncode == 1, "nobody carries out long work"
    assert "no worker runs" in running.stderr
    good = run("audit", "verify")
    assert "4 bản ghi" in good.stdout, "register, roles, account, role: once each"
    write_at_once(folder)
    assert "104 bản ghi" in run("audit", "verify").stdout
    exported = folder / "nhat-ky.jsonl"
    assert run("audit", "export", str(exported)).returncode == 0
    assert run("audit", "verify", "--head", "1:" + "0" * 64).returncode == 1
    with sqlite3.connect(folder / "sipas.sqlite3") as database:
        database.execute("DROP TRIGGER audit_record_no_update")
        database.execute("UPDATE audit_record SET actor_name = 'Ai đó' WHERE sequence = 3")
    database.close()
    found = run("audit", "verify")
    assert found.returncode == 1
    assert "3: hash" in found.stderr
    assert "audit_record_no_update" in found.stderr
    assert "audit.E001" in run("check").stderr


WRITER = """
import django
django.setup()
from django.db import transaction
from sipas_web.audit.actions import record
from sipas_web.audit.actors import command_line
for number in range(50):
    with transaction.atomic():
        record(by=command_line(), action="test.act", subject="x", details={"number": number})
"""


def write_at_once(folder: Path) -> None:
    """Two processes write into one chain."""
    settings = {"SIPAS_FOLDER": str(folder), "DJANGO_SETTINGS_MODULE": "sipas_web.config.settings"}
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3] / "src"), **settings}
    writers = [subprocess.Popen([sys.executable, "-c", WRITER], env=environment) for _ in range(2)]
    assert [writer.wait() for writer in writers] == [0, 0]


def test_a_folder_that_cannot_be_written_and_a_full_disk_are_found(folder: Path, run: Run) -> None:
    assert run("migrate", SIPAS_PROVINCES="08").returncode == 0
    if (folder / "uploads").is_dir():
        (folder / "uploads").rmdir()
    (folder / "uploads").write_text("a file where a folder should be")
    found = run("check")
    (folder / "uploads").unlink()
    assert found.returncode == 1
    assert "uploads" in found.stderr


def test_a_wrong_setting_is_one_line(run: Run) -> None:
    wrong = run("migrate", DATABASE_URL="mysql://nguoi:matkhau@may/csdl")
    assert wrong.returncode == 1
    assert "DATABASE_URL" in wrong.stderr
    assert "matkhau" not in wrong.stderr
    assert "Traceback" not in wrong.stderr


def test_what_stops_a_command_is_said_in_vietnamese_and_leaves_nothing_behind(run: Run, folder: Path) -> None:
    """Each of these ended in English, in a traceback or without a word."""
    admin = ("create-admin", "--username", "quan-tri", "--full-name", "Trần Đức", "--password", "một câu dài để nhớ")
    tried = [(run("check"), "hãy chạy sipas-web migrate")]
    assert run("migrate", SIPAS_PROVINCES="08").returncode == 0, "the provinces it was merged from come along"
    with sqlite3.connect(folder / "sipas.sqlite3") as database:
        database.execute("UPDATE accounts_role SET code = 'x' WHERE code = 'administrator'")
    tried.append((run(*admin), "hãy chạy sipas-web migrate"))
    with sqlite3.connect(folder / "sipas.sqlite3") as database:
        database.execute("UPDATE accounts_role SET code = 'administrator' WHERE code = 'x'")
    database.close()
    made = run(*admin)
    assert made.returncode == 0, f"the name is still free: {made.stderr}"
    for found, said in tried:
        assert found.returncode == 1, said
        assert said in found.stderr
        assert "Traceback" not in found.stderr


def test_what_the_system_refuses_is_said_in_vietnamese(tmp_path: Path) -> None:
    """Messages of files and databases reached the terminal as they were."""
    with pytest.raises(FileNotFoundError) as missing:
        (tmp_path / "absent").read_bytes()
    full = OSError(errno.ENOSPC, "No space left on device")
    away = OperationalError("connection failed: connection to server at ... refused")
    assert (
        complaints.told(missing.value)
        == f"{tmp_path / 'absent'}: không có tệp hoặc thư mục này · no such file or folder"
    )
    assert "đĩa đã đầy" in complaints.told(full)
    assert "Không mở được cơ sở dữ liệu" in complaints.told(away)
    assert "hãy chạy sipas-web migrate" in complaints.told(OperationalError("no such table: audit_record"))
    for url, said in (("postgres://a:bimat@h:so/x", "cổng phải là số"), ("bimat", "phải bắt đầu bằng")):
        with pytest.raises(environment.SettingError, match=said) as refused:
            environment.database(url)
        assert "bimat" not in str(refused.value)


def test_a_backup_on_a_full_disk_leaves_no_half_of_it(tmp_path: Path) -> None:
    """Throwing the archive away wrote to the closed file: a traceback after the message."""
    with (tmp_path / "b.zip").open("wb") as file:
        writer = Writer(file)
        writer.add_table("x", ["a"], [b"1"])
        writer.abandon()
    writer.zip.close()


def test_a_port_that_is_taken_is_said_before_anything_is_prepared(run: Run, folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = run("serve", "--port", str(port))
    assert refused.returncode == 1
    assert f"cổng {port}" in refused.stderr, refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (folder / "sipas.sqlite3").exists()


def test_every_setting_is_documented() -> None:
    root = Path(__file__).parents[3]
    names = set()
    for path in (root / "src/sipas_web/config").glob("*.py"):
        names |= set(re.findall(r'"((?:SIPAS_|DATABASE_URL)[A-Z_]*)"', path.read_text(encoding="utf-8")))
    page = (root / "docs/reference/web-settings.md").read_text(encoding="utf-8")
    assert len(names) > 15
    assert [name for name in sorted(names) if f"`{name}`" not in page] == []
