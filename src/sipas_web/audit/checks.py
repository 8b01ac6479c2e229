"""Deployment check: the triggers that protect the record are there."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error
from django.db import connection

from sipas_web.audit import queries


def protected(app_configs: Any = None, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Name missing triggers; says nothing before the table exists."""
    del app_configs, kwargs
    if not databases or "audit_record" not in connection.introspection.table_names():
        return []
    missing = sorted(queries.missing_triggers())
    return [Error(f"audit_record is not protected: {', '.join(missing)}", id="audit.E001")] if missing else []
