"""Which column of an office file is which: a mapping file, or a guess from Vietnamese header names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

import yaml

from sipas.errors import Place, SipasError
from sipas.intake.vietnamese import search_key

HEADER_JOINT = " / "
# Below this a header is left unmapped and shown to the user instead.
LEAST_CONFIDENCE = 0.6
DAY_TARGETS = ("_on", "birth")  # how the targets that hold days end
_DAY = re.compile(r"\b(ngay|thoi gian|thoi diem|han)\b")
_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_NOT_WORD = re.compile(r"[^\w]+|_+")


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Which column of the file holds what.

    Parameters
    ----------
    columns : dict of str to str
        Target (``name``, ``finished_on``, ...) to header as it stands in the file.
    constants : dict of str to str
        Target to one value for every row, for what the file does not repeat in each row.
    confidence : dict of str to float
        0 to 1 by target; 1 where a person said so.
    unmapped : tuple of str
        Headers that serve no target.
    """

    columns: Mapping[str, str]
    constants: Mapping[str, str] = field(default_factory=dict)
    confidence: Mapping[str, float] = field(default_factory=dict)
    unmapped: tuple[str, ...] = ()


def header_key(header: str) -> str:
    """Give the form in which headers are compared.

    Parameters
    ----------
    header : str
        As it stands in the file.

    Returns
    -------
    str
        Words without diacritics, brackets and punctuation.
    """
    return _NOT_WORD.sub(" ", _BRACKETS.sub(" ", search_key(header))).strip()


@cache
def synonyms(purpose: str) -> Mapping[str, tuple[str, ...]]:
    """Give the header names known for a purpose.

    Parameters
    ----------
    purpose : {'transactions', 'dossiers', 'residents', 'totals', 'ignored'}
        What the file lists.

    Returns
    -------
    mapping of str to tuple of str
        Keys of ``header_key`` by target, the most usual first.
    """
    data = yaml.safe_load(files(__package__).joinpath("headers.yaml").read_text(encoding="utf-8"))
    if purpose == "ignored":
        return {"ignored": tuple(map(header_key, data["ignored"]))}
    return {target: tuple(map(header_key, names)) for target, names in data[purpose].items()}


@cache
def known_headers() -> frozenset[str]:
    """Give every header name known for any purpose.

    Returns
    -------
    frozenset of str
        Keys of ``header_key``.
    """
    groups = (synonyms(purpose) for purpose in ("transactions", "dossiers", "residents", "ignored"))
    return frozenset(name for group in groups for names in group.values() for name in names)


def guess_mapping(headers: Sequence[str], purpose: str) -> ColumnMapping:
    """Guess the mapping from the header names.

    Parameters
    ----------
    headers : sequence of str
        As they stand in the file; the parts of a header of several rows joined by `` / ``.
    purpose : {'transactions', 'residents', 'totals'}
        What the file lists.

    Returns
    -------
    ColumnMapping
        The best pairs first; each target and each header once; pairs below 0.6 are left out.
    """
    pairs = [
        (*_likeness(header, target, names), position, target)
        for position, header in enumerate(headers)
        for target, names in synonyms(purpose).items()
    ]
    columns: dict[str, str] = {}
    confidence: dict[str, float] = {}
    for worth, _, position, target in sorted(pairs):
        header = headers[position]
        if -worth >= LEAST_CONFIDENCE and target not in columns and header not in columns.values():
            columns[target] = header
            confidence[target] = round(-worth, 2)
    unmapped = [h for h in headers if h not in columns.values() and header_key(h) not in synonyms("ignored")["ignored"]]
    return ColumnMapping(columns, {}, confidence, tuple(unmapped))


def chosen_mapping(
    columns: Mapping[str, str],
    headers: Sequence[str],
    *,
    constants: Mapping[str, str] | None = None,
    file: str | None = None,
) -> ColumnMapping:
    """Take a mapping that a person made.

    Parameters
    ----------
    columns : mapping of str to str
        Target to header; the header may be written without diacritics, or only its last part.
    headers : sequence of str
        Headers of the office file.
    constants : mapping of str to str, optional
        Target to one value for every row.
    file : str, optional
        Name of the mapping file, for errors.

    Returns
    -------
    ColumnMapping
        Confidence 1.

    Raises
    ------
    SipasError
        ``intake.mapping_column`` where a header is not in the file.
    """
    found = {}
    for target, wanted in columns.items():
        header = find_header(str(wanted), headers)
        if header is None:
            place = Place(file=file, node=f"columns.{target}")
            raise SipasError("intake.mapping_column", target, expected=list(headers), got=wanted, place=place)
        found[target] = header
    unmapped = tuple(h for h in headers if h not in found.values())
    return ColumnMapping(found, dict(constants or {}), dict.fromkeys(found, 1.0), unmapped)


def find_header(wanted: str, headers: Iterable[str]) -> str | None:
    """Find a header that a person named.

    Parameters
    ----------
    wanted : str
        Written as it stands, or without diacritics, or only its last part.
    headers : iterable of str
        Headers of the office file.

    Returns
    -------
    str or None
        None where none fits, or more than one equally well.
    """
    exact = [h for h in headers if h == wanted]
    loose = [h for h in headers if header_key(h) == header_key(wanted)]
    last = [h for h in headers if header_key(h.split(HEADER_JOINT)[-1]) == header_key(wanted)]
    return next((found[0] for found in (exact, loose, last) if len(found) == 1), None)


def _likeness(header: str, target: str, names: Sequence[str]) -> tuple[float, int]:
    """Give minus the likeness, 0 to 1, and the place of the name that it is like: the smallest pair is the best."""
    whole = header_key(header)
    last = header_key(header.split(HEADER_JOINT)[-1])
    # "Ngày trả kết quả" holds "kết quả" but is no status
    is_other_kind = bool(_DAY.search(whole)) and not target.endswith(DAY_TARGETS)
    best = (0.0, 0)
    for place, name in enumerate(names):
        if name == whole:
            return -1.0, place
        if name == last:
            best = min(best, (-0.95, place))
        elif f" {name} " in f" {whole} " and not is_other_kind:
            best = min(best, (-0.5 - 0.4 * len(name.split()) / len(whole.split()), place))
    return best
