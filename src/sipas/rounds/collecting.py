"""For programs that keep cases, visits and answers in a database: the drawn cases, and files judged row by row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from sipas.capture import CaptureImport
from sipas.capture.findings import CASE_REPEATED, CASE_REPEATED_SAME
from sipas.instrument import AnswerColumn
from sipas.intake import OfficeTable, read
from sipas.rounds.editions import round_edition
from sipas.rounds.folder import file_hash
from sipas.rounds.operations import open_round
from sipas.rounds.runner import Context, refuse_foreign_files
from sipas.rounds.steps.field import HEADS, one_file, simulated_forms
from sipas.rounds.tables_io import read_table
from sipas.rounds.visits import VisitsImport, read_visits
from sipas.simulation import Field
from sipas.tables import FRAME, REJECTED, SAMPLE

MOST_ANSWERS = 10  # different answers to one case out of one file; more is no list of answers
CASE_COLUMNS = ("case_id", "role", "stratum", "order", "agency", "commune")


@dataclass(frozen=True, slots=True)
class ResponsesRead:
    """What a file of answers says.

    Parameters
    ----------
    responses : polars.DataFrame
        ``row`` of the file and the columns of ``responses``; several rows of a case where they say different things, in
        the order of the file.
    rejected : polars.DataFrame
        Table ``rejected``: rows not taken.
    findings : polars.DataFrame
        ``capture.FINDINGS``: cells that became missing.
    again : int
        Rows that repeat an earlier row of the file word for word.
    rows : int
        Records of the file.
    """

    responses: pl.DataFrame
    rejected: pl.DataFrame
    findings: pl.DataFrame
    again: int
    rows: int


def drawn_cases(root: Path) -> pl.DataFrame:
    """List every case of the drawn sample, without identities.

    Parameters
    ----------
    root : Path
        The round's folder, whose files must be those of its journal.

    Returns
    -------
    polars.DataFrame
        ``CASE_COLUMNS``, sorted by ``case_id``.

    Raises
    ------
    SipasError
        ``round.step_not_done`` before the draw; ``round.file_changed``.
    """
    context = open_round(root)
    refuse_foreign_files(context.folder, context.journal)
    sample = read_table(context.folder, SAMPLE)
    places = pl.scan_parquet(root / f"{FRAME.name}.parquet").select("unit_id", "agency", "commune")
    cases = sample.lazy().join(places, on="unit_id", how="left").select(CASE_COLUMNS)
    return cases.collect().sort("case_id")


def sample_hash(root: Path) -> str:
    """Give the SHA-256 of the drawn sample.

    Parameters
    ----------
    root : Path
        The round's folder.

    Returns
    -------
    str
        Hex; empty before the draw.
    """
    path = root / f"{SAMPLE.name}.parquet"
    return file_hash(path) if path.exists() else ""


def answer_columns(root: Path) -> tuple[AnswerColumn, ...]:
    """List the columns that the round's edition makes of its answers.

    Parameters
    ----------
    root : Path
        The round's folder.

    Returns
    -------
    tuple of AnswerColumn
        In the order of the form.
    """
    context = open_round(root)
    return round_edition(context.folder, context.round).columns()


def read_visit_file(root: Path, path: Path, *, name: str) -> VisitsImport:
    """Judge a file of visits row by row; nothing is written.

    Parameters
    ----------
    root : Path
        The round's folder, with its sample.
    path : Path
        The file, wherever it lies.
    name : str
        What its owner calls it.

    Returns
    -------
    VisitsImport
        Visits, and rows not taken.

    Raises
    ------
    SipasError
        Those of ``intake`` and ``rounds.visits`` for the file as a whole.
    """
    context = open_round(root)
    table = replace(read(path), file=name)
    found = read_visits(table, read_table(context.folder, SAMPLE))
    rejected = pl.concat([found.rejected, _skipped(table)], how="diagonal").sort("row")
    return replace(found, rejected=rejected)


def read_response_file(root: Path, path: Path, *, name: str, issued: pl.Series) -> ResponsesRead:
    """Judge a file of answers row by row; nothing is written.

    Parameters
    ----------
    root : Path
        The round's folder, with its sample.
    path : Path
        The file, wherever it lies.
    name : str
        What its owner calls it.
    issued : polars.Series
        Cases that went into the field; others are refused.

    Returns
    -------
    ResponsesRead
        Different answers to one case are all given.

    Raises
    ------
    SipasError
        Those of ``intake`` and ``capture`` for the file as a whole.
    """
    context = open_round(root)
    table = replace(read(path), file=name)
    taken = list(_passes(context, table, issued))
    responses = pl.concat([t.responses.with_columns(t.rows.alias("row")) for t in taken]).sort("row")
    findings = pl.concat([t.findings for t in taken])
    is_again = pl.col("code") == CASE_REPEATED_SAME
    last = taken[-1].rejected.filter(pl.col("reason") == CASE_REPEATED)
    refused = [*(t.rejected.filter(pl.col("reason") != CASE_REPEATED) for t in taken), last]
    named = [c.name for c in REJECTED.columns]
    rejected = pl.concat([*(part.select(named) for part in refused), _skipped(table).select(named)]).sort("row")
    return ResponsesRead(
        responses, rejected, findings.filter(~is_again).sort("row"), findings.filter(is_again).height, table.height
    )


def simulated_field(root: Path) -> tuple[Field, dict[str, object]]:
    """Make up the field work of a synthetic round, outside its steps; nothing is written.

    Parameters
    ----------
    root : Path
        The folder of a synthetic round with its sample.

    Returns
    -------
    tuple of Field and dict
        Visits and forms as files would hold them, and the truth behind them. All of it is "mô phỏng".

    Raises
    ------
    SipasError
        ``round.not_simulated``, ``round.step_not_done``.
    """
    return simulated_forms(open_round(root))


def _passes(context: Context, table: OfficeTable, issued: pl.Series) -> Iterator[CaptureImport]:
    """Read the file, then what it holds beside the first answers of a case, then beside the second, and so on."""
    kinds = read_table(context.folder, FRAME).select("unit_id", "respondent_kind")
    sample = read_table(context.folder, SAMPLE).join(kinds, on="unit_id", how="left")
    edition, mapping = round_edition(context.folder, context.round), context.round.response_mapping
    for _ in range(MOST_ANSWERS):
        taken = one_file(table, edition, sample, issued, None, mapping)
        yield taken
        later = taken.rejected.filter(pl.col("reason") == CASE_REPEATED)["row"]
        if later.is_empty():
            return
        kept = table.rows.is_in(later.cast(table.rows.dtype).implode())
        table = replace(table, cells=table.cells.filter(kept), rows=table.rows.filter(kept))


def _skipped(table: OfficeTable) -> pl.DataFrame:
    return table.skipped.filter(~pl.col("reason").is_in(HEADS))
