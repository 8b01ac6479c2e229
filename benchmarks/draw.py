"""Drawing 40 068 of 10 million units in 378 strata, against DuckDB's own hash, svy and R, in one run as ratios.

Every tool runs in a process of its own that starts from nothing and reads the same Parquet file (R, which has no
reader for it here, a file of one integer per unit); seconds and peak memory of the whole process are measured from
outside and seconds of the draw, reading included, inside. Prints Markdown; ``--write`` puts it into
docs/explanation/draw-benchmark.md. Limits of the product: 2 s and 400 MB for 10 million rows, 1 GB for 100 million.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "draw-benchmark.md"
STRATA, EACH, PARTS = 378, 106, 10
MILLION = 1_000_000
REPEATS = 5
SECONDS_LIMIT, MEGABYTES_LIMIT, LARGE_MEGABYTES_LIMIT = 2.0, 400, 1000
MARK = "<!-- results -->"

OURS = """
from sipas.sampling import draw_large, parse_design
design = parse_design({{"reserve": {reserve}, "stages": [{{"unit": "unit_id", "strata": ["agency"],
    "method": "{method}", "measure_of_size": "size", "size": {{"rule": "fixed", "n": {each}, "per": ["agency"]}}}}]}})
begin()
print(draw_large("{source}", design, "5f" * 32).sample.filter(role="official").height)
"""
DIGEST = """
from sipas.sampling import canonical_csv_of_files, digest, schema_of_files
begin()
print(digest(canonical_csv_of_files("{source}", spill="{folder}"), schema_of_files("{source}")).rows)
"""
DUCKDB = """
import duckdb
engine = duckdb.connect()
engine.execute("SET threads = 2")
engine.execute("SET enable_progress_bar = false")
engine.execute("SET memory_limit = '300MB'")
begin()
query = "SELECT agency, min_by(unit_id, hash(unit_id, 42), {each}) FROM read_parquet('{source}') GROUP BY agency"
print(sum(len(units) for _, units in engine.sql(query).fetchall()))
"""
SVY = """
import polars as pl, svy
begin()
frame = pl.read_parquet("{source}", columns=["unit_id", "agency"])
sample = svy.Sample(frame, svy.Design(stratum="agency"))
print(sample.sampling.srs(n={each}, rstate=42).data.height)
"""
R_SPLIT = """
begin <- proc.time()[["elapsed"]]
stratum <- readBin("{folder}/strata.bin", "integer", n = {rows})
set.seed(42)
drawn <- unlist(lapply(split(seq_along(stratum), stratum), sample, size = {each}), use.names = FALSE)
cat(length(drawn), proc.time()[["elapsed"]] - begin, "\\n")
"""
R_SAMPLING = """
suppressMessages(library(sampling))
begin <- proc.time()[["elapsed"]]
frame <- data.frame(stratum = readBin("{folder}/strata.bin", "integer", n = {rows}))
set.seed(42)
drawn <- strata(frame, "stratum", size = rep({each}, {strata}), method = "srswor")
cat(nrow(drawn), proc.time()[["elapsed"]] - begin, "\\n")
"""
PRELUDE = """
import time
started = [time.perf_counter()]
def begin(): started[0] = time.perf_counter()
"""
EPILOGUE = """
print(time.perf_counter() - started[0])
"""


@dataclass(frozen=True)
class Run:
    """What one process needed: seconds of the draw with reading, CPU seconds and peak memory of the process."""

    tool: str
    units: int
    seconds: float
    processor: float
    megabytes: float


def make_frame(folder: Path, rows: int) -> str:
    """Write the frame in Parquet parts: 16-character ids, an agency as stratum, a size, some further columns."""
    with duckdb.connect() as engine:
        engine.execute("SET threads = 2")
        step = rows // PARTS
        for part in range(PARTS):
            engine.execute(
                f"""COPY (SELECT upper(substr(md5(i::VARCHAR), 1, 16)) AS unit_id, '08' AS province,
                    'A' || lpad(((i * 7919) % {STRATA})::VARCHAR, 3, '0') AS agency, 'F' || (i % 16) AS field,
                    1 + (i * 31) % 50 AS size, '2026-' || lpad((1 + i % 9)::VARCHAR, 2, '0') AS finished_month
                FROM range({part * step}, {(part + 1) * step}) AS t(i)) TO '{folder}/part{part:02d}.parquet'"""
            )
    return f"{folder}/part*.parquet"


def write_strata(folder: Path, source: str) -> None:
    """Write what R draws from: the number of each unit's stratum, four bytes each."""
    with duckdb.connect() as engine:
        query = f"SELECT substr(agency, 2)::INTEGER AS stratum FROM read_parquet('{source}')"
        engine.sql(query).fetchnumpy()["stratum"].astype("int32").tofile(folder / "strata.bin")


def measure(tool: str, command: list[str]) -> Run:
    """Run a command that prints the units drawn and the seconds, and ask the system what it used."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    output = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{tool}: ended with {process.returncode}")
    units, seconds = output.split()
    return Run(tool, int(units), float(seconds), usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def best(tool: str, command: list[str], repeats: int = REPEATS) -> Run:
    return min((measure(tool, command) for _ in range(repeats)), key=lambda run: run.seconds)


def python(program: str) -> list[str]:
    return [sys.executable, "-c", PRELUDE + program + EPILOGUE]


def compare(folder: Path, rows: int) -> list[Run]:
    """Run every tool on one frame; the first is ours."""
    source = make_frame(folder, rows)
    write_strata(folder, source)
    names = {"source": source, "folder": folder, "rows": rows, "each": EACH, "strata": STRATA}
    ours = [("SRS", "srs", 0), ("SRS with as many reserves", "srs", 1), ("Pareto by size", "pareto", 0)]
    runs = [
        best(f"sipas, {label}", python(OURS.format(**names, method=method, reserve=reserve)))
        for label, method, reserve in ours
    ]
    runs.append(best("DuckDB's own hash, `min_by` (no certificate)", python(DUCKDB.format(**names))))
    if importlib.util.find_spec("svy"):
        runs.append(best("svy 0.35.0 `srs`", python(SVY.format(**names))))
    if shutil.which("Rscript"):
        r = ["Rscript", "-e"]
        runs.append(best("R `split` + `sample`", [*r, R_SPLIT.format(**names)]))
        runs.append(best("R `sampling::strata`", [*r, R_SAMPLING.format(**names)], repeats=1))
    runs.append(best("sipas, hash of the canonical frame (before the draw)", python(DIGEST.format(**names)), repeats=1))
    return runs


def large(folder: Path, rows: int) -> Run:
    source = make_frame(folder, rows)
    program = OURS.format(source=source, each=EACH, method="srs", reserve=1)
    return best(f"sipas, SRS with as many reserves, {rows // MILLION} million rows", python(program), repeats=1)


def table(runs: list[Run]) -> str:
    """Write the runs with their ratio to the first."""
    lines = ["| tool | units | seconds | ratio | CPU seconds | peak MB |", "|---|---|---|---|---|---|"]
    for run in runs:
        ratio = run.seconds / runs[0].seconds
        lines.append(
            f"| {run.tool} | {run.units} | {run.seconds:.2f} | {ratio:.2f} | {run.processor:.1f} |"
            f" {run.megabytes:.0f} |"
        )
    return "\n".join(lines)


def verdict(run: Run, seconds: float | None, megabytes: float) -> str:
    met = run.megabytes < megabytes and (seconds is None or run.seconds < seconds)
    limit = f"{megabytes:.0f} MB" if seconds is None else f"{seconds:.0f} s and {megabytes:.0f} MB"
    return (
        f"Limit for {run.tool}: {limit}: {'met' if met else 'NOT met'} ({run.seconds:.2f} s, {run.megabytes:.0f} MB)."
    )


def main() -> None:
    """Measure, print, and write the page if asked to."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=10 * MILLION)
    options.add_argument("--large-rows", type=int, default=100 * MILLION, help="0 leaves this out")
    options.add_argument("--write", action="store_true")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        runs = compare(Path(folder), chosen.rows)
    said = [verdict(runs[0], SECONDS_LIMIT, MEGABYTES_LIMIT)]
    if chosen.large_rows:
        with tempfile.TemporaryDirectory() as folder:
            runs.append(large(Path(folder), chosen.large_rows))
        said.append(verdict(runs[-1], None, LARGE_MEGABYTES_LIMIT))
    machine = f"{os.cpu_count()} cores, {platform.machine()}, load average {os.getloadavg()[0]:.1f} at the end"
    where = f"{time.strftime('%d/%m/%Y')}, {machine}."
    text = "\n\n".join([where, table(runs), "\n".join(said)])
    print(text)
    if chosen.write:
        before = PAGE.read_text(encoding="utf-8").partition(MARK)[0]
        PAGE.write_text(f"{before}{MARK}\n\n{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
