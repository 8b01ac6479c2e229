"""Editions by name or file: read, derive, check, build."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.resources import as_file, files
from pathlib import Path

from sipas.errors import Place, SipasError
from sipas.instrument.derive import Derivation
from sipas.instrument.edition import Edition
from sipas.instrument.raw import Raw, fill_leaves
from sipas.instrument.read import Document, read
from sipas.instrument.rules import rule_faults
from sipas.instrument.structure import Shape
from sipas.tables.typed import convert

SHIPPED = files("sipas.instrument") / "editions"
MOST_GENERATIONS = 5  # an edition of an edition of ...; also stops a circle


def editions() -> tuple[str, ...]:
    """Name the editions that ship with the program.

    Returns
    -------
    tuple of str
        Sorted.
    """
    names = (entry.name for entry in SHIPPED.iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))


def load(name_or_path: str | Path) -> Edition:
    """Load an edition.

    Parameters
    ----------
    name_or_path : str or Path
        A shipped name (``sipas-2017``) or a YAML file.

    Returns
    -------
    Edition
        The checked edition.

    Raises
    ------
    SipasError
        The first fault of the file, any code of ``instrument``; where there are more, its ``__cause__`` is
        ``instrument.faults`` with their number. ``check`` gives all of them.
    """
    edition, faults = _build(name_or_path)
    if edition is not None and not faults:
        return edition
    if len(faults) > 1:
        raise faults[0] from SipasError("instrument.faults", str(name_or_path), got=len(faults))
    raise faults[0]


def check(name_or_path: str | Path) -> list[SipasError]:
    """Find every fault of an edition file.

    Parameters
    ----------
    name_or_path : str or Path
        A shipped name or a YAML file.

    Returns
    -------
    list of SipasError
        In the order of the file; empty for a good edition. Each holds file, line and path of the node.
    """
    return _build(name_or_path)[1]


def own_files(name_or_path: str | Path) -> tuple[Path, ...]:
    """List the files that an edition is made of, beside what ships: for hashing all that a result rests on.

    Parameters
    ----------
    name_or_path : str or Path
        A shipped name or a YAML file.

    Returns
    -------
    tuple of Path
        The file and those it extends, in that order; empty for a shipped edition.

    Raises
    ------
    SipasError
        ``instrument.edition_unknown`` and the codes of a file that cannot be read.
    """
    found: list[Path] = []
    name, folder = str(name_or_path), Path()
    while name not in editions() and len(found) < MOST_GENERATIONS:
        document, home = _document(name, folder)
        found.append(folder / name)
        above = document.data.get("extends")
        if not isinstance(above, str):
            break
        name, folder = above, home
    return tuple(found)


def _build(name_or_path: str | Path) -> tuple[Edition | None, list[SipasError]]:
    try:
        data, faults, place = _whole(str(name_or_path), Path(), 1)
    except SipasError as error:
        return None, [error]
    fill_leaves(data)
    shape = Shape(Edition)
    edition = convert(shape.mend(data), Edition, strict=True)
    found = [*shape.faults, *_unhidden(rule_faults(edition), shape.faults)]
    for fault in found:
        fault.place = place(fault.place.node or "")
    return edition, sorted([*faults, *found], key=lambda fault: fault.place.row or 0)


def _unhidden(faults: Iterator[SipasError], mended: list[SipasError]) -> Iterator[SipasError]:
    """Leave out what only follows from a fault of shape: the same element, or a name that was mended."""
    elements = {_above(fault.place.node or "") for fault in mended}
    unnamed = any((fault.place.node or "").endswith(".name") or fault.expected == "name" for fault in mended)
    for fault in faults:
        path = fault.place.node or ""
        if elements & {path, *_ancestors(path)} - {""}:
            continue
        if unnamed and fault.code in {"instrument.question_unknown", "instrument.routing_unknown"}:
            continue
        yield fault


def _above(path: str) -> str:
    return path.rpartition(".")[0] or path


def _ancestors(path: str) -> Iterator[str]:
    while path:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
        yield path


def _whole(name: str, folder: Path, generation: int) -> tuple[Raw, list[SipasError], Callable[[str], Place]]:
    """Read a file and, where it extends another, that one; give data, faults so far and the place of a path."""
    document, home = _document(name, folder)
    base_name = document.data.get("extends")
    if base_name is None:
        return document.data, document.faults, document.place
    here = document.place("extends")
    if not isinstance(base_name, str):
        raise SipasError("instrument.not_text", "extends", got=repr(base_name), place=here)
    if generation == MOST_GENERATIONS:
        raise SipasError("instrument.extends_deep", expected=MOST_GENERATIONS, got=base_name, place=here)
    base, faults, _ = _base(base_name, home, generation + 1, here)
    derivation = Derivation(base, document.data)
    data = derivation.apply()
    for fault in derivation.faults:
        fault.place = document.place(fault.place.node or "")

    def place(path: str) -> Place:
        written = derivation.written(path)
        return Place(document.file, row=here.row, node=path) if written is None else document.place(written)

    return data, [*faults, *document.faults, *derivation.faults], place


def _base(
    name: str, folder: Path, generation: int, here: Place
) -> tuple[Raw, list[SipasError], Callable[[str], Place]]:
    try:
        return _whole(name, folder, generation)
    except SipasError as error:
        if error.code in {"instrument.edition_unknown", "instrument.file_missing"}:
            error.place = here
        raise


def _document(name: str, folder: Path) -> tuple[Document, Path]:
    if name in editions():
        with as_file(SHIPPED / f"{name}.yaml") as path:
            return read(path), path.parent
    path = folder / name
    if path.suffix.lower() not in {".yaml", ".yml"} and not path.is_file():
        raise SipasError("instrument.edition_unknown", expected=list(editions()), got=name)
    return read(path), path.parent
