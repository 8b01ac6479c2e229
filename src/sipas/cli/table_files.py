"""A table as the reader wants it: on the screen, as CSV, Parquet or JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path

import polars as pl

from sipas.errors import SipasError


class Form(StrEnum):
    """How a table is given."""

    table = "table"
    csv = "csv"
    parquet = "parquet"
    json = "json"


def write(
    table: pl.DataFrame,
    form: Form,
    output: Path | None,
    show: Callable[[], None],
    *,
    beside: Mapping[str, pl.DataFrame] | None = None,
) -> None:
    """Give a table; JSON holds further tables beside it."""
    match form:
        case Form.table if output is None:
            show()
        case Form.table:
            raise SipasError("output.form_needed", "--format", expected=["csv", "parquet", "json"], got=str(output))
        case Form.csv:
            _text(table.write_csv(), output)
        case Form.json:
            whole = {"estimates": table, **(beside or {})}
            text = json.dumps({name: one.to_dicts() for name, one in whole.items()}, ensure_ascii=False, indent=1)
            _text(text + "\n", output)
        case Form.parquet:
            if output is None:
                raise SipasError("output.file_needed", "--output", got="parquet")
            table.write_parquet(output)


def _text(text: str, output: Path | None) -> None:
    if output is None:
        sys.stdout.write(text)
    else:
        output.write_text(text, encoding="utf-8", newline="")
