"""The verifier printed in the documentation agrees with the library, in a bare interpreter."""

import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest
from sampling_cases import frame, one_stage, seed_of

from sipas.sampling import (
    Coordination,
    build_certificate,
    canonical_csv,
    certificate_json,
    draw,
    parse_design,
    table_digest,
    verify,
)

PAGE = Path(__file__).parents[4] / "docs" / "reference" / "verify-a-draw.md"
MOST_LINES = 59


def script() -> str:
    (found,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return str(found)


def export(folder: Path, design: dict[str, object], coordination: Coordination | None = None) -> None:
    table = frame()
    digest = table_digest(table)
    seed = seed_of(digest)
    drawn = draw(table, parse_design(design), seed.sha256, coordination=coordination)
    certificate = build_certificate(drawn, frame=digest, seed=seed, program_version="test")
    assert verify(table, drawn.sample, certificate) == []
    (folder / "frame.csv").write_bytes(b"".join(canonical_csv(table)))
    (folder / "sample.csv").write_bytes(b"".join(canonical_csv(drawn.sample)))
    (folder / "certificate.json").write_bytes(certificate_json(certificate))
    (folder / "verify_draw.py").write_text(script(), encoding="utf-8")


def run(folder: Path) -> tuple[int, str]:
    """Without site-packages and without the repository on the path."""
    command = [sys.executable, "-I", "-S", "verify_draw.py", "frame.csv", "certificate.json", "sample.csv"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, encoding="utf-8")
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout


def test_script_is_short_and_uses_the_standard_library_only() -> None:
    assert script().count("\n") <= MOST_LINES
    assert re.findall(r"^(?:import|from) .*$", script(), re.MULTILINE) == ["import csv, hashlib, json, sys"]


@pytest.mark.parametrize("method", ["srs", "systematic", "pareto"])
@pytest.mark.parametrize("strata", [("agency",), ("agency", "commune"), ()])
def test_verifier_says_yes_to_an_honest_draw(tmp_path: Path, method: str, strata: tuple[str, ...]) -> None:
    export(tmp_path, one_stage(method, strata=strata, n=120))
    assert run(tmp_path) == (0, "yes\n")


@pytest.mark.parametrize("method", ["srs", "pareto"])
def test_verifier_says_yes_to_a_coordinated_draw(tmp_path: Path, method: str) -> None:
    export(tmp_path, one_stage(method), Coordination(start=123_456_789))
    assert run(tmp_path) == (0, "yes\n")


def test_verifier_names_units_that_were_swapped_even_if_the_hash_was_forged(tmp_path: Path) -> None:
    export(tmp_path, one_stage("srs"))
    before = pl.read_csv(tmp_path / "sample.csv", infer_schema=False)
    old = (tmp_path / "sample.csv").read_bytes()
    unit = before.filter(role="official", order="1")["unit_id"][0]
    other = before.filter(role="reserve", order="1", stratum=before.filter(unit_id=unit)["stratum"][0])["unit_id"][0]
    new = re.sub(rb"^(%b,.*),official," % unit.encode(), rb"\1,reserve,", old, flags=re.MULTILINE)
    new = re.sub(rb"^(%b,.*),reserve," % other.encode(), rb"\1,official,", new, flags=re.MULTILINE)
    assert new != old
    certificate = (tmp_path / "certificate.json").read_text(encoding="utf-8")
    forged = certificate.replace(sha256(old).hexdigest(), sha256(new).hexdigest())
    assert forged != certificate
    (tmp_path / "sample.csv").write_bytes(new)
    (tmp_path / "certificate.json").write_text(forged, encoding="utf-8")
    code, said = run(tmp_path)
    assert code == 1
    assert sorted(re.findall(r"^unit (\S+):", said, re.MULTILINE)) == sorted([unit, other])


@pytest.mark.parametrize("name", ["frame.csv", "sample.csv"])
def test_verifier_finds_one_changed_byte(tmp_path: Path, name: str) -> None:
    export(tmp_path, one_stage("srs"))
    data = bytearray((tmp_path / name).read_bytes())
    at = data.rindex(b"7")
    data[at : at + 1] = b"8"
    (tmp_path / name).write_bytes(bytes(data))
    code, said = run(tmp_path)
    assert code == 1
    assert f"{name.removesuffix('.csv')}: not the file that was certified" in said


def test_verifier_finds_a_changed_public_text(tmp_path: Path) -> None:
    export(tmp_path, one_stage("srs"))
    path = tmp_path / "certificate.json"
    path.write_text(path.read_text(encoding="utf-8").replace("48213", "48214"), encoding="utf-8")
    assert run(tmp_path) == (1, "seed: does not follow from the frame and the public texts\n")


@pytest.mark.parametrize("design", [one_stage("pps_systematic")])
def test_verifier_says_what_it_does_not_cover(tmp_path: Path, design: dict[str, object]) -> None:
    export(tmp_path, design)
    assert run(tmp_path) == (2, "this script does not cover the design\n")
