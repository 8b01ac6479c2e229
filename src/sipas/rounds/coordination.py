"""How a round's draw takes account of an earlier round's respondents."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from sipas.errors import SipasError
from sipas.rounds.folder import Folder
from sipas.rounds.settings import Round
from sipas.rounds.tables_io import read_table
from sipas.sampling import Coordination, Draw, earlier_respondents, overlap, read_certificate, shifted_start
from sipas.tables import FRAME, SAMPLE

FILES = ("frame.parquet", "sample.parquet", "certificate.json")


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier round as far as the draw must know it: where it began, how much it used, whom it asked."""

    start: int
    used: float
    respondents: pl.DataFrame


def coordinate(folder: Folder, settings: Round) -> tuple[Coordination | None, Earlier | None]:
    """Settle the start on the circle of permanent random numbers.

    Parameters
    ----------
    folder : Folder
        The round.
    settings : Round
        Its ``coordination``.

    Returns
    -------
    Coordination or None
        None: the draw uses the seed's numbers.
    Earlier or None
        The earlier round, where one is named.

    Raises
    ------
    SipasError
        ``round.earlier_missing``, ``round.earlier_not_coordinated``, and ``sampling.number_out_of_range``.
    """
    chosen = settings.coordination
    if chosen is None:
        return None, None
    if chosen.earlier is None:
        return Coordination(), None
    earlier = _read(Folder(folder.path(chosen.earlier)))
    return Coordination(shifted_start(earlier.start, earlier.used, keep=chosen.keep)), earlier


def earlier_files(settings: Round) -> list[str]:
    """List the files of the earlier round that the draw reads.

    Parameters
    ----------
    settings : Round
        Its ``coordination``.

    Returns
    -------
    list of str
        Relative to the round.
    """
    chosen = settings.coordination
    return [] if chosen is None or chosen.earlier is None else [f"{chosen.earlier}/{name}" for name in FILES]


def overlap_report(frame: pl.DataFrame, drawn: Draw, earlier: Earlier) -> pl.DataFrame:
    """Count earlier respondents met again, by stratum.

    Parameters
    ----------
    frame : polars.DataFrame, ``tables.FRAME``
        This round's.
    drawn : Draw
        This round's.
    earlier : Earlier
        From ``coordinate``.

    Returns
    -------
    polars.DataFrame
        As ``sampling.overlap``.
    """
    return overlap(frame, drawn, earlier.respondents, earlier_start=earlier.start)


def _read(root: Folder) -> Earlier:
    if not all(root.path(name).is_file() for name in FILES):
        raise SipasError("round.earlier_missing", expected=list(FILES), got=str(root.root))
    certificate = read_certificate(root.path("certificate.json").read_bytes())
    coordination = certificate["coordination"]
    if not isinstance(coordination, dict):
        raise SipasError("round.earlier_not_coordinated", got=root.root.name)
    frame, sample = read_table(root, FRAME), read_table(root, SAMPLE)
    shares = sample.group_by("stratum").agg(pl.len() / pl.col("psu_population").first())
    used = min(1.0, max(shares["len"].to_list()))
    return Earlier(int(coordination["start"]), used, earlier_respondents(frame, sample))
