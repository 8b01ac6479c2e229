"""The documents: report and letter in DOCX, PDF and HTML, and the workbook."""

from __future__ import annotations

import msgspec

from sipas.rounds.editions import edition_files
from sipas.rounds.runner import Context, Outcome, Step
from sipas.rounds.settings import Round

FOLDER = "report"


def _report(context: Context) -> Outcome:
    # Charts and documents take seconds to import; only this step needs them.
    from sipas.reporting import build_letter, build_report, build_workbook, render_docx, render_html, render_pdf
    from sipas.rounds.steps.report_inputs import report_inputs

    inputs = report_inputs(context)
    document, letter = build_report(inputs), build_letter(inputs)
    context.progress(0.2, "")
    files: dict[str, bytes] = {"bao-cao.pdf": render_pdf(document)}
    context.progress(0.5, "")
    files["bao-cao.docx"] = render_docx(document)
    files["bao-cao.html"] = render_html(document).encode()
    context.progress(0.8, "")
    files |= {"cong-van.docx": render_docx(letter), "cong-van.pdf": render_pdf(letter)}
    files["so-lieu.xlsx"] = build_workbook(inputs)
    return Outcome({f"{FOLDER}/{name}": content for name, content in files.items()}, notes={"files": len(files)})


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
