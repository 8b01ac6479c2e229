"""``sipas round run`` killed at random moments and run again ends with the same bytes."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.core.functional.conftest import simulated

KILLS = 10


def command(root: Path) -> list[str]:
    return [sys.executable, "-m", "sipas.cli.main", "round", "run", str(root)]


def run_and_kill(root: Path, delay: float) -> bool:
    """Start a run, kill it hard after the delay; tell whether it was still running."""
    process = subprocess.Popen(command(root), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        process.wait(timeout=delay)
    except subprocess.TimeoutExpired:
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        return True
    error = process.communicate()[1]
    assert process.returncode == 0, error.decode()
    return False


def content(root: Path) -> dict[str, bytes]:
    skipped = {"journal.jsonl", ".lock"}
    files = (p for p in sorted(root.rglob("*")) if p.is_file() and p.name not in skipped)
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in files}


def journalled(root: Path) -> list[dict[str, object]]:
    lines = [json.loads(line) for line in (root / "journal.jsonl").read_bytes().splitlines()]
    return [{k: v for k, v in line.items() if k not in {"time", "previous"}} for line in lines]


def test_ten_kills_change_nothing(tmp_path: Path) -> None:
    whole = simulated(tmp_path / "a" / "r", "sipas-2022", 2026, load=30)
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    killed = tmp_path / "b" / "r"
    start = time.monotonic()
    subprocess.run(command(whole), check=True, stdout=subprocess.DEVNULL)
    length = time.monotonic() - start
    moments = random.Random(20261122)
    # Once the round is done a run ends by itself: then begin again from the lists, so that all ten are real kills.
    kills = 0
    while kills < KILLS:
        if run_and_kill(killed, moments.uniform(0.1, 0.7) * length):
            kills += 1
        else:
            shutil.rmtree(killed)
            shutil.copytree(tmp_path / "a" / "r", killed, ignore=only_the_beginning)
    subprocess.run(command(killed), check=True, stdout=subprocess.DEVNULL)
    assert content(killed) == content(whole)
    assert journalled(killed) == journalled(whole)


def only_the_beginning(folder: str, names: list[str]) -> set[str]:
    kept = {"round.yaml", "secret.key", "input", "frame", "nguoi-dan.csv"}
    return set(names) - kept
