"""What people need to know of a round before and after its draw, without running anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from sipas.errors import Place
from sipas.rounds.folder import Folder
from sipas.rounds.journal import Journal
from sipas.rounds.operations import check_settings
from sipas.rounds.runner import Context, standing
from sipas.rounds.settings import FILE, check_round
from sipas.rounds.steps.draw import design_sha256
from sipas.rounds.steps.lists import FRAME_STEP
from sipas.rounds.tables_io import read_table
from sipas.sampling import canonical_csv, parse_design
from sipas.sampling.drawing import list_stage
from sipas.sampling.units import cells_of, rows_of, units_of
from sipas.sampling.wording import rule_in_words
from sipas.tables import FRAME, SAMPLE

ANY_SEED = "0" * 64  # sizes do not depend on the seed


@dataclass(frozen=True, slots=True)
class BeforeDraw:
    """Where a round stands before its draw.

    Parameters
    ----------
    frame_file : str
        SHA-256 of ``frame.parquet`` by the journal; empty: no frame yet.
    units : int
        Rows of the frame.
    design_sha256 : str
        As the draw will quote it.
    rule : tuple of str
        How the sample will be drawn, in Vietnamese sentences.
    trials, draws : int
        Trial draws and official draws so far, by the journal.
    gives_texts : bool
        False for a synthetic round that makes its witnesses up itself.
    """

    frame_file: str
    units: int
    design_sha256: str
    rule: tuple[str, ...]
    trials: int
    draws: int
    gives_texts: bool


def before_draw(root: Path, settings: Mapping[str, Any]) -> BeforeDraw:
    """Tell where a round stands before its draw; reads settings and journal only.

    Parameters
    ----------
    root : Path
        The round's folder; need not exist.
    settings : mapping
        ``round.yaml`` as data, as it would be written.

    Returns
    -------
    BeforeDraw
        What is there.

    Raises
    ------
    SipasError
        ``round.setting``, those of ``instrument`` and ``sampling`` for settings and design.
    """
    context = _context(root, settings)
    lines = context.journal.lines
    done = context.journal.last("frame")
    coordinated = context.round.coordination is not None
    return BeforeDraw(
        frame_file=done["outputs"]["frame.parquet"] if done else "",
        units=int(done["notes"]["frame"]) if done else 0,
        design_sha256=design_sha256(context.round),
        rule=tuple(rule_in_words(parse_design(context.round.design), permanent=coordinated)),
        trials=sum(line["event"] == "trial" for line in lines),
        draws=len({line["notes"]["seed"] for line in lines if line["event"] == "done" and line["step"] == "sample"}),
        gives_texts=context.round.simulated is None or context.round.simulated.witnesses == "given",
    )


def frame_is_current(root: Path, settings: Mapping[str, Any]) -> bool:
    """Tell whether the frame follows from the lists and settings as they are now; hashes the lists.

    Parameters
    ----------
    root : Path
        The round's folder.
    settings : mapping
        ``round.yaml`` as data.

    Returns
    -------
    bool
        Whether the step of the frame has nothing to do.
    """
    return standing(_context(root, settings), FRAME_STEP).state in {"up_to_date", "frozen"}


def planned_sizes(root: Path, settings: Mapping[str, Any]) -> list[tuple[str, int, int, int]]:
    """Give the sizes of the first stage's lists without drawing: finds a design that the frame cannot carry.

    Parameters
    ----------
    root : Path
        A round with a frame.
    settings : mapping
        ``round.yaml`` as data.

    Returns
    -------
    list of (str, int, int, int)
        Stratum, units, official, reserve.

    Raises
    ------
    SipasError
        ``sampling.*`` of frame, design and sizes.
    """
    context = _context(root, settings)
    design = parse_design(context.round.design)
    rows = rows_of(read_table(context.folder, FRAME), design)
    stage = design.stages[0]
    listings, _ = list_stage(cells_of(units_of(rows, stage), stage), design, 1, ANY_SEED)
    return [(one.stratum, one.population, one.sample, one.reserve) for one in listings]


def journal_head(root: Path) -> tuple[int, str]:
    """Give number and hash of the journal's last line, as certificates and minutes print them.

    Parameters
    ----------
    root : Path
        The round's folder.

    Returns
    -------
    tuple of int and str
        0 and zeros where there is no journal.
    """
    journal = _journal(root)
    return len(journal.lines), journal.head


def last_seed(root: Path) -> str:
    """Give the seed of the sample that lies in the folder.

    Parameters
    ----------
    root : Path
        The round's folder.

    Returns
    -------
    str
        64 hex digits; empty before the first draw.
    """
    done = _journal(root).last("sample")
    return str(done["notes"]["seed"]) if done else ""


def draw_file(root: Path, name: Literal["frame.csv", "sample.csv"]) -> Iterator[bytes]:
    """Write a table of the draw in its canonical form, as an inspector's own program reads it.

    Parameters
    ----------
    root : Path
        The round's folder.
    name : {"frame.csv", "sample.csv"}
        Which one.

    Yields
    ------
    bytes
        Pieces of CSV.
    """
    yield from canonical_csv(read_table(Folder(root), {"frame.csv": FRAME, "sample.csv": SAMPLE}[name]))


def _context(root: Path, settings: Mapping[str, Any]) -> Context:
    checked = check_round(settings, Place(file=FILE))
    context = Context(Folder(root), checked, _journal(root), lambda share, note: None)
    check_settings(context)
    return context


def _journal(root: Path) -> Journal:
    return Journal(root / "journal.jsonl", actor="", program=f"sipas {version('sipas')}")
