"""``sipas responses``: answers in, with every refused row and its reason."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sipas import rounds
from sipas.cli.frame import show_report
from sipas.cli.round_ import Root, carry_out

app = typer.Typer(no_args_is_help=True)


@app.callback()
def responses() -> None:
    """Phiếu trả lời."""


@app.command("import")
def import_(
    root: Root,
    files: Annotated[list[Path] | None, typer.Argument(metavar="TỆP…", help="XLSX, XLS, CSV hoặc Parquet.")] = None,
) -> None:
    """Nhập phiếu trả lời theo mã phiếu và kiểm tra theo phiếu hỏi."""
    rounds.add_files(root, "responses", files or [])
    carry_out(root, "responses")
    show_report(rounds.responses_report(root))
