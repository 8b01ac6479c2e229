"""DuckDB goes to disk where the groups of phase 1 do not fit into its memory."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

GROUPS = 800_000
ROWS = 2 * GROUPS
LIMIT = 40  # MB: the groups need several times as much

# A process of its own, since the highest memory of a process never falls again.
PROGRAM = """
import json, re, sys
from pathlib import Path
from sipas.errors import SipasError
from sipas.estimation import Design, DuckDB, Share, phase_1, terms_of

def highest():
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024

rows, limit, spill = sys.argv[1], sys.argv[2] or None, sys.argv[3]
measures = tuple(Share(name, name, (4, 5)) for name in ("q1", "q2", "q3", "q4"))
text = phase_1(Design(weight="w", psu="i"), terms_of(measures), (), "survey_source")
with DuckDB(memory_limit=limit).opened(rows) as source:
    source.look(["i"], ["w", "q1", "q2", "q3", "q4"], numbered=False)
    source.ask("SELECT COUNT(*) AS n FROM survey_source")
    if spill == "nowhere":
        source.database.execute("SET max_temp_directory_size = '0KB'")
    before = highest()
    try:
        found = source.ask("SELECT COUNT(*) AS g, SUM(n) AS n, SUM(w) AS w, SUM(t2) AS t, "
                           f"SUM(w * CAST(psu AS INTEGER)) AS m FROM ({text}) q").row(0)
    except SipasError as error:
        found = error.code
    grown = highest() - before
print(json.dumps({"found": found if isinstance(found, str) else [float(f) for f in found], "grown": grown}))
"""


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    random = np.random.default_rng(1)
    file = tmp_path_factory.mktemp("spilling") / "rows.parquet"
    answers = {f"q{i}": random.integers(1, 6, ROWS).astype(np.int8) for i in range(1, 5)}
    units = random.permutation(ROWS) // 2
    pl.DataFrame({"i": units, "w": random.uniform(0.5, 2, ROWS), **answers}).write_parquet(file)
    return file


def run(rows: Path, limit: str = "", spill: str = "") -> dict[str, object]:
    command = [sys.executable, "-c", PROGRAM, str(rows), limit, spill]
    told: dict[str, object] = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    return told


def test_groups_larger_than_the_memory_are_added_on_disk(rows: Path) -> None:
    limit = f"{LIMIT}MB"
    free, spilled, nowhere = run(rows), run(rows, limit), run(rows, limit, "nowhere")
    assert nowhere["found"] == "estimation.out_of_memory"  # so it is the disk that lets the other finish
    assert spilled["found"] == pytest.approx(free["found"], rel=1e-12)
    assert spilled["found"][:2] == [GROUPS, ROWS]
    assert spilled["grown"] < 1.5 * LIMIT < free["grown"]
