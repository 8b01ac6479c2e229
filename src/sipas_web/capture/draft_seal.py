"""Seals of unfinished answers: what the database holds opens only with the writer's device or PIN.

The key of a draft is random. It is kept sealed under keys made from the code of the case, the installation's secret
(which lies outside the database and its backups) and either a random secret in the device's cookie or the PIN.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from django.conf import settings

KEY, NONCE = 32, 12  # bytes
BLOCK = 512  # bytes to which content is filled up: its length does not tell how much was answered
COST = {"n": 2**14, "r": 8, "p": 1}  # scrypt: 16 MB, about 50 ms


def new_secret() -> bytes:
    """Make a key, or a secret of a device."""
    return secrets.token_bytes(KEY)


def key_of_device(code: str, secret: bytes) -> bytes:
    """Make the key by which a device opens the drafts of a code."""
    return _derived("device", code, secret)


def key_of_pin(code: str, pin: str) -> bytes:
    """Make the key by which a PIN opens the drafts of a code. Slow by intent."""
    salt = _derived("pin salt", code, b"")
    return _derived("pin", code, Scrypt(salt=salt, length=KEY, **COST).derive(pin.encode()))


def keyed_hash(purpose: str, salt: bytes, text: str) -> str:
    """Give a hash that tells nothing without the installation's secret and the salt."""
    return hmac.new(_derived(purpose, "", salt), text.encode(), "sha256").hexdigest()[:32]


def sealed(key: bytes, content: bytes, bound_to: str) -> bytes:
    """Seal content; it opens only with the same key and the same text it is bound to."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, content, bound_to.encode())


def opened(key: bytes, content: bytes, bound_to: str) -> bytes | None:
    """Open content; None where key or binding is another, or it was changed."""
    try:
        return AESGCM(key).decrypt(content[:NONCE], content[NONCE:], bound_to.encode())
    except (InvalidTag, ValueError):
        return None


def door(key: bytes, draft_key: bytes, bound_to: str) -> str:
    """Seal the key of a draft, as text."""
    return base64.b64encode(sealed(key, draft_key, bound_to)).decode()


def through(key: bytes, doors: list[str], bound_to: str) -> bytes | None:
    """Give the key of a draft behind the first door that opens."""
    found = (opened(key, base64.b64decode(text), bound_to) for text in doors)
    return next((draft_key for draft_key in found if draft_key is not None), None)


def sealed_values(key: bytes, values: dict[str, Any], bound_to: str) -> bytes:
    """Seal values, filled up to whole blocks."""
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()
    return sealed(key, text + b" " * (-len(text) % BLOCK), bound_to)


def opened_values(key: bytes, content: bytes, bound_to: str) -> dict[str, Any] | None:
    """Open values."""
    text = opened(key, content, bound_to)
    return None if text is None else json.loads(text)


def _derived(purpose: str, code: str, secret: bytes) -> bytes:
    server = settings.SECRET_KEY.encode()
    made = HKDF(algorithm=SHA256(), length=KEY, salt=code.encode(), info=f"sipas web {purpose} 1".encode())
    return made.derive(len(server).to_bytes(4, "big") + server + secret)
