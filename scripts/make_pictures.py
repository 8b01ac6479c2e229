"""Make the README's pictures from the demonstration rounds: pages of the report."""

from __future__ import annotations

from pathlib import Path

import pypdfium2

ROUND = Path("demo/tuyen-quang-2026")
TARGET = Path("docs/pictures")
PAGES = {"report-first-page": 0, "report-index": 6, "report-ranking": 9}  # name -> page, from 0


def pages() -> None:
    pdf = pypdfium2.PdfDocument(ROUND / "report" / "bao-cao.pdf")
    for name, number in PAGES.items():
        picture = pdf[number].render(scale=1.3).to_pil().convert("L").quantize(24, dither=0)
        picture.save(TARGET / f"{name}.png", optimize=True)


if __name__ == "__main__":
    TARGET.mkdir(parents=True, exist_ok=True)
    pages()
