"""YAML that a person wrote: bounded, with the line of every node, so that a fault can say where it stands."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from sipas.errors import Place, SipasError

MOST_BYTES = 1_000_000  # a questionnaire has some 50 kB; more is no file that a person wrote
MOST_NODES = 50_000  # after aliases are followed: an alias bomb stops here
MOST_DEPTH = 40
LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MERGE = "tag:yaml.org,2002:merge"


@dataclass(slots=True)
class YamlText:
    """A read YAML text: its plain data, the line of each path and the keys that stand twice.

    Parameters
    ----------
    data : object
        Mappings, lists and scalars; None where the text holds nothing.
    file : str, optional
        Name of the file.
    lines : dict of str to int
        Line, from 1, by path (``sections[2].title``).
    faults : list of SipasError
        ``intake.yaml_key_repeated``, one for each key that stands twice in one mapping; of such keys ``data`` has the
        last.
    """

    data: object = None
    file: str | None = None
    lines: dict[str, int] = field(default_factory=dict)
    faults: list[SipasError] = field(default_factory=list)

    def place(self, path: str) -> Place:
        """Name the place of a path in this text.

        Parameters
        ----------
        path : str
            As ``sections[2].questions[0].scale``; where the text has no such node, the nearest above it
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


def read_yaml(source: Path | str | bytes, file: str | None = None) -> object:
    """Read YAML with the safe loader; no key may stand twice.

    Parameters
    ----------
    source : pathlib.Path, str or bytes
        A file, or the text itself; UTF-8 with or without byte order mark, at most 1 MB and 50 000 nodes (aliases
        followed), at most 40 deep. Text comes out in NFC.
    file : str, optional
        Name for errors where the source is no path.

    Returns
    -------
    object
        Mappings, lists and scalars; None where the text holds nothing.

    Raises
    ------
    SipasError
        As ``read_yaml_text``, and ``intake.yaml_key_repeated``; with the line in ``place.row``.
    """
    text = read_yaml_text(source, file)
    if text.faults:
        raise text.faults[0]
    return text.data


def read_yaml_text(source: Path | str | bytes, file: str | None = None) -> YamlText:
    """Read YAML as ``read_yaml`` does, with the lines of its nodes.

    Parameters
    ----------
    source : pathlib.Path, str or bytes
        A file, or the text itself.
    file : str, optional
        Name for errors where the source is no path.

    Returns
    -------
    YamlText
        Data, lines, keys that stand twice.

    Raises
    ------
    SipasError
        ``intake.file_missing``, ``intake.yaml_size``, ``intake.yaml_encoding``, ``intake.yaml_broken``,
        ``intake.yaml_nodes``.
    """
    place = Place(file=source.name if isinstance(source, Path) else file)
    text = unicodedata.normalize("NFC", _decoded(source, place))
    read = YamlText(file=place.file)
    try:
        _check_depth(text, place)
        loader = LOADER(text)
        root = loader.get_single_node()
        if root is not None:
            _Walk(read).visit(root, "", 0)
            read.data = loader.construct_document(root)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        got = getattr(error, "problem", None) or type(error).__name__
        at = place if mark is None else Place(file=place.file, row=mark.line + 1)
        raise SipasError("intake.yaml_broken", got=got, place=at) from error
    except (ValueError, TypeError, OverflowError) as error:  # scalars that look like a day or number and are none
        raise SipasError("intake.yaml_broken", got=str(error), place=place) from error
    return read


def _check_depth(text: str, place: Place) -> None:
    """Refuse deep nesting before the loader composes: libyaml's composer recurses on the C stack and would crash."""
    depth = 0
    for event in yaml.parse(text, LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MOST_DEPTH:
            mark = event.start_mark
            at = place if mark is None else Place(file=place.file, row=mark.line + 1)
            raise SipasError("intake.yaml_nodes", expected=MOST_NODES, place=at)


def _decoded(source: Path | str | bytes, place: Place) -> str:
    if isinstance(source, Path):
        if not source.is_file():
            raise SipasError("intake.file_missing", got=source.name, place=place)
        with source.open("rb") as stream:
            source = stream.read(MOST_BYTES + 1)
    data = source.encode() if isinstance(source, str) else source
    if len(data) > MOST_BYTES:
        raise SipasError("intake.yaml_size", expected=MOST_BYTES, place=place)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SipasError("intake.yaml_encoding", got=error.start, place=place) from error


class _Walk:
    """Collects the line of each path and the repeated keys; refuses bombs."""

    def __init__(self, text: YamlText) -> None:
        self.text = text
        self.left = MOST_NODES

    def visit(self, node: yaml.Node, path: str, depth: int) -> None:
        self.left -= 1
        row = node.start_mark.line + 1
        if self.left < 0 or depth > MOST_DEPTH:
            raise SipasError("intake.yaml_nodes", expected=MOST_NODES, place=Place(self.text.file, row=row))
        self.text.lines.setdefault(path, row)
        if isinstance(node, yaml.MappingNode):
            self._mapping(node, path, depth)
        elif isinstance(node, yaml.SequenceNode):
            for place, child in enumerate(node.value):
                self.visit(child, f"{path}[{place}]", depth + 1)

    def _mapping(self, node: yaml.MappingNode, path: str, depth: int) -> None:
        seen: set[str] = set()
        for key, value in node.value:
            place = Place(self.text.file, row=key.start_mark.line + 1)
            if not isinstance(key, yaml.ScalarNode):  # writing such a key out would follow its aliases
                raise SipasError("intake.yaml_broken", got="? [ ]", place=place)
            if key.tag == _MERGE:
                self.visit(value, path, depth + 1)
                continue
            name = str(key.value)
            inner = f"{path}.{name}" if path else name
            if name in seen:
                at = Place(self.text.file, row=place.row, node=inner)
                self.text.faults.append(SipasError("intake.yaml_key_repeated", got=name, place=at))
            seen.add(name)
            self.visit(value, inner, depth + 1)
