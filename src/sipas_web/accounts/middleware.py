"""Who asks, whether their session is still alive, and whether they may open the address at all."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from sipas_web.accounts import queries
from sipas_web.accounts.backends import held_today
from sipas_web.audit.actors import Actor, Nothing
from sipas_web.shared.access import Access, access_of
from sipas_web.shared.middleware import Answer

LAST_SEEN = "last_seen"
SEEN_STEP = 60  # s between two writes of the session
SECOND_FACTOR_PAGES = ("mfa_", "account_logout", "account_reauthenticate", "set_language", "choose_theme", "health")
# Pages of allauth that are open; the others (signing up, changing one's address) do not exist here. Those that need
# a login ask for it themselves.
ALLAUTH_PAGES = {
    "account_login", "account_logout", "account_inactive", "account_reauthenticate", "account_change_password",
    "account_reset_password", "account_reset_password_done", "account_reset_password_from_key",
    "account_reset_password_from_key_done", "mfa_authenticate", "mfa_reauthenticate", "mfa_index",
    "mfa_activate_totp", "mfa_deactivate_totp", "mfa_generate_recovery_codes", "mfa_view_recovery_codes",
    "mfa_download_recovery_codes", "mfa_list_webauthn", "mfa_add_webauthn", "mfa_edit_webauthn",
    "mfa_remove_webauthn", "mfa_login_webauthn", "mfa_reauthenticate_webauthn", "openid_connect_login",
    "openid_connect_callback", "socialaccount_login_error", "socialaccount_login_cancelled",
}  # fmt: skip


class IdleSessions:
    """End a session that was not used for an hour (SIPAS_IDLE_MINUTES)."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Log out where the last request is too long ago."""
        if request.user.is_authenticated:
            now = int(time.time())
            seen = request.session.get(LAST_SEEN, now)
            if now - seen > settings.SESSION_IDLE:
                logout(request)
            elif now - seen >= SEEN_STEP or LAST_SEEN not in request.session:
                request.session[LAST_SEEN] = now
        return self.answer(request)


class RequestActor:
    """Put the actor on the request: the person as values, their roles of today, where they come from."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Find the actor."""
        request.actor = actor_of(request, request.user)  # type: ignore[attr-defined]
        return self.answer(request)


class DenyByDefault:
    """Open a view only to those it names; one that names nobody is closed to all."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; the decision falls when the view is known."""
        return self.answer(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        """Decide."""
        del args, kwargs
        name = request.resolver_match.url_name or "" if request.resolver_match else ""
        access = access_of(view) or (Access("everyone") if name in ALLAUTH_PAGES else None)
        if access is None:
            raise PermissionDenied
        if request.user.is_authenticated and _lacks_second_factor(request.user):
            return None if name.startswith(SECOND_FACTOR_PAGES) else redirect("mfa_index")
        if access.who == "everyone":
            return None
        if not request.user.is_authenticated:
            return _to_login(request)
        if access.who == "holders" and not request.user.has_perm(access.permission):
            raise PermissionDenied
        return None


def _to_login(request: HttpRequest) -> HttpResponseBase:
    """Lead to the login and then on; a form is lost, and its address cannot be opened: then to the page it stood on."""
    if request.method in {"GET", "HEAD"}:
        return redirect_to_login(request.get_full_path())
    text = _("You were not logged in any more: this step was not saved. Log in and do it again.")
    messages.warning(request, text, fail_silently=True)
    before = urlsplit(request.headers.get("Referer", ""))
    return redirect_to_login(before.path if before.netloc == request.get_host() else "/")


def actor_of(request: HttpRequest, user: Any) -> Actor:
    """Describe who asks."""
    origin = f"web {get_adapter(request).get_client_ip(request)}"
    if not user.is_authenticated:
        return Actor("anonymous", "", "", origin, Nothing())
    held = held_today(user)
    roles = ",".join(held.roles) if held else ""
    return Actor(f"person:{user.pk}", user.full_name, roles, origin, user)


def _lacks_second_factor(user: Any) -> bool:
    held = held_today(user)
    return bool(held and held.needs_second_factor and not queries.has_second_factor(user.pk))
