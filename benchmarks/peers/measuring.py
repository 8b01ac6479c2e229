"""Run a program in a process of its own and say what it used; make tables of it."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
SURROUNDINGS = os.environ | ONE_THREAD | {"PYTHONPATH": str(HERE.parent)}


@dataclass(frozen=True)
class Used:
    """What a process used: CPU seconds of the whole of it, its peak memory, and what it printed."""

    processor: float
    megabytes: float
    printed: str


def run(command: list[str]) -> Used:
    """Run a command to its end.

    Raises
    ------
    SystemExit
        It failed; with what it wrote.
    """
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=SURROUNDINGS
    ) as process:
        printed = process.stdout.read() if process.stdout else ""
        wrong = process.stderr.read() if process.stderr else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command[:3])} ended with {process.returncode}\n{wrong[-2000:]}")
    return Used(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, printed)


def python(program: str, *arguments: object) -> list[str]:
    """Give the command of a Python program beside this file."""
    return [sys.executable, str(HERE / program), *(str(argument) for argument in arguments)]


def r(program: str, *arguments: object) -> list[str]:
    """Give the command of an R program beside this file."""
    return ["Rscript", str(HERE / program), *(str(argument) for argument in arguments)]


def middle(values: Iterable[float]) -> float:
    """Give the median."""
    return float(median(values))


def machine() -> str:
    """Say when and where, in a line."""
    about = Path("/proc/cpuinfo").read_text(encoding="utf-8") if Path("/proc/cpuinfo").exists() else ""
    names = [line.partition(":")[2].strip() for line in about.splitlines() if line.startswith("model name")]
    name = names[0] if names else platform.machine()
    load = os.getloadavg()[0]
    return f"{time.strftime('%d/%m/%Y')}, {os.cpu_count()} cores of {name}, load average {load:.1f} at the end."


def row(*cells: object) -> str:
    """Write a line of a Markdown table."""
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def head(*cells: str) -> str:
    """Write the first two lines of a Markdown table."""
    return row(*cells) + "\n" + "|---" * len(cells) + "|"
