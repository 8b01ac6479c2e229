"""The edition of a round: shipped with the library, or a file of the round."""

from __future__ import annotations

import os

import msgspec

from sipas.instrument import Edition, editions, load, own_files
from sipas.rounds.folder import Folder
from sipas.rounds.settings import Round


def round_edition(folder: Folder, settings: Round) -> Edition:
    """Load the edition of a round.

    Parameters
    ----------
    folder : Folder
        The round; a path in ``edition`` is relative to it.
    settings : Round
        Names the edition.

    Returns
    -------
    Edition
        With the round's ``minimum_cell`` where it sets one.
    """
    name = settings.edition
    edition = load(name if name in editions() else str(folder.path(name)))
    if settings.minimum_cell is not None:
        edition = msgspec.structs.replace(edition, minimum_cell=settings.minimum_cell)
    return edition


def edition_files(folder: Folder, settings: Round) -> list[str]:
    """List the round's own edition file, and those it extends, as inputs of a step.

    Parameters
    ----------
    folder : Folder
        The round.
    settings : Round
        Names the edition.

    Returns
    -------
    list of str
        Empty for an edition shipped with the library: the program version stands for it.
    """
    if settings.edition in editions() or not folder.path(settings.edition).exists():
        return []
    files = own_files(str(folder.path(settings.edition)))
    return [os.path.relpath(file, folder.root) for file in files]
