"""Words of the published files, in Vietnamese and English, from the package's data."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal

import yaml

Language = Literal["vi", "en"]


@cache
def _labels() -> dict[str, dict[str, str]]:
    text = (files("sipas.publication") / "data" / "labels.yaml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, str]] = yaml.safe_load(text)
    return loaded


def label(name: str, language: Language = "vi", **fields: object) -> str:
    """Give the label of a column or a word of the published files.

    Parameters
    ----------
    name : str
        As in ``data/labels.yaml``; a name that is not there is its own label.
    language : {'vi', 'en'}
        Language.
    **fields : object
        Values to fill in.

    Returns
    -------
    str
        One line.
    """
    known = _labels().get(name)
    return name if known is None else known[language].format(**fields)


def text(name: str) -> str:
    """Read a text of the package's data.

    Parameters
    ----------
    name : str
        File under ``data``.

    Returns
    -------
    str
        The text, LF line ends.
    """
    return (files("sipas.publication") / "data" / name).read_text(encoding="utf-8")
