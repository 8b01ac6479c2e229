"""Tags of people and roles."""

from __future__ import annotations

from django import template

from sipas_web.accounts.forms import role_name as name_of
from sipas_web.accounts.queries import Role

register = template.Library()


@register.simple_tag
def role_name(role: Role) -> str:
    """Give a role's name in the reader's language."""
    return name_of(role)
