"""Synthetic field work: who is found, who answers, what the form that comes back says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from sipas.instrument import Edition
from sipas.sampling.reserve_lists import reserve_list
from sipas.simulation.profile import Fieldwork, Profile, generator

COMPLETE, REFUSAL, AWAY, NOT_FOUND, INELIGIBLE = "1.1", "2.11", "2.20", "3.10", "4.10"


@dataclass(frozen=True, slots=True)
class Field:
    """What came back.

    Parameters
    ----------
    visits : polars.DataFrame, ``tables.VISITS``
        Every attempt.
    forms : polars.DataFrame
        ``case_id``, ``mode``, ``received_on`` (dd/mm/yyyy) and the answer columns as text.
    """

    visits: pl.DataFrame
    forms: pl.DataFrame


def simulate_fieldwork(
    sample: pl.DataFrame,
    frame: pl.DataFrame,
    answers: pl.DataFrame,
    edition: Edition,
    profile: Profile,
    *,
    seed: int,
    first: date,
) -> Field:
    """Carry the questionnaires out and back.

    Parameters
    ----------
    sample : polars.DataFrame, ``tables.SAMPLE``
        Official cases and reserves.
    frame : polars.DataFrame, ``tables.FRAME``
        Tells persons from organisations.
    answers : polars.DataFrame
        What each unit would answer, from ``true_answers``.
    edition : Edition
        The questionnaire.
    profile : Profile
        Shares of outcomes.
    seed : int
        Seed.
    first : date
        First day in the field.

    Returns
    -------
    Field
        Visits and forms. A case not completed is replaced by the next reserve of its list, in order.
    """
    kinds = frame.select("unit_id", "respondent_kind")
    cases = sample.with_columns(reserve_list(sample)).join(kinds, on="unit_id", how="left")
    cases = cases.sort("list", "role", "order", "unit_id")
    outcomes = _outcomes(cases, profile.fieldwork, seed)
    visits = _visit_all(cases, outcomes, profile.fieldwork, seed, first)
    completed = visits.filter(pl.col("outcome") == COMPLETE).select("case_id", received_on="date")
    forms = completed.join(sample.select("case_id", "unit_id"), on="case_id", how="left", maintain_order="left")
    forms = forms.join(answers, on="unit_id", how="left", maintain_order="left").drop("unit_id")
    return Field(visits, filled_in(forms, edition, profile.fieldwork, seed))


def _outcomes(cases: pl.DataFrame, f: Fieldwork, seed: int) -> list[str]:
    """Draw a final outcome for every case, whether it will be issued or not."""
    stream = generator(seed, "outcome")
    complete = np.where(cases["respondent_kind"].to_numpy() == "organisation", f.complete_organisation, f.complete)
    fails = [REFUSAL, NOT_FOUND, INELIGIBLE, AWAY]
    shares = [f.refusal, f.not_found, f.ineligible, 1 - f.refusal - f.not_found - f.ineligible]
    failed = stream.choice(len(fails), size=cases.height, p=shares)
    succeeds = stream.random(cases.height) < complete
    return [COMPLETE if ok else fails[k] for ok, k in zip(succeeds, failed, strict=True)]


def _visit_all(cases: pl.DataFrame, outcomes: list[str], f: Fieldwork, seed: int, first: date) -> pl.DataFrame:
    stream = generator(seed, "visits")
    delays = stream.integers(0, 20, cases.height)
    attempts = stream.integers(1, f.most_visits + 1, cases.height)
    position = {case: k for k, case in enumerate(cases["case_id"])}
    reserves: dict[str, list[str]] = {}
    officials: list[tuple[str, str]] = []
    for case, role, key in cases.select("case_id", "role", "list").iter_rows():
        if role == "reserve":
            reserves.setdefault(key, []).append(case)
        else:
            officials.append((key, case))
    rows: list[tuple[str, int, date, str, str, str | None]] = []
    for key, official in officials:
        asked: str | None = official
        while asked is not None:
            k = position[asked]
            waiting = reserves.get(key, [])
            following = waiting.pop(0) if outcomes[k] != COMPLETE and f.replace and waiting else None
            start = first + timedelta(days=int(delays[k]))
            number = f.most_visits if outcomes[k] == AWAY else int(attempts[k])
            rows += _attempts(asked, outcomes[k], number, start, following)
            asked = following
    schema = {"case_id": pl.String, "visit": pl.Int64, "date": pl.Date, "mode": pl.String, "outcome": pl.String}
    table = pl.DataFrame(rows, schema={**schema, "replaced_by": pl.String}, orient="row")
    return table.with_columns(interviewer=_interviewers(table, cases))


def _attempts(
    case: str, outcome: str, attempts: int, start: date, following: str | None
) -> list[tuple[str, int, date, str, str, str | None]]:
    """List the visits of a case: nobody at home until the last one."""
    return [
        (
            case,
            number,
            start + timedelta(days=2 * number),
            "paper",
            outcome if number == attempts else AWAY,
            following if number == attempts else None,
        )
        for number in range(1, attempts + 1)
    ]


def _interviewers(visits: pl.DataFrame, cases: pl.DataFrame) -> pl.Series:
    """Give each stratum's cases to a postal worker of its own."""
    strata = sorted(set(cases["stratum"]))
    codes = {stratum: f"BD{number // 3 + 1:03d}" for number, stratum in enumerate(strata)}
    by_case = dict(cases.select("case_id", "stratum").iter_rows())
    return pl.Series("interviewer", [codes[by_case[case]] for case in visits["case_id"]])


def filled_in(forms: pl.DataFrame, edition: Edition, f: Fieldwork, seed: int) -> pl.DataFrame:
    """Add what respondents do to a form: skip, tick one column down, hand it back almost empty.

    Parameters
    ----------
    forms : polars.DataFrame
        ``case_id``, ``received_on`` (day), the answer columns.
    edition : Edition
        The questionnaire.
    f : Fieldwork
        Shares.
    seed : int
        Seed.

    Returns
    -------
    polars.DataFrame
        ``Field.forms``.
    """
    stream = generator(seed, "forms")
    straight = stream.random(forms.height) < f.straightliners
    empty = stream.random(forms.height) < f.invalid
    items = [item.name for item in edition.items()]
    columns = []
    for number, item in enumerate(items):
        keeps = pl.Series(~straight) | forms[item].is_null() if number else pl.Series([True] * forms.height)
        values = forms[item].zip_with(keeps, forms[items[0]])
        skipped = (stream.random(forms.height) < f.item_missing) | empty
        columns.append(values.zip_with(pl.Series(~skipped), values.clear(forms.height)).alias(item))
    texts = pl.exclude("case_id", "mode", "received_on").cast(pl.String)
    return forms.with_columns([
        *columns,
        pl.lit("paper").alias("mode"),
        pl.col("received_on").dt.strftime("%d/%m/%Y"),
    ]).select("case_id", "mode", "received_on", texts)
