"""The certificate of a draw as it is handed out: PDF with a code that leads to the public page."""

from __future__ import annotations

from typing import Any

import qrcode
from django.urls import reverse
from django.utils import timezone

from sipas.reporting.draw_certificate import Ceremony, render_draw_certificate
from sipas_web.rounds.queries import Draw

QUIET = 4  # modules around a code, as ISO/IEC 18004 asks


def address(code: str, base_url: str) -> str:
    """Give the address of the public page, which lies in an app above this one."""
    return base_url.rstrip("/") + reverse("verify_code", args=[code])


def modules(text: str) -> list[list[bool]]:
    """Give the modules of a QR code with its quiet zone."""
    made = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=QUIET)
    made.add_data(text)
    made.make()
    return [[bool(dark) for dark in row] for row in made.get_matrix()]


def qr(text: str) -> str:
    """Draw a QR code as SVG, black on white in every theme."""
    rows = modules(text)
    side = len(rows)
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" width="{4 * side}" height="{4 * side}" '
        f'shape-rendering="crispEdges" aria-hidden="true"><path fill="#fff" d="M0 0h{side}v{side}h-{side}z"/>'
        f'<path fill="#000" d="{path}"/></svg>'
    )


def document(draw: Draw, certificate: bytes, journal_head: str, base_url: str) -> bytes:
    """Set the certificate of a draw."""
    round_ = draw.round
    said: dict[str, Any] = round_.settings.get("documents", {})
    where = address(draw.code, base_url)
    ceremony = Ceremony(
        title=round_.title,
        parent=str(said.get("parent", "")),
        agency=str(said.get("department", "")),
        place=str(said.get("place", "")),
        drawn=timezone.localtime(),
        number=draw.number,
        design_sha256=draw.design_sha256,
        journal_head=journal_head,
        audit_head=draw.audit_head,
        code=draw.code,
        address=where,
        qr=qr(where),
        simulated=round_.is_simulated,
    )
    return render_draw_certificate(certificate, ceremony)
