"""Letters and reviews for a demonstration, made by the same acts as people use; every one is simulated."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sipas_web.audit.actors import Actor
from sipas_web.onestop.actions import apologies, facilities, sending
from sipas_web.onestop.actions.apologies import Content
from sipas_web.onestop.actions.facilities import Found
from sipas_web.onestop.queries import apologies as reads
from sipas_web.onestop.queries import facilities as desks
from sipas_web.onestop.queries.apologies import Wanted
from sipas_web.shared import working_days
from sipas_web.units.queries import Unit

REASONS = ("load", "coordination", "verification", "staff")
DRAFTED, SIGNED, SENT = 12, 8, 5  # of the dossiers listed: each is the beginning of the one before
ENTERED = 9  # of the late ones: letters that other systems sent


def apologise(*, by: Actor) -> int:
    """Draft, sign and send letters for simulated dossiers that are listed or late; gives how many were drafted."""
    today = reads.today()
    listed = [d for d in reads.to_apologise(by, today, Wanted()) if d.source.is_simulated and not reads.letter_of(d)]
    new_date = working_days.after(today, 7)
    letters = [
        apologies.draft(dossier_id=d.pk, content=Content(REASONS[k % len(REASONS)], new_date=new_date), by=by)
        for k, d in enumerate(listed[:DRAFTED])
        if d.promised_again is None
    ]
    apologies.sign(apology_ids=[letter.pk for letter in letters[:SIGNED]], by=by)
    for k, letter in enumerate(letters[:SENT]):
        if k % 2 and letter.dossier.applicant:
            sending.queue(apology_id=letter.pk, way="sms", by=by)
        else:
            apologies.note_paper(apology_id=letter.pk, on=today, way="paper", number="", by=by)
    late = [d for d in reads.late(by, today, Wanted(standings=("without",))) if d.source.is_simulated]
    for k, dossier in enumerate(late[:ENTERED]):
        if dossier.finished is not None and dossier.due is not None:
            on = max(dossier.due - dt.timedelta(days=2) if k % 3 else dossier.due, dossier.received)
            content = Content(REASONS[k % len(REASONS)])
            apologies.enter_sent(dossier_id=dossier.pk, content=content, on=on, way="paper", number="", by=by)
    return len(letters)


def review(desk: Unit, *, on: dt.date, by: Actor) -> None:
    """Review a desk, with three gaps."""
    made = facilities.begin(desk=desk, on=on, reviewer="Tổ rà soát (mô phỏng)", by=by)
    found = {code: Found(measured=Decimal(4), is_met=True) for code in desks.checks_of(made)}
    mend_by = working_days.on_or_after(on + dt.timedelta(days=60))
    found |= {
        "seats": Found(measured=Decimal(16), minimum=Decimal(30), cost=21_000_000, mend_by=mend_by),
        "area": Found(measured=Decimal(72)),
        "priority": Found(is_met=False, cost=8_500_000, mend_by=mend_by),
        "condition": Found(is_met=False, note="Hai máy lấy số hỏng"),
    }
    facilities.fill_in(review_id=made.pk, found={k: v for k, v in found.items() if k in desks.checks_of(made)}, by=by)
    facilities.finish(review_id=made.pk, note="Cần bổ sung ghế chờ và quầy ưu tiên (mô phỏng).", by=by)
