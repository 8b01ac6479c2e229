"""Every change of people and roles: one transaction, its audit record and its actor inside."""

from sipas_web.accounts.actions.assigning import appoint, delegate, end
from sipas_web.accounts.actions.inviting import accept, invite, withdraw
from sipas_web.accounts.actions.people import create_person, restore, suspend
from sipas_web.accounts.actions.roles import change_role, copy_role, load_roles, roles_are_behind

__all__ = [
    "accept", "appoint", "change_role", "copy_role", "create_person", "delegate", "end", "invite", "load_roles",
    "restore", "roles_are_behind", "suspend", "withdraw",
]  # fmt: skip
