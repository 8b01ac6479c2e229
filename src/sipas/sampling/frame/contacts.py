"""Contacts at rest: sealed with AES-SIV (RFC 5297), so that the same contacts give the same bytes."""

from __future__ import annotations

import io
import struct

import polars as pl
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sipas.errors import SipasError
from sipas.sampling.frame.keys import LEAST_SECRET_BYTES
from sipas.tables import CONTACTS

HEADER = b"SIPAS contacts\x00\x01"  # the last byte is the version of the form
KEY_PURPOSE = b"sipas contacts 1"
KEY_BYTES = 64  # AES-256 in SIV mode takes two keys of 32 bytes
# Bytes sealed at once; the cipher takes less than 2 GiB.
SEGMENT = 256 * 1024 * 1024
_LENGTH = struct.Struct(">Q")
_PLACE = struct.Struct(">QQ")


def seal(contacts: pl.DataFrame, secret: bytes) -> bytes:
    """Encrypt the contacts of a round.

    Parameters
    ----------
    contacts : polars.DataFrame
        ``tables.CONTACTS``.
    secret : bytes
        Secret of the round, at least 16 bytes; the key is HKDF-SHA256 of it (RFC 5869).

    Returns
    -------
    bytes
        Header with version, then sealed segments of a Parquet file sorted by unit id. The same contacts and secret
        always give the same bytes.

    Raises
    ------
    SipasError
        ``frame.secret_short`` and those of ``tables.CONTACTS.check``.
    """
    cipher = _cipher(secret)
    stream = io.BytesIO()
    CONTACTS.check(contacts).sort("unit_id").write_parquet(stream, compression="zstd", statistics=False)
    plain = stream.getvalue()
    parts = [plain[at : at + SEGMENT] for at in range(0, len(plain), SEGMENT)]
    sealed = [cipher.encrypt(part, [HEADER, _PLACE.pack(i, len(parts))]) for i, part in enumerate(parts)]
    return HEADER + b"".join(_LENGTH.pack(len(part)) + part for part in sealed)


def open_sealed(data: bytes, secret: bytes) -> pl.DataFrame:
    """Decrypt the contacts of a round.

    Parameters
    ----------
    data : bytes
        From ``seal``.
    secret : bytes
        The same secret.

    Returns
    -------
    polars.DataFrame
        ``tables.CONTACTS``, sorted by unit id.

    Raises
    ------
    SipasError
        ``frame.contacts_unreadable`` for another secret, a changed byte or another kind of file;
        ``frame.secret_short``.
    """
    cipher = _cipher(secret)
    if not data.startswith(HEADER):
        raise SipasError("frame.contacts_unreadable", "data")
    parts = _segments(data)
    try:
        plain = [cipher.decrypt(part, [HEADER, _PLACE.pack(i, len(parts))]) for i, part in enumerate(parts)]
    except InvalidTag as error:
        raise SipasError("frame.contacts_unreadable", "data") from error
    return CONTACTS.check(pl.read_parquet(b"".join(plain)))


def _cipher(secret: bytes) -> AESSIV:
    if len(secret) < LEAST_SECRET_BYTES:
        raise SipasError("frame.secret_short", "secret", expected=LEAST_SECRET_BYTES, got=len(secret))
    return AESSIV(HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=KEY_PURPOSE).derive(secret))


def _segments(data: bytes) -> list[bytes]:
    at = len(HEADER)
    parts = []
    while at < len(data):
        size = int.from_bytes(data[at : at + _LENGTH.size])
        at += _LENGTH.size
        if size == 0 or at + size > len(data):
            raise SipasError("frame.contacts_unreadable", "data")
        parts.append(data[at : at + size])
        at += size
    if not parts:
        raise SipasError("frame.contacts_unreadable", "data")
    return parts
