"""Codes of cases: 8 random characters and 2 check characters of Crockford's base 32.

The ten characters, read as a number in base 32, leave 1 when divided by 1021 (the greatest prime below 32²).
This is the pure system of ISO 7064 with another base and modulus. Its weights are powers of 32 modulo 1021, all
different and none 0, so every single wrong character and every swap of two neighbours (of any two) is found;
any other error passes with a chance of about 1 in 1021.
"""

from __future__ import annotations

from hashlib import sha256

from sipas.errors import SipasError
from sipas.sampling.numbers import BASE32, fields, purpose_key

VALUES = {letter: value for value, letter in enumerate(BASE32)}
READ_AS = {"O": "0", "I": "1", "L": "1"}
BASE = 32
PAIRS = [a + b for a in BASE32 for b in BASE32]
MODULUS = 1021
REMAINDER = 1
LENGTH = 10


def case_ids(seed: str, unit_ids: list[str]) -> dict[str, str]:
    """Give each unit its case code.

    Parameters
    ----------
    seed : str
        Seed of the draw, 64 hex digits.
    unit_ids : list of str
        Drawn units, each once.

    Returns
    -------
    dict of str to str
        Code of each unit. The body is the first 40 bits of SHA-256 over (key, unit, attempt); where two units
        meet, the later in the order of ids tries again.
    """
    prefix = fields(purpose_key(seed, "case", 1))
    taken: set[int] = set()
    codes = {}
    for unit in sorted(unit_ids):
        attempt = 0
        while (body := _body(prefix, unit, attempt)) in taken:
            attempt += 1
        taken.add(body)
        codes[unit] = _written(body * BASE * BASE + _check(body))
    return codes


def check_characters(body: str) -> str:
    """Give the two check characters of a body.

    Parameters
    ----------
    body : str
        8 characters of the alphabet.

    Returns
    -------
    str
        2 characters.
    """
    return PAIRS[_check(_value(body))]


def case_id_valid(text: str) -> bool:
    """Say whether a text is a case code exactly as it is printed without hyphens.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    bool
        True for 10 characters of the alphabet whose check holds.
    """
    return len(text) == LENGTH and all(c in VALUES for c in text) and _value(text) % MODULUS == REMAINDER


def read_case_id(text: str) -> str:
    """Read a case code as people type it: small letters, O for 0, I or L for 1, spaces and hyphens.

    Parameters
    ----------
    text : str
        As typed.

    Returns
    -------
    str
        The code as it is stored.

    Raises
    ------
    SipasError
        ``sampling.case_id_length``, ``sampling.case_id_character``, ``sampling.case_id_check``.
    """
    typed = "".join(READ_AS.get(c, c) for c in text.upper() if c not in " -–\t\u00a0")
    if len(typed) != LENGTH:
        raise SipasError("sampling.case_id_length", "case_id", expected=LENGTH, got=text, hint=len(typed))
    foreign = [c for c in typed if c not in VALUES]
    if foreign:
        raise SipasError("sampling.case_id_character", "case_id", expected=BASE32, got=text, hint=foreign)
    if not case_id_valid(typed):
        raise SipasError("sampling.case_id_check", "case_id", got=text)
    return typed


def _body(prefix: bytes, unit: str, attempt: int) -> int:
    digest = sha256(prefix + fields(unit, str(attempt))).digest()
    return int.from_bytes(digest[:5], "big")


def _check(body: int) -> int:
    return (REMAINDER - body * BASE * BASE) % MODULUS


def _written(value: int) -> str:
    """Write fifty bits as ten characters, two at a time."""
    return "".join([PAIRS[value >> shift & 1023] for shift in (40, 30, 20, 10, 0)])


def _value(text: str) -> int:
    total = 0
    for letter in text:
        total = total * BASE + VALUES[letter]
    return total
