"""Random numbers anyone can make again: the leading 53 bits of SHA-256 over length-prefixed fields.

A draw so depends on the seed and the unit's id only: not on row order, engine, machine or library version.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import polars as pl

from sipas.sampling.engine import connect

BITS = 53  # every such whole number is exact in a 64-bit float
RANGE = 1 << BITS
KEY_DIGITS = 32  # key, 16-character id and prefixes then fit into one block of SHA-256: half the work
BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U
MANY = 200_000  # from here on DuckDB's threads are worth starting


def fields(*texts: str) -> bytes:
    """Join texts so that no two lists give the same bytes: length in bytes, colon, UTF-8 bytes.

    Parameters
    ----------
    *texts : str
        Fields in order.

    Returns
    -------
    bytes
        As ``b"1:a3:xyz"``.
    """
    return b"".join([b"%d:%b" % (len(data), data) for data in [text.encode() for text in texts]])


def purpose_key(seed: str, purpose: str, stage: int) -> str:
    """Give the key of one use of a seed: the first 32 hex digits of SHA-256 over (seed, purpose, stage).

    Parameters
    ----------
    seed : str
        Seed, 64 hex digits.
    purpose : str
        What the numbers are for: ``unit``, ``start``, ``reserve start``, ``case``.
    stage : int
        Stage of the design, from 1.

    Returns
    -------
    str
        32 hex digits.
    """
    return sha256(fields(seed, purpose, str(stage))).hexdigest()[:KEY_DIGITS]


def number(key: str, *texts: str) -> int:
    """Give one random number.

    Parameters
    ----------
    key : str
        From :func:`purpose_key`.
    *texts : str
        What the number belongs to: ids from the first stage down.

    Returns
    -------
    int
        0 to 2^53 - 1.
    """
    return _leading_bits(fields(key, *texts))


def base32(value: int, length: int) -> str:
    """Write a whole number in Crockford's base 32.

    Parameters
    ----------
    value : int
        0 to 32 ** length - 1.
    length : int
        Characters.

    Returns
    -------
    str
        The greatest place first, with leading zeros.
    """
    return "".join([BASE32[value >> (5 * place) & 31] for place in reversed(range(length))])


def ids_of(joined: str) -> list[str]:
    """Take length-prefixed fields apart again.

    Parameters
    ----------
    joined : str
        From :func:`path`.

    Returns
    -------
    list of str
        Ids from the first stage down; none for an empty path.
    """
    data, ids = joined.encode(), []
    while data:
        length, _, rest = data.partition(b":")
        ids.append(rest[: int(length)].decode())
        data = rest[int(length) :]
    return ids


def path(columns: Sequence[str | pl.Expr]) -> pl.Expr:
    """Give the expression of length-prefixed fields joined, as :func:`fields` does.

    Parameters
    ----------
    columns : sequence of str or polars.Expr
        Text columns, none missing.

    Returns
    -------
    polars.Expr
        Text.
    """
    cells = [pl.col(c) if isinstance(c, str) else c for c in columns]
    return pl.concat_str([part for c in cells for part in (c.str.len_bytes().cast(pl.String), pl.lit(":"), c)])


def numbers(paths: pl.Series, key: str, *, engine: str | None = None) -> pl.Series:
    """Give the random number of every path.

    Parameters
    ----------
    paths : polars.Series of String
        Length-prefixed ids, as :func:`path` makes them; none missing.
    key : str
        From :func:`purpose_key`.
    engine : {"python", "duckdb"}, optional
        By default Python for few, DuckDB for many; both give the same numbers.

    Returns
    -------
    polars.Series of Int64
        0 to 2^53 - 1, in the order of the paths.
    """
    chosen = engine or ("duckdb" if len(paths) >= MANY else "python")
    if chosen == "python":
        prefix = fields(key)
        made = [_leading_bits(prefix + text.encode()) for text in paths]
        return pl.Series("number", made, dtype=pl.Int64)
    with connect() as connection:
        connection.register("paths", paths.alias("path").to_frame())
        bits = leading_bits_sql(f"'{fields(key).decode()}' || path")
        return pl.DataFrame(connection.sql(f"SELECT {bits} AS number FROM paths").to_arrow_table())["number"]


def message_sql(key: str, column: str) -> str:
    """Give the SQL text of the message that is hashed for one id column.

    Parameters
    ----------
    key : str
        From :func:`purpose_key`.
    column : str
        SQL of a text column.

    Returns
    -------
    str
        SQL text. Ids of 16 characters, the usual ones, take a shorter way to the same bytes.
    """
    prefix = fields(key).decode()
    short = f"'{prefix}16:' || {column}"
    return f"CASE strlen({column}) WHEN 16 THEN {short} ELSE '{prefix}' || strlen({column}) || ':' || {column} END"


def leading_bits_sql(message: str) -> str:
    """Give the SQL of the leading 53 bits of a message's SHA-256.

    Parameters
    ----------
    message : str
        SQL of a text.

    Returns
    -------
    str
        SQL of a BIGINT; 14 hex digits are 56 bits, so 3 are shifted out.
    """
    return digest_bits_sql(f"sha256({message})")


def digest_bits_sql(digest: str) -> str:
    """Give the SQL of the leading 53 bits of a SHA-256 in hex.

    Parameters
    ----------
    digest : str
        SQL of a text of 64 hex digits.

    Returns
    -------
    str
        SQL of a BIGINT.
    """
    return f"(('0x' || substr({digest}, 1, 14))::BIGINT >> 3)"


def _leading_bits(message: bytes) -> int:
    return int.from_bytes(sha256(message).digest()[:7], "big") >> 3
