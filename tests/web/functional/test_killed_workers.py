"""Workers killed at random moments: no work is lost, none is carried out by two at once, none is finished twice."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.web.functional.installation import Installation
from tests.web.functional.work_for_tests import STEPS
from tests.web.settings import start_postgresql

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        os.environ.get("SIPAS_TEST_DATABASE") == "postgresql", reason="starts its own PostgreSQL; once is enough"
    ),
]
PATIENCE = 180.0  # s; a machine under load
ROOT = Path(__file__).parents[3]
ASK = """
import sys
from django.db import transaction
from sipas_web.audit.actors import command_line
from sipas_web.jobs import actions
for number in range(int(sys.argv[1])):
    with transaction.atomic():
        actions.start(kind="tests.effects", subject=f"test:{number}", unit=None, by=command_line(),
            arguments={"folder": f"round-{number}"})
"""
TELL = """
import json
from sipas_web.jobs.models import Job
print(json.dumps(list(Job.objects.order_by("pk").values("state", "attempts", "deaths", "result", "error"))))
"""
WORKER = """
import sys
from sipas_web.jobs import worker
worker.run_forever(name=sys.argv[1], is_ending=bool)
"""


@dataclass(frozen=True)
class Busy(Installation):
    """An installation that knows the work of the tests."""

    @property
    def environment(self) -> dict[str, str]:
        known = {"DJANGO_SETTINGS_MODULE": "tests.web.functional.work_settings", "SIPAS_SECRET_KEY": "for-tests"}
        return super().environment | known | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}

    def jobs(self) -> list[dict[str, object]]:
        return list(json.loads(self.script(TELL)))

    def wait_until_done(self, seconds: float) -> list[dict[str, object]]:
        until = time.monotonic() + seconds
        while True:
            jobs = self.jobs()
            if all(job["state"] in {"done", "failed", "stopped"} for job in jobs) or time.monotonic() > until:
                return jobs
            time.sleep(0.5)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Busy:
    folder = tmp_path_factory.mktemp("busy") / "data"
    folder.mkdir()
    made = Busy(folder, start_postgresql() if request.param == "postgresql" else "")
    made.script("from django.core.management import call_command; call_command('migrate', verbosity=0)")
    return made


@pytest.fixture(autouse=True)
def _no_work_from_other_tests(home: Busy) -> Iterator[None]:
    yield
    home.script("from sipas_web.jobs.models import Job; Job.objects.all().delete()")
    for path in (home.folder / "rounds").glob("*/*"):
        path.unlink()


def children(process: int) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def assert_each_done_once(home: Busy, jobs: list[dict[str, object]]) -> int:
    """Every job is done by its last attempt, and no attempt did anything once the next had begun."""
    for number, job in enumerate(jobs):
        assert (job["state"], job["error"]) == ("done", None), job
        assert job["result"] == {"attempt": job["attempts"]}
        root = home.folder / "rounds" / f"round-{number}"
        assert len(list(root.glob("part-*"))) == STEPS
        attempts = [int(line.split()[1]) for line in (root / "diary").read_text().splitlines()]
        assert attempts == sorted(attempts), "two at once"
        steps = [line.split()[-1] for line in (root / "diary").read_text().splitlines()]
        assert steps[-STEPS:] == [str(n) for n in range(STEPS)]
    return sum(int(str(job["deaths"])) for job in jobs)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_workers_killed_at_random_leave_nothing_undone_and_do_nothing_twice(home: Busy) -> None:
    chance = random.Random(20261122)
    home.script(ASK, "24")
    supervisor = home.start("worker", "--processes", "2")
    killed = 0
    while killed < 6:
        time.sleep(chance.uniform(0.2, 2.5))
        if found := children(supervisor.pid):
            os.kill(chance.choice(found), signal.SIGKILL)
            killed += 1
        if killed == 3:  # the supervisor and all below it at once: only the leases know
            gone = children(supervisor.pid)
            for pid in (supervisor.pid, *gone):
                os.kill(pid, signal.SIGKILL)
            supervisor.wait()
            supervisor = home.start("worker", "--processes", "2")
            killed += 1
    jobs = home.wait_until_done(PATIENCE)
    supervisor.terminate()
    assert supervisor.wait(90) == 0
    assert_each_done_once(home, jobs)


def test_a_dead_workers_job_waits_for_its_lease_and_is_then_done(home: Busy) -> None:
    home.script(ASK, "1")
    first = home.start_script(WORKER, "first")
    diary = home.folder / "rounds/round-0/diary"
    wait_for(lambda: diary.exists())
    first.kill()
    first.wait()
    second = home.start_script(WORKER, "second")
    jobs = home.wait_until_done(PATIENCE)
    end(second)
    assert assert_each_done_once(home, jobs) == 1
    times = {line.split()[1]: float(line.split()[0]) for line in reversed(diary.read_text().splitlines())}
    assert times["2"] - times["1"] > 5, "not before the lease was over"


def test_a_worker_that_slept_past_its_lease_ends_and_its_word_does_not_count(home: Busy) -> None:
    """A machine that was suspended: the round's lock falls only with the process, so the next attempt waits."""
    home.script(ASK, "1")
    sleeper = home.start_script(WORKER, "sleeper")
    wait_for(lambda: (home.folder / "rounds/round-0/diary").exists())
    sleeper.send_signal(signal.SIGSTOP)
    second = home.start_script(WORKER, "second")
    wait_for(lambda: home.jobs()[0]["attempts"] != 1)
    sleeper.send_signal(signal.SIGCONT)
    assert sleeper.wait(60) == 3
    jobs = home.wait_until_done(PATIENCE)
    end(second)
    assert_each_done_once(home, jobs)
    assert jobs[0]["attempts"] != 1


def test_an_orderly_end_gives_the_work_back(home: Busy) -> None:
    home.script(ASK, "3")
    supervisor = home.start("worker")
    wait_for(lambda: (home.folder / "rounds/round-0/diary").exists())
    supervisor.terminate()
    assert supervisor.wait(90) == 0
    jobs = home.jobs()
    assert "running" not in {job["state"] for job in jobs}
    assert "waiting" in {job["state"] for job in jobs}
    again = home.start("worker")
    jobs = home.wait_until_done(PATIENCE)
    again.terminate()
    again.wait(90)
    assert assert_each_done_once(home, jobs) == 0, "an orderly end is no death"


def wait_for(what: object, seconds: float = PATIENCE) -> None:
    until = time.monotonic() + seconds
    while not what():  # type: ignore[operator]
        assert time.monotonic() < until
        time.sleep(0.02)


def end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
