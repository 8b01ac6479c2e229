"""Answers as small whole numbers and as columns of noughts and ones, for comparing every form with every other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

Reals = npt.NDArray[np.float32]
Codes = npt.NDArray[np.int16]
MISSING = -1


@dataclass(frozen=True, slots=True)
class AnswerCodes:
    """Answers of forms.

    Parameters
    ----------
    codes : numpy.ndarray of int16, forms × columns
        Place of the answer among the answers seen in its column, from 0; -1 where it is missing.
    sizes : numpy.ndarray of int64, columns
        Different answers seen in each column.
    """

    codes: Codes
    sizes: npt.NDArray[np.int64]

    @property
    def starts(self) -> npt.NDArray[np.int64]:
        """Where each column begins among the columns of noughts and ones.

        Returns
        -------
        numpy.ndarray of int64, columns + 1
            The last is their number.
        """
        return np.concatenate([[0], np.cumsum(self.sizes)])

    def ones(self) -> Reals:
        """Write each answer as a one in a column of its own.

        Returns
        -------
        numpy.ndarray of float32, forms × answers seen
            A product of two rows is the number of equal answers, exact up to 2^24.
        """
        made = np.zeros((len(self.codes), int(self.sizes.sum())), np.float32)
        rows, columns = np.nonzero(self.codes != MISSING)
        made[rows, self.starts[columns] + self.codes[rows, columns]] = 1.0
        return made

    def given(self) -> Reals:
        """Mark what was answered.

        Returns
        -------
        numpy.ndarray of float32, forms × columns
            1 or 0.
        """
        return np.asarray(self.codes != MISSING, np.float32)


def answer_codes(forms: pl.DataFrame, columns: Sequence[str]) -> AnswerCodes:
    """Put numbers in the place of answers.

    Parameters
    ----------
    forms : polars.DataFrame
        One row per form.
    columns : sequence of str
        Answer columns of any type; null is missing.

    Returns
    -------
    AnswerCodes
        Rows and columns in the order given.
    """
    made = np.full((forms.height, len(columns)), MISSING, np.int16)
    sizes = np.zeros(len(columns), np.int64)
    for number, name in enumerate(columns):
        seen = forms[name].drop_nulls().unique().sort()
        places = forms[name].replace_strict(seen, list(range(len(seen))), default=None, return_dtype=pl.Int16)
        made[:, number] = places.fill_null(MISSING).to_numpy()
        sizes[number] = len(seen)
    return AnswerCodes(made, sizes)
