"""The frozen tables as files of the round's folder: the same rows give the same bytes."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from sipas.errors import Place, SipasError
from sipas.rounds.folder import Folder, file_hash
from sipas_web.results.estimating import journal_head


@dataclass(frozen=True, slots=True)
class Tables:
    """What the database held at one moment: ``case_id`` with a row per visit, and with one chosen response."""

    visits: pl.DataFrame
    responses: pl.DataFrame
    checks: pl.DataFrame  # what was found and decided in the field
    cases: int
    open_cases: int


@dataclass(frozen=True, slots=True)
class Written:
    """Counts and SHA-256 of what was written, and the journal's head at that moment."""

    cases: int
    open_cases: int
    visits: int
    responses: int
    checks: int
    visits_sha256: str
    responses_sha256: str
    checks_sha256: str
    frozen_journal_head: str


def write(root: Path, tables: Tables, visits_file: str, responses_file: str, checks_file: str) -> Written:
    """Write each table whole or not at all; that of checks where it holds anything."""
    visits = _put(root, visits_file, tables.visits.sort("case_id", "visit"))
    responses = _put(root, responses_file, tables.responses.sort("case_id"))
    checks = _put(root, checks_file, tables.checks.sort("case_id", "flag")) if tables.checks.height else ""
    return Written(
        cases=tables.cases,
        open_cases=tables.open_cases,
        visits=tables.visits.height,
        responses=tables.responses.height,
        checks=tables.checks.height,
        visits_sha256=visits,
        responses_sha256=responses,
        checks_sha256=checks,
        frozen_journal_head=journal_head(root),
    )


def require_unchanged(root: Path, expected: dict[str, str]) -> None:
    """Refuse to go on from frozen files other than those whose hashes were kept."""
    for name, sha256 in expected.items():
        path = root / name
        got = file_hash(path) if path.is_file() else "missing"
        if got != sha256:
            raise SipasError("round.file_changed", expected=sha256, got=got, hint=[name], place=Place(file=name))


def _put(root: Path, name: str, table: pl.DataFrame) -> str:
    out = io.BytesIO()
    table.write_parquet(out, compression="zstd", statistics=True)
    content = out.getvalue()
    sha256 = hashlib.sha256(content).hexdigest()
    path = root / name
    if not path.is_file() or file_hash(path) != sha256:
        Folder(root).replace(name, content)
    return sha256
