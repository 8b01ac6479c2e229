"""Codes by which a citizen follows their feedback: 14 random characters of Crockford's base 32 and 2 check characters.

70 random bits need no PIN. The check is that of case codes (pure system modulo 1021): the powers of 32 modulo 1021
repeat after 68 places only, so with 16 every single wrong character and every swap of two is still found.
"""

from __future__ import annotations

import hashlib
import hmac

from django.conf import settings

from sipas.sampling.case_codes import READ_AS, VALUES, check_characters
from sipas.sampling.numbers import BASE32

BODY, LENGTH, GROUP = 14, 16, 4
BITS = 5 * BODY


def code_of(once: str) -> str:
    """Give the code of a form that was opened once: sending it twice gives the same code, not another feedback."""
    key = hashlib.sha256(b"sipas feedback code 1\0" + settings.SECRET_KEY.encode()).digest()
    value = int.from_bytes(hmac.digest(key, once.encode(), "sha256"), "big") >> (256 - BITS)
    body = "".join(BASE32[value >> shift & 31] for shift in range(BITS - 5, -1, -5))
    return body + check_characters(body)


def read_code(text: str) -> str:
    """Read a code as it is typed; empty where it cannot be one."""
    typed = "".join(READ_AS.get(c, c) for c in text.upper() if c not in " -–\t\u00a0")
    fits = len(typed) == LENGTH and all(c in VALUES for c in typed)
    return typed if fits and check_characters(typed[:BODY]) == typed[BODY:] else ""


def in_groups(code: str) -> str:
    """Write a code in groups."""
    return "-".join(code[n : n + GROUP] for n in range(0, len(code), GROUP))


def hash_of(code: str) -> str:
    """Give what is kept of a code; 70 random bits cannot be tried out."""
    return hashlib.sha256(b"sipas feedback 1\0" + code.encode()).hexdigest()
