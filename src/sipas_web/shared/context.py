"""What every page knows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from sipas_web.shared.menu import entries, in_bar

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "theme"


def interface(request: HttpRequest) -> dict[str, Any]:
    """Give the menu a person may use, the theme and whether this is a demonstration."""
    theme = request.COOKIES.get(THEME_COOKIE)
    shown = entries(request)
    return {
        "menu": shown,
        "menu_in_bar": in_bar(shown),
        "theme": theme if theme in THEMES else "auto",
        "demonstration": settings.DEMONSTRATION,
    }
