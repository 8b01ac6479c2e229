"""What every unit of a frame would answer: the truth that estimates are held against."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from sipas.instrument.edition import AnswerColumn, Edition
from sipas.instrument.model import Question
from sipas.simulation.profile import Attitude, Profile, effect, generator

Reals = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int16]
Flags = npt.NDArray[np.bool_]


def true_answers(frame: pl.DataFrame, edition: Edition, profile: Profile, *, seed: int, year: int) -> pl.DataFrame:
    """Give the answers of every unit of a frame, without nonresponse.

    Parameters
    ----------
    frame : polars.DataFrame, ``tables.FRAME``
        The population; answers depend on the unit's agency, commune and field.
    edition : Edition
        The questionnaire.
    profile : Profile
        Parameters.
    seed : int
        Seed; agencies keep their level over years of the same seed, up to a drift.
    year : int
        Year of the round.

    Returns
    -------
    polars.DataFrame
        ``unit_id`` and the edition's answer columns, sorted by ``unit_id``; not asked is missing.
    """
    frame = frame.sort("unit_id")
    mood = _mood(frame, profile.attitude, seed, year)
    answers: dict[str, Codes] = {}
    for question in edition.questions():
        if not question.personal and question.kind != "text":
            answers[question.name] = _answer(question, edition, profile, mood, seed, year)
    asked = {q.name: _asked(q, edition, frame, answers) for q in edition.questions() if not q.personal}
    columns = [_column(c, edition, answers, asked) for c in edition.columns()]
    return frame.select("unit_id").with_columns(columns)


def _mood(frame: pl.DataFrame, a: Attitude, seed: int, year: int) -> Reals:
    """Sum the effects of agency, commune, field and person."""
    mood = a.level + a.person_sd * generator(seed, "person", str(year)).standard_normal(frame.height)
    for kind, column, sd in (
        ("agency", "agency", a.agency_sd),
        ("commune", "commune", a.commune_sd),
        ("field", "field", a.field_sd),
    ):
        names = frame[column].fill_null("").to_list()
        values = {name: sd * effect(seed, kind, name) for name in sorted(set(names))}
        if kind == "agency":
            drift = {name: a.yearly_drift_sd * effect(seed, f"drift{year}", name) for name in values}
            values = {name: value + drift[name] for name, value in values.items()}
        mood += np.array([values[name] for name in names])
    return mood


def _answer(question: Question, edition: Edition, profile: Profile, mood: Reals, seed: int, year: int) -> Codes:
    stream = generator(seed, "answer", question.name, str(year))
    size = len(mood)
    if question.role in {"item", "overall"} and question.name not in profile.options:
        return _rating(question, edition, profile, mood, seed, stream)
    if question.kind == "multiple":
        return _ticks(question, edition, profile, size, stream)
    if question.kind == "integer":
        low, high = question.low or 0, question.high if question.high is not None else (question.low or 0) + 9
        return np.minimum(low + stream.poisson(0.6, size), high).astype(np.int16)
    values = np.array([o.value for o in edition.options(question.name)], dtype=np.int16)
    return stream.choice(values, size=size, p=_shares(question, len(values), profile))


def _rating(
    question: Question, edition: Edition, profile: Profile, mood: Reals, seed: int, stream: np.random.Generator
) -> Codes:
    a = profile.attitude
    shift = profile.item_shift.get(question.name, 0.0) + a.item_sd * effect(seed, "item", question.name)
    score = mood + shift + a.noise_sd * stream.standard_normal(len(mood))
    values = np.array([o.value for o in edition.options(question.name)], dtype=np.int16)
    spread = np.asarray(a.thresholds)[-(len(values) - 1) :]
    return values[np.searchsorted(spread, score)]


def _ticks(question: Question, edition: Edition, profile: Profile, size: int, stream: np.random.Generator) -> Codes:
    """Tick options: a column each; an exclusive option stands alone, never more than ``most``."""
    options = edition.options(question.name)
    shares = profile.options.get(question.name, (0.3,) * len(options))
    appeal = np.asarray(shares)[None, :] - stream.random((size, len(options)))
    ticked = appeal > 0
    if question.most is not None:
        order = np.argsort(np.argsort(-appeal, axis=1), axis=1)
        ticked &= order < question.most
    exclusive = np.array([o.exclusive for o in options])
    alone = ticked[:, exclusive].any(axis=1)
    ticked[np.ix_(alone, ~exclusive)] = False
    return ticked.astype(np.int16)


def _shares(question: Question, options: int, profile: Profile) -> list[float]:
    weights = np.asarray(profile.options.get(question.name, [0.5**k for k in range(options)]), dtype=float)
    return [float(w) for w in weights / weights.sum()]


def _asked(question: Question, edition: Edition, frame: pl.DataFrame, answers: dict[str, Codes]) -> Flags:
    asked: Flags = frame["respondent_kind"].is_in(list(question.asked_of)).to_numpy().copy()
    for condition in question.relevant:
        given = answers[condition.question]
        if given.ndim == 1:
            asked &= np.isin(given, np.asarray(condition.values))
        else:
            wanted = [o.value in condition.values for o in edition.options(condition.question)]
            asked &= given[:, wanted].any(axis=1)
    return asked


def _column(column: AnswerColumn, edition: Edition, answers: dict[str, Codes], asked: dict[str, Flags]) -> pl.Series:
    """Give one answer column; texts stay empty."""
    size = len(next(iter(asked.values())))
    if column.dtype == pl.String:
        return pl.Series(column.name, [None] * size, dtype=pl.String)
    values = answers[column.question]
    if values.ndim == 2:
        values = values[:, [o.value for o in edition.options(column.question)].index(column.option or 0)]
    series = pl.Series(column.name, values.astype(np.int32))
    return series.zip_with(pl.Series(asked[column.question]), series.clear(size)).cast(column.dtype)
