"""What allauth asks us: nobody signs up by themselves."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is not typed
    """Accounts are made by invitation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say no."""
        del request
        return False


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Single sign-on opens existing accounts only."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Say no."""
        del request, sociallogin
        return False
