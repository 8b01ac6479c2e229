"""Room ``reporting``: one report source, set as DOCX, PDF and HTML, and a workbook.

A name is loaded when it is first asked for: the typesetter, the charts and the workbook cost seconds, and
whoever wants only ``reporting.domain_labels`` shall not pay for them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sipas.reporting.blocks import Document
    from sipas.reporting.contents.check_sample import CheckHead, Visited, build_check_certificate, build_visit_list
    from sipas.reporting.contents.freeze_minutes import FreezeMinutes, FrozenFile, build_freeze_minutes
    from sipas.reporting.contents.report import build_letter, build_report
    from sipas.reporting.contents.reverification_minutes import (
        FailedForm,
        ReverificationMinutes,
        build_reverification_minutes,
    )
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
    "CheckHead",
    "Document",
    "DrawSummary",
    "FailedForm",
    "FieldFigures",
    "FreezeMinutes",
    "FrozenFile",
    "NationalFigure",
    "ReportInputs",
    "ReverificationMinutes",
    "Target",
    "TitleData",
    "Visited",
    "WeightingLine",
    "build_check_certificate",
    "build_freeze_minutes",
    "build_letter",
    "build_report",
    "build_reverification_minutes",
    "build_visit_list",
    "build_workbook",
    "gather_draw",
    "gather_field",
    "gather_national",
    "gather_weighting",
    "render_docx",
    "render_html",
    "render_pdf",
]
_HOMES = {
    "blocks": ("Document",),
    "contents.check_sample": ("CheckHead", "Visited", "build_check_certificate", "build_visit_list"),
    "contents.freeze_minutes": ("FreezeMinutes", "FrozenFile", "build_freeze_minutes"),
    "contents.reverification_minutes": ("FailedForm", "ReverificationMinutes", "build_reverification_minutes"),
    "contents.report": ("build_letter", "build_report"),
    "gather": ("gather_draw", "gather_field", "gather_national", "gather_weighting"),
    "inputs": (
        "DrawSummary",
        "FieldFigures",
        "NationalFigure",
        "ReportInputs",
        "Target",
        "TitleData",
        "WeightingLine",
    ),
    "render.html_page": ("render_html",),
    "render.typst_pdf": ("render_pdf",),
    "render.word": ("render_docx",),
    "workbook": ("build_workbook",),
}


def __getattr__(name: str) -> Any:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
