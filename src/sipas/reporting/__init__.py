"""Room ``reporting``: one report source, set as DOCX, PDF and HTML, and a workbook."""

from sipas.reporting.blocks import Document
from sipas.reporting.contents.report import build_letter, build_report
from sipas.reporting.gather import gather_draw, gather_field, gather_national, gather_weighting
from sipas.reporting.inputs import (
    DrawSummary,
    FieldFigures,
    NationalFigure,
    ReportInputs,
    Target,
    TitleData,
    WeightingLine,
)
from sipas.reporting.render.html_page import render_html
from sipas.reporting.render.typst_pdf import render_pdf
from sipas.reporting.render.word import render_docx
from sipas.reporting.workbook import build_workbook

__all__ = [
    "Document",
    "DrawSummary",
    "FieldFigures",
    "NationalFigure",
    "ReportInputs",
    "Target",
    "TitleData",
    "WeightingLine",
    "build_letter",
    "build_report",
    "build_workbook",
    "gather_draw",
    "gather_field",
    "gather_national",
    "gather_weighting",
    "render_docx",
    "render_html",
    "render_pdf",
]
