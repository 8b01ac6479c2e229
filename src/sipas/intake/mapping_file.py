"""Mapping files: a person says which column of an office file holds what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sipas.errors import Place, SipasError
from sipas.intake.headers import ColumnMapping, chosen_mapping, find_header
from sipas.intake.yaml_text import read_yaml

LISTS = "lists"


@dataclass(frozen=True, slots=True)
class ChosenColumns:
    """Which columns a person chose, before the headers of the list are known.

    Parameters
    ----------
    columns : mapping of str to str
        Target to header.
    constants : mapping of str to str
        Target to one value for every row.
    file : str, optional
        Where it was written down, for errors.
    """

    columns: Mapping[str, str]
    constants: Mapping[str, str] = field(default_factory=dict)
    file: str | None = None

    def fit(self, headers: Sequence[str], *, strict: bool = True) -> ColumnMapping:
        """Find the columns among the headers of a list.

        Parameters
        ----------
        headers : sequence of str
            Headers of the office file.
        strict : bool
            Whether a column that is not there is an error, or left out as in one of several sheets.

        Returns
        -------
        ColumnMapping
            Confidence 1.

        Raises
        ------
        SipasError
            ``intake.mapping_column``.
        """
        columns = self.columns if strict else {t: h for t, h in self.columns.items() if find_header(str(h), headers)}
        return chosen_mapping(columns, headers, constants=self.constants, file=self.file)


def load_mapping(path: Path, headers: Sequence[str]) -> ColumnMapping:
    """Read a mapping file.

    Parameters
    ----------
    path : pathlib.Path
        YAML: ``columns`` (target: header) and, optional, ``constants`` (target: value for every row).
    headers : sequence of str
        Headers of the office file.

    Returns
    -------
    ColumnMapping
        Confidence 1.

    Raises
    ------
    SipasError
        ``intake.mapping_broken``, ``intake.mapping_column`` and those of ``read_yaml``.
    """
    return _chosen(read_yaml(path), path.name).fit(headers)


def choice_for(path: Path, name: str) -> ChosenColumns | None:
    """Read what a mapping file says of one list.

    Parameters
    ----------
    path : pathlib.Path
        YAML: as for ``load_mapping``, then it holds for every list; or ``lists``, with ``columns`` and ``constants``
        under the name of each file.
    name : str
        Name of the list's file.

    Returns
    -------
    ChosenColumns or None
        None for a list that the file does not name: its columns are guessed.

    Raises
    ------
    SipasError
        ``intake.mapping_broken`` and those of ``read_yaml``.
    """
    data = read_yaml(path)
    if not isinstance(data, dict) or set(data) != {LISTS}:
        return _chosen(data, path.name)
    lists = data[LISTS]
    if not isinstance(lists, dict):
        place = Place(file=path.name)
        raise SipasError("intake.mapping_broken", expected=["columns", "constants"], got=_shape(lists), place=place)
    return _chosen(lists[name], path.name) if name in lists else None


def _chosen(data: object, file: str) -> ChosenColumns:
    place = Place(file=file)
    if not isinstance(data, dict) or not _is_texts(data.get("columns")) or not set(data) <= {"columns", "constants"}:
        raise SipasError("intake.mapping_broken", expected=["columns", "constants"], got=_shape(data), place=place)
    constants = data.get("constants") or {}
    if not _is_texts(constants):
        raise SipasError("intake.mapping_broken", "constants", expected=["columns"], got=_shape(constants), place=place)
    return ChosenColumns(data["columns"], constants, file)


def _is_texts(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(v, (str, int)) and isinstance(k, str) for k, v in value.items())


def _shape(value: object) -> object:
    return list(value) if isinstance(value, dict) else type(value).__name__
