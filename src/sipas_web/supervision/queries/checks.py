"""What re-verification gives to the freeze: released findings only, as the library's table of checks."""

from __future__ import annotations

import polars as pl

from sipas.quality import FLAGS
from sipas_web.rounds.queries import Round
from sipas_web.supervision.models import CheckCase, CheckSample

FLAG_OF = {
    CheckCase.Verdict.PASS: "quality.reverified_passed",
    CheckCase.Verdict.DOUBT: "quality.reverified_doubt",
    CheckCase.Verdict.FAIL: "quality.reverified_failed",
}


def checks_table(round_: Round) -> pl.DataFrame:
    """Give the verdicts of released check samples: ``case_id``, ``flag``, ``value`` (checks that found so).

    Sorted, so that the same findings give the same bytes. A case checked by two bodies has the verdicts of both.
    """
    found = CheckCase.objects.filter(sample__round=round_, sample__state=CheckSample.State.RELEASED).exclude(verdict="")
    rows = [(code, FLAG_OF[CheckCase.Verdict(v)]) for code, v in found.values_list("case__case_id", "verdict")]
    table = pl.DataFrame(rows, schema={"case_id": pl.String, "flag": pl.String}, orient="row")
    counted = table.group_by("case_id", "flag").agg(value=pl.len().cast(pl.Float64)).sort("case_id", "flag")
    return FLAGS.check(counted)
