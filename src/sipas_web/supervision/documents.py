"""The papers of a check sample as files, from its rows alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils import timezone

from sipas.quality import recheck_form
from sipas_web.privacy.queries import Identity
from sipas_web.supervision.queries import CheckCase, CheckSample, Remedy
from sipas_web.supervision.queries import samples as reads
from sipas_web.supervision.wording import BALANCES, SOURCES, WAYS, outcome_label, reason_label

PDF, DOCX = "application/pdf", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FORMS = {"pdf": PDF, "docx": DOCX}
SETTLED = {Remedy.State.WAITING: "chờ xử lý", Remedy.State.DONE: "đã làm", Remedy.State.DECLINED: "không làm"}
KINDS = {Remedy.Kind.DROP: "Bỏ phiếu", Remedy.Kind.REPLACE: "Thay phiếu", Remedy.Kind.REST: "Kiểm tra phiếu khác"}


def certificate(sample: CheckSample) -> bytes:
    """Set the certificate of a draw as PDF."""
    from sipas.reporting import build_check_certificate, render_pdf

    return render_pdf(build_check_certificate(head_of(sample), sample.certificate.encode(), sample.text))


def visit_list(sample: CheckSample, checks: Sequence[CheckCase], contacts: Mapping[int, Identity]) -> bytes:
    """Set the list that the re-verifier carries, in the order of the addresses, with the blank form."""
    from sipas.reporting import Visited, build_visit_list, render_pdf

    people = []
    for check in checks:
        who = contacts.get(check.pk, Identity())
        people.append(Visited(check.case.case_id, who.name, who.address, who.phone, check.agency))
    again = [(q["text"], [label for _value, label in q["options"]]) for q in sample.questions]
    ordered = sorted(people, key=lambda one: (one.address, one.case_id))
    return render_pdf(build_visit_list(head_of(sample), ordered, recheck_form(), again))


def minutes(sample: CheckSample, form: str) -> bytes:
    """Set the minutes as PDF or DOCX; the failed forms with what became of them by now."""
    from sipas.reporting import build_reverification_minutes, render_docx, render_pdf

    render: Callable[[Any], bytes] = {"pdf": render_pdf, "docx": render_docx}[form]
    return render(build_reverification_minutes(_told(sample)))


def head_of(sample: CheckSample) -> Any:
    """Give what every paper of a sample begins with."""
    from sipas.reporting import CheckHead

    said = sample.round.settings.get("documents", {})
    return CheckHead(
        round_title=sample.round.title,
        body=sample.body,
        place=str(said.get("place", sample.round.unit.name)),
        moment=timezone.localtime(sample.drawn or sample.opened),
        number=sample.number,
        source=SOURCES[CheckSample.Source(sample.source)],
        way=WAYS[CheckSample.Way(sample.way)],
        balance=BALANCES[CheckSample.Balance(sample.balance)],
        simulated=sample.round.is_simulated,
    )


def _told(sample: CheckSample) -> Any:
    from sipas.reporting import ReverificationMinutes

    checks = list(reads.cases_of(sample))
    outcomes = Counter(outcome_label(c.outcome) if c.outcome else "Chưa tiếp cận" for c in checks)
    said = sample.round.settings.get("documents", {})
    return ReverificationMinutes(
        head=head_of(sample),
        listed=sample.list_cases,
        drawn=len(checks),
        done=sum(c.is_done for c in checks),
        verified=sum(bool(c.verdict) for c in checks),
        verdicts=Counter(c.verdict for c in checks),
        outcomes=outcomes.most_common(),
        result=sample.result or {"rates": [], "items": [], "effects": [], "weights": "base"},
        questions={q["name"]: q["text"] for q in sample.questions},
        failed=_failed(sample, checks),
        conclusion=sample.conclusion,
        proposal=sample.proposal,
        order=sample.order.letter if sample.order else "",
        list_sha256=sample.list_sha256,
        signers=(sample.body, str(said.get("department", "Sở Nội vụ"))),
    )


def _failed(sample: CheckSample, checks: Sequence[CheckCase]) -> tuple[Any, ...]:
    from sipas.reporting import FailedForm

    steps: dict[int, list[str]] = {}
    for remedy in reads.remedies_of(sample):
        state = SETTLED[Remedy.State(remedy.state)]
        text = f"{KINDS[Remedy.Kind(remedy.kind)]}: {state}"
        text += f" ({remedy.replacement})" if remedy.replacement else ""
        steps.setdefault(remedy.check_case_id, []).append(text)
    return tuple(
        FailedForm(
            c.case.case_id,
            c.interviewer,
            tuple(reason_label(r) for r in c.reasons),
            "; ".join(steps.get(c.pk, ["chờ công bố"])),
        )
        for c in checks
        if c.verdict == CheckCase.Verdict.FAIL
    )
