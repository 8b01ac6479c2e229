"""Tags of the look: addresses that keep their filters, the tone of a state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.http import HttpRequest
from django.template.context import Context

register = template.Library()


@register.simple_tag(takes_context=True)
def with_query(context: Context, **changes: Any) -> str:
    """Give this page's query string with some parameters changed; an empty value takes one out."""
    request: HttpRequest = context["request"]
    query = request.GET.copy()
    for name, value in changes.items():
        if value in {None, ""}:
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def sort_state(context: Context, column: str) -> str:
    """Say how a table is sorted by a column: ascending, descending or none, as ``aria-sort`` wants it."""
    sort = context["request"].GET.get("sort", "")
    return {column: "ascending", f"-{column}": "descending"}.get(sort, "none")


@register.simple_tag(takes_context=True)
def sort_query(context: Context, column: str) -> str:
    """Give the query string that sorts by a column, the other way round where it does already."""
    down = context["request"].GET.get("sort", "") == column
    return with_query(context, sort=f"-{column}" if down else column, page="")


@register.filter
def item(mapping: Mapping[str, Any], key: str) -> Any:
    """Look a key up; empty where it is missing."""
    return mapping.get(key, "")
