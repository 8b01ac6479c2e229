"""Rows of a file into the database: some at a time, each set in a transaction; unchanged rows are not touched.

Django's own bulk_create knows no "update only where something differs", and takes minutes for a million rows.
"""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.db import connection, transaction

from sipas_web.audit.actors import Actor
from sipas_web.onestop import list_words as words
from sipas_web.onestop.models import AgencyName, Dossier, DossierFile, ProcedureField, ProcedureName
from sipas_web.onestop.permissions import Permission
from sipas_web.onestop.queries.sources import Matcher, successors_of
from sipas_web.privacy.actions.people import put_people
from sipas_web.privacy.keys import newest
from sipas_web.privacy.sealing import marks

PERSON = "onestop.applicant"
OUTSIDE_ROUNDS = 0
AT_ONCE = 1_000
SECOND, RANDOM = 4, 11  # bytes of a token: when it was given, and chance
TOKEN = 20  # characters of it
NOBODY = ("", "")  # neither token nor mark
FIELDS = (*words.IDENTITY, "dossier_number")
# Columns of the table, in the order in which they are written, with the name each has in the rows that were read.
COLUMNS = {
    "source_id": "source_id", "number": "dossier_number", "agency_name_id": "agency_name_id",
    "receiver_name_id": "receiver_name_id", "agency_id": "agency_id", "procedure_id": "procedure_id",
    "field_id": "field_id", "received": "received_on", "counted_from": "counted_from", "days_allowed": "days_allowed",
    "due_listed": "due_on", "due_worked": "due_worked", "due": "due", "promised_again": "again_on",
    "finished": "finished", "returned": "returned_on", "waiting_since": "waiting_since",
    "waiting_days": "waiting_days", "channel": "channel", "applicant_kind": "respondent_kind",
    "applicant": "applicant", "applicant_mark": "applicant_mark", "outcome": "outcome", "rule": "rule",
    "as_of": "as_of", "first_file_id": "first_file_id", "last_file_id": "last_file_id",
}  # fmt: skip
KEY = ("source_id", "number")
PROVENANCE = ("as_of", "first_file_id", "last_file_id")
# What a file may not take back: a unit put right by a person, a new day promised here, an identity it does not hold.
KEPT = ("agency_id", "promised_again", "applicant", "applicant_mark")
COMPARED = tuple(name for name in COLUMNS if name not in (*KEY, *PROVENANCE, *KEPT))
STAGE = "onestop_incoming"
CACHE_KIB = 64 * 1024


@dataclass(frozen=True, slots=True)
class Names:
    """Ids of the names that a file uses."""

    agencies: Mapping[str, int]
    units: Mapping[str, int | None]  # by the name: whose the dossiers are
    successors: Mapping[int, int]  # of units that have ended: whose their open dossiers are
    fields: Mapping[str, int]
    procedures: Mapping[tuple[str, str], int]


@transaction.atomic
def take_names(*, file: DossierFile, agencies: Sequence[str], fields: Sequence[str],
               procedures: Sequence[tuple[str, str]], by: Actor) -> Names:  # fmt: skip
    """Write the names a file uses that are new; a name that means one unit is matched to it. Part of the import."""
    by.require(Permission.DOSSIER_IMPORT, file.source.unit)
    known = {name.text: name for name in AgencyName.objects.filter(source=file.source_id)}
    new = [text for text in agencies if text not in known]
    matcher = Matcher(file.source, file.as_of) if new else None
    made = [AgencyName(source=file.source, text=t, unit=matcher.unit_of(t) if matcher else None) for t in new]
    AgencyName.objects.bulk_create(made, batch_size=AT_ONCE)
    names = {**known, **{name.text: name for name in made}}
    units = {text: name.unit_id for text, name in names.items()}
    after = successors_of([pk for pk in units.values() if pk], file.as_of)
    return Names(
        {text: name.pk for text, name in names.items()},
        units,
        {ended: unit.pk for ended, unit in after.items()},
        _ids(ProcedureField, fields),
        _procedure_ids(procedures),
    )


@transaction.atomic
def take_rows(*, file: DossierFile, names: Names, rows: pl.DataFrame, has_people: bool, by: Actor) -> None:
    """Write some dossiers of a file; a second time changes nothing. The import as a whole is recorded when it ends."""
    by.require(Permission.DOSSIER_IMPORT, file.source.unit)
    made = _with_ids(rows, file, names)
    made = _with_people(made, file, by) if has_people else made.with_columns(
        pl.lit("").alias("applicant"), pl.lit("").alias("applicant_mark")
    )  # fmt: skip
    ready = made.select(pl.col(read).alias(name) for name, read in COLUMNS.items())
    if connection.vendor == "postgresql":
        _copied(ready)
    else:
        _written(ready)


def _ids(model: type[ProcedureField], texts: Iterable[str]) -> dict[str, int]:
    wanted = sorted(set(texts))
    made = [model(text=text) for text in wanted]
    model.objects.bulk_create(made, ignore_conflicts=True, batch_size=AT_ONCE)
    return dict(model.objects.filter(text__in=wanted).values_list("text", "pk")) if wanted else {}


def _procedure_ids(pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
    made = [ProcedureName(code=code[:64], text=text) for code, text in pairs]
    ProcedureName.objects.bulk_create(made, ignore_conflicts=True, batch_size=AT_ONCE)
    codes = {code[:64] for code, _text in pairs}
    known = ProcedureName.objects.filter(code__in=codes).values_list("code", "text", "pk")
    ids = {(code, text): pk for code, text, pk in known}
    return {(code, text): ids[code[:64], text] for code, text in pairs}


def _with_ids(rows: pl.DataFrame, file: DossierFile, names: Names) -> pl.DataFrame:
    """Put ids in place of names. An open dossier of a unit that has ended is its successor's."""
    is_open = pl.col("finished").is_null() & (pl.col("outcome") == 0)
    made = rows.with_columns(
        _replaced("agency", names.agencies).alias("agency_name_id"),
        _replaced("receiver", names.agencies).alias("receiver_name_id"),
        _replaced("agency", names.units).alias("unit"),
        _replaced("field", names.fields).alias("field_id"),
        pl.lit(file.source_id).alias("source_id"),
        pl.lit(file.as_of).alias("as_of"),
        pl.lit(file.pk).alias("first_file_id"),
        pl.lit(file.pk).alias("last_file_id"),
    )
    after = pl.col("unit").replace_strict(dict(names.successors) or {-1: -1}, default=None, return_dtype=pl.Int64)
    made = made.with_columns(pl.when(is_open).then(pl.coalesce(after, "unit")).otherwise("unit").alias("agency_id"))
    keys = [(code, text, pk) for (code, text), pk in names.procedures.items()]
    known = pl.DataFrame(keys, schema=["code", "text", "procedure_id"], orient="row") if keys else _NO_PROCEDURES
    made = made.with_columns(pl.col("procedure_code").fill_null("").alias("code"),
                             pl.col("procedure").fill_null("").alias("text"))  # fmt: skip
    return made.join(known, on=["code", "text"], how="left", maintain_order="left")


_NO_PROCEDURES = pl.DataFrame(schema={"code": pl.String, "text": pl.String, "procedure_id": pl.Int64})


def _replaced(column: str, ids: Mapping[str, int | None]) -> pl.Expr:
    return pl.col(column).replace_strict(dict(ids) or {"": 0}, default=None, return_dtype=pl.Int64)


def _with_people(rows: pl.DataFrame, file: DossierFile, by: Actor) -> pl.DataFrame:
    """Seal the applicants that are new or other than before; tokens that are there stay."""
    numbers, identities = rows["dossier_number"].to_list(), rows.select(words.IDENTITY).rows()
    known = _known_people(file.source_id, numbers)
    texts = [(file.source_id, number, *identity) for number, identity in zip(numbers, identities, strict=True)]
    seen = marks(texts, key=newest(), round_id=OUTSIDE_ROUNDS, kind=PERSON)
    fresh = _tokens(rows.height)
    given, found = [], []
    for at, (number, identity) in enumerate(zip(numbers, identities, strict=True)):
        token, before = known.get(number, NOBODY)
        if any(identity):
            token, now = token or fresh[TOKEN * at : TOKEN * (at + 1)], seen[at].hex()
            if now != before:
                given.append((token, dict(zip(FIELDS, (*identity, number), strict=True))))
            before = now
        found.append((token, before))
    put_people(kind=PERSON, rows=given, by=by)
    made = pl.DataFrame(found, schema={"applicant": pl.String, "applicant_mark": pl.String}, orient="row")
    return rows.hstack(made)


def _tokens(number: int) -> str:
    """Give new tokens in a row. All begin with the second: spread over their index they would rewrite it each time."""
    now, random = int(time.time()).to_bytes(SECOND, "big"), secrets.token_bytes(RANDOM * number)
    made = b"".join([now + random[at : at + RANDOM] for at in range(0, len(random), RANDOM)])
    return base64.urlsafe_b64encode(made).decode()


def _known_people(source_id: int, numbers: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Give token and mark of the dossiers that are known; none are asked for where a source is new."""
    if not Dossier.objects.filter(source=source_id).exists():
        return {}
    named = "= ANY(%s)" if connection.vendor == "postgresql" else "IN (SELECT value FROM json_each(%s))"
    given = list(numbers) if connection.vendor == "postgresql" else json.dumps(numbers)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT number, applicant, applicant_mark FROM {_TABLE}"
            f" WHERE source_id = %s AND number {named} AND applicant <> ''",
            [source_id, given],
        )
        return {number: (token, seen) for number, token, seen in cursor.fetchall()}


def _written(rows: pl.DataFrame) -> None:
    places = ", ".join(["%s"] * len(COLUMNS))
    days = [name for name, dtype in rows.schema.items() if dtype == pl.Date]
    lines = rows.with_columns(pl.col(days).dt.to_string("%Y-%m-%d")).rows()
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA cache_size = -{CACHE_KIB}")  # the indexes of a million rows are larger than 2 MiB
        cursor.executemany(f"INSERT INTO {_TABLE} ({_LIST}) VALUES ({places}) {_conflict()}", lines)


def _copied(rows: pl.DataFrame) -> None:
    data = rows.write_csv(include_header=False, null_value="\\N").encode()
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE IF NOT EXISTS {STAGE} (LIKE {_TABLE}) ON COMMIT DELETE ROWS")
        cursor.execute(f"ALTER TABLE {STAGE} ALTER COLUMN id DROP NOT NULL")
        cursor.execute(f"DELETE FROM {STAGE}")
        with cursor.copy(f"COPY {STAGE} ({_LIST}) FROM STDIN (FORMAT csv, NULL '\\N')") as copy:
            copy.write(data)
        cursor.execute(f"INSERT INTO {_TABLE} ({_LIST}) SELECT {_LIST} FROM {STAGE} {_conflict()}")


_TABLE = Dossier._meta.db_table
_LIST = ", ".join(COLUMNS)


def _conflict() -> str:
    """Write only where something differs, and never an older file over a newer one."""
    differs = "IS DISTINCT FROM" if connection.vendor == "postgresql" else "IS NOT"
    values: dict[str, Any] = {name: f"excluded.{name}" for name in (*COMPARED, "as_of", "last_file_id")}
    values["promised_again"] = f"COALESCE(excluded.promised_again, {_TABLE}.promised_again)"
    for name in ("applicant", "applicant_mark"):
        values[name] = f"CASE WHEN excluded.applicant = '' THEN {_TABLE}.{name} ELSE excluded.{name} END"
    renamed = f"excluded.agency_name_id {differs} {_TABLE}.agency_name_id OR {_TABLE}.agency_id IS NULL"
    values["agency_id"] = f"CASE WHEN {renamed} THEN excluded.agency_id ELSE {_TABLE}.agency_id END"
    sets = ", ".join(f"{name} = {value}" for name, value in values.items())
    changed = " OR ".join(
        f"{_TABLE}.{name} {differs} {values[name]}" for name in (*COMPARED, "promised_again", "applicant_mark")
    )
    return (
        f"ON CONFLICT (source_id, number) DO UPDATE SET {sets} WHERE {_TABLE}.as_of <= excluded.as_of AND ({changed})"
    )
