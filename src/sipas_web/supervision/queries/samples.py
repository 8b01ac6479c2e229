"""Reads of one check sample: how far it is, its cases, the tables that its result is worked out from."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.db.models import Count, Q, QuerySet

from sipas_web.audit.actors import Actor
from sipas_web.capture.queries import responses_table
from sipas_web.fieldwork.queries import Answer, Case
from sipas_web.rounds.queries import Round
from sipas_web.supervision.models import CheckCase, CheckSample, Remedy
from sipas_web.supervision.queries.access import own_samples

MATCH = "supervision.match"  # kind of the work that matches
GROUPS = ("interviewer", "office")


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a check sample is."""

    drawn: int = 0
    done: int = 0
    verified: int = 0
    failed: int = 0
    doubt: int = 0

    @property
    def left(self) -> int:
        """Cases still to be reached."""
        return self.drawn - self.done

    @property
    def percent(self) -> int:
        """Cases done, in percent."""
        return round(100 * self.done / self.drawn) if self.drawn else 0


def by_id(sample_id: int) -> CheckSample:
    """Give a sample, for work that asks for its permission at each action."""
    return CheckSample.objects.select_related("round__unit").get(pk=sample_id)


def held(sample_id: int) -> CheckSample:
    """Lock a sample, list and certificate included, until the end of the transaction."""
    return CheckSample.objects.select_related("round__unit").select_for_update(of=("self",)).get(pk=sample_id)


def held_case(check_id: int) -> CheckCase:
    """Lock a case of a sample until the end of the transaction."""
    rows = CheckCase.objects.select_related("sample__round__unit", "case")
    return rows.select_for_update(of=("self",)).get(pk=check_id)


def progress_of(samples: list[CheckSample]) -> dict[int, Standing]:
    """Count the cases of samples. One query."""
    rows = CheckCase.objects.filter(sample__in=[s.pk for s in samples]).order_by().values("sample")
    counted = rows.annotate(
        drawn=Count("pk"),
        done=Count("pk", filter=Q(is_done=True)),
        verified=Count("pk", filter=~Q(verdict="")),
        failed=Count("pk", filter=Q(verdict=CheckCase.Verdict.FAIL)),
        doubt=Count("pk", filter=Q(verdict=CheckCase.Verdict.DOUBT)),
    )
    found = counted.values_list("sample", "drawn", "done", "verified", "failed", "doubt")
    return {sample: Standing(*counts) for sample, *counts in found}


def cases_of(sample: CheckSample, *, only_open: bool = False) -> QuerySet[CheckCase]:
    """List the cases of a sample by code."""
    found = CheckCase.objects.filter(sample=sample).select_related("case", "case__agency").order_by("case__case_id")
    return found.filter(is_done=False) if only_open else found


def bodies_samples(sample: CheckSample) -> QuerySet[CheckSample]:
    """List the samples of the same body in the same round."""
    same = CheckSample.objects.filter(round=sample.round_id, organisation=sample.organisation_id)
    return same if sample.organisation_id else same.filter(owner=sample.owner_id)


def waiting_remedies(round_: Round) -> QuerySet[Remedy]:
    """List the steps on failed forms of released samples that wait for the department."""
    released = CheckSample.State.RELEASED
    rows = Remedy.objects.filter(check_case__sample__round=round_, check_case__sample__state=released)
    return rows.filter(state=Remedy.State.WAITING).select_related("check_case__case", "check_case__sample")


def remedies_of(sample: CheckSample) -> QuerySet[Remedy]:
    """List the steps of the procedure on the failed forms of a sample."""
    rows = Remedy.objects.filter(check_case__sample=sample).select_related("check_case__case")
    return rows.order_by("check_case__case__case_id", "pk")


def remedy_by_id(remedy_id: int) -> Remedy | None:
    """Give a step of a released sample."""
    rows = Remedy.objects.select_related("check_case__sample__round__unit", "check_case__case")
    return rows.filter(pk=remedy_id, check_case__sample__state=CheckSample.State.RELEASED).first()


def case_keys(round_: Round, codes: list[str]) -> dict[str, int]:
    """Give the keys of cases by code."""
    return dict(Case.objects.filter(round=round_, case_id__in=codes).values_list("case_id", "pk"))


def listed_of(sample: CheckSample) -> pl.DataFrame:
    """Read the fixed list of a sample."""
    return pl.read_parquet(io.BytesIO(bytes(sample.listed)))


def drawn_of(sample: CheckSample) -> pl.DataFrame:
    """Read a sample as the library drew it."""
    return pl.read_parquet(io.BytesIO(bytes(sample.sample)))


def rows_that_differ(sample: CheckSample) -> list[str]:
    """Name the cases whose rows in the tables are not those that were drawn; none where nobody touched them."""
    drawn = {row["unit_id"]: row["probability"] for row in drawn_of(sample).iter_rows(named=True)}
    rows = CheckCase.objects.filter(sample=sample).values_list("case__case_id", "probability")
    kept = dict(rows)
    return sorted(code for code in drawn.keys() | kept.keys() if drawn.get(code) != kept.get(code))


def first_answers(round_: Round) -> pl.DataFrame:
    """Give every valid first answer of a round; for the matching alone, never for a page."""
    valid = Case.objects.filter(round=round_, answer=Answer.VALID).values_list("case_id", flat=True)
    return responses_table(round_).filter(pl.col("case_id").is_in(list(valid)))


def checks_of(sample: CheckSample) -> pl.DataFrame:
    """Give the cases of a sample as the library matches them: one row each, verdict missing where not verified."""
    fields = ("case__case_id", "verdict", "probability", "stratum", "population", *GROUPS)
    rows = CheckCase.objects.filter(sample=sample).order_by("case__case_id").values_list(*fields)
    texts = dict.fromkeys(GROUPS, pl.String)
    heads = {"case_id": pl.String, "verdict": pl.String, "probability": pl.Float64, "check_stratum": pl.String}
    table = pl.DataFrame(list(rows), schema={**heads, "population": pl.Int64, **texts}, orient="row")
    blank = pl.col("verdict", *GROUPS)
    return table.with_columns(
        pl.when(blank != "").then(blank).name.keep(), check_weight=1 / pl.col("probability")
    )  # fmt: skip


def again_of(sample: CheckSample) -> pl.DataFrame:
    """Give the repeated answers of the verified cases."""
    names = [question["name"] for question in sample.questions]
    rows = CheckCase.objects.filter(sample=sample).exclude(verdict="").order_by("case__case_id")
    made: list[dict[str, Any]] = [
        {"case_id": code, **{name: again.get(name) for name in names}}
        for code, again in rows.values_list("case__case_id", "again")
    ]
    return pl.DataFrame(made, schema={"case_id": pl.String, **dict.fromkeys(names, pl.Int64)})


def waiting_count(by: Actor) -> int:
    """Count the cases of own open samples that are still to be reached."""
    opened = own_samples(by).filter(state=CheckSample.State.DRAWN)
    return CheckCase.objects.filter(sample__in=opened.values("pk"), is_done=False).count()
