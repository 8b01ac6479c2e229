"""Run a program in a process of its own and say what it used; make tables of it."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
LOOK_SECONDS = 0.05
SURROUNDINGS = (
    os.environ
    | ONE_THREAD
    | {"PYTHONPATH": os.pathsep.join([str(HERE.parent), *filter(None, [os.environ.get("PYTHONPATH")])])}
)


@dataclass(frozen=True)
class Used:
    """What a process used: CPU seconds of the whole of it, its peak memory, and what it printed."""

    processor: float
    megabytes: float
    printed: str


def run(command: list[str]) -> Used:
    """Run a command to its end, and look at its memory twenty times a second.

    The system's own peak of a process that has ended will not do: it holds that of the process it was forked from.

    Raises
    ------
    SystemExit
        It failed; with what it wrote.
    """
    with tempfile.TemporaryFile("w+") as printed, tempfile.TemporaryFile("w+") as wrong:
        process = subprocess.Popen(command, stdout=printed, stderr=wrong, text=True, env=SURROUNDINGS)
        peak, ended = 0.0, 0
        while not ended:
            peak = max(peak, _peak(process.pid))
            time.sleep(LOOK_SECONDS)
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
        process.returncode = os.waitstatus_to_exitcode(status)
        printed.seek(0)
        wrong.seek(0)
        if process.returncode:
            raise SystemExit(f"{' '.join(command[:3])} ended with {process.returncode}\n{wrong.read()[-2000:]}")
        return Used(usage.ru_utime + usage.ru_stime, peak, printed.read())


def _peak(process: int) -> float:
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    lines = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return float(lines[0].split()[1]) / 1024 if lines else 0.0


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
