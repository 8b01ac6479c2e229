"""The database as lines of JSON, the same for SQLite and PostgreSQL, read in one moment's view and written back."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import IO, Any

from django.apps import apps as current_apps
from django.apps.registry import Apps
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Field, JSONField, Model

BATCH = 1000  # rows written at once
# Of the running server, not of its content: who is logged in, which process lives. Everybody logs in anew.
LEFT_OUT = {"sessions.session", "jobs.worker"}

Migration = tuple[str, str]


@contextmanager
def one_moment() -> Iterator[None]:
    """See the database as it is now, whatever others write meanwhile, and hinder nobody."""
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT 1 FROM django_migrations")  # the view is that of the first statement
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")  # transaction.atomic() would keep other writers out
        try:
            cursor.execute("SELECT 1 FROM django_migrations")
            yield
        finally:
            cursor.execute("ROLLBACK")


def tables(apps: Apps = current_apps) -> dict[str, type[Model]]:
    """Give every table of ours by its label."""
    found = {m._meta.label_lower: m for m in apps.get_models(include_auto_created=True)}
    return {k: m for k, m in sorted(found.items()) if m._meta.managed and not m._meta.proxy and k not in LEFT_OUT}


def columns(model: type[Model]) -> list[str]:
    """Name a table's columns."""
    return [field.attname for field in model._meta.concrete_fields]


def lines(model: type[Model]) -> Iterator[bytes]:
    """Give each row as a line, by key."""
    rows = model._base_manager.order_by("pk").values_list(*columns(model))
    for row in rows.iterator(chunk_size=BATCH):
        yield json.dumps(row, ensure_ascii=False, separators=(",", ":"), default=_plain).encode() + b"\n"


def applied() -> list[Migration]:
    """Name the migrations this database has."""
    return sorted(MigrationExecutor(connection).loader.applied_migrations)


def unapplied() -> list[Migration]:
    """Name the migrations this program knows and the database lacks."""
    loader = MigrationExecutor(connection).loader
    return sorted(set(loader.disk_migrations) - set(loader.applied_migrations))


def unknown(migrations: Sequence[Migration]) -> list[Migration]:
    """Name those of an archive's migrations that this program does not know: a newer one made it."""
    return sorted(set(migrations) - set(MigrationExecutor(connection).loader.disk_migrations))


def bring_to(migrations: Sequence[Migration]) -> Apps:
    """Make the tables of an empty database as they were in an archive; gives its models."""
    executor = MigrationExecutor(connection)
    wanted = set(migrations)
    nodes = [executor.loader.graph.node_map[m] for m in sorted(wanted)]
    last = [n.key for n in nodes if not any(c.key in wanted and c.key[0] == n.key[0] for c in n.children)]
    state = executor.migrate(last)
    return state.apps


@transaction.atomic
def load(model: type[Model], names: Sequence[str], source: IO[bytes]) -> int:
    """Write rows back as they were; gives their number. The tables hold nothing yet but what migrations put there."""
    fields = [_field(model, name) for name in names]
    quote = connection.ops.quote_name
    into = ", ".join(quote(str(field.column)) for field in fields)
    statement = f"INSERT INTO {quote(model._meta.db_table)} ({into}) VALUES ({', '.join(['%s'] * len(fields))})"
    count = 0
    with connection.cursor() as cursor:
        while batch := list(islice(source, BATCH)):
            rows = [[_stored(f, v) for f, v in zip(fields, json.loads(line), strict=True)] for line in batch]
            cursor.executemany(statement, rows)
            count += len(rows)
    return count


def clear(models: Sequence[type[Model]]) -> None:
    """Empty tables that migrations have filled by themselves."""
    with connection.cursor() as cursor:
        for model in models:
            if model._base_manager.exists():
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")


def go_on_counting(models: Sequence[type[Model]]) -> None:
    """Let new rows follow the highest number (PostgreSQL counts apart from its rows)."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(models)):
            cursor.execute(statement)


def _field(model: type[Model], name: str) -> Field[Any, Any]:
    return next(field for field in model._meta.concrete_fields if field.attname == name)


def _stored(field: Field[Any, Any], value: Any) -> Any:
    known = value if isinstance(field, JSONField) else field.to_python(value)
    return field.get_db_prep_save(known, connection)


def _plain(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, (bytes, memoryview)):
        return base64.b64encode(bytes(value)).decode("ascii")
    return str(value)  # days, times, decimals, UUIDs: as their fields read them back
