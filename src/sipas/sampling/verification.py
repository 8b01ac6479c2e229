"""Repeating a draw from its certificate, and saying where it differs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import polars as pl

from sipas.errors import Place, SipasError
from sipas.sampling.canonical import BLOCK, KEY, Digest, canonical_csv_of_files, column_order, digest, table_digest
from sipas.sampling.certificate import FORM
from sipas.sampling.coordination import Coordination
from sipas.sampling.design import Design
from sipas.sampling.drawing import Draw, draw
from sipas.sampling.large import draw_large, schema_of_files
from sipas.sampling.seed import SeedPart, make_seed

MOST_ROWS_NAMED = 5
FRAME_FILE = "frame"
SAMPLE_FILE = "sample"
CERTIFICATE_FILE = "certificate.json"


def verify(frame: pl.DataFrame | str, sample: pl.DataFrame, certificate: Mapping[str, object]) -> list[SipasError]:
    """Repeat a draw and list every difference.

    Parameters
    ----------
    frame : polars.DataFrame or str
        The frame, or a path or glob of its Parquet files where it is too large for memory.
    sample : polars.DataFrame
        ``tables.SAMPLE`` as handed out.
    certificate : mapping
        From :func:`sipas.sampling.certificate.read_certificate`.

    Returns
    -------
    list of SipasError
        Empty: the draw is confirmed. Codes ``sampling.verify_*`` with the place; nothing is raised for a difference.
        Rows of the sample count as in its canonical CSV, the header being row 1.

    Raises
    ------
    SipasError
        ``sampling.certificate_form`` where the certificate cannot be read.
    """
    if certificate.get("form") != FORM:
        raise SipasError("sampling.certificate_form", "certificate", expected=FORM, got=certificate.get("form"))
    try:
        record = msgspec.convert(dict(certificate), _Record)
    except msgspec.ValidationError as error:
        raise SipasError("sampling.certificate_form", "certificate", expected=FORM, got=str(error)) from error
    found = [*_frame(frame, record), *_seed(record), *_sample_hash(sample, record)]
    try:
        again = _again(frame, record)
    except SipasError as error:
        return [*found, error]
    return [*found, *_lists(again, record), *_rows(sample, again.sample)]


class _SeedRecord(msgspec.Struct):
    sha256: str
    frame_sha256: str
    parts: tuple[SeedPart, ...]
    operator: str


class _SampleRecord(msgspec.Struct):
    sha256: str


class _Record(msgspec.Struct):
    """What of a certificate is repeated; the rest is words and counts made from it."""

    frame: Digest
    seed: _SeedRecord
    design: Design
    coordination: Coordination | None
    lists: list[dict[str, Any]]
    sample: _SampleRecord


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
        return []
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
            wrong = next(name for name in made if made[name] != given.get(name))
            node = Place(file=CERTIFICATE_FILE, node=f"lists[{at}].{wrong}")
            got = given.get(wrong)
            return [SipasError("sampling.verify_list", wrong, expected=made[wrong], got=got, place=node)]
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
