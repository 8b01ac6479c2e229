"""The shipped tables are what the script makes of the package and the corrections."""

import subprocess
import sys
from pathlib import Path

import polars as pl
from polars.testing import assert_frame_equal

import sipas.geography

SCRIPT = Path(__file__).parents[4] / "scripts" / "build_units.py"
SHIPPED = Path(sipas.geography.__file__).parent / "data"


def test_shipped_tables_are_rebuilt_alike(tmp_path: Path) -> None:
    run = subprocess.run([sys.executable, SCRIPT, tmp_path], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout.count("nameless row left out") == 5
    assert run.stdout.count("not a successor") == 32
    assert run.stdout.count("phường from") == 22
    for name in ("units.parquet", "lineage.parquet"):
        assert_frame_equal(pl.read_parquet(tmp_path / name), pl.read_parquet(SHIPPED / name))
