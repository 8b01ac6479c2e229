"""Planted fabrications: known ways of filling in forms without going to the people, for judging what finds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import polars as pl

from sipas.capture import asked
from sipas.instrument.edition import Edition
from sipas.simulation.profile import generator

Way = Literal["copy", "straight", "marginals", "own_forms", "speed", "night"]
WAYS: tuple[Way, ...] = get_args(Way)
Rows = npt.NDArray[np.int64]
NOISE = (0.03, 0.15)  # share of answers changed in a copy
PARENTS = (2, 3)  # earlier forms of one's own that an invented one is put together from
FASTER = (0.15, 0.35)  # of an honest interview's time
SECTION = 5  # items ticked alike in one movement by who hurries
OF_OWN = (0.3, 0.9)  # share of a cheating interviewer's forms that are made up


@dataclass(frozen=True, slots=True)
class Planted:
    """Forms with fabrications among them.

    Parameters
    ----------
    forms : polars.DataFrame
        As given, with the made-up forms in the place of honest ones.
    truth : polars.DataFrame
        ``case_id``, ``way`` (missing: honest).
    """

    forms: pl.DataFrame
    truth: pl.DataFrame


def plant(
    forms: pl.DataFrame,
    edition: Edition,
    *,
    ways: Sequence[Way] = WAYS,
    share: float = 0.05,
    of_own: tuple[float, float] = OF_OWN,
    seed: int,
) -> Planted:
    """Let some interviewers make up a part of their forms.

    Parameters
    ----------
    forms : polars.DataFrame
        Honest forms: ``case_id``, ``respondent_kind``, the columns of ``honest_records`` and the edition's answer
        columns.
    edition : Edition
        The form.
    ways : sequence of str
        Ways of cheating; each cheating interviewer keeps to one, dealt in turn.
    share : float
        Share of all forms that are made up, 0 to 1; kept as nearly as whole interviewers allow.
    of_own : tuple of float
        Least and greatest share of a cheating interviewer's own forms that are made up, 0 to 1.
    seed : int
        Seed.

    Returns
    -------
    Planted
        ``copy``: an earlier form, mostly one's own, with a few answers changed. ``straight``: one answer down all
        items, or all but a few. ``marginals``: each answer drawn from all forms' by itself. ``own_forms``: put together
        from two or three of one's own earlier forms. ``speed``: asked in a fraction of the time, whole blocks ticked
        alike. ``night``: believable answers, several forms filled in at home in one evening. In the first four, times
        and places look honest: the harder case.
    """
    stream = generator(seed, "cheating", *ways)
    table = forms.with_row_index("row").sort("at", "case_id")
    wanted = round(share * forms.height)
    truth: dict[int, Way] = {}
    names = stream.permutation(np.array(sorted(set(forms["interviewer"].drop_nulls()))))
    answers = {c.name: forms[c.name].to_list() for c in edition.columns()}
    records = {name: forms[name].to_list() for name in ("at", "latitude", "longitude", "seconds")}
    kinds = forms["respondent_kind"].to_list()
    alike = {kind: np.flatnonzero(forms["respondent_kind"].eq_missing(kind)) for kind in set(kinds)}
    made = _Making(edition, answers, records, [alike[kind] for kind in kinds], stream)
    cheats = 0
    for name in names:
        rows = table.filter(pl.col("interviewer") == str(name))["row"].to_numpy().astype(np.int64)
        size = min(max(1, round(stream.uniform(*of_own) * len(rows))), len(rows) - 2)  # two to copy from
        if size < 1 or abs(wanted - len(truth) - size) >= wanted - len(truth):
            continue
        chosen = np.sort(stream.choice(rows[2:], size=size, replace=False))
        way = ways[cheats % len(ways)]
        cheats += 1
        made.fabricate(way, chosen, rows)
        truth |= dict.fromkeys(chosen.tolist(), way)
    changed = [pl.Series(name, values, dtype=forms.schema[name]) for name, values in (answers | records).items()]
    told = pl.Series("way", [truth.get(row) for row in range(forms.height)], dtype=pl.String)
    return Planted(_routed(forms.with_columns(changed), edition), forms.select("case_id").with_columns(told))


def _routed(forms: pl.DataFrame, edition: Edition) -> pl.DataFrame:
    """Leave empty what was not to be asked: whoever makes a form up follows its arrows."""
    marks = asked(forms, edition)
    columns = [
        forms[c.name].zip_with(marks[c.question], forms[c.name].clear(forms.height)).alias(c.name)
        for c in edition.columns()
        if c.question in marks.columns
    ]
    return forms.with_columns(columns)


@dataclass(frozen=True, slots=True)
class _Making:
    """Changes lists in place; rows of one interviewer come in the order of time."""

    edition: Edition
    answers: dict[str, list[int | str | None]]
    records: dict[str, list[datetime | float | None]]
    alike: list[Rows]  # of each form, those of the same kind of respondent
    stream: np.random.Generator

    def fabricate(self, way: Way, chosen: Rows, rows: Rows) -> None:
        """Make up some forms."""
        if way == "night":
            self._at_home(chosen)
        for row in chosen.tolist():
            earlier = rows[: int(np.flatnonzero(rows == row)[0])]
            {
                "copy": self._copy,
                "straight": self._straight,
                "marginals": self._marginals,
                "own_forms": self._own_forms,
                "speed": self._hurry,
                "night": self._imagine,
            }[way](row, earlier)

    def _copy(self, row: int, earlier: Rows) -> None:
        source = int(self.stream.choice(self._like(row, earlier)))
        noise = self.stream.uniform(*NOISE)
        for name, values in self.answers.items():
            changes = self.stream.random() < noise
            values[row] = self._of_anybody(name, row) if changes else values[source]

    def _straight(self, row: int, _earlier: Rows) -> None:
        self._marginals(row, _earlier)
        tick = int(self.stream.choice([3, 4, 4, 4, 5, 5]))
        exceptions = self.stream.integers(0, 3)
        items = self._items()
        for name in items:
            self.answers[name][row] = tick
        for name in self.stream.choice(items, size=exceptions, replace=False):
            self.answers[str(name)][row] = max(1, tick - 1)

    def _marginals(self, row: int, _earlier: Rows) -> None:
        for name, values in self.answers.items():
            values[row] = self._of_anybody(name, row)

    def _own_forms(self, row: int, earlier: Rows) -> None:
        like = self._like(row, earlier)
        number = min(int(self.stream.integers(PARENTS[0], PARENTS[1] + 1)), len(like))
        sources = self.stream.choice(like, size=number, replace=False)
        for values in self.answers.values():
            values[row] = values[int(self.stream.choice(sources))]

    def _hurry(self, row: int, earlier: Rows) -> None:
        self._imagine(row, earlier)
        items = self._items()
        for first in range(0, len(items), SECTION):
            for name in items[first : first + SECTION]:
                self.answers[name][row] = self.answers[items[first]][row]
        seconds = self.records["seconds"][row]
        if isinstance(seconds, float):
            self.records["seconds"][row] = seconds * float(self.stream.uniform(*FASTER))

    def _imagine(self, row: int, _earlier: Rows) -> None:
        """Answer as one person would: another honest form's items, each moved a step now and then, facts of others."""
        self._marginals(row, _earlier)
        source = int(self.stream.choice(self.alike[row]))
        for name in self._items():
            value = self.answers[name][source]
            if isinstance(value, int) and self.stream.random() < 0.25:
                value = int(np.clip(value + self.stream.choice([-1, 1]), 1, 5))
            self.answers[name][row] = value

    def _at_home(self, chosen: Rows) -> None:
        """Give several forms to one evening at one place, minutes apart."""
        for first in range(0, len(chosen), 6):
            rows = chosen[first : first + 6].tolist()
            day = self.records["at"][rows[-1]]
            home = (self.records["latitude"][rows[0]], self.records["longitude"][rows[0]])
            assert isinstance(day, datetime)
            at = day.replace(hour=20, minute=45) + timedelta(minutes=float(self.stream.uniform(0, 90)))
            for row in rows:
                at += timedelta(minutes=float(self.stream.uniform(3, 8)))
                self.records["at"][row] = at
                self.records["latitude"][row], self.records["longitude"][row] = home

    def _of_anybody(self, name: str, row: int) -> int | str | None:
        return self.answers[name][int(self.stream.choice(self.alike[row]))]

    def _like(self, row: int, earlier: Rows) -> Rows:
        """Limit forms to copy from to the same kind of respondent, where there are any."""
        like = earlier[np.isin(earlier, self.alike[row])]
        return like if len(like) else earlier

    def _items(self) -> list[str]:
        return list(dict.fromkeys(q.name for q in self.edition.items()))
