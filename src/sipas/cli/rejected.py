"""Rows that were not taken, as a workbook a clerk can mend from: the reason is a sentence."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from sipas import rounds
from sipas.cli.screen import label, language
from sipas.cli.sentences import say_code

REASONS = ("reason", "code")
NAMED = (
    "file",
    "sheet",
    "row",
    "column",
    "got",
    "case_id",
    "question",
    "list",
    "role",
    "order",
    "name",
    "address",
    "phone",
    "email",
    "dossier_number",
)


def write_rejected(root: Path) -> list[str]:
    """Write a workbook for every import that refused something; give their names."""
    return [rounds.put_rejected(root, name, readable(table)) for name, table in rounds.rejected_rows(root).items()]


def readable(table: pl.DataFrame) -> pl.DataFrame:
    """Put sentences in place of codes, and headers in the language of the terminal."""
    codes = [name for name in REASONS if name in table.columns]
    said = [
        pl.col(name).map_elements(lambda code: say_code(code, language()), return_dtype=pl.String) for name in codes
    ]
    headers = {name: label(f"head.{name}") for name in (*codes, *NAMED) if name in table.columns}
    return table.with_columns(said).rename(headers)
