"""Dossiers for the tests of apologies: two agencies, a desk, and rows as an import leaves them."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import Any

from sipas_web.audit.actors import Actor
from sipas_web.onestop.models import (
    AgencyName,
    Apology,
    Dossier,
    DossierFile,
    DossierSource,
    FacilityCheck,
    FacilityPhotograph,
    FacilityReview,
    Message,
    Outcome,
    ProcedureName,
)
from sipas_web.privacy.actions import put_people
from sipas_web.units import actions as units
from sipas_web.units.models import Unit

TODAY = dt.date(2026, 11, 23)  # a Monday
NAMES = ("Nguyễn Thị Lụa", "Trần Văn Ẩn", "Hợp tác xã Ngãi Đằng")


@dataclass
class Desk:
    """A one-stop system and the units behind it."""

    source: DossierSource
    file: DossierFile
    agency: Unit
    other: Unit
    desk: Unit
    desk_name: AgencyName
    procedure: ProcedureName


def desk_of(province: Unit, by: Actor) -> Desk:
    """Make the units and the source of a province."""
    since = province.valid_from
    agency = units.add(
        kind="agency", code=f"XD-{province.code}", name="Sở Xây dựng", parent=province, valid_from=since, by=by
    )
    other = units.add(
        kind="agency", code=f"NN-{province.code}", name="Sở Nông nghiệp và Môi trường", parent=province,
        valid_from=since, by=by,
    )  # fmt: skip
    desk = units.add(
        kind="one_stop", code=f"MC-{province.code}", name="Trung tâm Phục vụ hành chính công", parent=province,
        valid_from=since, by=by,
    )  # fmt: skip
    source = DossierSource.objects.create(unit=desk, name="Một cửa điện tử", is_simulated=True, created_by="x")
    file = DossierFile.objects.create(
        source=source, name="a.csv", stored="", size=1, sha256="0" * 64, rows=1, as_of=TODAY, uploaded_by="x"
    )
    name = AgencyName.objects.create(source=source, text=desk.name, unit=desk)
    procedure = ProcedureName.objects.create(code=f"1.{province.pk}", text="Cấp giấy phép xây dựng")
    return Desk(source, file, agency, other, desk, name, procedure)


def dossier(place: Desk, *, by: Actor | None = None, who: dict[str, str] | None = None, **columns: Any) -> Dossier:
    """Make one dossier; ``who`` is sealed under its token."""
    token = secrets.token_hex(10) if who else ""
    if who and by:
        put_people(kind="onestop.applicant", rows=[(token, who)], by=by)
    made = Dossier.objects.create(**row(place, **columns) | {"applicant": token})
    return Dossier.objects.get(pk=made.pk)


def row(place: Desk, **columns: Any) -> dict[str, Any]:
    """Give the columns of a dossier, its outcome judged as the import judges it."""
    received = columns.pop("received", TODAY - dt.timedelta(days=20))
    due, finished = columns.get("due"), columns.get("finished")
    outcome = Outcome.OPEN
    if finished is not None:
        outcome = Outcome.UNDATED if due is None else outcome_of(finished, due)
    values = {
        "source": place.source, "number": f"H60.{secrets.token_hex(4)}".upper(), "agency": place.agency,
        "receiver_name": place.desk_name, "procedure": place.procedure, "received": received,
        "counted_from": received, "outcome": outcome, "as_of": TODAY, "first_file": place.file,
        "last_file": place.file, "applicant_kind": "person",
    }  # fmt: skip
    return values | columns


def outcome_of(finished: dt.date, due: dt.date) -> Outcome:
    """Judge a finished dossier."""
    if finished > due:
        return Outcome.LATE
    return Outcome.ON_TIME if finished == due else Outcome.EARLY


def things_of(agency: Unit) -> None:
    """Make a late dossier of an agency, its letter and a message, for the walk over all addresses."""
    source = DossierSource.objects.create(unit=agency, name=f"Một cửa {agency.pk}", created_by="x")
    file = DossierFile.objects.create(
        source=source, name="a.csv", stored="", size=1, sha256="0" * 64, rows=1, as_of=TODAY, uploaded_by="x"
    )
    made = Dossier.objects.create(
        source=source, number=f"H{agency.pk}", agency=agency, received=dt.date(2026, 9, 1),
        counted_from=dt.date(2026, 9, 1), due=dt.date(2026, 9, 15), as_of=TODAY, first_file=file, last_file=file,
    )  # fmt: skip
    letter = Apology.objects.create(dossier=made, unit=agency, reason="load", state="waiting", drafted_by="x")
    Message.objects.create(apology=letter, way="sms", asked_by="x")
    review = FacilityReview.objects.create(
        desk=agency, standard="nd118-2025", level="province", on=dt.date(2026, 9, 1), reviewer="x", created_by="x"
    )
    check = FacilityCheck.objects.create(review=review, code="seats")
    FacilityPhotograph.objects.create(check_row=check, data=b"x", sha256="x", added_by="x")
