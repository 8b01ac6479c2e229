"""Reads of answers: counts for people, tables for the freeze."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import polars as pl
from django.db.models import Count, QuerySet
from django.utils import timezone

from sipas.instrument import AnswerColumn
from sipas.rounds import answer_columns
from sipas_web.capture.models import Response
from sipas_web.fieldwork.queries.tables import CHUNK, chunks
from sipas_web.rounds.folders import folder_of
from sipas_web.rounds.queries import Round

HEADS = {"case_id": pl.String, "mode": pl.String, "received_on": pl.Date}
SET_ASIDE = "capture.set_aside"  # reason of an answer that re-verification found not to stand
BESIDE = {"is_chosen": pl.Boolean, "valid": pl.Boolean, "invalid_reason": pl.String, "source": pl.String}


def responses_table(round_: Round) -> pl.DataFrame:
    """Give the chosen answer of each case in the form the library's import reads: one row per case, sorted.

    Columns ``case_id``, ``mode``, ``received_on`` and those of the edition. The same rows give the same bytes. An
    answer that was set aside is a form without an answer.
    """
    chosen = _counting(round_).filter(is_chosen=True)
    gone = list(chosen.filter(invalid_reason=SET_ASIDE).values_list("case__case_id", flat=True))
    table = _table(chosen, round_, {}).sort("case_id")
    stands = pl.when(~pl.col("case_id").is_in(gone))
    return table.with_columns(stands.then(pl.col(n)).name.keep() for n in table.columns if n not in HEADS)


def others_table(round_: Round) -> pl.DataFrame:
    """Give the answers kept beside the chosen ones, with their validity and source; sorted."""
    found = _table(_counting(round_).filter(is_chosen=False), round_, BESIDE)
    return found.sort("case_id", "source", "mode", *(c.name for c in answer_columns(folder_of(round_))))


def _counting(round_: Round) -> QuerySet[Response]:
    """Leave out the answers of withdrawn cases: they are kept and do not count."""
    return Response.objects.filter(case__round=round_, case__withdrawn_because="")


def beside_count(round_: Round) -> int:
    """Count the answers kept beside the chosen ones."""
    return Response.objects.filter(case__round=round_, is_chosen=False).count()


def arrivals_of_code(round_: Round, case_code: str) -> list[tuple[dt.date, str]]:
    """Give when answers to a case came in, and by which mode."""
    rows = Response.objects.filter(case__round=round_, case__case_id=case_code).order_by("taken")
    return [(timezone.localdate(taken), mode) for taken, mode in rows.values_list("taken", "mode")]


def counts_by_reason(round_: Round) -> dict[str, int]:
    """Count the chosen answers that are not valid, by reason."""
    rows = Response.objects.filter(case__round=round_, is_chosen=True, is_valid=False)
    return dict(rows.values_list("invalid_reason").annotate(n=Count("pk")).order_by("invalid_reason"))


def _table(rows: QuerySet[Response], round_: Round, further: dict[str, Any]) -> pl.DataFrame:
    columns = answer_columns(folder_of(round_))
    fields = ["case__case_id", "mode", "received_on", "answers"]
    if further:
        fields += ["is_chosen", "is_valid", "invalid_reason", "source"]
    source = rows.order_by().values_list(*fields).iterator(chunk_size=CHUNK)
    parts = [_part(part, columns, further) for part in chunks(source, CHUNK)]
    empty = pl.DataFrame(schema={**HEADS, **{c.name: c.dtype for c in columns}, **further})
    return pl.concat([empty, *parts])


def _part(rows: Sequence[Sequence[Any]], columns: Sequence[AnswerColumn], further: dict[str, Any]) -> pl.DataFrame:
    made = [pl.Series(name, [row[k] for row in rows], dtype=dtype) for k, (name, dtype) in enumerate(HEADS.items())]
    answers = [row[3] for row in rows]
    made += [pl.Series(c.name, [a.get(c.name) for a in answers], dtype=c.dtype) for c in columns]
    made += [
        pl.Series(name, [row[k] for row in rows], dtype=dtype) for k, (name, dtype) in enumerate(further.items(), 4)
    ]
    return pl.DataFrame(made)
