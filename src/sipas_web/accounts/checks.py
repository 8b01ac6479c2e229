"""Deployment check: no demonstration accounts outside the demonstration."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.db import connection

from sipas_web.accounts import queries


def no_demonstration_accounts(app_configs: Any = None, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Say where such accounts are left; they cannot log in, but do not belong there."""
    del app_configs, kwargs
    if settings.DEMONSTRATION or not databases or "accounts_person" not in connection.introspection.table_names():
        return []
    count = queries.demonstration_people().count()
    return [Error(f"{count} demonstration accounts in this database", id="accounts.E001")] if count else []
