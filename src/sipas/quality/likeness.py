"""Forms too like each other: the share of equal answers, and how little chance explains it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import log_ndtr

from sipas.quality.answer_codes import MISSING, AnswerCodes, Reals, answer_codes

LEAST_COMMON = 10
MEMORY = 64 * 2**20  # bytes of one block of comparisons, three of which are held at a time
LEAST_LEVELS, MOST_LEVELS, FORMS_OF_LEVEL = 5, 20, 100
PRIOR = 0.5  # answers added to each option where shares are estimated
LN10 = float(np.log(10.0))
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Compared:
    """Rows of one group with the moment of each; only forms at least as old are compared with a form."""

    rows: Places
    moments: Places | None

    def blocks(self, most: int) -> Iterator[tuple[Places, npt.NDArray[np.bool_] | None]]:
        """Give parts of the rows with what each may not be compared with."""
        step = max(1, most // max(1, len(self.rows)))
        for first in range(0, len(self.rows), step):
            here = np.arange(first, min(first + step, len(self.rows)))
            later = None if self.moments is None else self.moments[here][:, None] < self.moments[None, :]
            yield here, later


def percent_match(
    forms: pl.DataFrame,
    columns: Sequence[str],
    *,
    within: str | None = None,
    moment: str | None = None,
    least_common: int = LEAST_COMMON,
) -> pl.DataFrame:
    """Find for each form the other one with the highest share of equal answers.

    Parameters
    ----------
    forms : polars.DataFrame
        One row per form with ``case_id``.
    columns : sequence of str
        Answer columns, of any type; missing answers are compared with nothing.
    within : str, optional
        Column whose equal values limit the comparison, as the interviewer or the agency; rows where it is missing are
        compared with none. Without it every form is compared with every other.
    moment : str, optional
        Column by which a form is compared only with forms that are not later; missing: with all.
    least_common : int
        Questions that both must have answered, at least 1; pairs with fewer are passed over.

    Returns
    -------
    polars.DataFrame
        ``case_id``, ``partner`` (the other form; of several the first in the order given; missing where there is
        none), ``same``, ``common`` (questions: equal answers, both answered), ``share`` (0 to 1), in the order given.

    Notes
    -----
    Kuriakose and Robbins 2016, doi:10.3233/SJI-160978, who flag above 0.85; their critics (Simmons et al. 2016, the
    same journal) show that honest forms with few options are as like: read it with ``match_surprise``. The work grows
    with the square of the forms in a group; memory does not.
    """
    codes = answer_codes(forms, columns)
    ones, given = codes.ones(), codes.given()
    partner = np.full(forms.height, -1, np.int64)
    for group in _groups(forms, within, moment):
        right, right_given = ones[group.rows].T.copy(), given[group.rows].T.copy()
        for here, later in group.blocks(MEMORY // 4):
            common = given[group.rows[here]] @ right_given
            share = ones[group.rows[here]] @ right
            with np.errstate(invalid="ignore", divide="ignore"):
                share /= common
            share[common < max(1, least_common)] = -1.0
            partner[group.rows[here]] = _best(share, here, later, group.rows)
    same, common_of = _pairs(codes, partner)
    return (
        _told(forms, partner)
        .with_columns(
            same=pl.Series(same).set(pl.Series(partner < 0), None),
            common=pl.Series(common_of).set(pl.Series(partner < 0), None),
        )
        .with_columns(share=pl.col("same") / pl.col("common"))
    )


def match_surprise(
    forms: pl.DataFrame,
    columns: Sequence[str],
    *,
    level: str,
    within: str | None = None,
    moment: str | None = None,
    least_common: int = LEAST_COMMON,
) -> pl.DataFrame:
    """Find for each form the other one whose likeness chance explains least.

    Parameters
    ----------
    forms : polars.DataFrame
        One row per form with ``case_id``.
    columns : sequence of str
        Answer columns.
    level : str
        Column of the form's general level, as the mean of its items: forms of one level tick alike without any
        copying, so shares of answers are taken in five to twenty classes of it, of a hundred forms or more.
    within, moment, least_common
        As in ``percent_match``.

    Returns
    -------
    polars.DataFrame
        ``case_id``, ``partner``, ``same``, ``common`` (questions), ``expected`` (equal answers of two independent forms
        of these levels), ``surprise`` (minus log10 of the chance that the best of all compared agrees so much on
        such rare answers, normal approximation, not below 0; 0 where there is no partner), in the order given.

    Notes
    -----
    An equal answer counts -ln(share of forms of this level that gave it), so that agreeing on what nearly everybody
    ticks tells nothing. Under independence the sum has a known mean and variance; z of the best pair is read
    against the number of forms it was compared with (Bonferroni).
    """
    codes = answer_codes(forms, columns)
    classes = _classes(forms[level])
    shares = _shares(codes, classes)
    ones = codes.ones()
    weights = ones * -np.log(shares[classes])
    partner = np.full(forms.height, -1, np.int64)
    compared = np.zeros(forms.height, np.int64)
    for group in _groups(forms, within, moment):
        order = np.argsort(classes[group.rows], kind="stable")
        group = _Compared(group.rows[order], None if group.moments is None else group.moments[order])
        right = ones[group.rows].T.copy()
        edges = np.searchsorted(classes[group.rows], np.arange(len(shares) + 1))
        for here, later in group.blocks(MEMORY // 4):
            rows = group.rows[here]
            z = weights[rows] @ right
            for k, (first, last) in enumerate(pairwise(edges)):
                mean, spread = weights[rows] @ shares[k], _spread(weights[rows], shares[k])
                z[:, first:last] = (z[:, first:last] - mean[:, None]) / spread[:, None]
            partner[rows] = _best(z, here, later, group.rows, worst=-np.inf)
            compared[rows] = len(group.rows) - 1 - (0 if later is None else later.sum(axis=1))
    same, common = _pairs(codes, partner)
    partner[common < max(1, least_common)] = -1
    expected, surprise = _surprises(codes, classes, shares, partner, compared)
    none = pl.Series(partner < 0)
    return _told(forms, partner).with_columns(
        same=pl.Series(same).set(none, None),
        common=pl.Series(common).set(none, None),
        expected=pl.Series(expected).set(none, None),
        surprise=pl.Series(surprise),
    )


def same_texts(
    forms: pl.DataFrame, columns: Sequence[str], *, within: str | None = None, least_length: int = 12
) -> pl.DataFrame:
    """Count forms whose remarks are the same, letter case, spaces and punctuation aside.

    Parameters
    ----------
    forms : polars.DataFrame
        One row per form with ``case_id``.
    columns : sequence of str
        Text columns.
    within : str, optional
        Column whose equal values limit the comparison; rows where it is missing are left out.
    least_length : int
        Letters and digits under which a text is too short to tell anything.

    Returns
    -------
    polars.DataFrame
        ``case_id``, ``column``, ``forms`` (with this text, itself included, at least 2), sorted by case and column. No
        text is given.
    """
    empty = pl.DataFrame(schema={"case_id": pl.String, "column": pl.String, "forms": pl.Int64})
    keys = [within] if within else []
    rows = forms.filter(pl.col(within).is_not_null()) if within else forms
    parts = []
    for name in columns:
        plain = pl.col(name).str.normalize("NFC").str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]+", "")
        texts = rows.select("case_id", *keys, text=plain).filter(pl.col("text").str.len_chars() >= least_length)
        counted = texts.with_columns(forms=pl.len().over(["text", *keys]).cast(pl.Int64)).filter(pl.col("forms") > 1)
        parts.append(counted.select("case_id", column=pl.lit(name), forms="forms"))
    return pl.concat([empty, *parts]).sort("case_id", "column")


def _groups(forms: pl.DataFrame, within: str | None, moment: str | None) -> Iterator[_Compared]:
    """Give the rows of each group with at least two forms."""
    moments = forms[moment].rank("dense").fill_null(0).cast(pl.Int64).to_numpy() if moment else None
    if within is None:
        lists = [np.arange(forms.height, dtype=np.int64)]
    else:
        rows = forms.select(pl.col(within).alias("group")).with_row_index("row").drop_nulls()
        lists = [np.asarray(found, np.int64) for found in rows.group_by("group", maintain_order=True).agg("row")["row"]]
    for found in lists:
        if len(found) > 1:
            yield _Compared(found, None if moments is None else moments[found])


def _best(
    scores: Reals, here: Places, later: npt.NDArray[np.bool_] | None, rows: Places, worst: float = -1.0
) -> Places:
    """Give the row of the best partner of each; -1 where there is none. Of equals the first compared."""
    scores[np.arange(len(here)), here] = worst
    if later is not None:
        scores[later] = worst
    first = scores.argmax(axis=1)
    return np.where(scores[np.arange(len(here)), first] > worst, rows[first], -1)


def _pairs(codes: AnswerCodes, partner: Places) -> tuple[Places, Places]:
    """Count equal answers, and questions both answered, of each form and its partner."""
    mine, theirs = codes.codes, codes.codes[partner]
    both = (mine != MISSING) & (theirs != MISSING) & (partner >= 0)[:, None]
    return ((mine == theirs) & both).sum(axis=1), both.sum(axis=1)


def _classes(level: pl.Series) -> Places:
    """Put forms into classes of their level, about equal in size; those without one into the first."""
    lowest = level.min()  # none where no form has a level, as before the first answer
    values = level.fill_null(0.0 if lowest is None else lowest).to_numpy()
    number = min(max(len(values) // FORMS_OF_LEVEL, LEAST_LEVELS), MOST_LEVELS)
    edges = np.unique(np.quantile(values, np.arange(1, number) / number)) if len(values) else np.array([])
    return np.searchsorted(edges, values, side="right").astype(np.int64)


def _shares(codes: AnswerCodes, classes: Places) -> Reals:
    """Estimate, class by class, the share of forms that gave each answer, among those that gave one."""
    number = int(classes.max(initial=0)) + 1
    made = np.ones((number, int(codes.sizes.sum())), np.float32)
    ones = codes.ones()
    for k in range(number):
        counts = ones[classes == k].sum(axis=0) + PRIOR
        for first, last in zip(codes.starts[:-1], codes.starts[1:], strict=True):
            made[k, first:last] = counts[first:last] / counts[first:last].sum() if last > first else 1.0
    return made


def _spread(weights: Reals, shares: Reals) -> Reals:
    return np.sqrt(np.maximum((weights * weights) @ (shares * (1 - shares)), np.float32(1e-6)))


def _surprises(
    codes: AnswerCodes, classes: Places, shares: Reals, partner: Places, compared: Places
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Judge the chosen pairs on the questions both answered."""
    mine, theirs = codes.codes, codes.codes[partner]
    places = codes.starts[:-1][None, :] + np.maximum(mine, 0)
    both = (mine != MISSING) & (theirs != MISSING) & (partner >= 0)[:, None]
    p_mine = np.where(both, shares[classes[:, None], np.minimum(places, shares.shape[1] - 1)], 1.0).astype(np.float64)
    p_theirs = np.where(both, shares[classes[partner][:, None], np.minimum(places, shares.shape[1] - 1)], 0.0).astype(
        np.float64
    )
    weight = -np.log(p_mine)
    total = (weight * ((mine == theirs) & both)).sum(axis=1)
    mean = (weight * p_theirs).sum(axis=1)
    spread = np.sqrt(np.maximum((weight**2 * p_theirs * (1 - p_theirs)).sum(axis=1), 1e-6))
    tail = -log_ndtr(-(total - mean) / spread) / LN10 - np.log10(np.maximum(compared, 1))
    return p_theirs.sum(axis=1), np.where(partner >= 0, np.maximum(tail, 0.0), 0.0)


def _told(forms: pl.DataFrame, partner: Places) -> pl.DataFrame:
    """Name the partners."""
    names = forms["case_id"].gather(np.maximum(partner, 0)) if forms.height else forms["case_id"]
    return pl.DataFrame({"case_id": forms["case_id"], "partner": names.set(pl.Series(partner < 0), None)})
