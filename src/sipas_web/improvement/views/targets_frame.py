"""The frame of every page of this part: its tabs, as far as the reader may open them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from sipas_web.audit.actors import ActorRequest
from sipas_web.improvement.permissions import Permission


def page(request: ActorRequest, name: str, here: str, shown: Mapping[str, Any]) -> HttpResponse:
    """Draw a page under its tab."""
    tabs = {
        "here": here,
        "may_targets": request.actor.may(Permission.TARGET_VIEW),
        "may_plans": request.actor.may(Permission.PLAN_VIEW),
        "may_discipline": request.actor.may(Permission.DISCIPLINE_VIEW),
    }
    return render(request, f"improvement/targets/{name}.html", {**tabs, **shown})
