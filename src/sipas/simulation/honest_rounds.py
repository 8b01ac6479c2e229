"""Rounds of honest forms with the records of their field work, straight from a synthetic population."""

from __future__ import annotations

from datetime import date

import polars as pl

from sipas.instrument.edition import Edition
from sipas.simulation.answers import true_answers
from sipas.simulation.field_records import honest_records
from sipas.simulation.fieldwork import filled_in
from sipas.simulation.frames import synthetic_frame
from sipas.simulation.people import transactions
from sipas.simulation.profile import Profile, generator

AGENCIES = 60
MEAN_LOAD = 40.0  # transactions of a commune
YEAR = 2026


def people_who_answer(edition: Edition, profile: Profile, *, province: str, seed: int) -> pl.DataFrame:
    """Make a province's people with what each would answer.

    Parameters
    ----------
    edition : Edition
        The questionnaire.
    profile : Profile
        Parameters of the population.
    province : str
        Code of a province of today.
    seed : int
        Seed.

    Returns
    -------
    polars.DataFrame
        ``case_id``, ``agency``, ``respondent_kind`` and the answer columns; some thousands of rows.
    """
    first, last = date(YEAR, 1, 1), date(YEAR, 9, 30)
    population = transactions(province, profile, seed=seed, first=first, last=last, mean_load=MEAN_LOAD)
    frame = synthetic_frame(population, seed=seed, province=province)
    answers = true_answers(frame, edition, profile, seed=seed, year=YEAR)
    known = frame.select("unit_id", "agency", "respondent_kind").join(answers, on="unit_id", how="inner")
    return known.rename({"unit_id": "case_id"}).sort("case_id")


def honest_round(
    people: pl.DataFrame, edition: Edition, profile: Profile, *, forms: int, interviewers: int, seed: int
) -> pl.DataFrame:
    """Ask some of them, honestly.

    Parameters
    ----------
    people : polars.DataFrame
        ``people_who_answer``.
    edition : Edition
        The questionnaire.
    profile : Profile
        What respondents do to a form.
    forms : int
        Forms; fewer where the agencies drawn have fewer people.
    interviewers : int
        Interviewers.
    seed : int
        Seed of agencies, people and field work.

    Returns
    -------
    polars.DataFrame
        ``case_id``, ``agency``, ``respondent_kind``, ``answered`` (questions), the answer columns and those of
        ``honest_records``.
    """
    stream = generator(seed, "asked")
    agencies = stream.permutation(sorted(set(people["agency"])))[:AGENCIES]
    drawn = people.filter(pl.col("agency").is_in([str(name) for name in agencies]))
    drawn = drawn.sample(min(forms, drawn.height), seed=seed, shuffle=True)
    columns = edition.columns()
    texts = filled_in(
        drawn.select("case_id", *(c.name for c in columns), received_on=pl.lit(date(YEAR, 10, 1))),
        edition,
        profile.fieldwork,
        seed,
    )
    back = drawn.select("case_id", "agency", "respondent_kind").hstack([texts[c.name].cast(c.dtype) for c in columns])
    answered = pl.sum_horizontal(pl.col(c.name).is_not_null().cast(pl.Int64) for c in columns)
    counted = back.with_columns(answered=answered)
    records = honest_records(counted, interviewers=interviewers, seed=seed, first=date(YEAR, 10, 5))
    return counted.join(records, on="case_id", how="left", maintain_order="left")
