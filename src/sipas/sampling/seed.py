"""The seed of a draw: made from the frame's hash and public texts, none of them the operator's."""

from __future__ import annotations

from hashlib import sha256
from typing import Literal
from unicodedata import normalize

import msgspec

from sipas.errors import Place, SipasError
from sipas.sampling.numbers import fields

FORM = "sipas-seed-1"


class SeedPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One public text of the seed.

    Parameters
    ----------
    kind : {"witness", "public_number"}
        Typed by a witness after the frame's hash was fixed, or a number drawn in public later.
    name : str
        The witness with their office, or what was drawn, as "Xổ số miền Bắc 15/10/2026, giải đặc biệt".
    text : str
        What was typed or drawn; not empty.
    source : str
        Where the public number can be looked up; empty for a witness.
    """

    kind: Literal["witness", "public_number"]
    name: str
    text: str
    source: str = ""


class Seed(msgspec.Struct, frozen=True):
    """A seed with what it was made from.

    Parameters
    ----------
    sha256 : str
        The seed, 64 hex digits.
    frame_sha256 : str
        Hash of the canonical frame.
    parts : tuple of SeedPart
        Public texts in the order they came, NFC, no space at the ends.
    operator : str
        Who ran the draw; gave none of the parts.
    """

    sha256: str
    frame_sha256: str
    parts: tuple[SeedPart, ...]
    operator: str


def make_seed(frame_sha256: str, parts: list[SeedPart] | tuple[SeedPart, ...], *, operator: str) -> Seed:
    """Make the seed: SHA-256 over length-prefixed form, frame hash and each part's kind, name and text.

    Parameters
    ----------
    frame_sha256 : str
        64 hex digits.
    parts : list of SeedPart
        One or more, in the order they came.
    operator : str
        Who runs the draw.

    Returns
    -------
    Seed
        The seed and its parts as they were hashed.

    Raises
    ------
    SipasError
        ``sampling.seed_empty``, ``sampling.seed_text_empty``, ``sampling.seed_operator``,
        ``sampling.seed_witness_twice``, ``sampling.seed_source``.
    """
    if not parts:
        raise SipasError("sampling.seed_empty", "seed", expected="≥ 1", got=0)
    clean = tuple(_clean(part) for part in parts)
    _check_names(clean, _name(operator))
    texts = [text for part in clean for text in (part.kind, part.name, part.text)]
    value = sha256(fields(FORM, frame_sha256, *texts)).hexdigest()
    return Seed(value, frame_sha256, clean, normalize("NFC", operator).strip())


def _clean(part: SeedPart) -> SeedPart:
    name, text, source = (normalize("NFC", t).strip() for t in (part.name, part.text, part.source))
    if not name or not text:
        raise SipasError("sampling.seed_text_empty", "seed", got=name or text, place=Place(node="seed"))
    if part.kind == "public_number" and not source:
        raise SipasError("sampling.seed_source", name, place=Place(node="seed"))
    return SeedPart(part.kind, name, text, source)


def _check_names(parts: tuple[SeedPart, ...], operator: str) -> None:
    seen: set[str] = set()
    for part in parts:
        name = _name(part.name)
        if part.kind == "witness" and name == operator:
            raise SipasError("sampling.seed_operator", part.name, place=Place(node="seed"))
        if name in seen:
            raise SipasError("sampling.seed_witness_twice", part.name, place=Place(node="seed"))
        seen.add(name)


def _name(text: str) -> str:
    return " ".join(normalize("NFC", text).casefold().split())
