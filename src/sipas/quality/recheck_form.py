"""The short form of re-verification (phúc tra) as data, what it finds, and which questions are asked again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Literal, TypeVar

import msgspec
import polars as pl
import yaml

from sipas.errors import SipasError
from sipas.instrument.edition import Edition
from sipas.instrument.model import Question
from sipas.tables.typed import convert

Found = TypeVar("Found")
Verdict = Literal["pass", "doubt", "fail"]
WORST: tuple[Verdict, ...] = ("fail", "doubt", "pass")
DIFFERENT, FAR = 0.5, 2  # share of repeated answers that differ, and by how many steps, from which on it is a doubt


class RecheckOption(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One answer, and what it says of the form."""

    value: int
    label: str
    verdict: Verdict = "pass"


class RecheckQuestion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One question of the short form."""

    name: str
    text: str
    short: str
    options: tuple[RecheckOption, ...]


class RecheckOutcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How an attempt ended. ``final``: no further one is made; ``reached``: the short form was asked."""

    code: str
    label: str
    reached: bool = False
    final: bool = False
    modes: tuple[str, ...] = ("visit", "phone")
    verdict: Verdict | None = None


class Repeated(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How questions of the edition are asked again."""

    introduction: str
    count: int
    not_answered: str


class RecheckForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole short form."""

    version: str
    title: str
    introduction: str
    modes: dict[str, str]
    outcomes: tuple[RecheckOutcome, ...]
    questions: tuple[RecheckQuestion, ...]
    repeated: Repeated
    status: str
    source: str

    def outcome(self, code: str) -> RecheckOutcome:
        """Find an outcome.

        Parameters
        ----------
        code : str
            Its code.

        Returns
        -------
        RecheckOutcome
            The outcome.

        Raises
        ------
        SipasError
            ``quality.recheck_unknown``.
        """
        return _found(code, {one.code: one for one in self.outcomes})


@cache
def recheck_form() -> RecheckForm:
    """Read the short form.

    Returns
    -------
    RecheckForm
        Of this version of the program.
    """
    text = (files("sipas.quality") / "recheck_form.yaml").read_text(encoding="utf-8")
    return convert(yaml.safe_load(text), RecheckForm)


def verdict_of(answers: Mapping[str, int], outcome: str = "met") -> tuple[Verdict | None, tuple[str, ...]]:
    """Judge a form by the answers to the short form.

    Parameters
    ----------
    answers : mapping of str to int
        By question; questions left out count for nothing.
    outcome : str
        Of the last attempt.

    Returns
    -------
    verdict : {"pass", "doubt", "fail"} or None
        The worst of all answers; None where nobody was reached and nothing was found out.
    reasons : tuple of str
        ``question.value`` of the answers that are not a pass, worst first; or the code of the outcome.

    Raises
    ------
    SipasError
        ``quality.recheck_unknown``.
    """
    form = recheck_form()
    ended = form.outcome(outcome)
    if not ended.reached:
        return ended.verdict, (ended.code,) if ended.verdict else ()
    questions = {q.name: {str(o.value): o for o in q.options} for q in form.questions}
    told = [(name, _found(str(value), _found(name, questions))) for name, value in answers.items()]
    if not told:
        return None, ()
    ranked = sorted(told, key=lambda one: WORST.index(one[1].verdict))
    reasons = tuple(f"{name}.{option.value}" for name, option in ranked if option.verdict != "pass")
    return ranked[0][1].verdict, reasons


def repeated_questions(edition: Edition, seed: str, count: int | None = None) -> tuple[Question, ...]:
    """Choose the questions that are asked again.

    Parameters
    ----------
    edition : Edition
        The questionnaire.
    seed : str
        Of the check sample: who does not know it does not know the questions.
    count : int, optional
        How many; missing: as the short form says.

    Returns
    -------
    tuple of Question
        In the order of the edition, the overall one among them where there is one: questions with one answer, asked of
        everyone and without a condition.
    """
    wanted = recheck_form().repeated.count if count is None else count
    askable = [q for q in edition.questions() if _askable(q)]
    overall = [q for q in askable if q.role == "overall"][:1]
    rest = [q for q in askable if q not in overall]
    ranked = sorted(rest, key=lambda q: sha256(f"repeated:{seed}:{q.name}".encode()).hexdigest())
    chosen = {q.name for q in (overall + ranked)[:wanted]}
    return tuple(q for q in askable if q.name in chosen)


def differing(pairs: pl.DataFrame, ordered: Collection[str]) -> pl.DataFrame:
    """Say case by case how far the repeated answers differ.

    Parameters
    ----------
    pairs : polars.DataFrame
        As ``matched_pairs``.
    ordered : collection of str
        Columns whose values are steps of a scale.

    Returns
    -------
    polars.DataFrame
        ``case_id``, ``pairs``, ``differ``, ``far`` (of ``ordered``: differ by two steps or more), ``doubt`` (Boolean:
        half of the pairs or more are far apart; a sign, no verdict: memory fades).
    """
    distance = (pl.col("first") - pl.col("second")).abs()
    steps = pl.col("column").is_in(list(ordered))
    counts = pairs.group_by("case_id", maintain_order=True).agg(
        pairs=pl.len().cast(pl.Int64),
        differ=(distance > 0).sum().cast(pl.Int64),
        far=(steps & (distance >= FAR)).sum().cast(pl.Int64),
    )
    return counts.with_columns(doubt=pl.col("far") >= DIFFERENT * pl.col("pairs"))


def _askable(question: Question) -> bool:
    everyone = set(question.asked_of) == {"person", "organisation"}
    rated = question.role in {"item", "overall", "fact", "perception"}
    return (
        question.kind in {"scale", "single"} and everyone and rated and not question.relevant and not question.personal
    )


def _found(name: str, among: Mapping[str, Found]) -> Found:
    if name not in among:
        raise SipasError("quality.recheck_unknown", name, expected=list(among), got=name)
    return among[name]
