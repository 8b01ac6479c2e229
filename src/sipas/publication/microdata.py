"""One row per valid response, in the form in which it may leave: nobody can be told from it."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl
import polars.selectors as cs

from sipas.errors import SipasError
from sipas.instrument import AnswerColumn, Edition, notice
from sipas.publication.anonymity import class_sizes, end_codes
from sipas.publication.recodes import Recode
from sipas.publication.released_keys import WEIGHT_CELLS, apply_keys
from sipas.publication.treatments import Treatments, weight_note
from sipas.publication.weight_loss import largest_changes
from sipas.publication.wording import label
from sipas.sampling.numbers import base32
from sipas.tables import CONTACTS, RESPONSES, WEIGHTS

Measure = Literal["nominal", "ordinal", "scale"]
ID = "release_id"
WEIGHT = "weight"
STATUS = "data_status"
# Columns that name a case, a unit or a person; they never leave.
NEVER = frozenset({c.name for c in CONTACTS.columns} | {"case_id", "commitment", "prn", "interviewer"})
NO_TEXT = frozenset({"demographic"})  # texts of these questions never leave, whatever is asked
ID_LENGTH = 16  # 80 bits: no two alike among a million with probability 1 - 4e-13


@dataclass(frozen=True, slots=True)
class Variable:
    """A column of the released table.

    Parameters
    ----------
    name : str
        Column.
    label : str
        At most 80 characters, Vietnamese.
    values : dict of int to str
        Label of each value; empty for numbers and text.
    measure : {'nominal', 'ordinal', 'scale'}
        Level of measurement, for SPSS.
    """

    name: str
    label: str
    values: dict[int, str]
    measure: Measure


@dataclass(frozen=True, slots=True)
class Release:
    """Microdata that may leave.

    Parameters
    ----------
    table : polars.DataFrame
        One row per response, sorted by ``release_id``; columns as ``variables``.
    variables : tuple of Variable
        In the order of the table: id, domains, mode, answers in the order of the form, weight, kind of data.
    keys : tuple of str
        Columns by which a person might be sought, most important first; each combination, also with the weight,
        is shared by at least ``minimum`` rows.
    minimum : int
        k.
    treated : polars.DataFrame
        What was done: ``variable``, ``treatment`` (suppressed, grouped, recoded, ends, averaged, left_out,
        empty), ``count`` (values set missing, values grouped, rows moved to an end, groups of one weight, or
        1), ``detail`` (why or how, Vietnamese).
    title : str
        Title of the edition and its year.
    marks : tuple of str
        What must be said of data and wording in a few words, for heads of files; Vietnamese.
    notes : tuple of str
        The same in sentences; Vietnamese.
    """

    table: pl.DataFrame
    variables: tuple[Variable, ...]
    keys: tuple[str, ...]
    minimum: int
    treated: pl.DataFrame
    title: str
    marks: tuple[str, ...]
    notes: tuple[str, ...]


def release(
    responses: pl.DataFrame,
    weights: pl.DataFrame,
    domains: pl.DataFrame,
    edition: Edition,
    *,
    key: bytes,
    simulated: bool,
    minimum: int | None = None,
    keys: Sequence[str] | None = None,
    free_text: bool = False,
    strata: pl.DataFrame | None = None,
) -> Release:
    """Make microdata that may leave.

    Parameters
    ----------
    responses : polars.DataFrame
        ``sipas.tables.RESPONSES``; only valid rows are released.
    weights : polars.DataFrame
        ``sipas.tables.WEIGHTS``; means of ``final`` are released (`sipas.publication.shared_weights`).
    domains : polars.DataFrame
        ``case_id`` and the columns of the sample or frame to release, as bands or codes. Dates become months.
    edition : Edition
        Names, order and labels of the answers.
    key : bytes
        Secret of at least 16 bytes from which the ids are made; not published, may be thrown away after.
    simulated : bool
        Whether the data are simulated; every row then says "mô phỏng".
    minimum : int, optional
        k, at least 2; missing: the edition's ``minimum_cell``.
    keys : sequence of str, optional
        Columns by which a person might be sought. Missing: every column of ``domains`` and every answer on
        the respondent (role demographic). They are taken in order of importance, coarsened, suppressed in
        part or left out (`sipas.publication.key_choice`).
    free_text : bool
        Whether to release what people wrote. Texts about the respondent are never released.
    strata : polars.DataFrame, optional
        ``case_id`` and what a weight must not tell, as stratum and agency. Missing: each exact weight counts as
        a stratum of its own.

    Returns
    -------
    Release
        The table, its labels, and what was done to it.

    Raises
    ------
    SipasError
        ``publication.identity`` (a column of ``domains`` would name someone), ``publication.key_short``,
        ``publication.minimum_too_low``, ``publication.too_few`` (fewer rows than k),
        ``publication.weight_missing``, ``publication.column_unknown``.
    """
    least = edition.minimum_cell if minimum is None else minimum
    _refuse(domains, key, least)
    rows = _joined(RESPONSES.check(responses), WEIGHTS.check(weights), domains, edition, key, free_text)
    if rows.height < least:
        raise SipasError("publication.too_few", "responses", expected=least, got=rows.height)
    hidden, rows = _strata(rows, strata), rows.drop("case_id")
    exact, log = rows, Treatments()
    gone = sorted((set(responses.columns) - {c.name for c in RESPONSES.columns}) - set(rows.columns))
    log.never([*gone, "received_on"])
    bands = [name for name in domains.columns if name != "case_id"]
    rows, ends = _cut_numbers(rows, edition, least, log)
    chosen = [name for name in _keys(keys, bands, edition, exact) if name in rows.columns]
    made = apply_keys(rows, hidden, chosen, edition, least, log)
    rows = made.table.with_columns(made.weight)
    cells = tuple(name for name in WEIGHT_CELLS if name in made.keys)
    changes = largest_changes(exact, rows, edition, cells, least)
    log.averaged(made.weight, changes)
    rows = log.without_empty(rows)
    status = label("simulated" if simulated else "surveyed")
    rows = rows.with_columns(pl.lit(status).alias(STATUS))
    variables = _variables(bands, rows, edition, ends, made.recodes)
    return Release(
        table=rows.select(v.name for v in variables),
        variables=variables,
        keys=made.keys,
        minimum=least,
        treated=log.table(),
        title=f"{edition.title} ({edition.year})",
        marks=marks(edition, simulated=simulated),
        notes=(*statements(edition, simulated=simulated), weight_note(changes)),
    )


def statements(edition: Edition, *, simulated: bool) -> tuple[str, ...]:
    """Give what every published file must say of its data and wording.

    Parameters
    ----------
    edition : Edition
        The edition.
    simulated : bool
        Whether the data are simulated.

    Returns
    -------
    tuple of str
        Vietnamese; empty for surveyed data in official wording.
    """
    wording = notice(edition)
    said = [label("simulated_statement")] if simulated else []
    return (*said, *([] if wording is None else [wording.vi]))


def marks(edition: Edition, *, simulated: bool) -> tuple[str, ...]:
    """Give the statements in a few words.

    Parameters
    ----------
    edition : Edition
        The edition.
    simulated : bool
        Whether the data are simulated.

    Returns
    -------
    tuple of str
        As "mô phỏng"; Vietnamese; empty for surveyed data in official wording.
    """
    wording = notice(edition)
    said = [label("simulated")] if simulated else []
    return (*said, *([] if wording is None else [wording.short_vi]))


def release_id(key: bytes, case_id: str) -> str:
    """Make the id of a released row: it cannot be led back to the case without the key.

    Parameters
    ----------
    key : bytes
        Secret.
    case_id : str
        Case.

    Returns
    -------
    str
        16 characters of Crockford's base 32: the first 80 bits of HMAC-SHA256(key, case_id).
    """
    return base32(int.from_bytes(hmac.digest(key, case_id.encode(), "sha256")[:10]), ID_LENGTH)


def _refuse(domains: pl.DataFrame, key: bytes, minimum: int) -> None:
    naming = sorted((set(domains.columns) - {"case_id"}) & NEVER)
    if naming:
        raise SipasError("publication.identity", "domains", got=naming)
    if len(key) < 16:
        raise SipasError("publication.key_short", "key", expected=16, got=len(key))
    if minimum < 2:
        raise SipasError("publication.minimum_too_low", "minimum", expected=2, got=minimum)


def _joined(
    responses: pl.DataFrame,
    weights: pl.DataFrame,
    domains: pl.DataFrame,
    edition: Edition,
    key: bytes,
    free_text: bool,
) -> pl.DataFrame:
    taken = [c.name for c in edition.columns() if c.name in responses.columns and _may_leave(c, edition, free_text)]
    bands = [cs.date().dt.strftime("%Y-%m"), cs.datetime().dt.strftime("%Y-%m"), (~cs.temporal()).cast(pl.String)]
    rows = (
        responses
        .filter("valid")
        .select("case_id", "mode", *taken)
        .join(weights.select("case_id", pl.col("final").alias(WEIGHT)), on="case_id", how="left")
        .join(domains.with_columns(bands), on="case_id", how="left", maintain_order="left")
    )
    bare = rows.filter(pl.col(WEIGHT).is_null())
    if bare.height:
        raise SipasError("publication.weight_missing", "weights", expected=rows.height, got=bare.height)
    ids = [release_id(key, case) for case in rows.get_column("case_id")]
    return rows.with_columns(pl.Series(ID, ids, dtype=pl.String)).sort(ID)


def _strata(rows: pl.DataFrame, strata: pl.DataFrame | None) -> pl.DataFrame:
    """Give what the weight must not tell, by row: the strata named, or else the exact weight itself."""
    if strata is None:
        return rows.select(pl.col(WEIGHT).cast(pl.String))
    found = rows.select("case_id").join(strata, on="case_id", how="left", maintain_order="left")
    return found.drop("case_id")


def _may_leave(column: AnswerColumn, edition: Edition, free_text: bool) -> bool:
    if column.dtype != pl.String:
        return True
    return free_text and edition.question(column.question).role not in NO_TEXT


def _keys(keys: Sequence[str] | None, bands: Sequence[str], edition: Edition, rows: pl.DataFrame) -> list[str]:
    if keys is None:
        personal = [
            c.name
            for c in edition.columns()
            if edition.question(c.question).role == "demographic" and c.name in rows.columns
        ]
        return [*bands, *personal]
    unknown = [name for name in keys if name not in rows.columns]
    if unknown:
        raise SipasError("publication.column_unknown", "keys", expected=rows.columns, got=unknown)
    return list(keys)


def _cut_numbers(
    rows: pl.DataFrame, edition: Edition, minimum: int, log: Treatments
) -> tuple[pl.DataFrame, dict[str, dict[int, str]]]:
    ends: dict[str, dict[int, str]] = {}
    for name in (c.name for c in edition.columns() if c.dtype == pl.Int32 and c.name in rows.columns):
        found = end_codes(rows[name], minimum)
        if found is None:
            rows = rows.drop(name)
            log.add(name, "left_out", detail=label("too_few_values"))
            continue
        low, high = found
        log.add(name, "ends", int(((rows[name] < low) | (rows[name] > high)).sum()))
        rows = rows.with_columns(pl.col(name).clip(low, high))
        ends[name] = {low: label("at_most", value=low), high: label("at_least", value=high)}
    return rows, ends


def _variables(
    bands: Sequence[str],
    rows: pl.DataFrame,
    edition: Edition,
    ends: dict[str, dict[int, str]],
    recodes: dict[str, Recode],
) -> tuple[Variable, ...]:
    """Describe the columns in their order; a recoded answer stands where the answer stood."""
    made = [Variable(name, label(name), {}, "nominal") for name in (ID, *bands, "mode")]
    for c in edition.columns():
        recode = recodes.get(c.name)
        if recode is not None:
            name = label("recoded_label", label=c.label)
            made.append(Variable(recode.name, name, recode.values, recode.measure))
        else:
            made.append(Variable(c.name, c.label, ends.get(c.name, c.values), _measure(c, edition)))
    made += [Variable(WEIGHT, label(WEIGHT), {}, "scale"), Variable(STATUS, label(STATUS), {}, "nominal")]
    return tuple(v for v in made if v.name in rows.columns)


def _measure(column: AnswerColumn, edition: Edition) -> Measure:
    if column.dtype == pl.Int32:
        return "scale"
    return "ordinal" if edition.question(column.question).kind == "scale" else "nominal"


def anonymity(made: Release) -> int:
    """Give the k that a release really has.

    Parameters
    ----------
    made : Release
        A release.

    Returns
    -------
    int
        Rows of the smallest class of equal keys.
    """
    least = class_sizes(made.table, made.keys).min()
    return int(least) if isinstance(least, int) else 0
