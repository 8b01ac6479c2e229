"""Vietnamese words of the short form and of findings: data of the library, no message of the interface."""

from __future__ import annotations

from sipas.quality import recheck_form
from sipas_web.supervision.queries import CheckSample

SOURCES = {
    CheckSample.Source.ISSUED: "toàn bộ phiếu đã phát hành",
    CheckSample.Source.RETURNED: "các phiếu đã thu về",
}
WAYS = {
    CheckSample.Way.RANDOM: "ngẫu nhiên, cơ hội như nhau",
    CheckSample.Way.OWN: "ngẫu nhiên với cơ hội theo điểm do tổ chức giám sát lập, mọi phiếu đều có cơ hội",
    CheckSample.Way.RISK: "ngẫu nhiên với cơ hội theo mức rủi ro, mọi phiếu đều có cơ hội",
}
BALANCES = {
    CheckSample.Balance.NONE: "",
    CheckSample.Balance.AGENCY: "cơ quan giải quyết thủ tục",
    CheckSample.Balance.STRATUM: "tầng của mẫu khảo sát",
    CheckSample.Balance.OFFICE: "bưu cục",
    CheckSample.Balance.INTERVIEWER: "điều tra viên",
}


def reason_label(reason: str) -> str:
    """Say why a form failed or is in doubt: ``question.value`` as question and answer, or an outcome."""
    form = recheck_form()
    name, _dot, value = reason.partition(".")
    question = next((q for q in form.questions if q.name == name), None)
    if question is None:
        return next((o.label for o in form.outcomes if o.code == reason), reason)
    option = next((o.label for o in question.options if str(o.value) == value), value)
    return f"{question.short}: {option}"


def outcome_label(code: str) -> str:
    """Name the outcome of an attempt."""
    return next((o.label for o in recheck_form().outcomes if o.code == code), code)


def mode_label(code: str) -> str:
    """Name the way of an attempt."""
    return recheck_form().modes.get(code, code)
