"""What the checks read: valid chosen answers, visits with times and places. No identity."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

import polars as pl
from django.db.models import Count, Max, QuerySet
from django.utils import timezone

from sipas.quality import dispositions
from sipas_web.capture import queries as capture
from sipas_web.capture.models import Response, WebAnswer
from sipas_web.fieldwork.models import Visit
from sipas_web.privacy import queries as privacy
from sipas_web.rounds.queries import Round

VISITS: dict[str, Any] = {
    "case_id": pl.String, "visit": pl.Int64, "day": pl.Date, "at": pl.Datetime("us"), "outcome": pl.String,
    "interviewer": pl.String,
}  # fmt: skip
PLACES: dict[str, Any] = {
    "case_id": pl.String, "visit": pl.Int64, "latitude": pl.Float64, "longitude": pl.Float64, "accuracy_m": pl.Float64,
}  # fmt: skip
WEB = "web"


def fingerprint(round_: Round) -> str:
    """Tell whether anything came in since: changes with every answer, visit and change of what is chosen."""
    answers = Response.objects.filter(case__round=round_)
    told = [
        answers.aggregate(n=Count("pk"), last=Max("pk")),
        answers.filter(is_chosen=True, is_valid=True).aggregate(n=Count("pk"), last=Max("pk")),
        Visit.objects.filter(case__round=round_).aggregate(n=Count("pk"), last=Max("pk"), at=Max("at")),
    ]
    return hashlib.sha256(repr(told).encode()).hexdigest()


def visits_for_checks(round_: Round) -> pl.DataFrame:
    """Give visits as ``sipas.quality.visit_marks`` takes them; a time of another day than the visit's is none."""
    rows = Visit.objects.filter(case__round=round_).order_by("case__case_id", "number")
    fields = ("case__case_id", "number", "day", "at", "outcome", "interviewer")
    told = [
        (case, number, day, _local(at, day), outcome, interviewer or None)
        for case, number, day, at, outcome, interviewer in rows.values_list(*fields).iterator(chunk_size=5_000)
    ]
    made = pl.DataFrame(told, schema=VISITS, orient="row")
    places = [
        (case, visit, place.latitude, place.longitude, place.accuracy_m)
        for case, visit, place in privacy.places_of(round_)
    ]
    placed = pl.DataFrame(places, schema=PLACES, orient="row")
    answered = [d.code for d in dispositions() if d.group in {"I", "P"}]
    made = made.with_columns(is_form=pl.col("outcome").is_in(answered))
    return made.join(placed, on=["case_id", "visit"], how="left")


def forms_for_checks(round_: Round, visits: pl.DataFrame) -> pl.DataFrame:
    """Give valid chosen answers as ``sipas.quality.form_signs`` takes them. What came by the web nobody carried."""
    valid = Response.objects.filter(case__round=round_, is_chosen=True, is_valid=True)
    codes = _places(valid)
    last = visits.sort("case_id", "is_form", "visit").group_by("case_id", maintain_order=True).last()
    carried = last.select("case_id", "interviewer", moment=pl.coalesce("at", pl.col("day").cast(pl.Datetime("us"))))
    rows = capture.responses_table(round_).join(codes, on="case_id", how="inner")
    rows = rows.join(carried, on="case_id", how="left").join(_seconds(round_), on="case_id", how="left")
    is_web = pl.col("mode") == WEB
    return rows.sort("case_id").with_columns(
        interviewer=pl.when(~is_web).then("interviewer"),
        moment=pl.coalesce(pl.when(~is_web).then("moment"), pl.col("received_on").cast(pl.Datetime("us"))),
    )


def _places(answers: QuerySet[Response]) -> pl.DataFrame:
    """Give the office that holds each case, the agency where none does: forms are copied among colleagues."""
    rows = answers.order_by().values_list("case__case_id", "case__office", "case__agency")
    told = [(case, f"office {office}" if office else f"agency {agency}") for case, office, agency in rows.iterator()]
    return pl.DataFrame(told, schema={"case_id": pl.String, "place": pl.String}, orient="row")


def _seconds(round_: Round) -> pl.DataFrame:
    """Give how long answering on the web took, by the pages' own clock; no other mode tells."""
    rows = WebAnswer.objects.filter(response__case__round=round_, response__is_chosen=True)
    told: list[tuple[str, Any]] = [
        (case, float(sum(seconds.values())))
        for case, seconds in rows.values_list("response__case__case_id", "seconds").iterator(chunk_size=5_000)
    ]
    made = pl.DataFrame(told, schema={"case_id": pl.String, "seconds": pl.Float64}, orient="row")
    return made.filter(pl.col("seconds") > 0)


def _local(at: dt.datetime | None, day: dt.date) -> dt.datetime | None:
    if at is None:
        return None
    local = timezone.localtime(at).replace(tzinfo=None)
    return local if local.date() == day else None
