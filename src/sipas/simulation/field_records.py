"""Synthetic records of honest field work: who carried a form, when and where it was filled in, how long it took."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import numpy as np
import polars as pl

from sipas.simulation.profile import generator

FIRST_HOUR, LAST_HOUR = 7.5, 18.5  # of an ordinary working day
EVENINGS, WRITTEN_LATER = 0.05, 0.01  # shares of days: some calls at 18:30-20:30; all written down together afterwards
SECONDS_AN_ITEM, SECONDS_SD = 9.0, 0.35  # median of an interview and SD of its logarithm
FORMS_A_DAY = 5
KM_BETWEEN = 1.2  # SD of the places of one day round its centre


def honest_records(
    cases: pl.DataFrame, *, interviewers: int, seed: int, first: date, days: int = 15, answered: str = "answered"
) -> pl.DataFrame:
    """Write down the field work of interviewers who really go.

    Parameters
    ----------
    cases : polars.DataFrame
        ``case_id``, ``agency`` and the column ``answered`` (answered questions), one row per form.
    interviewers : int
        Interviewers, at least 1; each carries the forms of neighbouring agencies.
    seed : int
        Seed.
    first : datetime.date
        First day in the field.
    days : int
        Days of field work, at least 1.
    answered : str
        Name of the column of answered questions.

    Returns
    -------
    polars.DataFrame
        ``case_id``, ``interviewer``, ``at`` (local time of the visit), ``latitude``, ``longitude`` (degrees),
        ``seconds`` (that filling in took), in the order given. One day in a hundred is written down together in the
        evening, as happens to honest people: without places, minutes apart.
    """
    stream = generator(seed, "records")
    order = cases.with_row_index("row").sort("agency", "case_id")
    carried = np.sort(stream.integers(0, interviewers, cases.height))
    rows: list[tuple[int, str, datetime, float | None, float | None]] = []
    for number in range(interviewers):
        mine = order["row"].to_numpy()[carried == number]
        rows += _weeks(mine, f"DTV{number + 1:03d}", stream, first, days)
    asked = dict(zip(range(cases.height), cases[answered], strict=True))
    pace = SECONDS_AN_ITEM * np.exp(SECONDS_SD * stream.standard_normal(cases.height))
    made = [(*row, float(pace[row[0]] * max(1, asked[row[0]]))) for row in sorted(rows)]
    names = ["row", "interviewer", "at", "latitude", "longitude", "seconds"]
    table = pl.DataFrame(made, schema=names, orient="row", infer_schema_length=None)
    return pl.concat([cases.select("case_id"), table.drop("row")], how="horizontal")


def _weeks(
    rows: np.ndarray, name: str, stream: np.random.Generator, first: date, days: int
) -> list[tuple[int, str, datetime, float | None, float | None]]:
    """Spread an interviewer's forms over days, some a day, near each other on each."""
    home = (21.8 + 0.3 * stream.standard_normal(), 105.2 + 0.3 * stream.standard_normal())
    made = []
    shuffled = stream.permutation(rows)
    lists = [shuffled[k : k + FORMS_A_DAY] for k in range(0, len(shuffled), FORMS_A_DAY)]
    for number, day_rows in enumerate(lists):
        day = first + timedelta(days=number % days)
        centre = (home[0] + 0.05 * stream.standard_normal(), home[1] + 0.05 * stream.standard_normal())
        written_later = stream.random() < WRITTEN_LATER
        for row, hour in zip(day_rows, _hours(len(day_rows), stream, later=written_later), strict=True):
            at = datetime.combine(day, time()) + timedelta(hours=float(hour))
            km = KM_BETWEEN * stream.standard_normal(2)
            place = (None, None) if written_later else (centre[0] + km[0] / 111.2, centre[1] + km[1] / 103.3)
            made.append((int(row), name, at, *place))
    return made


def _hours(number: int, stream: np.random.Generator, *, later: bool) -> np.ndarray:
    """Give the hours of a day's visits in order: at least twenty minutes apart, unless written down afterwards."""
    if later:
        return 20.0 + stream.random() + np.cumsum(stream.uniform(0.03, 0.1, number))
    last = 20.5 if stream.random() < EVENINGS else LAST_HOUR
    spare = last - FIRST_HOUR - number / 3
    return FIRST_HOUR + np.sort(stream.random(number)) * max(spare, 0.5) + np.arange(number) / 3
