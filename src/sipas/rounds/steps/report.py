"""The documents: report and letter in DOCX, PDF and HTML, and the workbook."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from sipas.rounds.editions import edition_files
from sipas.rounds.runner import Context, Outcome, Step
from sipas.rounds.settings import Round

if TYPE_CHECKING:
    from sipas.reporting.blocks import Document

FOLDER = "report"


def _report(context: Context) -> Outcome:
    # Charts and documents take seconds to import; only this step needs them.
    from sipas.reporting import build_letter, build_report, build_workbook, render_docx, render_html, render_pdf
    from sipas.rounds.steps.report_inputs import report_inputs

    inputs = report_inputs(context)
    document, letter = build_report(inputs), build_letter(inputs)
    _draw(document, lambda share: context.progress(0.1 + 0.4 * share, ""))
    makers: dict[str, Callable[[], bytes]] = {
        "bao-cao.pdf": lambda: render_pdf(document),
        "bao-cao.docx": lambda: render_docx(document),
        "bao-cao.html": lambda: render_html(document).encode(),
        "cong-van.docx": lambda: render_docx(letter),
        "cong-van.pdf": lambda: render_pdf(letter),
        "so-lieu.xlsx": lambda: build_workbook(inputs),
    }
    files: dict[str, bytes] = {}
    for name, make in makers.items():
        files[f"{FOLDER}/{name}"] = make()
        context.progress(0.5 + 0.5 * len(files) / len(makers), "")
    return Outcome(files, notes={"files": len(files)})


def _draw(document: Document, progress: Callable[[float], None]) -> None:
    """Draw the charts one by one, so that a stop is heard between them; the renderers take them as drawn."""
    from sipas.reporting.blocks import Figure
    from sipas.reporting.charts import draw

    figures = [block for block in document.blocks if isinstance(block, Figure)]
    for done, figure in enumerate(figures, start=1):
        draw.png(figure.spec)
        progress(done / len(figures))


def _inputs(context: Context) -> list[str]:
    tables = ["disclosed/index.parquet", "disclosed/estimates.parquet", "frame.parquet", "sample.parquet"]
    more = ["visits.parquet", "responses.parquet", "weighting.json", "certificate.json"]
    return [*tables, *more, *edition_files(context.folder, context.round)]


def _settings(settings: Round) -> object:
    chosen = [settings.title, settings.year, settings.edition, settings.province, settings.documents, settings.targets]
    return msgspec.to_builtins([
        *chosen,
        settings.window,
        settings.estimates.rank_by,
        settings.minimum_cell,
        settings.previous,
    ])


REPORT_STEP = Step("report", _inputs, _settings, _report, owned=(FOLDER,))
