"""Many ids for a query as one value: a list of ten thousand in ``__in`` costs more than the query itself."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from django.db.models import BigIntegerField, Expression


class ManyIds(Collection[int]):
    """Ids that are iterated as a list is, and that ``filter(unit__in=ids)`` hands over in one piece."""

    def __init__(self, ids: Iterable[int]) -> None:
        self._ids = dict.fromkeys(sorted(ids))

    def __iter__(self) -> Iterator[int]:
        """In order."""
        return iter(self._ids)

    def __len__(self) -> int:
        """Count them."""
        return len(self._ids)

    def __contains__(self, one: object) -> bool:
        """Look one up."""
        return one in self._ids

    def resolve_expression(self, *_given: Any, **_options: Any) -> Expression:
        """Become a value of a query; asked by the database layer."""
        return _Listed(list(self._ids))


class _Listed(Expression):
    """The ids as rows of one column."""

    output_field = BigIntegerField()

    def __init__(self, ids: list[int]) -> None:
        super().__init__()
        self._ids = ids

    def as_sqlite(self, *_given: Any, **_options: Any) -> tuple[str, list[Any]]:
        """Read them from a text."""
        return "(SELECT value FROM json_each(%s))", [json.dumps(self._ids)]

    def as_postgresql(self, *_given: Any, **_options: Any) -> tuple[str, list[Any]]:
        """Read them from an array."""
        return "(SELECT unnest(%s::bigint[]))", [self._ids]
