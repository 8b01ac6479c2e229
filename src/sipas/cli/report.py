"""``sipas report``: run to the end and say where the documents are."""

from __future__ import annotations

from sipas import rounds
from sipas.cli.round_ import Root, carry_out
from sipas.cli.screen import console


def report(root: Root) -> None:
    """Lập báo cáo (DOCX, PDF, HTML), sổ tính và dữ liệu mở."""
    carry_out(root)
    for name in rounds.products(root):
        console.print(root / name)
