"""What other parts offer to do with published results: a button beside them. Each app adds its own when it starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django_stubs_ext import StrOrPromise

from sipas_web.audit.actors import Actor
from sipas_web.results.queries.reading import Opened


@dataclass(frozen=True, slots=True)
class Offer:
    """A button; pressed, it posts ``name`` (of the agency; empty: the whole round) to ``url_name``.

    ``url_name`` takes ``round_id`` and ``version``. ``label`` gives the button's words, or nothing where it is not
    offered to this reader.
    """

    rank: int
    url_name: str
    label: Callable[[Actor, Opened, str], StrOrPromise]


@dataclass(frozen=True, slots=True)
class Shown:
    """A button on a page."""

    url: str
    label: StrOrPromise
    name: str


_offers: dict[str, Offer] = {}


def add(offer: Offer) -> None:
    """Add an offer; called by an app's ``ready``."""
    _offers[offer.url_name] = offer


def offers_of(by: Actor, opened: Opened, name: str = "") -> list[Shown]:
    """List what is offered on the results of one agency, or of the whole round; nothing before publication."""
    if opened.is_draft:
        return []
    told = [(o, o.label(by, opened, name)) for o in sorted(_offers.values(), key=lambda o: o.rank)]
    place = [opened.round.pk, opened.version]
    return [Shown(reverse(offer.url_name, args=place), label, name) for offer, label in told if label]
