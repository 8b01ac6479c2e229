"""Places in an order as numbers: how far a value stands from the middle, whatever its scale."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri
from scipy.stats import rankdata

Reals = npt.NDArray[np.float64]
DENSITY = 1 / np.sqrt(2 * np.pi)  # of a standard normal number at 0


def normal_scores(values: Reals) -> Reals:
    """Give each of a few values the mean of the part of a standard normal population that it stands for.

    Parameters
    ----------
    values : numpy.ndarray of float64
        Answers of one question; not a number: missing.

    Returns
    -------
    numpy.ndarray of float64
        The lowest tenth becomes the mean of the lowest tenth of a normal population; the mean of all is 0. Missing
        stays missing.

    Notes
    -----
    Van der Waerden 1952 with ties. On a scale of five that most people answer with four, a one is not as far from four
    as its number of standard deviations says.
    """
    known = ~np.isnan(values)
    made = np.full(len(values), np.nan)
    _seen, places, counts = np.unique(values[known], return_inverse=True, return_counts=True)
    edges = ndtri(np.concatenate([[0], np.cumsum(counts)]) / max(1, known.sum()))
    heights = DENSITY * np.exp(-0.5 * edges**2)
    made[known] = ((heights[:-1] - heights[1:]) * known.sum() / np.maximum(counts, 1))[places]
    return made


def excesses(values: Reals) -> Reals:
    """Tell by how much values stand above the middle: the normal score of the rank, nothing below the middle.

    Parameters
    ----------
    values : numpy.ndarray of float64
        Sizes of a sign; not a number: unknown, which counts as the least.

    Returns
    -------
    numpy.ndarray of float64
        0 or more; equal sizes give equal numbers.
    """
    if not len(values):
        return values
    ranks = rankdata(np.nan_to_num(values, nan=-np.inf))
    return np.asarray(np.maximum(ndtri((ranks - 0.5) / len(values)), 0.0), np.float64)
