"""Reading a YAML file with the line of every node, so that a fault can say where it stands."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import yaml

from sipas.errors import Place, SipasError

MOST_BYTES = 1_000_000  # a questionnaire has some 50 kB; more is not one
MOST_NODES = 50_000  # after aliases are followed: an alias bomb stops here
MOST_DEPTH = 40
LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Document:
    """A read file: its plain data, the line of each path and the faults found on the way."""

    file: str
    data: dict[str, object]
    lines: dict[str, int] = field(default_factory=dict)
    faults: list[SipasError] = field(default_factory=list)

    def place(self, path: str) -> Place:
        """Name the place of a path in this file.

        Parameters
        ----------
        path : str
            As ``sections[2].questions[0].scale``; where the file has no such node, the nearest above it
            gives the line.

        Returns
        -------
        Place
            File, line and path.
        """
        above = path
        while above and above not in self.lines:
            above = above[: max(above.rfind("."), above.rfind("["), 0)]
        return Place(file=self.file, row=self.lines.get(above), node=path or None)


def read(path: Path) -> Document:
    """Read a YAML file of at most 1 MB with the safe loader.

    Parameters
    ----------
    path : Path
        File, UTF-8 with or without byte order mark. Text comes out in NFC.

    Returns
    -------
    Document
        The data with its lines; ``faults`` holds repeated keys.

    Raises
    ------
    SipasError
        ``instrument.file_missing``, ``instrument.file_size``, ``instrument.encoding``, ``instrument.yaml``,
        ``instrument.not_a_mapping``.
    """
    where = Place(file=path.name)
    if not path.is_file():
        raise SipasError("instrument.file_missing", got=path.name, place=where)
    if path.stat().st_size > MOST_BYTES:
        raise SipasError("instrument.file_size", expected=MOST_BYTES, got=path.stat().st_size, place=where)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SipasError("instrument.encoding", got=error.start, place=where) from error
    return _parse(unicodedata.normalize("NFC", text), path.name)


def _parse(text: str, file: str) -> Document:
    document = Document(file, {})
    try:
        loader = LOADER(text)
        root = loader.get_single_node()
        if not isinstance(root, yaml.MappingNode):
            raise SipasError("instrument.not_a_mapping", place=Place(file=file, row=1))
        _Walk(document).visit(root, "", 0)
        document.data = cast("dict[str, object]", loader.construct_document(root))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        row = None if mark is None else mark.line + 1
        got = getattr(error, "problem", None) or type(error).__name__
        raise SipasError("instrument.yaml", got=got, place=Place(file=file, row=row)) from error
    return document


class _Walk:
    """Collects the line of each path and the repeated keys; refuses bombs."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.left = MOST_NODES

    def visit(self, node: yaml.Node, path: str, depth: int) -> None:
        self.left -= 1
        row = node.start_mark.line + 1
        if self.left < 0 or depth > MOST_DEPTH:
            raise SipasError("instrument.file_nodes", expected=MOST_NODES, place=Place(self.document.file, row=row))
        self.document.lines.setdefault(path, row)
        if isinstance(node, yaml.MappingNode):
            self._mapping(node, path, depth)
        elif isinstance(node, yaml.SequenceNode):
            for place, child in enumerate(node.value):
                self.visit(child, f"{path}[{place}]", depth + 1)

    def _mapping(self, node: yaml.MappingNode, path: str, depth: int) -> None:
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if key.tag == "tag:yaml.org,2002:merge":
                self.visit(value, path, depth + 1)
                continue
            inner = f"{path}.{name}" if path else name
            if name in seen:
                place = Place(self.document.file, row=key.start_mark.line + 1, node=inner)
                self.document.faults.append(SipasError("instrument.key_repeated", got=name, place=place))
            seen.add(name)
            self.visit(value, inner, depth + 1)
