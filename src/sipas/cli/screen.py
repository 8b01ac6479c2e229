"""What every command shares: the terminal, the language, progress."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from sipas.cli.sentences import Language, say_code

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)


def language() -> Language:
    """Give the language of the sentences: Vietnamese unless SIPAS_LANG or --lang says en."""
    return "en" if os.environ.get("SIPAS_LANG") == "en" else "vi"


def label(code: str) -> str:
    """Give the words of a label in the language of the terminal."""
    return say_code(f"label.{code}", language())


def table(*headers: str, title: str | None = None) -> Table:
    """Make a table whose headers are label codes; a header that ends in ``#`` is right-aligned."""
    made = Table(title=title, title_justify="left", header_style="bold")
    for header in headers:
        is_figure = header.endswith("#")
        made.add_column(label(header.rstrip("#")), justify="right" if is_figure else "left", no_wrap=is_figure)
    return made


@contextmanager
def step_progress() -> Iterator[Callable[[str, float, str], None]]:
    """Show a bar for each step; call with step, share from 0 to 1, and a short note."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[note]}"), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        bars = {}

        def show(step: str, share: float, note: str) -> None:
            if step not in bars:
                bars[step] = progress.add_task(label(f"step.{step}"), total=1.0, note="")
            progress.update(bars[step], completed=share, note=note)

        yield show
