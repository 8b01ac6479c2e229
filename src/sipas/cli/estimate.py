"""``sipas estimate``: run to the index and show it."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from sipas import rounds
from sipas.cli.round_ import Root, carry_out
from sipas.cli.screen import console, language, table
from sipas.intake.vietnamese import format_number


def estimate(
    root: Root,
    by: Annotated[str, typer.Option(help="Chia theo: all, agency, field …")] = "all",
    node: Annotated[str | None, typer.Option(help="Nút của cây chỉ số; mặc định: cả cây, hoặc chỉ số chung.")] = None,
) -> None:
    """Tính chỉ số với sai số và in ra."""
    carry_out(root, "index")
    rows = rounds.index_rows(root, by=by, node=node)
    console.print(index_table(rows, whole=by == "all"))
    for said in rounds.notices(root):
        console.print(f"[yellow]![/] {said[language() == 'en']}", soft_wrap=True)


def index_table(rows: list[rounds.IndexRow], *, whole: bool) -> Table:
    """Lay the index out: the tree of the whole, or one node over the domains with their ranks."""
    figures = ("percent#", "se#", "interval#", "n#", *(() if whole else ("rank#", "rank_set#")), "change#")
    shown = table("node" if whole else "domain", *figures, title=None if whole else rows[0]["title"])
    for row in rows:
        ranks = ["", ""] if row["rank"] is None else [str(row["rank"]), f"{row['rank_low']}–{row['rank_high']}"]
        shown.add_row(
            row["title"] if whole else row["domain"],
            *(_number(row["percent"]), _number(row["se"]), _between(row["low"], row["high"]), str(row["n"])),
            *([] if whole else ranks),
            _number(row["change"]),
        )
    return shown


def _between(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{_number(low)}–{_number(high)}"


def _number(value: float | None) -> str:
    return "" if value is None else format_number(value, 2)
