"""What stands in the addresses that the walk opens: one thing of each kind in an agency's area."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from sipas_web.accounts.models import Assignment, Invitation, Person, Role
from sipas_web.feedback.models import Feedback
from sipas_web.improvement.models import (
    Difficulty,
    Directive,
    Evidence,
    Extension,
    PeriodicReport,
    Procedure,
    Task,
    TaskEntry,
    UrgedTask,
    Urging,
)
from sipas_web.jobs.models import Job
from sipas_web.onestop.models import (
    Apology,
    Dossier,
    DossierFile,
    DossierSource,
    FacilityCheck,
    FacilityPhotograph,
    FacilityReview,
    Message,
)
from sipas_web.privacy.models import Breach, SubjectRequest
from sipas_web.rounds.models import FrameList, Round
from sipas_web.units import queries as units
from sipas_web.units.models import Unit
from tests.web import targets_cast

# What stands in an address. A new parameter must be given here, or the walk fails.
THINGS: dict[str, Callable[[Unit, Person], Any]] = {
    **targets_cast.THINGS,
    "unit_id": lambda unit, person: unit.pk,
    "person_id": lambda unit, person: person.pk,
    "assignment_id": lambda unit, person: Assignment.objects.filter(person=person).latest("pk").pk,
    "invitation_id": lambda unit, person: Invitation.objects.get(unit=unit).pk,
    "secret": lambda unit, person: "no-such-secret",
    "code": lambda unit, person: Role.objects.get(area=unit.memberships.latest("valid_from").parent).code,
    "form": lambda unit, person: "csv",
    "sequence": lambda unit, person: 1,
    "round_id": lambda unit, person: round_of(unit).pk,
    "office_id": lambda unit, person: 0,
    "plan_id": lambda unit, person: 0,
    "list_id": lambda unit, person: FrameList.objects.filter(round=round_of(unit)).latest("pk").pk,
    "import_id": lambda unit, person: 0,
    "keying_id": lambda unit, person: 0,
    "keyed_form_id": lambda unit, person: 0,
    "case_code": lambda unit, person: "0000000000",
    "case_id": lambda unit, person: "0000000000",
    "number": lambda unit, person: 1,
    "version": lambda unit, person: "v1",
    "node": lambda unit, person: "index",
    "table": lambda unit, person: "index",
    "name": lambda unit, person: "report/bao-cao.pdf",
    "file_name": lambda unit, person: "report/bao-cao.pdf",
    "verified": lambda unit, person: "KHONG-CO",
    "request_id": lambda unit, person: SubjectRequest.objects.get(round=round_of(unit)).pk,
    "breach_id": lambda unit, person: Breach.objects.get(unit=round_of(unit).unit).pk,
    "sample_id": lambda unit, person: 0,
    "suspect_id": lambda unit, person: 0,
    "check_id": lambda unit, person: 0,
    "remedy_id": lambda unit, person: 0,
    "order_id": lambda unit, person: 0,
    "task_id": lambda unit, person: Task.objects.get(unit=unit).pk,
    "extension_id": lambda unit, person: Extension.objects.get(task__unit=unit).pk,
    "difficulty_id": lambda unit, person: Difficulty.objects.get(unit=unit).pk,
    "urging_id": lambda unit, person: Urging.objects.get(unit=unit).pk,
    "evidence_id": lambda unit, person: Evidence.objects.get(entry__unit=unit).pk,
    "directive_id": lambda unit, person: letter_of(unit).pk,
    "addressee_id": lambda unit, person: letter_of(unit).addressees.get().pk,
    "provision_id": lambda unit, person: letter_of(unit).provisions.get().pk,
    "improvement_plan_id": lambda unit, person: 0,
    "plan_item_id": lambda unit, person: 0,
    "measure_id": lambda unit, person: 0,
    "procedure_id": lambda unit, person: Procedure.objects.get(unit=unit).pk,
    "feedback_id": lambda unit, person: Feedback.objects.get(first_unit=unit).pk,
    "main_id": lambda unit, person: 0,
    "photograph_id": lambda unit, person: 0,
    "publication_id": lambda unit, person: 0,
    "report_id": lambda unit, person: PeriodicReport.objects.get(unit=unit).pk,
    "job_id": lambda unit, person: Job.objects.get(unit=unit, kind="tests.walk").pk,
    "dossier_id": lambda unit, person: Dossier.objects.get(agency=unit).pk,
    "source_id": lambda unit, person: DossierSource.objects.get(unit=unit).pk,
    "file_id": lambda unit, person: DossierFile.objects.get(source__unit=unit).pk,
    "service_id": lambda unit, person: 0,
    "apology_id": lambda unit, person: Apology.objects.get(unit=unit).pk,
    "message_id": lambda unit, person: Message.objects.get(apology__unit=unit).pk,
    "review_id": lambda unit, person: FacilityReview.objects.get(desk=unit).pk,
    "facility_row_id": lambda unit, person: FacilityCheck.objects.get(review__desk=unit).pk,
    "photo_id": lambda unit, person: FacilityPhotograph.objects.get(check_row__review__desk=unit).pk,
}
# Pages about one thing; all others show lists, which are limited by their queries.
AREA_PAGES = {
    "procedure_id",
    *targets_cast.AREA_PAGES,
    "report_id",
    "feedback_id",
    "directive_id",
    "addressee_id",
    "provision_id",
    "dossier_id",
    "source_id",
    "file_id",
    "apology_id",
    "message_id",
    "review_id",
    "facility_row_id",
    "photo_id",
    "keying_id",
    "keyed_form_id",
    "round_id",
    "list_id",
    "import_id",
    "job_id",
    "unit_id",
    "person_id",
    "assignment_id",
    "invitation_id",
    "request_id",
    "breach_id",
    "task_id",
    "extension_id",
    "difficulty_id",
    "urging_id",
    "evidence_id",
}


def letter_of(unit: Unit) -> Directive:
    """Give the directive that a unit issued to itself; made where it is missing."""
    found, is_new = Directive.objects.get_or_create(
        unit=unit, reference=f"1/{unit.code}", reference_key=f"1/{unit.code}", issuer=unit, issuer_key=unit.code,
        defaults={"state": "kept", "subject": "Văn bản", "text": "Văn bản", "issued": dt.date(2026, 1, 5),
                  "reading": {"form": "unknown", "is_retelling": False}},
    )  # fmt: skip
    if is_new:
        found.addressees.create(name=unit.full_name, unit=unit, since=found.issued)
        found.provisions.create(order=0, path="1", text="Việc", title="Việc")
    return found


def round_of(unit: Unit) -> Round:
    """Give the round of the province that an agency lies in."""
    return Round.objects.get(unit=unit.memberships.latest("valid_from").parent)


def report_of(unit: Unit, province: Unit) -> None:
    """Send a periodic report up to the province."""
    moment, day = timezone.now(), units.today()
    PeriodicReport.objects.create(
        unit=unit, receiver=province, kind="half_year", year=day.year, state="sent", first=day, last=day, due=day,
        drawn=moment, sent=moment,
    )  # fmt: skip


def about_a_person(round_: Round) -> None:
    """Put a request of a person and a breach into the registers of a province."""
    SubjectRequest.objects.create(
        unit=round_.unit, round=round_, kind="see", channel="letter", received=units.today(), sealed=b"", key="x",
        token=str(round_.pk), acknowledge_by=units.today(), due=units.today(),
    )  # fmt: skip
    Breach.objects.create(unit=round_.unit, what="x", found=timezone.now(), kinds="x")


def with_a_task(unit: Unit, province: Unit) -> None:
    """Give a unit an overdue task with a request for more time, a difficulty, a letter and a file."""
    due, today = dt.date(2026, 3, 31), units.today()
    task = Task.objects.create(
        unit=unit, giver=province, title="x", given=dt.date(2026, 1, 5), first_due=due, due=due, created_by="x"
    )
    entry = TaskEntry.objects.create(task=task, kind="progress", unit=unit, on=due, percent=5, created_by="x")
    Evidence.objects.create(entry=entry, name="x.pdf", stored=f"evidence/{unit.code}", kind="x", size=1, sha256="x")
    Extension.objects.create(
        task=task, asked=today, asked_key="x", asked_by="x", reason="x", wanted=dt.date(2030, 1, 1), before=due
    )
    Difficulty.objects.create(
        task=task, unit=unit, text="x", raised=today, raised_by="x", at=province, since=today, answer_by=today
    )
    letter = Urging.objects.create(
        unit=unit, issuer=province, agency="Sở Nội vụ", place="x", on=today, report_by=today, created_by="x"
    )
    UrgedTask.objects.create(urging=letter, task=task, first_due=due, due=due, percent=5)


def feedback_of(unit: Unit, province: Unit) -> None:
    """Put a piece of feedback before an agency, taken in at the desk of its province."""
    Feedback.objects.create(
        number=f"PAKN-{unit.pk}", code_hash=str(unit.pk), token=str(unit.pk), place=province, unit=unit,
        first_unit=unit,
        channel="desk", kind="rules", state="routed", topic="fee", text="x", received=units.today(),
        classify_by=units.today(), routed=units.today(), first_due=units.today(), due=units.today(),
    )  # fmt: skip
