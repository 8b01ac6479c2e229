"""From the lists in ``input/frame`` to the frame, the sealed contacts and the rejected rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from sipas.errors import Place, SipasError
from sipas.intake import OfficeTable, SkippedSheet, choice_for, read, read_all
from sipas.rounds.editions import edition_files, round_edition
from sipas.rounds.keys import SECRET, department_key, round_secret
from sipas.rounds.runner import Context, Outcome, Step
from sipas.rounds.settings import NATION
from sipas.rounds.tables_io import canonical_json, parquet
from sipas.sampling.frame import (
    REQUIRED,
    Finding,
    FrameImport,
    FrameReport,
    KeyMaterial,
    Rules,
    Window,
    import_frame,
    seal,
    totals_from,
)
from sipas.tables import CONTACTS, FRAME, REJECTED

REJECTED_FILE = "rejected/frame.parquet"
CODE_DIGITS = 2
FEW_ROWS = 5


def _frame(context: Context) -> Outcome:
    secret = round_secret(context.folder)
    keys = KeyMaterial(secret, department_key(context.folder, context.round))
    groups = _by_province(context)
    made, skipped = [], []
    for number, (province, names) in enumerate(groups, start=1):
        read_files = []
        for name in names:
            read_files.append(read_lists(context, context.folder.path(name)))
            context.progress(0.4 * len(read_files) / len(names) / len(groups) + 0.8 * (number - 1) / len(groups), name)
        taken, sheets = _import(context, read_files, province, keys)
        made.append(taken)
        skipped += sheets
        context.progress(0.8 * number / len(groups), province)
    frame = pl.concat([m.frame for m in made], how="diagonal").sort("unit_id")
    contacts = pl.concat([CONTACTS.empty(), *(m.contacts for m in made)]).sort("unit_id")
    rejected = pl.concat([REJECTED.empty(), *(m.rejected for m in made)], how="diagonal")
    report = frame_report([m.report for m in made])
    report["notes"] += [*_small_agencies(frame), *(_skipped(sheet) for sheet in skipped)]
    return Outcome(
        {"frame.parquet": parquet(frame, FRAME), "frame-report.json": canonical_json(report)},
        {"contacts.enc": seal(contacts, secret), REJECTED_FILE: parquet(rejected)},
        {"frame": frame.height, "rejected": rejected.height},
    )


def read_lists(context: Context, path: Path) -> tuple[list[OfficeTable], list[SkippedSheet]]:
    """Read the lists of a file as the frame step will, also before it is taken into the round.

    Parameters
    ----------
    context : Context
        The round.
    path : Path
        The file.

    Returns
    -------
    tables : list of OfficeTable
        One per sheet that is a list, mapped for the round's population.
    skipped : list of SkippedSheet
        Other sheets with cells.
    """
    population = round_edition(context.folder, context.round).population
    chosen = context.round.frame.mapping
    mapping = choice_for(context.folder.path(chosen), path.name) if chosen else None
    return read_all(path, required=REQUIRED[population], mapping=mapping, purpose=None if mapping else population)


def _by_province(context: Context) -> list[tuple[str, list[str]]]:
    """Group the lists; in a national round the first two characters of a file's name are its province's code."""
    names = context.folder.matching(context.round.frame.files)
    if context.round.province != NATION:
        return [(context.round.province, names)]
    groups: dict[str, list[str]] = {}
    for name in names:
        file = name.rpartition("/")[2]
        if not file[:CODE_DIGITS].isdigit():
            raise SipasError("round.list_without_province", got=file, place=Place(file=file))
        groups.setdefault(file[:CODE_DIGITS], []).append(name)
    return sorted(groups.items())


def _import(
    context: Context,
    read_files: Sequence[tuple[list[OfficeTable], list[SkippedSheet]]],
    province: str,
    keys: KeyMaterial,
) -> tuple[FrameImport, list[SkippedSheet]]:
    settings = context.round.frame
    rules = Rules(
        most_per_person=settings.most_per_person,
        fields=settings.fields,
        agencies=settings.agencies,
        refuse_unknown_commune=settings.refuse_unknown_commune,
    )
    made = import_frame(
        [table for tables, _ in read_files for table in tables],
        population=round_edition(context.folder, context.round).population,
        window=Window(context.round.window.first, context.round.window.last),
        province=province,
        keys=keys,
        rules=rules,
        totals=_totals(context, province),
    )
    return made, [sheet for _, sheets in read_files for sheet in sheets]


def _totals(context: Context, province: str) -> pl.DataFrame | None:
    """Read the one-stop totals; in a national round the file names each row's province."""
    name = context.round.frame.totals
    if name is None:
        return None
    table = read(context.folder.path(name), purpose="totals")
    totals = totals_from(table)
    if context.round.province != NATION:
        return totals
    if not table.has("province"):
        place = Place(file=table.file)
        raise SipasError("round.totals_without_province", got=list(table.headers), place=place)
    return totals.filter(table.texts("province").values == province)


def frame_report(reports: Sequence[FrameReport]) -> dict[str, Any]:
    """Put the reports of several imports together.

    Parameters
    ----------
    reports : sequence of FrameReport
        One per province.

    Returns
    -------
    dict
        ``counts``, ``rules`` (rows by code), ``skipped``, ``columns``, ``notes``, ``gaps``, ``rejected_file``.
    """
    rules: dict[str, int] = {}
    for report in reports:
        for code, rows in report.rules.iter_rows():
            rules[code] = rules.get(code, 0) + rows
    repeated = sum(r.rows_repeated for r in reports)
    return {
        "counts": {
            "rows": sum(r.rows_read for r in reports),
            "frame": sum(r.rows_kept for r in reports),
            "people": sum(r.people for r in reports),
            "rows_repeated": repeated,
        },
        "rules": rules,
        "skipped": [row for r in reports for row in r.skipped.to_dicts()],
        "columns": [row for r in reports for row in r.columns.to_dicts()],
        "notes": [_note(f) for r in reports for f in r.findings],
        "gaps": [row for r in reports for row in r.gaps.to_dicts()],
    }


def _skipped(sheet: SkippedSheet) -> dict[str, object]:
    place = {"file": sheet.file, "sheet": sheet.sheet, "column": None}
    return {"code": sheet.reason, "got": sheet.sheet, "hint": list(sheet.missing), "place": place}


def _small_agencies(frame: pl.DataFrame) -> list[dict[str, object]]:
    """Name agencies with very few rows: often a name that was misspelt or does not belong."""
    counts = frame.group_by("agency").agg(rows=pl.len()).filter(pl.col("rows") < FEW_ROWS).sort("agency")
    if counts.height == 0:
        return []
    named = [f"{agency} ({rows})" for agency, rows in counts.iter_rows()]
    place = {"file": None, "sheet": None, "column": None}
    return [{"code": "round.small_agencies", "got": counts.height, "hint": named, "place": place}]


def _note(finding: Finding) -> dict[str, object]:
    place = {"file": finding.place.file, "sheet": finding.place.sheet, "column": finding.place.column}
    return {"code": finding.code, "got": finding.got, "hint": finding.hint, "place": place}


def _inputs(context: Context) -> list[str]:
    settings = context.round.frame
    extra = [name for name in (settings.mapping, settings.totals) if name]
    lists = context.folder.matching(settings.files)
    return [*lists, *extra, SECRET, *edition_files(context.folder, context.round)]


def _waits(context: Context) -> str | None:
    return None if context.folder.matching(context.round.frame.files) else "round.waiting_for_frame"


FRAME_STEP = Step(
    "frame",
    _inputs,
    lambda r: msgspec.to_builtins([r.frame, r.window, r.province, r.edition]),
    _frame,
    _waits,
)
