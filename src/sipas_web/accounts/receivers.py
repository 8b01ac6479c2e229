"""Logins and second factors into the audit record: they happen inside allauth, which tells of them by signals."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import password_changed, password_reset
from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.http import HttpRequest

from sipas_web.accounts import queries
from sipas_web.accounts.middleware import actor_of
from sipas_web.accounts.queries import Person
from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor, Everything


def connect() -> None:
    """Listen; called once when the app starts."""
    user_logged_in.connect(_logged_in)
    user_logged_out.connect(_logged_out)
    user_login_failed.connect(_login_failed)
    password_changed.connect(_password_changed)
    password_reset.connect(_password_changed)
    authenticator_added.connect(_factor_added)
    authenticator_removed.connect(_factor_removed)


def _logged_in(request: HttpRequest, user: Any, **kwargs: Any) -> None:
    del kwargs
    _write(request, user, "accounts.logged_in")


def _logged_out(request: HttpRequest, user: Any, **kwargs: Any) -> None:
    del kwargs
    if user is not None:
        _write(request, user, "accounts.logged_out")


def _login_failed(credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    """Name the account that was tried; never the text that was typed, which may be a password."""
    del kwargs
    tried = credentials.get("username") or credentials.get("email") or ""
    person = queries.by_login(str(tried))
    if person is not None:
        _write(request, person, "accounts.login_failed")


def _password_changed(request: HttpRequest, user: Any, **kwargs: Any) -> None:
    del kwargs
    _write(request, user, "accounts.password_changed")


def _factor_added(request: HttpRequest, user: Any, authenticator: Any, **kwargs: Any) -> None:
    del kwargs
    _write(request, user, "accounts.second_factor_added", kind=authenticator.type)


def _factor_removed(request: HttpRequest, user: Any, authenticator: Any, **kwargs: Any) -> None:
    del kwargs
    _write(request, user, "accounts.second_factor_removed", kind=authenticator.type)


@transaction.atomic
def _write(request: HttpRequest | None, user: Person, action: str, **details: str) -> None:
    if request is None or "REMOTE_ADDR" not in request.META:
        by = Actor(f"person:{user.pk}", user.full_name, "", "program", Everything())
    else:
        by = actor_of(request, user)
    record(by=by, action=action, subject=user, details=details)
