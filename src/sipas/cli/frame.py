"""``sipas frame``: lists in, frame out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sipas import rounds
from sipas.cli.round_ import Root, carry_out
from sipas.cli.screen import console, label, language, table
from sipas.cli.sentences import say, say_code

app = typer.Typer(no_args_is_help=True)


@app.callback()
def frame() -> None:
    """Khung mẫu."""


@app.command("import")
def import_(
    root: Root,
    files: Annotated[list[Path] | None, typer.Argument(metavar="TỆP…", help="XLSX, XLS, CSV hoặc Parquet.")] = None,
) -> None:
    """Nhập danh sách giao dịch (hoặc người dân) và lập khung mẫu; không bỏ sót dòng nào mà không báo."""
    rounds.add_files(root, "frame", files or [])
    carry_out(root, "frame")
    show_report(rounds.frame_report(root))


def show_report(report: rounds.Report) -> None:
    """Print what was taken and what was not, rule by rule."""
    for name, count in report["counts"].items():
        console.print(f"{label(f'count.{name}')}: [bold]{count}[/]")
    if any(report["rules"].values()):
        shown = table("rule", "rows#")
        for code, count in report["rules"].items():
            if count:
                shown.add_row(say_code(code, language()), str(count))
        console.print(shown)
    for note in report["notes"]:
        console.print(f"[yellow]![/] {say(note, language())}", soft_wrap=True)
