"""One score of a form and of an interviewer: points added up, each with its reason and its numbers. Never a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

import msgspec
import numpy as np
import numpy.typing as npt
import polars as pl

from sipas.errors import SipasError
from sipas.quality.other_forms import FAMILIES, OtherForms, other_forms, shows_sign, sizes_of
from sipas.tables.typed import from_yaml

LEAST_FLAGGED = 5  # flagged forms of an interviewer that are looked at as a whole where they are most of theirs
COMMON = 0.1  # share of others' forms with as many points above which a sign counts less
# What a reason tells beside its value: typical, count, of, partner; empty where there is none.
TOLD: Mapping[str, tuple[str, str, str, str]] = {
    "same_as_own": ("same_as_own_expected", "same_as_own_same", "same_as_own_common", "same_as_own_partner"),
    "same_as_any": ("same_as_any_expected", "same_as_any_same", "same_as_any_common", "same_as_any_partner"),
    "straight": ("straight_usual", "straight_run", "straight_items", ""),
    "missing": ("missing_usual", "", "", ""),
    "pace": ("pace_usual", "", "", ""),
    "speed": ("", "", "", "speed_partner"),
}
VALUES = {"missing": "missing_share", "pace": "pace_seconds"}  # told in place of the sign's own number
REASONS = {
    "case_id": pl.String, "interviewer": pl.String, "family": pl.String, "sign": pl.String, "points": pl.Int64,
    "own_points": pl.Int64, "others_points": pl.Int64, "value": pl.Float64, "typical": pl.Float64, "count": pl.Int64,
    "of": pl.Int64, "partner": pl.String, "others_with": pl.Int64, "others": pl.Int64, "elsewhere": pl.Float64,
}  # fmt: skip
Reals = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


class Steps(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Points by size: those of the last step that the size reaches; none below the first.

    Parameters
    ----------
    at_least : tuple of float
        Sizes, rising.
    points : tuple of int
        Of each.
    """

    at_least: tuple[float, ...]
    points: tuple[int, ...]

    def of(self, sizes: Reals) -> Whole:
        """Give the points of sizes.

        Parameters
        ----------
        sizes : numpy.ndarray of float64
            Not a number: unknown.

        Returns
        -------
        numpy.ndarray of int64
            0 where unknown.
        """
        given = np.array([0, *self.points], np.int64)
        known = np.nan_to_num(sizes, nan=-np.inf)
        return given[np.searchsorted(np.array(self.at_least), known, side="right")]


class SuspicionPoints(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The published coefficients.

    Parameters
    ----------
    made : datetime.date
        Day of the calibration.
    how : str
        How it was made.
    signs : mapping of str to Steps
        Points of each sign.
    shown : mapping of str to float
        Size from which on a form counts as showing the sign.
    others : Steps
        Points of a form that shows a sign, by how many of its interviewer's other forms show it: standard errors above
        the share among all other interviewers' forms.
    alike : float
        How alike forms of one honest interviewer are, whose people live near each other: the share of a sign's variance
        that lies between honest interviewers, 0 to 1. It widens the standard error.
    flag_form, flag_interviewer : int
        Points from which on a person looks.
    """

    made: date
    how: str
    signs: dict[str, Steps]
    shown: dict[str, float]
    others: Steps
    alike: float
    flag_form: int
    flag_interviewer: int


@dataclass(frozen=True, slots=True)
class Suspicions:
    """Scores and reasons.

    Parameters
    ----------
    forms : polars.DataFrame
        ``case_id``, ``interviewer``, ``points``, ``flagged`` (Boolean), in the order given.
    reasons : polars.DataFrame
        Of forms with any points, one row per family of signs that gives some: ``case_id``, ``interviewer``, ``family``,
        ``sign``, ``points`` (the sum of ``own_points`` and ``others_points``), ``value``, ``typical``, ``count``,
        ``of``, ``partner`` (as the sign has them), ``others_with`` of ``others`` (the interviewer's other forms, of
        ``visits`` days, that show this family) and ``elsewhere`` (share among other
        interviewers'; missing where there are none); the heaviest first within a case.
    interviewers : polars.DataFrame
        One row per interviewer and family: ``interviewer``, ``family``, ``forms``, ``shown`` (forms, of ``visits``
        days), ``elsewhere`` (share), ``points``; sorted.
    interviewer_scores : polars.DataFrame
        ``interviewer``, ``forms``, ``flagged_forms``, ``points``, ``flagged`` (by points, or five and more
        than half of the forms flagged); sorted.
    """

    forms: pl.DataFrame
    reasons: pl.DataFrame
    interviewers: pl.DataFrame
    interviewer_scores: pl.DataFrame


@cache
def suspicion_points() -> SuspicionPoints:
    """Give the coefficients shipped with the library.

    Returns
    -------
    SuspicionPoints
        Read from ``suspicion.yaml``.
    """
    return read_suspicion_points(files(__package__).joinpath("suspicion.yaml").read_bytes())


def read_suspicion_points(text: bytes) -> SuspicionPoints:
    """Read coefficients.

    Parameters
    ----------
    text : bytes
        YAML.

    Returns
    -------
    SuspicionPoints
        Checked.

    Raises
    ------
    SipasError
        ``quality.points_unreadable``.
    """
    try:
        made = from_yaml(text, SuspicionPoints)
    except msgspec.MsgspecError as error:
        raise SipasError("quality.points_unreadable", got=str(error)) from error
    known = {sign for signs in FAMILIES.values() for sign in signs}
    for name, steps in [*made.signs.items(), ("others", made.others)]:
        falls = any(a >= b for a, b in zip(steps.at_least, steps.at_least[1:], strict=False))
        if name not in {*known, "others"} or len(steps.at_least) != len(steps.points) or falls:
            raise SipasError("quality.points_unreadable", got=name)
    if known - made.signs.keys() or known ^ made.shown.keys():
        raise SipasError("quality.points_unreadable", got=sorted(known - made.signs.keys() | known ^ made.shown.keys()))
    return made


def suspicions(signs: pl.DataFrame, points: SuspicionPoints | None = None) -> Suspicions:
    """Score forms and interviewers.

    Parameters
    ----------
    signs : polars.DataFrame
        ``form_signs``.
    points : SuspicionPoints, optional
        Missing: those shipped.

    Returns
    -------
    Suspicions
        Ten points mean: ten times as frequent among planted fabrications as among honest forms, in the simulation that
        the coefficients were made by. Only what speaks against a form counts, so points never fall below 0; of one
        family of signs the heaviest counts alone. Where more than a tenth of all other interviewers' forms has as many
        points of a family, a form gets no more than -10 log10 of that share.

    Notes
    -----
    The rates reached, and how they were measured: docs/explanation/fabrication-score.md.
    """
    points = points or suspicion_points()
    carried = signs["interviewer"].is_not_null().to_numpy()
    codes = signs["interviewer"].fill_null("").rank("dense").cast(pl.Int64).to_numpy() - 1 if signs.height else Whole0
    total = np.zeros(signs.height, np.int64)
    reasons, of_interviewers = [], []
    for family, members in FAMILIES.items():
        own, best = _own_points(signs, members, points)
        own = _capped(own, codes)
        shows = shows_sign(signs, members, points.shown)
        others = other_forms(signs, codes, family, shows, points.alike)
        more = np.where(shows & carried, points.others.of(others.excess()), 0)
        total += own + more
        reasons.append(_reasons(signs, family, members, best, own, more, others))
        of_interviewers.append(others.table(signs["interviewer"], family, points.others.of))
    forms = signs.select("case_id", "interviewer").with_columns(points=pl.Series(total))
    forms = forms.with_columns(flagged=pl.col("points") >= points.flag_form)
    told = pl.concat([pl.DataFrame(schema=REASONS), *reasons])
    by_family = pl.concat(of_interviewers).sort("interviewer", "family")
    return Suspicions(
        forms,
        told.sort(["case_id", "points", "family"], descending=[False, True, False]),
        by_family,
        _interviewer_scores(forms, by_family, points),
    )


Whole0: Whole = np.zeros(0, np.int64)


def _own_points(signs: pl.DataFrame, members: tuple[str, ...], points: SuspicionPoints) -> tuple[Whole, Whole]:
    """Give the points of the heaviest sign of a family and which it is."""
    each = np.stack([points.signs[name].of(sizes_of(signs, name)) for name in members])
    best = each.argmax(axis=0)
    return each.max(axis=0), best


def _capped(own: Whole, codes: Whole) -> Whole:
    """Give fewer points where more than one in ten of all others' forms has as many: what is common tells little."""
    capped = own.copy()
    forms = np.bincount(codes)
    for value in np.unique(own[own > 0]):
        as_many = own >= value
        elsewhere = as_many.sum() - np.bincount(codes[as_many], minlength=len(forms))
        share = elsewhere / np.maximum(forms.sum() - forms, 1)
        most = np.where(share > COMMON, np.floor(-10 * np.log10(np.maximum(share, 1e-9))), value)
        rows = own == value
        capped[rows] = np.minimum(value, most[codes[rows]])
    return capped


def _reasons(
    signs: pl.DataFrame, family: str, members: tuple[str, ...], best: Whole, own: Whole, more: Whole, others: OtherForms
) -> pl.DataFrame:
    """Tell why, for the forms that get points in a family."""
    rows = np.flatnonzero(own + more)
    forms, shown = (c[rows] for c in others.others())
    carried = signs["interviewer"].is_not_null().gather(rows).to_numpy()
    chosen = best[rows]
    base = pl.DataFrame({
        "case_id": signs["case_id"].gather(rows),
        "interviewer": signs["interviewer"].gather(rows),
        "family": pl.Series([family] * len(rows), dtype=pl.String),
        "sign": pl.Series([members[k] for k in chosen], dtype=pl.String),
        "points": own[rows] + more[rows],
        "own_points": own[rows],
        "others_points": more[rows],
    })
    told = pl.DataFrame({
        "others_with": pl.Series(shown).set(pl.Series(~carried), None),
        "others": pl.Series(forms).set(pl.Series(~carried), None),
        "elsewhere": pl.Series(others.elsewhere()[others.codes[rows]]).fill_nan(None).set(pl.Series(~carried), None),
    })
    made = pl.concat([base, _numbers_of(signs, members, rows, chosen), told], how="horizontal")
    return made.select(pl.col(name).cast(kind) for name, kind in REASONS.items())


def _numbers_of(signs: pl.DataFrame, members: tuple[str, ...], rows: Whole, chosen: Whole) -> pl.DataFrame:
    """Take value, typical, count, of and partner of each row from its own sign."""
    kinds = {"value": pl.Float64, "typical": pl.Float64, "count": pl.Int64, "of": pl.Int64, "partner": pl.String}
    made = pl.DataFrame({name: pl.Series([None] * len(rows), dtype=kind) for name, kind in kinds.items()})
    for number, sign in enumerate(members):
        columns = (VALUES.get(sign, sign), *TOLD.get(sign, ("", "", "", "")))
        mine = pl.Series(chosen == number, dtype=pl.Boolean)
        given = [
            signs[source].gather(rows).cast(kind).zip_with(mine, made[name]).alias(name)
            for (name, kind), source in zip(kinds.items(), columns, strict=True)
            if source
        ]
        made = made.with_columns(given)
    return made


def _interviewer_scores(forms: pl.DataFrame, by_family: pl.DataFrame, points: SuspicionPoints) -> pl.DataFrame:
    carried = forms.filter(pl.col("interviewer").is_not_null())
    counted = carried.group_by("interviewer").agg(
        forms=pl.len().cast(pl.Int64), flagged_forms=pl.col("flagged").sum().cast(pl.Int64)
    )
    summed = by_family.group_by("interviewer").agg(pl.col("points").sum())
    made = counted.join(summed, on="interviewer", how="left").sort("interviewer")
    most = (pl.col("flagged_forms") >= LEAST_FLAGGED) & (pl.col("flagged_forms") * 2 > pl.col("forms"))
    return made.with_columns(flagged=(pl.col("points") >= points.flag_interviewer) | most)
