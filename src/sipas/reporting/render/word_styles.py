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
# A5 is the smaller brother: sizes and distances of the text, of the letterhead, and width, height and margins in mm.
SCALES = {"a4": (1.0, 1.0), "a5": (0.85, 0.74)}
PAGES = {"a4": (210, 297, 30, 15, 22, 20, 10), "a5": (148, 210, 18, 12, 15, 12, 7)}
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


def text_width(section: Section) -> float:
    """Give the width between the margins.

    Parameters
    ----------
    section : docx.section.Section
        With its page set.

    Returns
    -------
    float
        mm.
    """
    page, left, right = section.page_width or 0, section.left_margin or 0, section.right_margin or 0
    return (page - left - right) / Mm(1)


def prepare_styles(word: WordDocument, scale: float = 1.0) -> None:
    """Set every style of the document.

    Parameters
    ----------
    word : docx.document.Document
        New; its styles are changed and added to.
    scale : float
        Of sizes and distances.
    """
    for name, look in LOOKS.items():
        known = name in [style.name for style in word.styles]
        style = word.styles[name] if known else word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        if isinstance(style, ParagraphStyle):
            if name != "Normal":
                style.base_style = word.styles[look.base]
            _dress(style, look, scale)
    addressee = word.styles["Addressee"]
    bullet = word.styles["List Bullet"]
    if isinstance(addressee, ParagraphStyle) and isinstance(bullet, ParagraphStyle):
        addressee.paragraph_format.left_indent = Mm(35 * scale)
        bullet.paragraph_format.left_indent = Mm(15)
        bullet.paragraph_format.first_line_indent = Mm(-5)
    _dash_for_bullet(word)


def prepare_page(section: Section, paper: str = "a4") -> None:
    """Set the page: A4 with the margins of the decree, or A5.

    Parameters
    ----------
    section : docx.section.Section
        Changed.
    paper : {'a4', 'a5'}
        Size of the page.
    """
    width, height, left, right, top, bottom, head = PAGES[paper]
    section.page_width, section.page_height = Mm(width), Mm(height)
    section.left_margin, section.right_margin = Mm(left), Mm(right)
    section.top_margin, section.bottom_margin = Mm(top), Mm(bottom)
    section.header_distance, section.footer_distance = Mm(head), Mm(head)
    section.different_first_page_header_footer = True


def _dress(style: ParagraphStyle, look: Look, scale: float) -> None:
    style.font.size, style.font.bold, style.font.italic = Pt(look.size * scale), look.bold, look.italic
    style.font.color.rgb = RGBColor(0, 0, 0)
    shape = style.paragraph_format
    shape.alignment, shape.keep_with_next = look.align, look.keep
    shape.space_before, shape.space_after = Pt(look.before * scale), Pt(look.after * scale)
    shape.first_line_indent = Mm(look.first * scale)
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
