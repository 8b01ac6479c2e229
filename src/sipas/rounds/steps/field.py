"""What comes back: visits and answers from files, or from the simulation of a synthetic round."""

from __future__ import annotations

from datetime import date

import polars as pl

from sipas.capture import CaptureImport, import_responses
from sipas.errors import SipasError
from sipas.instrument import Edition
from sipas.intake import OfficeTable, read
from sipas.rounds.editions import edition_files, round_edition
from sipas.rounds.runner import Context, Outcome, Step
from sipas.rounds.tables_io import canonical_json, parquet, read_table
from sipas.rounds.visits import read_visits
from sipas.simulation import Field, load_profile, simulate_fieldwork, true_answers, true_index
from sipas.tables import FRAME, REJECTED, RESPONSES, SAMPLE, VISITS

FORMS_FILE = "input/responses/phieu-mo-phong.csv"
VISITS_FILE = "input/visits/lan-den-mo-phong.csv"
TRUTH_FILE = "truth.json"
FIELD_MONTH = 10
HEADS = ("intake.title_row", "intake.header_row")  # no answers stand there


def simulated_forms(context: Context) -> tuple[Field, dict[str, object]]:
    """Carry a synthetic round's forms out and back.

    Parameters
    ----------
    context : Context
        A synthetic round with its sample.

    Returns
    -------
    tuple of Field and dict
        Visits and forms, and the truth behind them.

    Raises
    ------
    SipasError
        ``round.not_simulated``.
    """
    settings = context.round
    simulated = settings.simulated
    if simulated is None:
        raise SipasError("round.not_simulated", got=settings.name)
    edition, profile = round_edition(context.folder, settings), load_profile(simulated.profile)
    frame, sample = read_table(context.folder, FRAME), read_table(context.folder, SAMPLE)
    answers = true_answers(frame, edition, profile, seed=simulated.seed, year=settings.year)
    context.progress(0.5, "")
    first = date(settings.year, FIELD_MONTH, 10)
    field = simulate_fieldwork(sample, frame, answers, edition, profile, seed=simulated.seed, first=first)
    return field, {"simulated": "mô phỏng", "index": true_index(answers, edition)}


def _simulate(context: Context) -> Outcome:
    """Keep what came back as files, and the truth beside them."""
    field, truth = simulated_forms(context)
    return Outcome({
        VISITS_FILE: field.visits.write_csv().encode(),
        FORMS_FILE: field.forms.write_csv().encode(),
        TRUTH_FILE: canonical_json(truth),
    })


def _visits(context: Context) -> Outcome:
    sample = read_table(context.folder, SAMPLE)
    parts = [read_visits(table, sample) for table in _tables(context, context.round.visits)]
    visits = pl.concat([VISITS.empty(), *(p.visits for p in parts)])
    rejected = pl.concat([REJECTED.empty(), *(p.rejected for p in parts)], how="diagonal")
    notes = {"visits": visits.height, "rejected": rejected.height}
    return Outcome(
        {"visits.parquet": parquet(visits.sort("case_id", "visit"), VISITS)},
        {"rejected/visits.parquet": parquet(rejected)},
        notes,
    )


def _responses(context: Context) -> Outcome:
    edition = round_edition(context.folder, context.round)
    kinds = read_table(context.folder, FRAME).select("unit_id", "respondent_kind")
    sample = read_table(context.folder, SAMPLE).join(kinds, on="unit_id", how="left")
    replacing = read_table(context.folder, VISITS)["replaced_by"].drop_nulls()
    issued = pl.concat([sample.filter(pl.col("role") == "official")["case_id"], replacing]).unique().sort()
    taken: list[CaptureImport] = []
    tables = _tables(context, context.round.responses)
    for table in tables:
        before = pl.concat([t.responses for t in taken]) if taken else None
        taken.append(one_file(table, edition, sample, issued, before, context.round.response_mapping))
    responses = pl.concat([t.responses for t in taken]).sort("case_id")
    report = response_report(taken)
    skipped = (t.skipped.filter(~pl.col("reason").is_in(HEADS)) for t in tables)
    rejected = pl.concat([REJECTED.empty(), *(t.rejected for t in taken), *skipped], how="diagonal")
    findings = pl.concat([t.findings for t in taken])
    return Outcome(
        {
            "responses.parquet": parquet(responses, RESPONSES),
            "responses-report.json": canonical_json(report),
        },
        {
            "rejected/responses.parquet": parquet(rejected),
            "rejected/answers.parquet": parquet(findings),
        },
        {"responses": responses.height, "valid": int(responses["valid"].sum()), "rejected": rejected.height},
    )


def one_file(
    table: OfficeTable,
    edition: Edition,
    sample: pl.DataFrame,
    issued: pl.Series,
    before: pl.DataFrame | None,
    mapping: dict[str, str] | None,
) -> CaptureImport:
    """Read one file of answers with the round's settings.

    Parameters
    ----------
    table : OfficeTable
        The file.
    edition : Edition
        The form.
    sample : polars.DataFrame
        Table ``sample`` with ``respondent_kind``.
    issued : polars.Series
        Cases that went into the field.
    before : polars.DataFrame, optional
        Responses taken earlier.
    mapping : dict, optional
        Column of the file to answer column.

    Returns
    -------
    CaptureImport
        As ``capture.import_responses``.
    """
    return import_responses(
        table.cells,
        edition,
        sample,
        row_numbers=table.rows,
        mode="paper",
        mapping=mapping,
        issued=issued,
        before=before,
        file=table.file,
        sheet=table.sheet,
    )


def response_report(taken: list[CaptureImport]) -> dict[str, object]:
    """Add the reports of several files.

    Parameters
    ----------
    taken : list of CaptureImport
        One per file.

    Returns
    -------
    dict
        ``counts`` by name, ``rules`` by code (rejected rows, findings and invalid forms).
    """
    names = ("rows", "taken", "valid", "rejected", "repeated")
    counts = {name: sum(getattr(t.report, name) for t in taken) for name in names}
    rules: dict[str, int] = {}
    for t in taken:
        for counted in (t.report.rejected_by_reason, t.report.findings_by_code, t.report.invalid_by_reason):
            for code, count in counted.items():
                rules[code] = rules.get(code, 0) + count
    return {"counts": counts, "rules": dict(sorted(rules.items()))}


def _tables(context: Context, pattern: str) -> list[OfficeTable]:
    return [read(context.folder.path(name)) for name in context.folder.matching(pattern)]


def _response_inputs(context: Context) -> list[str]:
    files = context.folder.matching(context.round.responses)
    return ["sample.parquet", "frame.parquet", "visits.parquet", *files, *edition_files(context.folder, context.round)]


def _no_responses(context: Context) -> str | None:
    if not context.folder.path("visits.parquet").exists():
        return "round.waiting_for_step"
    return None if context.folder.matching(context.round.responses) else "round.waiting_for_responses"


def _no_sample(context: Context) -> str | None:
    return None if context.folder.path("sample.parquet").exists() else "round.waiting_for_step"


SIMULATED_FIELD = Step(
    "field",
    lambda _: ["frame.parquet", "sample.parquet"],
    lambda r: [r.simulated.seed, r.simulated.profile, r.year, r.edition] if r.simulated else None,
    _simulate,
)
VISITS_STEP = Step(
    "visits",
    lambda c: ["sample.parquet", *c.folder.matching(c.round.visits)],
    lambda r: r.visits,
    _visits,
    _no_sample,
)
RESPONSES_STEP = Step(
    "responses", _response_inputs, lambda r: [r.responses, r.response_mapping, r.edition], _responses, _no_responses
)
