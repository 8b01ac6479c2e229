"""The panel of a job, for the pages of every app."""

from __future__ import annotations

from django import template
from django.template.context import Context

from sipas_web.jobs.panels import Panel, page_around, panel_of
from sipas_web.jobs.queries import Job

register = template.Library()


@register.simple_tag(takes_context=True)
def panel_for(context: Context, job: Job, reload: object = False) -> Panel:
    """Put a job into words for who looks at this page."""
    request = context["request"]
    return panel_of(job, request.actor, page_around(request), reload=bool(reload))
