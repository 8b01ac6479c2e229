"""Moments in parts: one file per day, province or delivery; a corrected part replaces its own file only."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from sipas.errors import SipasError
from sipas.estimation.designs.design import Design
from sipas.estimation.designs.measures import Measure
from sipas.estimation.moments.collapsing import collapse
from sipas.estimation.moments.engines import Engine
from sipas.estimation.moments.moments import Moments, merge, read_moments

FORBIDDEN = '/\\:*?"<>|'  # in names of files, on one system or another
ENDING = ".moments.parquet"


def collapse_parts(
    rows: Mapping[str, pl.DataFrame | Path | str],
    design: Design,
    measures: tuple[Measure, ...],
    domains: tuple[tuple[str, ...], ...] = (),
    *,
    psus: pl.DataFrame | None = None,
    joint: pl.DataFrame | None = None,
    engine: Engine | None = None,
    folder: Path | None = None,
) -> Moments:
    """Collapse each part by itself, and put the parts together.

    Parameters
    ----------
    rows : mapping of str to (polars.DataFrame, path or str)
        Rows by name of the part; as in ``collapse``.
    design, measures, domains, psus, joint, engine
        As in ``collapse``; ``psus`` lists the units of all parts.
    folder : pathlib.Path, optional
        Where each part is also written, as ``write_part`` does.

    Returns
    -------
    Moments
        All parts; the same whatever the order in which they are given.

    Raises
    ------
    SipasError
        Those of ``collapse``; ``estimation.nothing_to_merge``, ``estimation.part_name_not_valid``.

    Notes
    -----
    Where every primary unit lies in one part (provinces) the estimates are those of all rows collapsed at once, to the
    last bit, if the rows of each unit come in the same order. Where units cross parts (days) the sums are added in
    another order and differ by rounding.
    """
    found = []
    for name in sorted(rows):
        if folder is not None:
            _file(folder, name)
        one = collapse(rows[name], design, measures, domains, psus=psus, joint=joint, part=name, engine=engine)
        if folder is not None:
            write_part(one, folder, name)
        found.append(one)
    return merge(found)


def write_part(moments: Moments, folder: Path, part: str | None = None) -> Path:
    """Write one part; a part of the same name is replaced, the others are not touched.

    Parameters
    ----------
    moments : Moments
        Of one part.
    folder : pathlib.Path
        Made if need be.
    part : str, optional
        Its name; needed only where it has no rows (a day without answers).

    Returns
    -------
    pathlib.Path
        ``<part>.moments.parquet``: whole or not there, whatever interrupts the writing.

    Raises
    ------
    SipasError
        ``estimation.part_name_not_valid``: no name, or one that is no name of a file; ``estimation.parts_not_one``.
    """
    names = list(dict.fromkeys((*moments.parts, *(() if part is None else (part,)))))
    if len(names) != 1:
        raise SipasError("estimation.parts_not_one", "moments", got=names)
    file = _file(folder, names[0])
    folder.mkdir(parents=True, exist_ok=True)
    half = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        moments.write(half)
        half.replace(file)
    finally:
        half.unlink(missing_ok=True)
    return file


def read_parts(folder: Path) -> Moments:
    """Read all parts of a folder.

    Parameters
    ----------
    folder : pathlib.Path
        With files made by ``write_part``; other files are passed over.

    Returns
    -------
    Moments
        All parts, in the order of their names.

    Raises
    ------
    SipasError
        ``estimation.nothing_to_merge``, ``estimation.moments_differ``, ``estimation.not_moments``,
        ``estimation.moments_columns``, ``estimation.part_repeated``.
    """
    return merge(read_moments(file) for file in sorted(folder.glob(f"[!.]*{ENDING}")))


def _file(folder: Path, part: str) -> Path:
    if not part or part.startswith(".") or any(sign in FORBIDDEN or ord(sign) < ord(" ") for sign in part):
        raise SipasError("estimation.part_name_not_valid", "part", got=part, expected=FORBIDDEN)
    return folder / f"{part}{ENDING}"
