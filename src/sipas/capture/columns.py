"""Which column of a file holds which answer: by name, by label, or by the user's own mapping."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sipas.errors import Place, SipasError
from sipas.instrument.edition import Edition
from sipas.intake.vietnamese import search_key

CASE, RECEIVED_ON, MODE = "case_id", "received_on", "mode"
# Headers seen for the three columns that every form has beside its answers, as search keys.
HEADERS = {
    CASE: ("case_id", "case", "ma phieu", "ma so phieu", "so phieu", "ma phieu dieu tra", "ma phieu khao sat"),
    RECEIVED_ON: ("received_on", "date", "ngay nhan", "ngay thu", "ngay thu phieu", "ngay tra loi", "ngay nhap"),
    MODE: ("mode", "hinh thuc", "hinh thuc khao sat", "hinh thuc thu thap", "cach thu thap"),
}


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Which source column fills which target.

    Parameters
    ----------
    source : dict of str to str
        Target (``case_id``, ``received_on``, ``mode``, an answer column, or a multiple question whose ticks stand in
        one cell) to the column of the file.
    ignored : tuple of str
        Columns of the file that fill nothing.
    absent : tuple of str
        Answer columns of the edition that the file does not have.
    """

    source: dict[str, str]
    ignored: tuple[str, ...]
    absent: tuple[str, ...]


def map_columns(names: Sequence[str], edition: Edition, mapping: Mapping[str, str] | None = None) -> ColumnMap:
    """Find the columns of a file.

    Parameters
    ----------
    names : sequence of str
        Columns of the file.
    edition : Edition
        The form that was answered.
    mapping : mapping of str to str, optional
        Column of the file to target, for those that are not recognised; goes before recognition.

    Returns
    -------
    ColumnMap
        Targets with their columns.

    Raises
    ------
    SipasError
        ``capture.case_column_missing``, ``capture.no_answer_columns``, ``capture.column_twice``,
        ``capture.mapped_column_missing``, ``capture.mapped_target_unknown``.

    Notes
    -----
    A column is recognised where its header, without diacritics and capitals, is the name of the answer column, its
    label, or the short label or the text of its question. A header that fits several targets fits none.
    """
    targets = _targets(edition)
    mapping = dict(mapping or {})
    _check_mapping(mapping, names, set(targets.values()))
    source: dict[str, str] = {}
    for name in names:
        target = mapping.get(name) or targets.get(search_key(name))
        if target is None:
            continue
        if target in source:
            raise SipasError("capture.column_twice", target, got=[source[target], name], place=Place(column=name))
        source[target] = name
    _check_found(source, names)
    answered = {column.name for column in edition.columns() if column.name in source or column.question in source}
    return ColumnMap(
        source,
        tuple(name for name in names if name not in source.values()),
        tuple(c.name for c in edition.columns() if c.name not in answered),
    )


def _targets(edition: Edition) -> dict[str, str]:
    """Give the target of each header that is recognised, by its search key."""
    found: dict[str, str] = {}
    doubtful: set[str] = set()
    for header, target in _headers(edition):
        key = search_key(header)
        if found.setdefault(key, target) != target:
            doubtful.add(key)
    exact = {c.name for c in edition.columns()} | {q.name for q in edition.questions()} | set(HEADERS)
    return {key: target for key, target in found.items() if key not in doubtful or key in exact}


def _headers(edition: Edition) -> Iterator[tuple[str, str]]:
    for target, headers in HEADERS.items():
        yield from ((header, target) for header in headers)
    for column in edition.columns():
        yield column.name, column.name
    for question in edition.questions():
        if not question.personal:
            yield from ((header, question.name) for header in (question.name, question.short_label, question.text))
    for column in edition.columns():
        yield column.label, column.name


def _check_mapping(mapping: dict[str, str], names: Sequence[str], targets: set[str]) -> None:
    for name, target in mapping.items():
        if name not in names:
            raise SipasError("capture.mapped_column_missing", name, expected=list(names))
        if target not in targets:
            raise SipasError("capture.mapped_target_unknown", name, expected=sorted(targets), got=target)


def _check_found(source: dict[str, str], names: Sequence[str]) -> None:
    if CASE not in source:
        raise SipasError("capture.case_column_missing", CASE, expected=list(HEADERS[CASE]), got=list(names))
    if not set(source) - set(HEADERS):
        raise SipasError("capture.no_answer_columns", "columns", got=list(names))
