"""``sipas-web`` as an operator runs it: a new installation, its checks, a tampered record found."""

from __future__ import annotations

import os
import re
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

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
    assert run("migrate").returncode == 0
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
