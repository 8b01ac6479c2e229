"""How often one network or one code may try. What is counted are keyed hashes, gone after minutes."""

from __future__ import annotations

import ipaddress

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

from sipas_web.capture.draft_seal import keyed_hash

SPAN = 600  # s
MISSES = 30  # codes that open nothing, of one network within the span; a whole village may share an address
BEGUN = 8  # drafts begun with one code within the span


def network_of(request: HttpRequest) -> str:
    """Give the network that a request comes from: an IPv4 address, or the first half of an IPv6 address."""
    address = get_adapter(request).get_client_ip(request) or ""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else str(parsed)


def is_spent(what: str, of: str, most: int) -> bool:
    """Say whether the tries of somebody are used up for now."""
    return int(cache.get(_name(what, of), 0)) >= most


def count(what: str, of: str) -> None:
    """Count a try."""
    name = _name(what, of)
    if not cache.add(name, 1, SPAN):
        try:
            cache.incr(name)
        except ValueError:  # it went out meanwhile
            cache.set(name, 1, SPAN)


def _name(what: str, of: str) -> str:
    return f"web-{what}-{keyed_hash('limits', b'', f'{what} {of}')}"
