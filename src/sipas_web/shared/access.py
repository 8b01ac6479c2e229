"""Each view says who may open it; one that says nothing is closed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

from django.http import HttpResponseBase

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


@dataclass(frozen=True, slots=True)
class Access:
    """Who may open a view.

    ``permission`` must be held over some area; what is shown or changed there is then limited to the areas by the
    queries and actions themselves.
    """

    who: Literal["everyone", "signed_in", "holders"]
    permission: str = ""


def public(view: View) -> View:
    """Open a view to everyone."""
    return _marked(view, Access("everyone"))


def signed_in(view: View) -> View:
    """Open a view to everyone with an account."""
    return _marked(view, Access("signed_in"))


def needs(permission: str) -> Callable[[View], View]:
    """Open a view to those who hold a permission over some area."""

    def mark(view: View) -> View:
        return _marked(view, Access("holders", str(permission)))

    return mark


def access_of(view: object) -> Access | None:
    """Give who may open a view; None where it does not say."""
    found = getattr(view, "access", None)
    return found if isinstance(found, Access) else None


def _marked(view: View, access: Access) -> View:
    view.access = access  # type: ignore[attr-defined]  # functions take attributes
    return view
