"""Reading an edition's file, with the line of every node."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import msgspec

from sipas.errors import Place, SipasError
from sipas.instrument.edition import Edition
from sipas.intake.yaml_text import YamlText, read_yaml_text


@dataclass(slots=True)
class Document:
    """A read file: its plain data, its name, the faults found on the way and where each path stands."""

    file: str
    data: dict[str, object]
    faults: list[SipasError]
    text: YamlText = field(repr=False)

    def place(self, path: str) -> Place:
        """Name the place of a path in this file.

        Parameters
        ----------
        path : str
            As ``sections[2].questions[0].scale``.

        Returns
        -------
        Place
            File, line and path.
        """
        return self.text.place(path)


def read(path: Path) -> Document:
    """Read a YAML file with the bounded loader of intake.

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
        ``instrument.file_missing``, ``instrument.not_a_mapping`` and those of ``intake.read_yaml_text``.
    """
    if not path.is_file():
        raise SipasError("instrument.file_missing", got=path.name, place=Place(file=path.name))
    text = read_yaml_text(path)
    if not isinstance(text.data, dict):
        fields = [field.encode_name for field in msgspec.structs.fields(Edition)]
        got = type(text.data).__name__
        raise SipasError("instrument.not_a_mapping", expected=fields, got=got, place=Place(file=path.name, row=1))
    return Document(path.name, cast("dict[str, object]", text.data), text.faults, text)
