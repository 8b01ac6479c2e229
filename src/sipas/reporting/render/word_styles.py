"""Styles and page of the DOCX by Phụ lục I of Nghị định 30/2020/NĐ-CP (05/3/2020)."""

from __future__ import annotations

from dataclasses import dataclass

from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle

FONT = "Times New Roman"
TEXT_WIDTH = 165  # mm between the margins
LEFT, CENTER, JUSTIFY = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY


@dataclass(frozen=True, slots=True)
class Look:
    """How a style looks.

    Parameters
    ----------
    size : float
        Points.
    bold, italic : bool
        Of its letters.
    align : WD_ALIGN_PARAGRAPH
        Of its paragraphs.
    before, after : float
        Space in points.
    first : float
        Indent of the first line in mm.
    keep : bool
        Whether it stays with the next paragraph.
    base : str
        Style it derives from.
    """

    size: float
    bold: bool = False
    italic: bool = False
    align: WD_ALIGN_PARAGRAPH = LEFT
    before: float = 0
    after: float = 0
    first: float = 0
    keep: bool = False
    base: str = "Normal"


LOOKS = {
    "Normal": Look(13),
    "Body Text": Look(13, align=JUSTIFY, before=3, after=6, first=10),
    "List Bullet": Look(13, align=JUSTIFY, after=4),
    "Heading 1": Look(13, bold=True, before=14, after=6, keep=True),
    "Heading 2": Look(13, bold=True, before=10, after=5, keep=True),
    "Heading 3": Look(13, bold=True, italic=True, before=8, after=4, keep=True),
    "Title": Look(14, bold=True, align=CENTER, before=20, keep=True),
    "Subtitle": Look(13.5, bold=True, align=CENTER, before=4, keep=True),
    "Caption": Look(12, bold=True, align=CENTER, before=8, after=4),
    "Letterhead": Look(12, align=CENTER),
    "Addressee": Look(13, before=2, after=2),
    "Attached To": Look(13, italic=True, align=CENTER, after=2),
    "Notice": Look(12, bold=True, before=3, after=3),
    "Gap": Look(4),
    "Table Text": Look(10.5),
    "Table Text Small": Look(9),
    "Table Note": Look(10, italic=True, before=3, after=10),
    "Figure": Look(13, align=CENTER, before=8, keep=True),
}


def prepare_styles(word: WordDocument) -> None:
    """Set every style of the document.

    Parameters
    ----------
    word : docx.document.Document
        New; its styles are changed and added to.
    """
    for name, look in LOOKS.items():
        known = name in [style.name for style in word.styles]
        style = word.styles[name] if known else word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        if isinstance(style, ParagraphStyle):
            if name != "Normal":
                style.base_style = word.styles[look.base]
            _dress(style, look)
    addressee = word.styles["Addressee"]
    bullet = word.styles["List Bullet"]
    if isinstance(addressee, ParagraphStyle) and isinstance(bullet, ParagraphStyle):
        addressee.paragraph_format.left_indent = Mm(35)
        bullet.paragraph_format.left_indent = Mm(15)
        bullet.paragraph_format.first_line_indent = Mm(-5)
    _dash_for_bullet(word)


def prepare_page(section: Section) -> None:
    """Set the page: A4 with the margins of the decree.

    Parameters
    ----------
    section : docx.section.Section
        Changed.
    """
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.top_margin, section.bottom_margin = Mm(22), Mm(20)
    section.header_distance, section.footer_distance = Mm(10), Mm(10)
    section.different_first_page_header_footer = True


def _dress(style: ParagraphStyle, look: Look) -> None:
    style.font.size, style.font.bold, style.font.italic = Pt(look.size), look.bold, look.italic
    style.font.color.rgb = RGBColor(0, 0, 0)
    shape = style.paragraph_format
    shape.alignment, shape.keep_with_next = look.align, look.keep
    shape.space_before, shape.space_after = Pt(look.before), Pt(look.after)
    shape.first_line_indent = Mm(look.first)
    shape.line_spacing_rule = WD_LINE_SPACING.SINGLE
    shape.widow_control = True
    _name_font(style)
    spread = style.element.find(f"{qn('w:rPr')}/{qn('w:spacing')}")  # the template spreads the letters of a subtitle
    if spread is not None:
        spread.getparent().remove(spread)
    border = style.element.find(f"{qn('w:pPr')}/{qn('w:pBdr')}")
    if border is not None:
        border.getparent().remove(border)


def _name_font(style: ParagraphStyle) -> None:
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for key in list(fonts.attrib):
        del fonts.attrib[key]
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), FONT)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "vi-VN")
    language.set(qn("w:eastAsia"), "vi-VN")
    properties = style.element.rPr
    for old in properties.findall(qn("w:lang")):
        properties.remove(old)
    properties.append(language)


def _dash_for_bullet(word: WordDocument) -> None:
    """Put the dash of official documents in place of the round bullet of the template."""
    numbering = word.part.numbering_part.element
    style = word.styles["List Bullet"].element
    number = style.find(f".//{qn('w:numId')}").get(qn("w:val"))
    instance = next(n for n in numbering.findall(qn("w:num")) if n.get(qn("w:numId")) == number)
    abstract = instance.find(qn("w:abstractNumId")).get(qn("w:val"))
    for shape in numbering.findall(qn("w:abstractNum")):
        if shape.get(qn("w:abstractNumId")) == abstract:
            shape.find(f".//{qn('w:lvlText')}").set(qn("w:val"), "-")
            fonts = shape.find(f".//{qn('w:rFonts')}")
            for script in ("ascii", "hAnsi"):
                fonts.set(qn(f"w:{script}"), FONT)
