"""Editions by name or file: read, derive, check, build."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path

import msgspec

from sipas.errors import SipasError
from sipas.instrument.edition import Edition
from sipas.instrument.read import Document, read
from sipas.instrument.structure import Shape

SHIPPED = files("sipas.instrument") / "editions"


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


def _build(name_or_path: str | Path) -> tuple[Edition | None, list[SipasError]]:
    try:
        document = _document(name_or_path)
    except SipasError as error:
        return None, [error]
    fill_leaves(document.data)
    shape = Shape(Edition)
    mended = shape.mend(document.data)
    for fault in shape.faults:
        fault.place = document.place(fault.place.node or "")
    return msgspec.convert(mended, Edition, strict=True), [*document.faults, *shape.faults]


def _document(name_or_path: str | Path) -> Document:
    name = str(name_or_path)
    if name in editions():
        return _shipped(name)
    if Path(name).suffix.lower() not in {".yaml", ".yml"} and not Path(name).is_file():
        raise SipasError("instrument.edition_unknown", expected=list(editions()), got=name)
    return read(Path(name))


def _shipped(name: str) -> Document:
    with as_file(SHIPPED / f"{name}.yaml") as path:
        return read(path)


def fill_leaves(data: dict[str, object]) -> None:
    """Give leaves written as ``{question: name}`` their name, title, status and source from the question.

    Parameters
    ----------
    data : dict
        Raw edition; changed in place. What is not there stays missing for the checks to find.
    """
    questions = {}
    for section in _mappings(data.get("sections")):
        for question in _mappings(section.get("questions")):
            questions[question.get("name")] = question
    waiting = _mappings([data.get("index")])
    while waiting:
        node = waiting.pop()
        waiting += _mappings(node.get("children"))
        question = questions.get(node.get("question"))
        if question is None:
            continue
        node.setdefault("level", "item")
        for field, origin in (
            ("name", "name"),
            ("title", "text"),
            ("title_en", "text_en"),
            ("status", "status"),
            ("source", "source"),
        ):
            if origin in question:
                node.setdefault(field, question[origin])


def _mappings(raw: object) -> list[dict[str, object]]:
    return [value for value in raw if isinstance(value, dict)] if isinstance(raw, list) else []
