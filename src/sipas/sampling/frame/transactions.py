"""The frame of finished transactions: its rules, one after another, and its columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from sipas.intake import columns as keys
from sipas.intake.table import OfficeTable
from sipas.intake.vietnamese import search_key
from sipas.sampling.frame import reasons
from sipas.sampling.frame.outcome import Finding, Rules, Window
from sipas.sampling.frame.places import Agency, Places, one_spelling
from sipas.sampling.frame.records import MOST_NAMED, at_rows, gather, people, phones
from sipas.sampling.frame.wording import is_finished, organisation_pattern, respondent_kind
from sipas.sampling.numbers import path

REQUIRED = ("name", "agency", "finished_on")
DATES = ("finished_on", "received_on")
TEXTS = (
    "name",
    "address",
    "phone",
    "email",
    "identity_number",
    "dossier_number",
    "field",
    "procedure",
    "agency",
    "commune",
    "district",
    "status",
    "respondent_kind",
)
# Target whose cell is shown beside a reason.
AT_FAULT: dict[str, str] = {
    reasons.NOT_FINISHED: "status",
    reasons.DATE_IMPOSSIBLE: "finished_on",
    reasons.DATE_UNREADABLE: "finished_on",
    reasons.OUTSIDE_WINDOW: "finished_on",
    reasons.NO_NAME: "name",
    reasons.NO_CONTACT: "phone",
    reasons.AGENCY_UNKNOWN: "agency",
    reasons.AGENCY_AMBIGUOUS: "agency",
    reasons.COMMUNE_UNKNOWN: "commune",
    reasons.COMMUNE_AMBIGUOUS: "commune",
    reasons.FIELD_UNKNOWN: "field",
    reasons.DUPLICATE: "dossier_number",
    reasons.PERSON_LIMIT: "name",
}
# Columns no longer needed once rows are read, and once they are judged; a million rows are large.
ONLY_READ = ("identity_number", "name_key", "district", "commune", "respondent_kind", "received_on")
ONLY_JUDGED = ("finished_on_reason", "agency_reason", "commune_reason", "field_reason", "agency_commune")
LEAST_PERSONS = 5  # a text that so many persons have in common tells of none of them
_TEXT = pl.String


def read_transactions(tables: Sequence[OfficeTable], places: Places, rules: Rules) -> pl.DataFrame:
    """Give the rows of all lists with what their words mean.

    Parameters
    ----------
    tables : sequence of OfficeTable
        The lists, mapped.
    places : Places
        Reads agencies and communes.
    rules : Rules
        Fields in scope.

    Returns
    -------
    polars.DataFrame
        Columns of the lists; ``person``; ``agency``, ``agency_level``, ``commune`` and ``field`` as the frame names
        them; ``agency_reason``, ``commune_reason``, ``field_reason``; ``finished`` (true, false, null: not said).

    Raises
    ------
    SipasError
        ``intake.column_missing``.
    """
    for table in tables:
        table.require(REQUIRED)
    records = gather(tables, TEXTS, DATES)
    records = records.with_columns(
        phones(records),
        keys.search_keys(records["name"].fill_null("")).alias("name_key"),
        keys.search_keys(records["dossier_number"]).str.replace_all(" ", "", literal=True).alias("dossier_key"),
    )
    records = records.with_columns(
        people(records),
        _said(records["status"], is_finished, pl.Boolean).alias("finished"),
        _said(records["respondent_kind"], respondent_kind, _TEXT).alias("kind_said"),
    )
    records = _with_agencies(records, places)
    records = _with_communes(records, places, rules)
    records = records.with_columns(*_fields(records["field"], rules), _spelled(records["procedure"]))
    return records.with_columns(_kinds(), _transaction_key()).drop(ONLY_READ)


def refuse(records: pl.DataFrame, window: Window) -> pl.DataFrame:
    """Give each row the first rule that it breaks, the limit per person left out.

    Parameters
    ----------
    records : polars.DataFrame
        From ``read_transactions``.
    window : Window
        Days that count.

    Returns
    -------
    polars.DataFrame
        With ``reason``; null where the row stays.
    """
    day = pl.col("finished_on")
    unfinished = (~pl.col("finished")).fill_null(value=False) | (day.is_null() & pl.col("finished_on_reason").is_null())
    unreachable = pl.all_horizontal(pl.col("phone", "address", "email").is_null())
    first = (
        pl
        .when(unfinished)
        .then(pl.lit(reasons.NOT_FINISHED))
        .when(pl.col("finished_on_reason").is_not_null())
        .then("finished_on_reason")
        .when(~day.is_between(window.start, window.end))
        .then(pl.lit(reasons.OUTSIDE_WINDOW))
        .when(pl.col("name").is_null())
        .then(pl.lit(reasons.NO_NAME))
        .when(unreachable)
        .then(pl.lit(reasons.NO_CONTACT))
        .otherwise(pl.coalesce("agency_reason", "commune_reason", "field_reason"))
    )
    judged = records.with_columns(first.alias("reason")).drop(ONLY_JUDGED)
    repeated = ~pl.struct("transaction", "reason").is_first_distinct() & pl.col("reason").is_null()
    return judged.with_columns(pl.when(repeated).then(pl.lit(reasons.DUPLICATE)).otherwise("reason").alias("reason"))


def findings_of_transactions(records: pl.DataFrame, tables: Sequence[OfficeTable]) -> list[Finding]:
    """Tell what a person should know about the rows; findings are published, so they hold no cell that may name one.

    Parameters
    ----------
    records : polars.DataFrame
        From ``refuse``.
    tables : sequence of OfficeTable
        The lists, for the places of the rows.

    Returns
    -------
    list of Finding
        Unknown words of status, kinds read from names, one dossier number under several names. A status is named
        where several persons have it and it holds no digit; else its rows are.
    """
    found = []
    unknown = records.filter(pl.col("status").is_not_null() & pl.col("finished").is_null())
    persons = unknown.group_by("status").agg(pl.col("person").n_unique().alias("persons"), pl.len())
    words = persons.filter((pl.col("persons") >= LEAST_PERSONS) & ~pl.col("status").str.contains(r"\d"))
    if words.height:
        named = words.sort(["len", "status"], descending=[True, False])["status"]
        found.append(
            Finding("frame.status_unknown", got=int(words["len"].sum()), hint=named.head(MOST_NAMED).to_list())
        )
    found += at_rows("frame.status_unknown_rows", unknown.join(words, on="status", how="anti"), tables)
    kept = records.filter(pl.col("reason").is_null())
    guessed = int(kept["kind_said"].null_count())
    if guessed:
        found.append(Finding("frame.kind_guessed", got=guessed))
    shared = kept.filter(pl.col("dossier_key").is_not_null() & pl.col("dossier_key").is_duplicated())
    return found + at_rows("frame.dossier_shared", shared, tables)


def _said(column: pl.Series, read: Callable[[str], object], dtype: type[pl.DataType]) -> pl.Series:
    unique = column.drop_nulls().unique()
    meanings = pl.Series([read(text) for text in unique.to_list()], dtype=dtype)
    return column.replace_strict(unique, meanings, default=None, return_dtype=dtype)


def _with_agencies(records: pl.DataFrame, places: Places) -> pl.DataFrame:
    pairs = records.select("agency", "district").unique(maintain_order=True)
    read = [places.agency(a, d) if a else reasons.AGENCY_UNKNOWN for a, d in pairs.iter_rows()]
    found = [r if isinstance(r, Agency) else None for r in read]
    resolved = pairs.with_columns(
        pl.Series("agency_name", [f.name if f else None for f in found], dtype=_TEXT),
        pl.Series("agency_level", [f.level if f else None for f in found], dtype=_TEXT),
        pl.Series("agency_commune", [f.commune if f else None for f in found], dtype=_TEXT),
        pl.Series("agency_reason", [None if isinstance(r, Agency) else r for r in read], dtype=_TEXT),
    )
    joined = records.join(resolved, on=["agency", "district"], how="left", nulls_equal=True, maintain_order="left")
    return joined.drop("agency").with_columns(_spelled(joined["agency_name"]).alias("agency"))


def _with_communes(records: pl.DataFrame, places: Places, rules: Rules) -> pl.DataFrame:
    pairs = records.select("commune", "district").unique(maintain_order=True)
    read = [places.commune(c, d) if c else None for c, d in pairs.iter_rows()]
    codes = [None if r is None or isinstance(r, str) else r.code for r in read]
    wrong = [str(r) if isinstance(r, str) and rules.refuse_unknown_commune else None for r in read]
    resolved = pairs.with_columns(
        pl.Series("commune_code", codes, dtype=_TEXT), pl.Series("commune_reason", wrong, dtype=_TEXT)
    )
    joined = records.join(resolved, on=["commune", "district"], how="left", nulls_equal=True, maintain_order="left")
    return joined.with_columns(pl.coalesce("commune_code", "agency_commune").alias("commune_code"))


def _fields(column: pl.Series, rules: Rules) -> list[pl.Series]:
    if not rules.fields:
        nothing = pl.Series("field_reason", [None], dtype=_TEXT).new_from_index(0, len(column))
        return [_spelled(column), nothing]
    known = {search_key(name): name for name in rules.fields}
    named = _said(column, lambda text: known.get(search_key(text)), _TEXT).alias("field")
    refused = pl.Series([reasons.FIELD_UNKNOWN], dtype=_TEXT).new_from_index(0, len(column))
    nothing = pl.Series([None], dtype=_TEXT).new_from_index(0, len(column))
    return [named, refused.zip_with(named.is_null(), nothing).alias("field_reason")]


def _spelled(column: pl.Series) -> pl.Series:
    counts = column.drop_nulls().value_counts()
    spelling = one_spelling(list(counts.iter_rows()))
    return _said(column, spelling.get, _TEXT).alias(column.name)


def _kinds() -> pl.Expr:
    organisation = pl.col("name_key").str.contains(organisation_pattern())
    guess = pl.when(organisation).then(pl.lit("organisation")).otherwise(pl.lit("person"))
    return pl.coalesce("kind_said", guess).alias("kind")


def _transaction_key() -> pl.Expr:
    """Tell transactions apart: by dossier and name, or without a dossier number by all that is known."""
    told = ("agency", "field", "procedure", "received_on", "finished_on")
    details = [pl.col("person"), *(pl.col(name).cast(_TEXT).fill_null("") for name in told)]
    by_number = pl.lit("number ") + path(["name_key", "dossier_key"])
    return pl.coalesce(by_number, pl.lit("details ") + path(details)).alias("transaction")
