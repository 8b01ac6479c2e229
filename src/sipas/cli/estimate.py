"""``sipas estimate``: run to the index and show it."""

from __future__ import annotations

from typing import Annotated

import typer

from sipas import rounds
from sipas.cli.round_ import Root, carry_out
from sipas.cli.screen import console, label, language, table
from sipas.intake.vietnamese import format_number


def estimate(
    root: Root,
    by: Annotated[str, typer.Option(help="Chia theo: all, agency, field …")] = "all",
    node: Annotated[str | None, typer.Option(help="Nút của cây chỉ số; mặc định: cả cây, hoặc chỉ số chung.")] = None,
) -> None:
    """Tính chỉ số với sai số và in ra."""
    carry_out(root, "index")
    rows = rounds.index_rows(root, by=by, node=node)
    shown = table("domain", "node", "percent#", "se#", "interval#", "n#", "rank#", "rank_set#", "change#")
    for row in rows:
        shown.add_row(
            row["domain"] or label("all"),
            row["title"],
            _number(row["percent"]),
            _number(row["se"]),
            f"{_number(row['low'])} – {_number(row['high'])}",
            str(row["n"]),
            str(row["rank"] or ""),
            f"{row['rank_low']} – {row['rank_high']}" if row["rank"] else "",
            _number(row["change"]),
        )
    console.print(shown)
    for said in rounds.notices(root):
        console.print(f"[yellow]![/] {said[language() == 'en']}", soft_wrap=True)


def _number(value: float | None) -> str:
    return "" if value is None else format_number(value, 2)
