"""Work with effects in a round's folder, safe to run twice; tells in a diary what it does and when."""

from __future__ import annotations

import datetime as dt
import os
import time
from pathlib import Path
from typing import Any, ClassVar

from django.apps import AppConfig
from django.conf import settings

STEPS = 12
STEP = 0.05  # s


class WorkForTests(AppConfig):
    """Registers the work; makes leases short, so that tests do not wait a minute."""

    name = "tests.web.functional.work_for_tests"
    label = "work_for_tests"
    path: ClassVar[str] = str(Path(__file__).parent)  # type: ignore[misc]  # a property of the class above

    def ready(self) -> None:
        """Register."""
        from sipas_web.jobs import beat, registry
        from sipas_web.jobs.actions import leasing

        leasing.LEASE, beat.RENEWED_EVERY = dt.timedelta(seconds=6), 1.0
        registry.handles("tests.effects")(effects)


def effects(work: Any) -> dict[str, int]:
    """Write each part of the round once, one after the other, each complete or not at all."""
    from sipas.rounds.folder import Folder

    root = Path(settings.ROUNDS_FOLDER) / work.arguments["folder"]
    root.mkdir(parents=True, exist_ok=True)
    with Folder(root).locked():
        for number in range(STEPS):
            tell(work, root, f"step {number}")
            if not (root / f"part-{number}").exists():
                half = root / f".half-{number}"
                half.write_text(str(work.attempt))
                time.sleep(STEP)
                half.rename(root / f"part-{number}")
            work.progress(number / STEPS, "")
    return {"attempt": work.attempt}


def tell(work: Any, root: Path, text: str) -> None:
    """Append a line: written whole even where two processes write at once."""
    line = f"{time.time():.6f} {work.attempt} {os.getpid()} {text}\n"
    handle = os.open(root / "diary", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(handle, line.encode())
    os.close(handle)
