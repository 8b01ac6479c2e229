"""Room ``reporting``: one report source, set as DOCX, PDF and HTML, and a workbook."""

from sipas.reporting.blocks import Document
from sipas.reporting.contents.report import build_letter, build_report
from sipas.reporting.inputs import (
    DrawSummary,
    FieldFigures,
    NationalFigure,
    ReportInputs,
    Target,
    TitleData,
    WeightingLine,
)
from sipas.reporting.render.typst_pdf import render_pdf

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
    "render_pdf",
]
