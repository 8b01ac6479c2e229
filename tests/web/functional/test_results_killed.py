"""Freeze and publication with workers killed (SIGKILL) at random moments: the same bytes as when nobody dies."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from tests.web.functional.installation import Installation

KILLS, LONGEST = 4, 6.0  # s after the worker is ready
HERE = Path(__file__).parents[3]
SET_UP = """
import sys, django
django.setup()
from django.core.management import call_command
from sipas_web.audit.actors import command_line
by = command_line()
"""
PREPARE = f"""{SET_UP}
call_command("migrate", verbosity=0)
call_command("createcachetable")
from sipas_web.accounts import actions as accounts
from sipas_web.results import actions
from sipas_web.units import actions as units, queries
from tests.web import results_cast
units.load_register(by=by, provinces=("02", "08"))
accounts.load_roles(by=by)
round_ = results_cast.in_field(queries.by_code("08", queries.today()), by)
actions.freeze(round_id=round_.pk, by=by)
"""
WORK = f"""{SET_UP}
from sipas_web.jobs.worker import work_off
print("ready", flush=True)
work_off()
"""
APPROVE = f"""{SET_UP}
from sipas_web.results import actions
from sipas_web.results.models import Snapshot
snapshot = Snapshot.objects.get()
assert snapshot.state == "review", snapshot.state
actions.approve(snapshot_id=snapshot.pk, note="", by=by)
actions.publish(snapshot_id=snapshot.pk, by=by)
"""


def started(program: str, folder: Path) -> subprocess.Popen[str]:
    environment = {
        **os.environ, "SIPAS_FOLDER": str(folder), "SIPAS_SECRET_KEY": "for-tests-only", "SIPAS_HTTPS": "0",
        "DJANGO_SETTINGS_MODULE": "sipas_web.config.settings", "PYTHONPATH": str(HERE),
    }  # fmt: skip
    environment.pop("DATABASE_URL", None)
    (folder / "incoming").mkdir(parents=True, exist_ok=True)
    return subprocess.Popen([sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE, text=True)


def finished(program: str, folder: Path) -> None:
    process = started(program, folder)
    process.communicate()
    assert process.returncode == 0


def worked_with_deaths(folder: Path, chance: random.Random) -> int:
    """Let workers die; each leaves its lease, which runs out here at once. Gives how many died at work."""
    died = 0
    for _ in range(KILLS):
        with started(WORK, folder) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            time.sleep(chance.uniform(0.0, LONGEST))
            died += process.poll() is None
            process.send_signal(signal.SIGKILL)
        with closing(sqlite3.connect(folder / "sipas.sqlite3")) as database, database:
            database.execute("UPDATE jobs_job SET lease_until = '2020-01-01', deaths = 0 WHERE state = 'running'")
    finished(WORK, folder)
    return died


def bytes_of(folder: Path, part: str, *, without: tuple[str, ...]) -> dict[str, str]:
    root = folder / part
    files = (p for p in root.rglob("*") if p.is_file() and p.name not in without)
    found = {p.relative_to(root).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}
    # The folder of a publication has a random name.
    return {
        "/".join(n.split("/")[2 if n.startswith("kept/") else 1 :]) if part != "rounds" else n: h
        for n, h in found.items()
    }


def test_killed_anywhere_it_ends_in_the_same_bytes(tmp_path: Path) -> None:
    calm, killed = tmp_path / "calm", tmp_path / "killed"
    Installation(calm).lay_schema()
    finished(PREPARE, calm)
    shutil.copytree(calm, killed)
    chance = random.Random(20261122)
    finished(WORK, calm)
    died = worked_with_deaths(killed, chance)
    for folder in (calm, killed):
        finished(APPROVE, folder)
    finished(WORK, calm)
    died += worked_with_deaths(killed, chance)
    assert died >= 2, "no worker died at its work: the test tried nothing"
    times = ("journal.jsonl", ".lock")  # moments stand there
    assert bytes_of(calm, "rounds", without=times) == bytes_of(killed, "rounds", without=times)
    told = ("publication.json", "journal-hashes.jsonl")
    assert bytes_of(calm, "publications", without=told) == bytes_of(killed, "publications", without=told)
    with closing(sqlite3.connect(killed / "sipas.sqlite3")) as database:
        assert database.execute("SELECT count(*) FROM results_publication").fetchone() == (1,)
        acts = [row[0] for row in database.execute("SELECT action FROM audit_record WHERE action LIKE 'results.%'")]
        assert len(acts) == len(set(acts)), acts  # nothing was carried out twice
