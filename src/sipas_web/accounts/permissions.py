"""Permissions over people and roles, and the list of all permissions of the application."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise


class Permission(models.TextChoices):
    """NOUN_VERB, as they are stored in roles."""

    PERSON_VIEW = "accounts.person_view", _("see people and their roles")
    PERSON_INVITE = "accounts.person_invite", _("invite people")
    PERSON_SUSPEND = "accounts.person_suspend", _("suspend and restore accounts")
    ASSIGNMENT_CHANGE = "accounts.assignment_change", _("give and end roles")
    ROLE_VIEW = "accounts.role_view", _("see what each role may do")
    ROLE_CHANGE = "accounts.role_change", _("make roles and change what they may do")


def every_permission() -> dict[str, StrOrPromise]:
    """Give the code and meaning of each permission of each of our apps, as a role can hold them."""
    found: dict[str, StrOrPromise] = {}
    for app in apps.get_app_configs():
        module = f"{app.name}.permissions"
        if app.name.startswith("sipas_web.") and find_spec(module):
            found |= dict(import_module(module).Permission.choices)
    return dict(sorted(found.items()))
