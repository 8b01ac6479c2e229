"""Open reports of units that have ended go to the one that took each over; no unit is counted twice by it.

A report of days on which the unit still existed stays its own and is finished by the successor. One whose cut-off the
unit did not reach ends: the successor's own report counts those units.
"""

from __future__ import annotations

from django.db import transaction

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.improvement.models import PeriodicReport
from sipas_web.improvement.queries import reports as reads
from sipas_web.improvement.queries.reports_area import receiver_of
from sipas_web.units import queries as units

State = PeriodicReport.State


@transaction.atomic
def hand_over_ended(*, by: Actor) -> int:
    """Do so for every unit that has ended. Part of the act that ended them, which asked for its permission.

    Where several units took one over, its reports stay until somebody above acts.
    """
    moved = sum(_to_successor(report, by) for report in reads.of_ended_units())
    return moved + sum(_to_other_receiver(report, by) for report in reads.of_ended_receivers())


def _to_successor(report: PeriodicReport, by: Actor) -> bool:
    before = report.answering
    successor = units.successor_of(before)
    if successor is None:
        return False
    report.held_by = successor
    if report.state in reads.UNSENT and not report.unit.holds(report.last):
        report.state = State.ENDED
    report.save(update_fields=["held_by", "state"])
    details = {"from": before.full_name, "to": successor.full_name, "state": report.state}
    record(by=by, action="improvement.report_handed_over", subject=report, unit=successor, details=details)
    return True


def _to_other_receiver(report: PeriodicReport, by: Actor) -> bool:
    before = report.receiver
    if before is None:
        return False
    after = units.successor_of(before) or receiver_of(report.answering, units.today())
    if after is None or after == before:
        return False
    report.receiver = after
    report.save(update_fields=["receiver"])
    details = {"from": before.full_name, "to": after.full_name, "received": True}
    record(by=by, action="improvement.report_handed_over", subject=report, unit=after, details=details)
    return True
