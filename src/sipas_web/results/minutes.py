"""The minutes of a freeze as a file, from the snapshot alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import qrcode
from django.utils import timezone

from sipas_web.results.queries import Snapshot, work

PDF, DOCX = "application/pdf", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FORMS = {"pdf": PDF, "docx": DOCX}
VISITS, RESPONSES = "Các lần đến tiếp cận người trả lời", "Phiếu trả lời (mỗi phiếu một bản được chọn)"
CHECKS = "Dấu hiệu và kết luận về chất lượng thu thập phiếu"


def minutes(snapshot: Snapshot, form: str, address: str) -> bytes:
    """Set the minutes as PDF or DOCX; ``address`` is where they can be checked. The same bytes until approved."""
    from sipas.reporting import build_freeze_minutes, render_docx, render_pdf

    render: Callable[[Any], bytes] = {"pdf": render_pdf, "docx": render_docx}[form]
    return render(build_freeze_minutes(_told(snapshot, address)))


def _told(snapshot: Snapshot, address: str) -> Any:
    from sipas.reporting import FreezeMinutes, FrozenFile

    documents = snapshot.round.settings.get("documents", {})
    place = snapshot.round.unit.full_name
    files = [
        FrozenFile(VISITS, snapshot.visits_file, snapshot.visits, snapshot.visits_sha256),
        FrozenFile(RESPONSES, snapshot.responses_file, snapshot.responses, snapshot.responses_sha256),
    ]
    if snapshot.checks_sha256:
        files.append(FrozenFile(CHECKS, snapshot.checks_file, snapshot.checks, snapshot.checks_sha256))
    agency = documents.get("department", "Sở Nội vụ")
    stands = snapshot.state in {Snapshot.State.APPROVED, Snapshot.State.PUBLISHED}
    return FreezeMinutes(
        round_title=snapshot.round.title,
        parent_agency=documents.get("parent", ""),
        agency=agency,
        place=documents.get("place", place),
        moment=timezone.localtime(snapshot.frozen),
        number=snapshot.number,
        reason=snapshot.reason,
        frozen_by=snapshot.frozen_by,
        cases=snapshot.cases,
        open_cases=snapshot.open_cases,
        files=tuple(files),
        journal_head=snapshot.frozen_journal_head,
        audit_head=snapshot.audit_head,
        address=address,
        modules=modules_of(address),
        signers=(agency, "Bưu điện", "Ủy ban Mặt trận Tổ quốc Việt Nam", "Hội Cựu chiến binh"),
        simulated=snapshot.round.is_simulated,
        approved=timezone.localtime(snapshot.reviewed) if snapshot.reviewed and stands else None,
        approved_by=snapshot.reviewed_by,
        self_approved=work.is_self_approved(snapshot),
    )


def modules_of(text: str) -> tuple[str, ...]:
    """Code a text as the modules of a QR code, a quarter of it spare."""
    code = qrcode.QRCode(border=0, error_correction=qrcode.ERROR_CORRECT_Q)
    code.add_data(text)
    code.make()
    return tuple("".join("1" if dark else "0" for dark in row) for row in code.get_matrix())
