"""Mapping files: a person says which column of an office file holds what."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sipas.errors import Place, SipasError
from sipas.intake.headers import ColumnMapping, chosen_mapping
from sipas.intake.yaml_text import read_yaml


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
    place = Place(file=path.name)
    data = read_yaml(path)
    if not isinstance(data, dict) or not _is_texts(data.get("columns")) or not set(data) <= {"columns", "constants"}:
        raise SipasError("intake.mapping_broken", expected=["columns", "constants"], got=_shape(data), place=place)
    constants = data.get("constants") or {}
    if not _is_texts(constants):
        raise SipasError("intake.mapping_broken", "constants", expected=["columns"], got=_shape(constants), place=place)
    return chosen_mapping(data["columns"], headers, constants=constants, file=path.name)


def _is_texts(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(v, (str, int)) and isinstance(k, str) for k, v in value.items())


def _shape(value: object) -> object:
    return list(value) if isinstance(value, dict) else type(value).__name__
