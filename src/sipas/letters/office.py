"""DOCX to text: paragraphs, cells of tables (the form's head is a table of two columns), numbers of lists."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sipas.errors import Place, SipasError
from sipas.intake.limits import MEBI, Limits
from sipas.intake.workbook_check import check_workbook

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table
    from docx.text.paragraph import Paragraph

LIMITS = Limits(unpacked_bytes=256 * MEBI)
POINTS = "abcdđeghiklmnopqrstuvxy"
_MOST_STYLES = 10  # styles that stand on one another
BROKEN = {"intake.workbook_broken", "intake.kind_unknown", "intake.workbook_encrypted"}


def docx_text(data: bytes, file: str) -> str:
    """Give the text of a DOCX file.

    Parameters
    ----------
    data : bytes
        The file.
    file : str
        Its name.

    Returns
    -------
    str
        A paragraph a line, an empty line between paragraphs; a table column by column, as the head of a letter is
        read; numbers that Word counts by itself are written out.

    Raises
    ------
    SipasError
        ``letters.docx_broken``; ``letters.docx_unsafe`` for a DOCTYPE, a bomb, too many parts.
    """
    place = Place(file=file)
    try:
        check_workbook(data, file=file, limits=LIMITS)
    except SipasError as error:
        code = "letters.docx_broken" if error.code in BROKEN else "letters.docx_unsafe"
        raise (
            SipasError("letters.docx_broken", got=error.got, place=place)
            if code == "letters.docx_broken"
            else SipasError("letters.docx_unsafe", got=error.code, place=place)
        ) from error
    import docx  # a tenth of a second that other commands need not wait for

    try:
        document = docx.Document(io.BytesIO(data))
        return "\n".join(_lines(document))
    except (KeyError, ValueError, AttributeError, TypeError, IndexError, SyntaxError) as error:
        raise SipasError("letters.docx_broken", got=str(error)[:200], place=place) from error


def _lines(document: Document) -> Iterator[str]:
    from docx.table import Table

    numbers = _Numbers(document)
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            yield from _table(block, numbers)
        else:
            yield numbers.before(block) + block.text
            yield ""


def _table(table: Table, numbers: _Numbers) -> Iterator[str]:
    """Read a table: up to three rows are a form's block, read column by column; more go row by row."""
    rows = [list(dict.fromkeys(row.cells)) for row in table.rows]
    is_block = len(rows) <= 3 and max((len(row) for row in rows), default=0) <= 2
    if is_block:
        columns = [[row[i] for row in rows if i < len(row)] for i in range(2)]
        for column in columns:
            for cell in column:
                yield from (numbers.before(p) + p.text for p in cell.paragraphs)
            yield ""
        return
    for row in rows:
        yield "    ".join(" ".join(cell.text.split()) for cell in row)
    yield ""


class _Numbers:
    """Counts the lists of a document as Word does; numbers restart below a new number of an outer level."""

    def __init__(self, document: Document) -> None:
        self.levels = _levels(document)
        self.counts: dict[tuple[str, int], int] = {}

    def before(self, paragraph: Paragraph) -> str:
        """Give the number or bullet that Word sets before a paragraph."""
        numbering = _numbering(paragraph)
        if numbering is None or not paragraph.text.strip():
            return ""
        number, depth = _value(numbering, "numId"), int(_value(numbering, "ilvl") or 0)
        levels = self.levels.get(number or "", {})
        if depth not in levels:
            return ""
        start = levels[depth][2]
        self.counts[number or "", depth] = self.counts.get((number or "", depth), start - 1) + 1
        for key in [k for k in self.counts if k[0] == number and k[1] > depth]:
            del self.counts[key]
        return self._written(number or "", depth)

    def _written(self, number: str, depth: int) -> str:
        kind, pattern, _ = self.levels[number][depth]
        if kind == "bullet":
            return "- "
        for level in range(depth + 1):
            count = self.counts.get((number, level), 1)
            style = self.levels[number].get(level, ("decimal", "", 1))[0]
            pattern = pattern.replace(f"%{level + 1}", _styled(count, style))
        return f"{pattern} " if pattern.strip() else ""


def _numbering(paragraph: Paragraph) -> Any:
    """Give the list of a paragraph: its own, else that of its style or of the styles below it."""
    path = f"{_name('pPr')}/{_name('numPr')}"
    found = paragraph._p.find(path)
    style: Any = paragraph.style
    for _ in range(_MOST_STYLES):
        if found is not None or style is None:
            break
        found = style.element.find(path)
        style = getattr(style, "base_style", None)
    return found


def _styled(count: int, style: str) -> str:
    if style == "lowerLetter":
        return POINTS[(count - 1) % len(POINTS)]
    if style == "upperLetter":
        return chr(ord("A") + (count - 1) % 26)
    if style == "upperRoman":
        tens, ones = divmod(count, 10)
        return "X" * tens + ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")[ones]
    return str(count)


def _levels(document: Document) -> dict[str, dict[int, tuple[str, str, int]]]:
    """Format, pattern and first number of each level, by the number of the list."""
    part = next((r.target_part for r in document.part.rels.values() if r.reltype.endswith("/numbering")), None)
    root = getattr(part, "element", None)
    if root is None:
        return {}
    abstract = {}
    for definition in root.findall(_name("abstractNum")):
        abstract[definition.get(_name("abstractNumId"))] = {
            int(level.get(_name("ilvl"))): (
                _value(level, "numFmt") or "decimal",
                _value(level, "lvlText") or "",
                int(_value(level, "start") or 1),
            )
            for level in definition.findall(_name("lvl"))
        }
    return {n.get(_name("numId")): abstract.get(_value(n, "abstractNumId"), {}) for n in root.findall(_name("num"))}


def _name(tag: str) -> str:
    return f"{{http://schemas.openxmlformats.org/wordprocessingml/2006/main}}{tag}"


def _value(element: Any, name: str) -> str | None:
    child = element.find(_name(name))
    return None if child is None else child.get(_name("val"))
