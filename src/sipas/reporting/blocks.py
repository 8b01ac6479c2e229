"""What a document is made of, before anyone decides whether it becomes DOCX, PDF or HTML.

A document is a tree of typed blocks. The three renderers read it; nothing else knows a file format. The parts
of an official letter follow Phụ lục I of Nghị định 30/2020/NĐ-CP (05/3/2020).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

COMMITTEE = "ỦY BAN NHÂN DÂN "

Align = Literal["left", "center", "right"]
Paper = Literal["a4", "a5"]


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text in one style.

    Parameters
    ----------
    text : str
        NFC; no markup, no line break.
    bold, italic : bool
        Style.
    """

    text: str
    bold: bool = False
    italic: bool = False


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The head of an official document (ô 1–5b of Phụ lục I, NĐ 30/2020).

    Parameters
    ----------
    parent_agency, agency : str
        In capitals by the caller; the second is set bold.
    number : str
        As ``…/BC-SNV``; the number itself comes from văn thư.
    place_and_date : str
        As ``Tuyên Quang, ngày 05 tháng 12 năm 2026``.
    subject : str
        ``V/v …`` of a công văn; empty for a document that names its type.
    draft : bool
        Whether DỰ THẢO is printed under the number.
    """

    parent_agency: str
    agency: str
    number: str
    place_and_date: str
    subject: str = ""
    draft: bool = True

    @property
    def agency_kept(self) -> str:
        """The agency; the name of a committee's place stays together, so that a line ends before it."""
        place = self.agency.removeprefix(COMMITTEE)
        return self.agency if place == self.agency else COMMITTEE + place.replace(" ", "\u00a0")


@dataclass(frozen=True, slots=True)
class Title:
    """Type of the document and what it is about (ô 5a).

    Parameters
    ----------
    kind : str
        As ``BÁO CÁO``.
    about : str
        Trích yếu, as a sentence without a full stop.
    """

    kind: str
    about: str


@dataclass(frozen=True, slots=True)
class Addressees:
    """Kính gửi (ô 9a).

    Parameters
    ----------
    names : tuple of str
        In order; one stands on the line of "Kính gửi:", several on lines of their own.
    """

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading.

    Parameters
    ----------
    level : int
        1 to 3.
    text : str
        With its number, as ``IV. MỨC ĐỘ HÀI LÒNG``.
    """

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A justified paragraph.

    Parameters
    ----------
    runs : tuple of Run
        Its text.
    """

    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class BulletList:
    """A list with a dash before each entry, as official documents write it.

    Parameters
    ----------
    entries : tuple of str
        One line or more each.
    keep_last : bool
        Whether the last entry stays on the page of what follows, so that a signature has text above it.
    """

    entries: tuple[str, ...]
    keep_last: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a printed table.

    Parameters
    ----------
    title : str
        Its head.
    width : float
        Share of the table's width relative to the other columns, above 0.
    align : {'left', 'center', 'right'}
        Of the cells; heads are centred.
    """

    title: str
    width: float = 1.0
    align: Align = "right"


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose head repeats on every page.

    Parameters
    ----------
    caption : str
        Set above; the numbering puts ``Bảng k.`` before it.
    columns : tuple of Column
        At least one.
    rows : tuple of tuple of str
        As printed; as many cells as columns. The first cell is the row's name unless ``name_column`` says
        another.
    note : str
        Under the table: method, n, error, abbreviations.
    levels : tuple of int
        Indent of each row's name, 0 the outermost and set bold; empty: no tree.
    name_column : int
        Which column names the row, from 0.
    small : bool
        Smaller letters, for annexes with many columns.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    levels: tuple[int, ...] = ()
    name_column: int = 0
    small: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart with the words and numbers that replace it for those who cannot see it.

    Parameters
    ----------
    caption : str
        Set below; the numbering puts ``Hình k.`` before it.
    spec : Mapping
        Vega-Lite specification with its data.
    alt : str
        What the chart shows, in one or two sentences.
    data : Table
        The numbers drawn; shown with the chart in HTML.
    note : str
        Under the chart: method, n, error.
    published : bool
        Whether the data were published elsewhere: such a chart is never marked as simulated.
    """

    caption: str
    spec: Mapping[str, Any]
    alt: str
    data: Table
    note: str = ""
    published: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """A boxed warning that must not be overlooked.

    Parameters
    ----------
    text : str
        One or more sentences.
    """

    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """Small print between blocks.

    Parameters
    ----------
    text : str
        One or more sentences.
    """

    text: str


@dataclass(frozen=True, slots=True)
class PageBreak:
    """The next block begins a page."""


@dataclass(frozen=True, slots=True)
class Annex:
    """Begins an annex: a new page with page numbers of its own (Phụ lục I, mục III, NĐ 30/2020).

    Parameters
    ----------
    label : str
        As ``Phụ lục I``.
    title : str
        In capitals by the caller.
    attached_to : str
        As ``(Kèm theo Báo cáo số …/BC-SNV …)``.
    """

    label: str
    title: str
    attached_to: str


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signs (ô 7) and who receives (ô 9b); both stand on one level.

    Parameters
    ----------
    position : tuple of str
        Lines in capitals, as ``("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC")``.
    name : str
        Without a title; ``…`` while văn thư has not filled it in.
    recipients : tuple of str
        Without dashes and end marks, as ``("Như trên", "Lưu: VT, CCHC")``.
    """

    position: tuple[str, ...]
    name: str
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code beside the words it stands for, so that who holds the paper can check it.

    Parameters
    ----------
    modules : tuple of str
        Rows of ``0`` and ``1`` as the coder gives them, without the quiet zone.
    lines : tuple of str
        Printed beside it: what it leads to, and the address itself.
    """

    modules: tuple[str, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Signers:
    """Those who sign minutes, two on a line, each with room to sign.

    Parameters
    ----------
    entries : tuple of (str, str)
        The body in capitals, and the name; ``…`` where it is written by hand.
    """

    entries: tuple[tuple[str, str], ...]


Block = (
    Letterhead
    | Title
    | Addressees
    | Heading
    | Paragraph
    | BulletList
    | Table
    | Figure
    | Notice
    | Note
    | PageBreak
    | Annex
    | Signature
    | Code
    | Signers
)


@dataclass(frozen=True, slots=True)
class Document:
    """A document before it has a file format.

    Parameters
    ----------
    title : str
        Of the file's properties.
    author : str
        Of the file's properties: the agency.
    date : datetime.date
        The document's date; the only date in the files.
    mark : str
        Printed at the head and behind the text of every page (``MÔ PHỎNG``); empty: none.
    draft : bool
        Whether DỰ THẢO stands at the head of every page.
    blocks : tuple of Block
        In reading order.
    paper : {'a4', 'a5'}
        Size of the page; the forms of Thông tư 01/2018/TT-VPCP are A5.
    """

    title: str
    author: str
    date: dt.date
    mark: str
    draft: bool
    blocks: tuple[Block, ...]
    paper: Paper = "a4"


def paragraph(text: str) -> Paragraph:
    """Make a plain paragraph.

    Parameters
    ----------
    text : str
        Its text.

    Returns
    -------
    Paragraph
        One run, upright.
    """
    return Paragraph((Run(text),))
