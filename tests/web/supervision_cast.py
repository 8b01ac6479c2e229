"""A supervisor's check sample on its way, for the tests."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from sipas_web.audit.actors import Actor
from sipas_web.capture.models import Response
from sipas_web.jobs.worker import work_off
from sipas_web.rounds.models import Round
from sipas_web.supervision import actions
from sipas_web.supervision.actions import Plan, Told
from sipas_web.supervision.models import CheckCase, CheckSample
from sipas_web.supervision.queries import samples as reads
from sipas_web.units.queries import today

TEXT = "Sáo sậu đậu cành tre lúc chiều muộn"
GOOD = {"is_person": 1, "received": 1, "filled_by": 1, "gift": 1, "pressure": 1}
BAD = GOOD | {"filled_by": 4}


def plan(**changes: Any) -> Plan:
    values: dict[str, Any] = {
        "body": "Ủy ban Mặt trận Tổ quốc Việt Nam tỉnh", "source": "returned", "way": "random", "balance": "agency",
        "share": Decimal(20), "floor": Decimal(50), "until": today() + dt.timedelta(days=14),
    }  # fmt: skip
    return Plan(**values | changes)


def drawn(round_: Round, by: Actor, **changes: Any) -> CheckSample:
    sample = actions.open_sample(round_id=round_.pk, plan=plan(**changes), by=by)
    return actions.draw_sample(sample_id=sample.pk, text=TEXT, by=by)


def first_answers(check: CheckCase) -> dict[str, Any]:
    found: dict[str, Any] = Response.objects.get(case=check.case, is_chosen=True).answers
    return found


def verify_all(sample: CheckSample, by: Actor, *, failing: int = 2, absent: int = 1) -> dict[str, list[CheckCase]]:
    """Re-verify every case: the first ``failing`` fail, the next ``absent`` are never met, others repeat themselves."""
    made: dict[str, list[CheckCase]] = {"fail": [], "absent": [], "pass": []}
    for n, check in enumerate(reads.cases_of(sample)):
        kind = "fail" if n < failing else "absent" if n < failing + absent else "pass"
        told = (
            Told(today(), "visit", "refused")
            if kind == "absent"
            else said(check, sample, BAD if kind == "fail" else GOOD)
        )
        made[kind].append(actions.log_attempt(check_id=check.pk, told=told, by=by))
    return made


def said(check: CheckCase, sample: CheckSample, answers: dict[str, int]) -> Told:
    first = first_answers(check)
    again = {q["name"]: first[q["name"]] for q in sample.questions if first.get(q["name"]) is not None}
    return Told(today(), "visit", "met", answers, again)


def released(round_: Round, by: Actor, **changes: Any) -> CheckSample:
    sample = drawn(round_, by, **changes)
    verify_all(sample, by)
    actions.close(sample_id=sample.pk, by=by)
    work_off()
    return actions.release(sample_id=sample.pk, conclusion="Đã kiểm tra.", proposal="", by=by)
