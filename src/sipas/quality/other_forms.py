"""How far the other forms of an interviewer show a sign, beside those of everybody else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from sipas.quality.form_signs import VISIT_SIGNS
from sipas.quality.normal_scores import Reals, excesses

FAMILIES: Mapping[str, tuple[str, ...]] = {
    "likeness": ("same_as_own", "same_as_any"),
    "straight": ("straight",),
    "scattered": ("scattered",),
    "gaps": ("missing", "gaps"),
    "remarks": ("remark",),
    "pace": ("pace",),
    "visits": VISIT_SIGNS,
}
BY_DAY = ("visits",)  # one evening's forms are one happening: here days are counted, not forms
GRADED = ("likeness", "straight", "scattered")  # every form has a size: not only whether it is large is looked at
HALF = 0.5  # of a form, added so that no share is 0
QUARTER = 0.25  # of a squared form: one form more or less proves nothing
Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class OtherForms:
    """How a family of signs is shown, by interviewer.

    Parameters
    ----------
    codes : numpy.ndarray of int64
        Interviewer of each form.
    forms, shown : numpy.ndarray of int64
        Forms, or days, of each interviewer, and those that show it.
    own : numpy.ndarray of bool
        Whether the form, or its day, shows it.
    alike : float
        Share of the variance between honest interviewers.
    heights : numpy.ndarray of float64, optional
        How far each form goes, 0 or more; missing where it is only counted.
    """

    codes: Whole
    forms: Whole
    shown: Whole
    own: Flags
    alike: float
    heights: Reals | None = None

    def elsewhere(self, added: float = 0.0) -> Reals:
        """Give the share among all others', by interviewer.

        Parameters
        ----------
        added : float
            Forms with and without the sign to add.

        Returns
        -------
        numpy.ndarray of float64
            Not a number where there are no others.
        """
        shown, forms = self.shown.sum() - self.shown, self.forms.sum() - self.forms
        whole = np.where(forms + added > 0, forms + 2 * added, np.nan)
        return np.asarray((shown + added) / whole, np.float64)

    def excess(self) -> Reals:
        """Tell, of each form, how much more the interviewer's other ones show it than everybody else's.

        Returns
        -------
        numpy.ndarray of float64
            Standard errors: of how many show it, or of how far they go on the whole, whichever says more.
        """
        forms, shown = self.others()
        counted = _standard_errors(forms, shown, self.elsewhere(HALF)[self.codes], self.alike)
        return counted if self.heights is None else np.fmax(counted, self._height_excess(self.heights))

    def others(self) -> tuple[Whole, Whole]:
        """Count the interviewer's other forms, or days.

        Returns
        -------
        tuple of numpy.ndarray of int64
            Of each form: all of them, and those that show it.
        """
        return self.forms[self.codes] - 1, self.shown[self.codes] - self.own

    def table(self, names: pl.Series, family: str, points: Callable[[Reals], Whole]) -> pl.DataFrame:
        """Tell each interviewer's count.

        Parameters
        ----------
        names : polars.Series
            Interviewer of each form.
        family : str
            Family of signs.
        points : callable
            Points of standard errors.

        Returns
        -------
        polars.DataFrame
            ``interviewer``, ``family``, ``forms``, ``shown``, ``elsewhere``, ``points``.
        """
        given = points(_standard_errors(self.forms, self.shown, self.elsewhere(HALF), self.alike))
        labels = names.fill_null("").unique().sort()
        made = pl.DataFrame({
            "interviewer": labels, "family": [family] * len(labels), "forms": self.forms, "shown": self.shown,
            "elsewhere": pl.Series(self.elsewhere()).fill_nan(None), "points": given,
        }, schema_overrides={"interviewer": pl.String, "family": pl.String})  # fmt: skip
        return made.filter(pl.col("interviewer") != "")

    def _height_excess(self, heights: Reals) -> Reals:
        """Compare the mean height of the interviewer's other forms with that of everybody else's forms."""
        number = np.bincount(self.codes)
        total, squares = (np.bincount(self.codes, weights=w) for w in (heights, heights**2))
        elsewhere = np.maximum(number.sum() - number, 1)
        usual = (total.sum() - total) / elsewhere
        variance = np.maximum((squares.sum() - squares) / elsewhere - usual**2, 0.0)[self.codes]
        others = number[self.codes] - 1
        mean = (total[self.codes] - heights) / np.maximum(others, 1)
        effect = 1 + np.maximum(others - 1, 0) * self.alike
        spread = np.sqrt(variance * effect / np.maximum(others, 1) + QUARTER / np.maximum(others, 1) ** 2)
        return np.asarray(np.where(others > 0, (mean - usual[self.codes]) / spread, -np.inf), np.float64)


def other_forms(signs: pl.DataFrame, codes: Whole, family: str, shows: Flags, alike: float) -> OtherForms:
    """Count a family of signs; forms that nobody carried stand together as the first interviewer.

    Parameters
    ----------
    signs : polars.DataFrame
        ``form_signs``.
    codes : numpy.ndarray of int64
        Interviewer of each form, from 0.
    family : str
        One of ``FAMILIES``.
    shows : numpy.ndarray of bool
        Whether each form shows it.
    alike : float
        As in ``SuspicionPoints``.

    Returns
    -------
    OtherForms
        Of all interviewers.
    """
    units = np.arange(len(codes))
    if family in BY_DAY and signs.height:
        days = signs["day"].rank("dense").fill_null(0).cast(pl.Int64).to_numpy()
        units = np.unique(codes * (days.max() + 1) + days, return_inverse=True)[1]
    shown = np.bincount(units, weights=shows, minlength=0) > 0
    whose = np.zeros(len(shown), np.int64)
    whose[units] = codes
    number = int(codes.max(initial=-1)) + 1
    forms, with_sign = (np.bincount(codes_of, minlength=number) for codes_of in (whose, whose[shown]))
    heights = [excesses(sizes_of(signs, name)) for name in FAMILIES[family]] if family in GRADED else []
    return OtherForms(codes, forms, with_sign, shown[units], alike, np.max(heights, axis=0) if heights else None)


def shows_sign(signs: pl.DataFrame, members: tuple[str, ...], shown: Mapping[str, float]) -> Flags:
    """Tell which forms show one of a family's signs.

    Parameters
    ----------
    signs : polars.DataFrame
        ``form_signs``.
    members : tuple of str
        Signs of the family.
    shown : mapping of str to float
        Size from which on each is shown.

    Returns
    -------
    numpy.ndarray of bool
        One per form.
    """
    each = [np.nan_to_num(sizes_of(signs, name), nan=-np.inf) >= shown[name] for name in members]
    return np.asarray(np.any(each, axis=0), np.bool_)


def sizes_of(signs: pl.DataFrame, name: str) -> Reals:
    """Give the sizes of a sign.

    Parameters
    ----------
    signs : polars.DataFrame
        ``form_signs``.
    name : str
        Sign.

    Returns
    -------
    numpy.ndarray of float64
        Not a number where it is unknown.
    """
    return signs[name].cast(pl.Float64).fill_null(np.nan).to_numpy()


def _standard_errors(forms: Whole, shown: Whole, share: Reals, alike: float) -> Reals:
    """Give the distance from what is expected; forms of one interviewer are no independent draws."""
    effect = 1 + np.maximum(forms - 1, 0) * alike
    return np.asarray((shown - forms * share) / np.sqrt(forms * share * (1 - share) * effect + QUARTER), np.float64)
