"""Roles as data: the shipped ones, and those an area makes for itself."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from sipas_web.accounts import queries
from sipas_web.accounts.models import Role, RolePermission
from sipas_web.accounts.permissions import Permission, every_permission
from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.units.models import Unit


@cache
def shipped() -> list[dict[str, Any]]:
    """Read the shipped roles."""
    text = (files("sipas_web.accounts") / "data" / "roles.yaml").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = yaml.safe_load(text)
    return found


def roles_are_behind() -> bool:
    """Say whether the stored shipped roles differ from those of this version."""
    now = {r.code: (r.name, r.name_en, {p.permission for p in r.permissions.all()}) for r in queries.shipped_roles()}
    return now != {g["code"]: (g["vi"], g["en"], set(g["permissions"])) for g in shipped()}


@transaction.atomic
def load_roles(*, by: Actor) -> int:
    """Bring the shipped roles up to this version; only at the server's terminal. Recorded with the count."""
    by.require_everywhere(Permission.ROLE_CHANGE)
    for rank, given in enumerate(shipped()):
        role, _made = Role.objects.update_or_create(
            code=given["code"],
            defaults={
                "name": given["vi"],
                "name_en": given["en"],
                "is_shipped": True,
                "needs_second_factor": given.get("second_factor", False),
                "may_delegate": given.get("delegate", False),
                "rank": rank,
            },
        )
        _set(role, given["permissions"])
    record(by=by, action="accounts.roles_loaded", subject="accounts.role", details={"roles": len(shipped())})
    return len(shipped())


@transaction.atomic
def copy_role(*, role: Role, code: str, name: str, area: Unit, by: Actor) -> Role:
    """Make a role for an area from another; needs ``accounts.role_change`` there. Recorded with both codes."""
    by.require(Permission.ROLE_CHANGE, area)
    made = Role(code=code, name=name, area=area, rank=role.rank + 100)
    made.needs_second_factor, made.may_delegate = role.needs_second_factor, role.may_delegate
    made.full_clean()
    made.save()
    _set(made, [p.permission for p in role.permissions.all()])
    record(by=by, action="accounts.role_copied", subject=made, unit=area, details={"from": role.code, "code": code})
    return made


@transaction.atomic
def change_role(*, role: Role, permissions: Collection[str], by: Actor) -> Role:
    """Set what a role of an area may do; needs ``accounts.role_change`` there. Shipped roles stay as they are.

    Recorded with what was added and what was taken.
    """
    if role.area is None:
        raise ValidationError(_("Shipped roles are not changed; make a copy and change that."))
    by.require(Permission.ROLE_CHANGE, role.area)
    before = {p.permission for p in role.permissions.all()}
    after = set(permissions)
    _set(role, after)
    details = {"code": role.code, "added": sorted(after - before), "taken": sorted(before - after)}
    record(by=by, action="accounts.role_changed", subject=role, unit=role.area, details=details)
    return role


def _set(role: Role, permissions: Collection[str]) -> None:
    unknown = sorted(set(permissions) - every_permission().keys())
    if unknown:
        raise ValidationError(_("Unknown permission: %(names)s"), params={"names": ", ".join(unknown)})
    RolePermission.objects.filter(role=role).exclude(permission__in=permissions).delete()
    there = set(RolePermission.objects.filter(role=role).values_list("permission", flat=True))
    RolePermission.objects.bulk_create(
        RolePermission(role=role, permission=code) for code in sorted(set(permissions) - there)
    )
