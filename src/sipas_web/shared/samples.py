"""What the page of components shows; nothing of it is real."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.utils.translation import gettext_lazy as _

NAMES = ("An Giang", "Bắc Ninh", "Cà Mau", "Cao Bằng", "Đà Nẵng", "Đắk Lắk", "Điện Biên", "Đồng Nai", "Đồng Tháp")
TONES = ("info", "good", "warning", "bad")
COLOURS = ("paper", "surface", "line", "ink", "ink-soft", "accent", "series-1", "series-2", "series-3", "series-4")


def sample_page() -> dict[str, Any]:
    """Give everything the page draws."""
    return {
        "page": Paginator(NAMES, 3).page(2),
        "tones": TONES,
        "colours": COLOURS,
        "trail": [("#", _("Units")), ("#", "Tỉnh An Giang")],
        "hash": ("3f9a", "07c2", "b51e", "88d0"),
        "sizes": (100, 300, 500, 700, 900),
    }
