"""Make the reference pages that are taken from the code; ``--check`` says whether they are current."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import typer

from sipas.cli.main import app
from sipas.cli.sentences import catalogue
from sipas.tables import DOORS, Column
from web_reference import web_map

HEAD = "<!-- Made by `make docs`; do not edit. -->\n"
REFERENCE = Path("docs/reference")


def type_name(dtype: pl.DataType | type[pl.DataType]) -> str:
    return str(dtype)


def limits(column: Column) -> str:
    parts = [f"≥ {column.low:g}"] if column.low is not None else []
    parts += [f"≤ {column.high:g}"] if column.high is not None else []
    parts += [", ".join(column.allowed)] if column.allowed else []
    parts += ["may be missing"] if column.nullable else []
    return "; ".join(parts)


def tables() -> Iterator[str]:
    yield f"{HEAD}\n# The tables that cross doors\n\nParquet on disk, Polars in memory; checked on entry to a room.\n"
    for table in DOORS:
        key = ", ".join(f"`{k}`" for k in table.key) or "none"
        yield f"\n## {table.name}\n\n{table.meaning} Key: {key}.\n\n"
        yield "| column | type | meaning | limits |\n|---|---|---|---|\n"
        for c in table.columns:
            yield f"| `{c.name}` | {type_name(c.dtype)} | {c.meaning} | {limits(c)} |\n"
        if table.open_columns:
            yield f"\nFurther columns: {table.open_columns}.\n"


def sentences() -> Iterator[str]:
    yield f"{HEAD}\n# Error codes\n\nWhat each code says, in Vietnamese and English.\n\n"
    yield "| code | tiếng Việt | English |\n|---|---|---|\n"
    for code, said in sorted(catalogue().items()):
        if not code.startswith("label."):
            texts = (said[lang].replace("|", "\\|").replace("\n", " ") for lang in ("vi", "en"))
            yield f"| `{code}` | {' | '.join(texts)} |\n"


def commands() -> Iterator[str]:
    yield f"{HEAD}\n# Commands\n"
    yield from describe(typer.main.get_command(app), "sipas")


def describe(command: Any, path: str) -> Iterator[str]:
    if hasattr(command, "commands"):
        for name, child in sorted(command.commands.items()):
            yield from describe(child, f"{path} {name}")
        return
    words = [p.metavar or p.name.upper() for p in command.params if p.param_type_name == "argument"]
    yield f"\n## `{' '.join([path, *words])}`\n\n{(command.help or '').strip()}\n\n"
    for p in command.params:
        if p.param_type_name == "option" and p.name != "help":
            yield f"- `{', '.join(p.opts)}`: {(p.help or '').strip()}\n"


def web() -> Iterator[str]:
    yield from web_map(HEAD)


PAGES = {"tables.md": tables, "errors.md": sentences, "commands.md": commands, "web-map.md": web}


def main(check: bool) -> int:
    stale = []
    for name, make in PAGES.items():
        path, text = REFERENCE / name, "".join(make())
        if check and (not path.exists() or path.read_text(encoding="utf-8") != text):
            stale.append(name)
        elif not check:
            path.write_text(text, encoding="utf-8")
    print(f"stale, run make docs: {', '.join(stale)}" if stale else "generated pages: current")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv))
