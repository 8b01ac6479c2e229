"""The keys of a release, and the weight that they alone tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from sipas.instrument import Edition
from sipas.publication.anonymity import group_small
from sipas.publication.key_choice import ANCHORS, MOST_LOST, Candidate, Choice, by_importance, choose, flattened
from sipas.publication.recodes import Recode, recode_of
from sipas.publication.shared_weights import BAND, BANDS, shared_weights, weight_bands
from sipas.publication.treatments import Treatments
from sipas.publication.wording import label

WEIGHT_CELLS = (*ANCHORS, "respondent_kind")  # released keys that part rows into groups of one weight
COARSE_SHARE = 20  # a coarse text key names the values that at least one row in 20 has


@dataclass(frozen=True, slots=True)
class Keyed:
    """Rows whose keys may leave.

    Parameters
    ----------
    table : polars.DataFrame
        The rows given, without the keys that had to go; recoded keys under their new names.
    weight : polars.Series of float
        Released weight of each row.
    keys : tuple of str
        Released keys, most important first.
    recodes : dict of str to Recode
        By answer column.
    """

    table: pl.DataFrame
    weight: pl.Series
    keys: tuple[str, ...]
    recodes: dict[str, Recode]


def apply_keys(
    rows: pl.DataFrame, strata: pl.DataFrame, keys: Sequence[str], edition: Edition, minimum: int, log: Treatments
) -> Keyed:
    """Choose, coarsen and suppress keys until each combination, with the weight, is shared by k rows.

    Parameters
    ----------
    rows : polars.DataFrame
        At least ``minimum`` rows with ``keys`` and the exact ``weight``.
    strata : polars.DataFrame
        What the weight must not tell; as many rows.
    keys : sequence of str
        Columns by which a person might be sought.
    edition : Edition
        Answers and their labels.
    minimum : int
        k.
    log : Treatments
        Takes what was done.

    Returns
    -------
    Keyed
        Rows, weight, and what became of the keys.
    """
    held = [name for name in by_importance([*keys, BAND]) if name == BAND or rows[name].null_count() < rows.height]
    recodes = {c.name: found for c in edition.columns() if c.name in held and (found := recode_of(c)) is not None}
    plain = [name for name in held if name != BAND]
    variants = {name: _variants(rows, name, recodes.get(name), minimum) for name in plain}
    anchors = choose([Candidate(n, variants[n]) for n in plain if n in ANCHORS], minimum)
    bands = [weight_bands(rows["weight"], anchors.table.select(anchors.anchors), strata, minimum, n) for n in BANDS]
    variants[BAND] = tuple(band for band in bands if band.n_unique() > 1)
    # Where no anchor tells high weights from low ones, a band of the weight is worth more than any answer.
    order = held if anchors.anchors else [BAND, *plain]
    choice = choose([Candidate(name, variants[name]) for name in order if name != BAND or variants[BAND]], minimum)
    _note(rows, choice, recodes, edition, minimum, log)
    parting = [name for name in (*WEIGHT_CELLS, BAND) if name in choice.table.columns]
    released = choice.table.select(parting)
    weight = shared_weights(rows["weight"], released, choice.anchors, strata, minimum)
    table = rows.drop(plain).hstack(choice.table.drop(BAND, strict=False))
    taken = {name: recodes[name] for name in recodes if choice.taken.get(name) == 1}
    names = tuple(name for name in choice.table.columns if name != BAND)
    return Keyed(table, weight, names, taken)


def _variants(rows: pl.DataFrame, name: str, recode: Recode | None, minimum: int) -> tuple[pl.Series, ...]:
    """Give the forms a key may take, finest first; a form that tells nothing any more is none."""
    column = rows[name]
    made = [column] if recode is None else [column, recode.apply(column)]
    if column.dtype == pl.String:
        coarse = max(minimum, -(-rows.height // COARSE_SHARE))
        least = (minimum,) if name in ANCHORS else (minimum, coarse)
        made = [group_small(rows, name, number, label("grouped"))[0][name] for number in least]
        made = made[:1] if made[0].equals(made[-1]) else made
    return tuple(form for form in made if not flattened(column, form))


def _note(
    rows: pl.DataFrame, choice: Choice, recodes: dict[str, Recode], edition: Edition, minimum: int, log: Treatments
) -> None:
    for name in choice.taken:
        if name == BAND:
            continue
        if name in recodes and choice.taken[name]:
            labels = next(c.values for c in edition.columns() if c.name == name)
            log.add(name, "recoded", detail=recodes[name].told(labels))
        elif rows[name].dtype == pl.String:
            log.add(name, "grouped", len(set(rows[name].drop_nulls()) - set(choice.table[name].drop_nulls())))
    for name in choice.table.columns:
        if name != BAND:
            log.add(name, "suppressed", choice.suppressed[name])
    share = round(100 * MOST_LOST)
    for name in choice.left_out:
        if name != BAND:
            log.add(name, "left_out", detail=label("too_many_missing", minimum=minimum, share=share))
