"""Repeating a draw from its certificate, and saying where it differs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import polars as pl

from sipas.errors import Place, SipasError
from sipas.sampling.canonical import BLOCK, KEY, Digest, canonical_csv_of_files, column_order, digest, table_digest
from sipas.sampling.certificate import FORM, EarlierDraw, Json, Said, certificate_of
from sipas.sampling.coordination import Coordination
from sipas.sampling.design import Design
from sipas.sampling.drawing import Draw, draw
from sipas.sampling.large import draw_large, schema_of_files
from sipas.sampling.seed import Seed, make_seed
from sipas.tables.typed import convert

MOST_ROWS_NAMED = 5
FRAME_FILE = "frame"
SAMPLE_FILE = "sample"
CERTIFICATE_FILE = "certificate.json"


def verify(
    frame: pl.DataFrame | str,
    sample: pl.DataFrame,
    certificate: Mapping[str, object],
    *,
    draws: Mapping[str, int] | None = None,
    notes: Sequence[str] | None = None,
) -> list[SipasError]:
    """Repeat a draw, make its certificate anew and list every difference.

    Parameters
    ----------
    frame : polars.DataFrame or str
        The frame, or a path or glob of its Parquet files where it is too large for memory.
    sample : polars.DataFrame
        ``tables.SAMPLE`` as handed out.
    certificate : mapping
        From :func:`sipas.sampling.certificate.read_certificate`.
    draws : mapping of str to int, optional
        ``trials`` and ``redraws`` by the journal. Missing: those on the certificate are believed.
    notes : sequence of str, optional
        Notes by the report of the frame's import. Missing: those on the certificate are believed.

    Returns
    -------
    list of SipasError
        Empty: the draw is confirmed. Codes ``sampling.verify_*`` with the place; nothing is raised for a difference.
        Rows of the sample count as in its canonical CSV, the header being row 1. Everything on the certificate is
        made again but what no file gives: the program's version, the operator's name, the sources of public numbers,
        reason and history of the draws and, without the arguments above, the counts of ``draws`` and ``notes``. Its
        words are those of this version of the program.

    Raises
    ------
    SipasError
        ``sampling.certificate_form`` where the certificate cannot be read.
    """
    if certificate.get("form") != FORM:
        raise SipasError("sampling.certificate_form", "certificate", expected=FORM, got=certificate.get("form"))
    try:
        record = convert(dict(certificate), _Record)
    except msgspec.ValidationError as error:
        raise SipasError("sampling.certificate_form", "certificate", expected=FORM, got=str(error)) from error
    found = [*_frame(frame, record), *_seed(record), *_sample_hash(sample, record)]
    try:
        again = _again(frame, record)
    except SipasError as error:
        return [*found, error]
    found += [*_lists(again, record), *_rows(sample, again.sample)]
    counts = record.draws if draws is None else convert(dict(draws), _Draws)
    written = tuple(record.notes if notes is None else notes)
    told = record.draws
    said = Said(record.program.version, counts.trials, counts.redraws, written, told.reason, told.history)
    return [*found, *_certificate(certificate, certificate_of(again, record.frame, record.seed, said))]


class _Program(msgspec.Struct):
    version: str


class _Draws(msgspec.Struct):
    trials: int
    redraws: int
    reason: str = ""
    history: tuple[EarlierDraw, ...] = ()


class _SampleRecord(msgspec.Struct):
    sha256: str


class _Record(msgspec.Struct):
    """What of a certificate is needed to make it again."""

    program: _Program
    frame: Digest
    seed: Seed
    design: Design
    coordination: Coordination | None
    draws: _Draws
    lists: list[dict[str, Any]]
    sample: _SampleRecord
    notes: list[str]


def _certificate(given: Mapping[str, object], made: Json) -> list[SipasError]:
    """Compare a certificate with one made anew, part by part; hashes and lists have findings of their own."""
    made = {**made, "sample": {**_part(made["sample"]), "sha256": _part(given["sample"])["sha256"]}}
    found = []
    for name in sorted({*given, *made} - {"lists"}):
        found += [_unlike(*difference) for difference in _differences(made.get(name), given.get(name), name)]
    return found


def _unlike(node: str, expected: object, got: object) -> SipasError:
    place = Place(file=CERTIFICATE_FILE, node=node)
    return SipasError("sampling.verify_certificate", node, expected=expected, got=got, place=place)


def _part(value: object) -> dict[str, object]:
    return dict(value) if isinstance(value, Mapping) else {}


def _differences(made: object, given: object, node: str) -> list[tuple[str, object, object]]:
    """Give the deepest places where two parts differ; lists of unlike length as a whole."""
    if isinstance(made, Mapping) and isinstance(given, Mapping):
        names = sorted({*made, *given})
        return [d for name in names for d in _differences(made.get(name), given.get(name), f"{node}.{name}")]
    if isinstance(made, list | tuple) and isinstance(given, list | tuple) and len(made) == len(given):
        pairs = enumerate(zip(made, given, strict=True))
        return [d for at, (a, b) in pairs for d in _differences(a, b, f"{node}[{at}]")]
    same = json.dumps(made) == json.dumps(given)  # unlike ==, tells 1 from true
    return [] if same else [(node, made, given)]


def _again(frame: pl.DataFrame | str, record: _Record) -> Draw:
    if isinstance(frame, str):
        return draw_large(frame, record.design, record.seed.sha256, coordination=record.coordination)
    return draw(frame, record.design, record.seed.sha256, coordination=record.coordination)


def _frame(frame: pl.DataFrame | str, record: _Record) -> list[SipasError]:
    try:
        if isinstance(frame, str):
            now = digest(canonical_csv_of_files(frame), schema_of_files(frame))
        else:
            now = table_digest(frame)
    except SipasError as error:
        return [error]
    if now.sha256 == record.frame.sha256:
        made, given = msgspec.to_builtins(now), msgspec.to_builtins(record.frame)
        return [_unlike(*difference) for difference in _differences(made, given, "frame")]
    place = Place(file=FRAME_FILE, row=_first_row(now.blocks, record.frame.blocks))
    return [
        SipasError(
            "sampling.verify_frame",
            "frame",
            expected=record.frame.sha256,
            got=now.sha256,
            hint=f"{record.frame.rows} → {now.rows}",
            place=place,
        )
    ]


def _first_row(now: tuple[str, ...], then: tuple[str, ...]) -> int:
    """Give the first row, as a spreadsheet counts, of the first block that differs."""
    pairs = list(zip(now, then, strict=False))
    at = next((i for i, (a, b) in enumerate(pairs) if a != b), len(pairs))
    return 1 if at == 0 else (at - 1) * BLOCK + 2


def _seed(record: _Record) -> list[SipasError]:
    place = Place(file=CERTIFICATE_FILE, node="seed")
    try:
        now = make_seed(record.frame.sha256, record.seed.parts, operator=record.seed.operator)
    except SipasError as error:
        return [error]
    if (now.sha256, now.frame_sha256) == (record.seed.sha256, record.seed.frame_sha256):
        return []
    return [SipasError("sampling.verify_seed", "seed", expected=now.sha256, got=record.seed.sha256, place=place)]


def _sample_hash(sample: pl.DataFrame, record: _Record) -> list[SipasError]:
    try:
        now = table_digest(sample).sha256
    except SipasError as error:
        return [error]
    if now == record.sample.sha256:
        return []
    place = Place(file=SAMPLE_FILE)
    return [SipasError("sampling.verify_sample", "sample", expected=record.sample.sha256, got=now, place=place)]


def _lists(again: Draw, record: _Record) -> list[SipasError]:
    now = again.lists.to_dicts()
    for at, (made, given) in enumerate(zip(now, record.lists, strict=False)):
        if made != given:
            wrong = next(name for name in sorted({*made, *given}) if made.get(name) != given.get(name))
            node = Place(file=CERTIFICATE_FILE, node=f"lists[{at}].{wrong}")
            got = given.get(wrong)
            return [SipasError("sampling.verify_list", wrong, expected=made.get(wrong), got=got, place=node)]
    if len(now) != len(record.lists):
        place = Place(file=CERTIFICATE_FILE, node="lists")
        return [SipasError("sampling.verify_list", "lists", expected=len(now), got=len(record.lists), place=place)]
    return []


def _rows(sample: pl.DataFrame, again: pl.DataFrame) -> list[SipasError]:
    given = sample.sort(KEY).with_row_index("row", offset=2)
    missing = again.join(given, on=KEY, how="anti").sort(KEY)
    extra = given.join(again, on=KEY, how="anti").sort(KEY)
    found = [
        SipasError("sampling.verify_unit_missing", unit, expected=role, place=Place(file=SAMPLE_FILE))
        for unit, role in missing.select(KEY, "role").head(MOST_ROWS_NAMED).iter_rows()
    ]
    found += [
        SipasError("sampling.verify_unit_extra", unit, place=Place(file=SAMPLE_FILE, row=row))
        for unit, row in extra.select(KEY, "row").head(MOST_ROWS_NAMED).iter_rows()
    ]
    for name in column_order(again.columns):
        found += _column(given, again, name)
    return found


def _column(given: pl.DataFrame, again: pl.DataFrame, name: str) -> list[SipasError]:
    place = Place(file=SAMPLE_FILE, column=name)
    if name not in given.columns:
        return [SipasError("sampling.verify_column", name, expected=name, got=given.columns[1:], place=place)]
    both = given.select("row", KEY, pl.col(name).alias("got")).join(
        again.select(KEY, pl.col(name).alias("expected")), on=KEY
    )
    if both.schema["got"] != both.schema["expected"]:
        both = both.with_columns(pl.col("got", "expected").cast(pl.String))
    wrong = both.filter(~pl.col("got").eq_missing(pl.col("expected"))).sort("row")
    return [
        SipasError(
            "sampling.verify_row",
            name,
            expected=expected,
            got=got,
            hint=wrong.height,
            place=Place(file=SAMPLE_FILE, row=row, column=name),
        )
        for row, got, expected in wrong.select("row", "got", "expected").head(1).iter_rows()
    ]
