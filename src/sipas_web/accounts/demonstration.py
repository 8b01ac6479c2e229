"""Accounts to try the application with: one for each role, in demonstration mode only."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction

from sipas_web.accounts import queries
from sipas_web.accounts.actions import assigning, people
from sipas_web.accounts.queries import Person, Role
from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.units import queries as units
from sipas_web.units.queries import Unit

PASSWORD = "mo-phong-sipas"  # known to everyone: these accounts cannot log in outside demonstration mode
PROVINCE = "08"  # Tuyên Quang
NAMES = {
    "ministry": "Đỗ Quang Vinh",
    "department": "Trần Thị Mai",
    "agency": "Nông Văn Thắng",
    "post-province": "Lê Thị Hồng",
    "post-branch": "Hoàng Văn Ước",
    "interviewer": "Ma Thị Đào",
    "supervisor": "Nguyễn Thị Lụa",
    "supervisor-2": "Trần Văn Ẩn",
    "keyer": "Phạm Thị Yến",
    "head": "Bàn Văn Ỷ",
    "tracker": "Vũ Đức Ánh",
    "onestop-clerk": "Triệu Thị Ngọc",
    "feedback-desk": "Đặng Văn Âu",
    "press": "Ngô Thị Ái",
    "inspector": "Phan Đình Ưng",
    "administrator": "Lý Văn Đức",
}
TWICE = {"supervisor"}  # a draw has two witnesses
COMMUNE_ROLES = {"post_branch", "interviewer", "onestop_clerk", "agency", "head"}


@dataclass(frozen=True, slots=True)
class Login:
    """What to type."""

    username: str
    role: str
    unit: str
    secret: str  # of the one-time codes; empty where the role needs none


@transaction.atomic
def make_accounts(*, by: Actor) -> list[Login]:
    """Make what is missing and tell every login; refused outside demonstration mode. Each account is recorded."""
    if not settings.DEMONSTRATION:
        raise PermissionDenied
    shipped = [role for role in queries.roles() if role.is_shipped]
    wanted = [(role, "") for role in shipped] + [(role, "-2") for role in shipped if role.code in TWICE]
    return [_account(role, ending, by) for role, ending in wanted]


def secret_of(role: str) -> str:
    """Give the fixed secret of a role's one-time codes (base 32)."""
    return base64.b32encode(hashlib.sha256(f"mo-phong {role}".encode()).digest()[:20]).decode()


def _account(role: Role, ending: str, by: Actor) -> Login:
    unit = _unit(role)
    secret = secret_of(role.code) if role.needs_second_factor else ""
    login = Login(role.code.replace("_", "-") + ending, role.name, unit.full_name, secret)
    if queries.by_username(login.username) is None:
        person = _make(login, role, unit, by)
        if secret:
            TOTP.activate(person, secret)
    return login


def _make(login: Login, role: Role, unit: Unit, by: Actor) -> Person:
    person = people.new_person(
        username=login.username,
        full_name=f"{NAMES.get(login.username, role.name)} (mô phỏng)",
        email="",
        password=PASSWORD,
        is_demonstration=True,
    )
    made = assigning.write_assignment(person=person, role=role, unit=unit, since=queries.today(), until=None)
    record(by=by, action="accounts.person_created", subject=person, unit=unit, details=assigning.told(made))
    return person


def _unit(role: Role) -> Unit:
    """The whole country for the ministry and those who look after everything; else a province, or a commune of it."""
    today = queries.today()
    province = units.by_code(PROVINCE, today)
    if province is None or role.code in {"ministry", "inspector", "administrator"}:
        return units.root()
    if role.code in COMMUNE_ROLES:
        return units.first_commune(province, today) or province
    return province
