"""Route sheets and registers of a post office, made while somebody waits and kept nowhere."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

import qrcode
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from sipas.quality import dispositions
from sipas.reporting.field_sheets import (
    HandOutRegister,
    RegisterRow,
    RouteSheet,
    Stop,
    render_register,
    render_route_sheets,
)
from sipas_web.accounts.queries import Person
from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.fieldwork.contacts import SHEET, contacts_of
from sipas_web.fieldwork.queries import Case, State, assignments
from sipas_web.fieldwork.queries.serving import units_of
from sipas_web.privacy.identity import Identity
from sipas_web.rounds.queries import Round
from sipas_web.units.queries import Unit

MOST_ON_SHEETS = 300  # cases: about a second; more is no route of a day
MOST_IN_REGISTER = 3_000
QUIET = 2  # modules: the sheet is white around it
# What interviewers meet most; the whole list stands in the application.
USUAL = ("1.1", "2.11", "2.111", "2.21", "2.22", "2.25", "2.31", "2.32", "2.34", "3.18", "3.32", "4.10", "4.70")


@transaction.atomic
def print_route_sheets(
    *, round_: Round, office: Unit, people: Sequence[Person], day: dt.date, commune: str = "", by: Actor
) -> bytes:
    """Make the route sheets of some interviewers of an office, of cases that ``by`` holds; recorded.

    The sheets hold contacts: the bytes are given to who asked and stay nowhere.
    """
    found = list(assignments.sheet_cases(by, office, people, commune, round_)[: MOST_ON_SHEETS + 1])
    if not found:
        raise ValidationError(_("There is no case to be visited. Give cases to the interviewer first."))
    if len(found) > MOST_ON_SHEETS:
        raise ValidationError(
            _("At most %(most)d cases can be printed at once. Choose one interviewer, or one commune."),
            params={"most": MOST_ON_SHEETS},
        )
    contacts = contacts_of(round_, [case.case_id for case in found], by, SHEET)
    sheets = _sheets(round_, office, people, day, found, contacts, by)
    details = {"office": str(office), "cases": len(found), "day": day.isoformat()}
    record(by=by, action="fieldwork.route_sheets_printed", subject=round_, unit=office, details=details)
    return render_route_sheets(tuple(sheets))


@transaction.atomic
def print_register(*, round_: Round, office: Unit, permission: str, by: Actor) -> bytes:
    """Make the register of forms handed out and collected of an office; it names no citizen. Recorded."""
    by.require(permission, office)
    found = list(assignments.register_cases(round_, office)[: MOST_IN_REGISTER + 1])
    if len(found) > MOST_IN_REGISTER:
        raise ValidationError(_("More than %(most)d cases lie at this office.") % {"most": MOST_IN_REGISTER})
    names = {code: unit.full_name for code, unit in units_of({case.commune for case in found}).items()}
    days = assignments.given_on(found)
    rows = tuple(
        RegisterRow(
            case.case_id, names.get(case.commune, case.commune), _name(case.interviewer),
            f"{days[case.pk]:%d/%m/%Y}" if case.pk in days else "",
        )
        for case in found
    )  # fmt: skip
    details = {"what": "register", "office": str(office), "form": "pdf"}
    record(by=by, action="fieldwork.list_exported", subject=round_, unit=office, details=details)
    made = HandOutRegister(
        round_.title, office.full_name, timezone.localdate(), _printed(by), rows, round_.is_simulated
    )
    return render_register(made)


def qr(text: str) -> str:
    """Draw a QR code as SVG."""
    made = qrcode.QRCode(border=QUIET)
    made.add_data(text)
    made.make()
    rows = made.get_matrix()
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    side = len(rows)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges">'
        f'<path d="{path}"/></svg>'
    )


def task_of(case: Case) -> str:
    """Say what is to be done at a case, in Vietnamese: the sheet is a document."""
    with override("vi"):
        if case.state == State.DELIVERED:
            return _("Collect the form")
        if case.visits_made:
            return _("Go again: %(visits)d visits so far") % {"visits": case.visits_made}
        return _("Hand the form over")


def _sheets(
    round_: Round,
    office: Unit,
    people: Sequence[Person],
    day: dt.date,
    cases: Sequence[Case],
    contacts: dict[str, Identity],
    by: Actor,
) -> list[RouteSheet]:
    names = {code: unit.full_name for code, unit in units_of({case.commune for case in cases}).items()}
    visits = assignments.visits_by_case(cases)
    stops: dict[int, list[Stop]] = defaultdict(list)
    for case in cases:
        who = contacts.get(case.case_id, Identity())
        commune = names.get(case.commune, case.commune)
        told = tuple((v.number, f"{v.day:%d/%m} · {v.outcome}") for v in visits.get(case.pk, ()))
        stop = Stop(case.case_id, qr(case.case_id), who.name, who.address, who.phone, commune, task_of(case), told)
        stops[case.interviewer_id or 0].append(stop)
    usual = tuple((d.code, d.vi) for d in dispositions() if d.code in USUAL)
    return [
        RouteSheet(
            round_.title, office.full_name, person.full_name, day, _printed(by),
            tuple(sorted(stops[person.pk], key=lambda s: (s.commune, s.address, s.case_id))), usual,
            round_.is_simulated,
        )
        for person in people
        if stops[person.pk]
    ]  # fmt: skip


def _printed(by: Actor) -> str:
    return f"In lúc {timezone.localtime():%H:%M ngày %d/%m/%Y}, người in: {by.name}."


def _name(person: Person | None) -> str:
    return person.full_name if person else ""
