"""From the lists of offices to a frame that holds no identity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import polars as pl

from sipas.errors import SipasError
from sipas.geography import find
from sipas.intake.reasons import Reason
from sipas.intake.table import OfficeTable
from sipas.sampling.frame import reasons, residents, transactions
from sipas.sampling.frame.gaps import compare_totals
from sipas.sampling.frame.keys import KeyMaterial, commitments, ids_and_salts, permanent_numbers
from sipas.sampling.frame.outcome import (
    Finding,
    FrameImport,
    FrameReport,
    Rules,
    Window,
    count_rules,
    count_skipped,
    describe_columns,
)
from sipas.sampling.frame.places import Places
from sipas.sampling.frame.records import findings_of_lists, overlong, reject
from sipas.sampling.numbers import path
from sipas.tables import CONTACTS, FRAME

Population = Literal["transactions", "residents"]
# Targets that a list must have, for sipas.intake.read_all.
REQUIRED: dict[Population, tuple[str, ...]] = {
    "transactions": transactions.REQUIRED,
    "residents": residents.REQUIRED,
}


def import_frame(
    tables: Sequence[OfficeTable],
    *,
    population: Population,
    window: Window,
    province: str,
    keys: KeyMaterial,
    rules: Rules | None = None,
    totals: pl.DataFrame | None = None,
) -> FrameImport:
    """Make the frame and the contacts of a round from the lists of the offices.

    Parameters
    ----------
    tables : sequence of OfficeTable
        From ``sipas.intake.read``, mapped for the population; one or more.
    population : {'transactions', 'residents'}
        ``Edition.population``.
    window : Window
        Days in which a transaction was finished; for residents its end is the day of their age.
    province : str
        Code or name.
    keys : KeyMaterial
        Secrets of the round and of the department. The same keys and lists always give the same result.
    rules : Rules, optional
        What the department decided.
    totals : polars.DataFrame, optional
        One-stop totals: ``agency``, ``month``, ``total``, optional ``field``.

    Returns
    -------
    FrameImport
        Frame, contacts, refused rows with reason and original cells, report.

    Raises
    ------
    SipasError
        ``frame.no_tables``, ``frame.window``, ``intake.column_missing``, ``geography.unknown``,
        ``geography.ambiguous``, ``frame.totals_columns``, ``frame.totals_repeated``.
    """
    if not tables:
        raise SipasError("frame.no_tables", "tables")
    if window.end < window.start:
        raise SipasError("frame.window", "window", got=[window.start.isoformat(), window.end.isoformat()])
    rules = rules or Rules()
    code = find(province, window.end, "province").code
    places = Places(code, (window.end, window.start), rules.agencies)
    if population == "transactions":
        judged = transactions.refuse(transactions.read_transactions(tables, places, rules), window)
    else:
        judged = residents.refuse(residents.read_residents(tables, places, window.end))
    judged = _limit_people(_with_ids(judged, keys), rules.most_per_person)
    kept = judged.filter(pl.col("reason").is_null()).sort("unit_id")
    contacts = _contacts(kept, population)
    made = _frame(kept, contacts, keys, code, population)
    report = _report(tables, judged, compare_totals(judged, totals, places), population)
    rejected = reject(tables, judged, transactions.AT_FAULT if population == "transactions" else residents.AT_FAULT)
    return FrameImport(made, contacts, rejected, report)


def _with_ids(judged: pl.DataFrame, keys: KeyMaterial) -> pl.DataFrame:
    able = judged["reason"].is_null()
    identities = judged.filter(able).select(path(["person", "transaction"]).alias("identity"))["identity"]
    made = ids_and_salts(identities, keys.round_secret)
    nothing = pl.Series([None], dtype=pl.String).new_from_index(0, judged.height)
    if made.height:
        return judged.drop("transaction").with_columns(
            nothing.scatter(able.arg_true(), column).alias(column.name) for column in made.get_columns()
        )
    return judged.drop("transaction").with_columns(nothing.alias(name) for name in made.columns)


def _limit_people(judged: pl.DataFrame, most: int | None) -> pl.DataFrame:
    """Keep at most so many rows of a person: those with the smallest unit ids, which nobody can choose."""
    if most is None:
        return judged
    place = pl.when(pl.col("unit_id").is_not_null()).then(pl.col("unit_id").rank("ordinal").over("person"))
    over = (place > most).fill_null(value=False)
    return judged.with_columns(pl.when(over).then(pl.lit(reasons.PERSON_LIMIT)).otherwise("reason").alias("reason"))


def _contacts(kept: pl.DataFrame, population: Population) -> pl.DataFrame:
    if population == "residents":
        kept = kept.with_columns(
            pl.coalesce("address", "village").alias("address"),
            pl.lit(None, pl.String).alias("dossier_number"),
            pl.lit(None, pl.Date).alias("finished_on"),
        )
    return CONTACTS.check(kept.select([c.name for c in CONTACTS.columns]))


def _frame(
    kept: pl.DataFrame, contacts: pl.DataFrame, keys: KeyMaterial, province: str, population: Population
) -> pl.DataFrame:
    people = kept.select(pl.col("person").unique(maintain_order=True))
    numbers = people.with_columns(permanent_numbers(people["person"], keys.department_key))
    kept = kept.join(numbers, on="person", how="left", maintain_order="left")
    shared: list[pl.Expr | pl.Series | str] = [
        "unit_id",
        commitments(contacts),
        "prn",
        pl.lit(province).alias("province"),
        pl.col("commune_code").alias("commune"),
        "agency",
    ]
    if population == "transactions":
        return FRAME.check(
            kept.select(
                *shared,
                pl.col("kind").alias("respondent_kind"),
                "agency_level",
                "field",
                "procedure",
                pl.col("finished_on").dt.strftime("%Y-%m").alias("finished_month"),
            )
        )
    nothing = [pl.lit(None, pl.String).alias(name) for name in ("field", "procedure", "finished_month")]
    return FRAME.check(
        kept.select(
            *shared,
            pl.lit("person").alias("respondent_kind"),
            pl.lit("commune").alias("agency_level"),
            *nothing,
            "village",
            residents.age_band(pl.col("age")).alias("age_band"),
        )
    )


def _report(
    tables: Sequence[OfficeTable], judged: pl.DataFrame, gaps: pl.DataFrame, population: Population
) -> FrameReport:
    is_transactions = population == "transactions"
    order: tuple[Reason, ...] = reasons.TRANSACTION_RULES if is_transactions else reasons.RESIDENT_RULES
    long = overlong(tables)
    counts = count_rules(judged["reason"], order)
    counts = counts.with_columns(
        pl.when(pl.col("code") == reasons.ROW_TOO_LONG).then(pl.lit(long)).otherwise("rows").alias("rows")
    )
    findings: list[Finding] = findings_of_lists(tables, transactions.DATES if is_transactions else ())
    if is_transactions:
        findings += transactions.findings_of_transactions(judged, tables)
    short = gaps.filter(pl.col("gap") > 0)
    if short.height:
        findings.append(
            Finding("frame.gap", got=int(short["gap"].sum()), hint=short["agency"].unique().sort().to_list())
        )
    kept = int(judged["reason"].null_count())
    if not kept:
        findings.append(Finding("frame.empty", got=judged.height + long))
    per_person = judged.filter(pl.col("unit_id").is_not_null())["person"].value_counts()["count"]
    return FrameReport(
        rows_read=judged.height + long,
        rows_kept=kept,
        rules=counts,
        skipped=count_skipped(tables),
        columns=describe_columns(tables),
        people=len(per_person),
        people_repeated=int((per_person > 1).sum()),
        rows_repeated=int(per_person.sum()) - len(per_person),
        findings=tuple(findings),
        gaps=gaps,
    )
