"""Stored keys of Vietnamese order and search: the same on SQLite and PostgreSQL, without a database's collation."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.text import slugify

from sipas.intake.vietnamese import nfc, search_key, sort_key

if TYPE_CHECKING:
    TextField = models.TextField[str, str]
else:
    TextField = models.TextField

__all__ = ["SearchKeyField", "SortKeyField", "nfc", "search_key", "slug", "sort_key"]


class KeyField(TextField):
    """A text made from another field whenever the row is saved. ``QuerySet.update`` and ``bulk_update`` pass it by."""

    make: Callable[[str], str]

    def __init__(self, source: str = "name", **options: Any) -> None:
        self.source = source
        super().__init__(**{**options, "editable": False})

    def deconstruct(self) -> Any:
        """Keep the source in migrations."""
        name, path, arguments, options = super().deconstruct()
        del options["editable"]
        return name, path, arguments, {**options, "source": self.source}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """Make the key from the source."""
        del add
        key = type(self).make(getattr(model_instance, self.source))
        setattr(model_instance, self.attname, key)
        return key

    def db_parameters(self, connection: BaseDatabaseWrapper) -> Any:
        """Compare by code point on PostgreSQL too, whatever the database's own collation."""
        parameters = super().db_parameters(connection)
        return {**parameters, "collation": "C"} if connection.vendor == "postgresql" else parameters


class SortKeyField(KeyField):
    """Order of Vietnamese dictionaries."""

    make = staticmethod(sort_key)


class SearchKeyField(KeyField):
    """Text without diacritics in lower case, for searching."""

    make = staticmethod(search_key)


def slug(text: str) -> str:
    """Make a piece of an address or file name; Django's own drops đ."""
    return slugify(search_key(text))
