"""Sealing with AES-256-GCM, bound to round, case code and kind: what is moved to another row does not open."""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from json.encoder import encode_basestring as quoted
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from sipas_web.privacy.keys import Key, named

VERSION = b"\x01"
NONCE = 12  # bytes, random: far from 2**32 sealings under one key
CONTACT, REQUEST = "contact", "request"
MARK = 16  # bytes of a search mark


class TamperedError(ValidationError):
    """Sealed data that were changed, or moved here from another case."""

    def __init__(self, code: str) -> None:
        said = _(
            "The sealed data of the case %(code)s cannot be opened: they were changed, or the key is not the right one."
        )
        super().__init__(said, params={"code": code})


def visit_kind(visit: int) -> str:
    """Name the kind of what is sealed of a visit."""
    return f"visit {visit}"


def seal(content: Mapping[str, Any], *, key: Key, round_id: int, code: str, kind: str) -> bytes:
    """Encrypt a mapping for one case."""
    nonce = secrets.token_bytes(NONCE)
    plain = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    return VERSION + nonce + AESGCM(key.for_sealing()).encrypt(nonce, plain, _bound(round_id, code, kind))


def seal_texts(rows: Sequence[tuple[str, Mapping[str, str]]], *, key: Key, round_id: int, kind: str) -> list[bytes]:
    """Encrypt texts for many codes, each as ``seal`` does, in a fraction of its time."""
    encrypt, random = AESGCM(key.for_sealing()).encrypt, secrets.token_bytes(NONCE * len(rows))
    bound = _binder(round_id, kind)
    sealed = []
    for at, (code, content) in enumerate(rows):
        nonce = random[at * NONCE : (at + 1) * NONCE]
        plain = ",".join([f"{quoted(name)}:{quoted(content[name])}" for name in sorted(content)])
        sealed.append(VERSION + nonce + encrypt(nonce, f"{{{plain}}}".encode(), bound(code)))
    return sealed


def unseal(sealed: bytes | memoryview, *, key: str, round_id: int, code: str, kind: str) -> dict[str, Any]:
    """Decrypt; TamperedError, or MissingKeyError where the named key is not there."""
    data = bytes(sealed)
    if data[:1] != VERSION:
        raise TamperedError(code)
    cipher, rest = AESGCM(named(key).for_sealing()), data[1:]
    try:
        plain = cipher.decrypt(rest[:NONCE], rest[NONCE:], _bound(round_id, code, kind))
    except (InvalidTag, ValueError) as error:
        raise TamperedError(code) from error
    return dict(json.loads(plain))


def mark(text: str, *, key: Key, round_id: int, kind: str) -> bytes:
    """Give what a text is found by: a keyed hash, which without the key cannot be tried out."""
    return hmac.digest(key.for_marking(), _bound(round_id, text, kind), "sha256")[:MARK]


def marks(texts: Iterable[Sequence[object]], *, key: Key, round_id: int, kind: str) -> list[bytes]:
    """Give the marks of many texts, each a list as JSON writes it."""
    secret, bound = key.for_marking(), _binder(round_id, kind)
    return [hmac.digest(secret, bound(f"[{_listed(parts)}]"), "sha256")[:MARK] for parts in texts]


def _listed(parts: Sequence[object]) -> str:
    return ", ".join([quoted(part) if isinstance(part, str) else str(part) for part in parts])


def _binder(round_id: int, kind: str) -> Callable[[str], bytes]:
    """Give ``_bound`` for one kind: json.dumps takes longer than the sealing itself."""
    head, tail = f'["sipas", {round_id}, ', f", {quoted(kind)}]"
    return lambda code: f"{head}{quoted(code)}{tail}".encode()


def _bound(round_id: int, code: str, kind: str) -> bytes:
    return json.dumps(["sipas", round_id, code, kind], ensure_ascii=False).encode()
