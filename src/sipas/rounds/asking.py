"""For programs that put the questions themselves: the round's form, and whose variant a case answers."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from sipas.instrument import Edition
from sipas.rounds.editions import round_edition
from sipas.rounds.folder import Folder
from sipas.rounds.settings import load_round
from sipas.tables import FRAME, SAMPLE


def edition_of(root: Path) -> Edition:
    """Load the edition that a round asks.

    Parameters
    ----------
    root : Path
        The round's folder.

    Returns
    -------
    Edition
        As the round's settings name it.
    """
    return round_edition(Folder(root), load_round(root))


def respondent_kind(root: Path, case_id: str) -> str | None:
    """Say whether a person or an organisation was drawn.

    Parameters
    ----------
    root : Path
        The round's folder, with its sample.
    case_id : str
        Code of the case.

    Returns
    -------
    str or None
        ``person``, ``organisation``; missing where the frame does not know or there is no such case.
    """
    sample = pl.scan_parquet(root / f"{SAMPLE.name}.parquet").filter(pl.col("case_id") == case_id).select("unit_id")
    frame = pl.scan_parquet(root / f"{FRAME.name}.parquet").select("unit_id", "respondent_kind")
    kinds = sample.join(frame, on="unit_id", how="inner").collect()["respondent_kind"].to_list()
    return kinds[0] if kinds else None
