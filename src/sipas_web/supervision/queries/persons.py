"""What is held about the person behind a case, for their own requests. Before release it is told to nobody."""

from __future__ import annotations

from django.utils.translation import gettext as _

from sipas_web.rounds.queries import Round
from sipas_web.supervision.models import CheckCase, CheckSample


def seen(round_: Round, case_code: str) -> list[tuple[str, str]]:
    """List the released re-verifications of a case."""
    rows = CheckCase.objects.filter(
        sample__round=round_, case__case_id=case_code, sample__state=CheckSample.State.RELEASED
    ).select_related("sample")
    return [(_("Re-verified by %(body)s") % {"body": row.sample.body}, row.get_verdict_display()) for row in rows]


def forget(round_: Round, case_code: str) -> bool:
    """Destroy what was said at re-verifications of a case, released or not; says whether a released one was there."""
    rows = CheckCase.objects.filter(sample__round=round_, case__case_id=case_code)
    was_seen = rows.filter(sample__state=CheckSample.State.RELEASED).exclude(answers={}).exists()
    rows.update(answers={}, again={}, remark="")
    return was_seen
