"""The one error of the library: a code and data, never a sentence.

Sentences in Vietnamese and English are made at the edge from ``sipas/cli/sentences``; a test asserts that
every code raised anywhere has both.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the user's input something stands; every part may be missing.

    Parameters
    ----------
    file : str, optional
        Name of the file, without its folder.
    sheet : str, optional
        Name of the sheet of a workbook.
    row : int, optional
        Row as the user's program shows it, from 1, title rows included.
    column : str, optional
        Column as the user named it.
    node : str, optional
        Path of a node in a YAML file, as in ``index.children[2].title``.
    """

    file: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    node: str | None = None


@dataclass(slots=True)
class SipasError(Exception):
    """Something a user can mend.

    Parameters
    ----------
    code : str
        Dotted, first part is the room: ``weights.not_positive``.
    parameter : str, optional
        Name of the argument, column or option that is wrong.
    expected : object, optional
        What was expected: a type, a range, a set.
    got : object, optional
        What came instead.
    hint : object, optional
        Data that helps to mend it, as candidates for a misspelt name. Not a sentence.
    place : Place, optional
        Where in the input.
    """

    code: str
    parameter: str | None = None
    expected: object = None
    got: object = None
    hint: object = None
    place: Place = field(default_factory=Place)

    def __str__(self) -> str:
        """Give the code and the data on one line, for logs.

        Returns
        -------
        str
            ``code(name=value, ...)``; no sentence.
        """
        parts = [f"{name}={value!r}" for name, value in self._data() if value is not None]
        return f"{self.code}({', '.join(parts)})"

    def __hash__(self) -> int:
        return id(self)

    def _data(self) -> list[tuple[str, object]]:
        place = None if self.place == Place() else self.place
        return [
            ("parameter", self.parameter),
            ("expected", self.expected),
            ("got", self.got),
            ("hint", self.hint),
            ("place", place),
        ]
