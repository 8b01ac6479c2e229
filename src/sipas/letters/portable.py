"""PDF to text: words set back into the lines and columns of the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from sipas.errors import Place, SipasError

MOST_PAGES = 300
LEAST_LETTERS = 20  # a scan without a text layer may still have a page number or a stamp of a portal
COLUMN_GAP = 2.0  # in heights of the letters: two words this far apart stand in two columns
WORD_GAP = 0.12
PARAGRAPH_GAP = 1.0  # empty height between two lines that parts paragraphs
COLUMN = " " * 8
RIGHT = " " * 40


class Run(NamedTuple):
    """Letters that stand together on a page, in points from its lower left corner."""

    left: float
    bottom: float
    right: float
    top: float
    text: str

    @property
    def height(self) -> float:
        """Height of the letters."""
        return max(self.top - self.bottom, 1.0)

    @property
    def middle(self) -> float:
        """Where the line runs."""
        return (self.top + self.bottom) / 2


def pdf_text(data: bytes, file: str) -> str:
    """Give the text of a PDF.

    Parameters
    ----------
    data : bytes
        The file.
    file : str
        Its name.

    Returns
    -------
    str
        Line by line; two columns on one line are eight spaces apart, a line of the right half is indented.

    Raises
    ------
    SipasError
        ``letters.pdf_reader_missing``, ``letters.pdf_broken``, ``letters.pdf_encrypted``,
        ``letters.pdf_too_many_pages``, ``letters.pdf_without_text`` for scans.
    """
    place = Place(file=file)
    try:
        import pypdfium2
    except ImportError as error:
        raise SipasError("letters.pdf_reader_missing", expected="pypdfium2", place=place) from error
    try:
        document = pypdfium2.PdfDocument(data)
        with document:
            if len(document) > MOST_PAGES:
                raise SipasError("letters.pdf_too_many_pages", expected=MOST_PAGES, got=len(document), place=place)
            text = "\n\n".join(_page(page) for page in document)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise SipasError("letters.pdf_encrypted", place=place) from error
        raise SipasError("letters.pdf_broken", got=str(error), place=place) from error
    if sum(c.isalpha() for c in text) < LEAST_LETTERS:
        raise SipasError("letters.pdf_without_text", place=place)
    return text


def _page(page: Any) -> str:
    textpage = page.get_textpage()
    try:
        runs = []
        for i in range(textpage.count_rects()):
            left, bottom, right, top = textpage.get_rect(i)
            if (
                text := textpage
                .get_text_bounded(left, bottom, right, top)
                .replace("\r", " ")
                .replace("\n", " ")
                .strip()
            ):
                runs.append(Run(left, bottom, right, top, text))
        return "\n".join(_lines(runs, page.get_width()))
    finally:
        textpage.close()


def _lines(runs: Sequence[Run], width: float) -> Iterator[str]:
    above: Run | None = None
    for row in _rows(runs):
        tallest = max(row, key=lambda run: run.height)
        if above is not None and above.bottom - tallest.top > PARAGRAPH_GAP * tallest.height:
            yield ""
        above = tallest
        yield (RIGHT if row[0].left > width / 2 else "") + _joined(row)


def _rows(runs: Sequence[Run]) -> list[list[Run]]:
    """Gather the runs whose middles lie on one line, left to right, from the top down."""
    rows: list[list[Run]] = []
    for run in sorted(runs, key=lambda run: -run.middle):
        if rows and abs(rows[-1][0].middle - run.middle) < run.height / 2:
            rows[-1].append(run)
        else:
            rows.append([run])
    return [sorted(row, key=lambda run: run.left) for row in rows]


def _joined(row: Sequence[Run]) -> str:
    line = row[0].text
    for before, run in pairwise(row):
        gap = (run.left - before.right) / run.height
        line += (COLUMN if gap > COLUMN_GAP else " " if gap > WORD_GAP else "") + run.text
    return line
