"""Release files: CSV, Parquet, SPSS (.sav) and Stata (.dta), with labels; the same input gives the same bytes."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import tempfile
from collections.abc import Sequence
from io import BytesIO
from typing import Literal

import polars as pl
import pyreadstat

from sipas.errors import SipasError
from sipas.intake.vietnamese import search_key
from sipas.publication.microdata import WEIGHT, Release

Format = Literal["csv", "parquet", "sav", "dta"]
FORMATS: tuple[Format, ...] = ("csv", "parquet", "sav", "dta")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NAME_LENGTH = 32  # Stata; SPSS allows 64 bytes
LABEL_LENGTH = 80  # characters: Stata's variable and file labels; in UTF-8 at most 240 bytes, SPSS allows 256
VALUE_BYTES = 120  # SPSS's value labels
FILE_BYTES = 64  # SPSS's file label
NOTE_BYTES = 80  # a line of SPSS's documents
STATA_VERSION = 14  # release 118; pyreadstat's default writes 119, which only Stata/MP reads
SPSS_WORDS = "all and by eq ge gt le lt ne not or to with"
STATA_WORDS = "byte double float if in int long str strl using _all _b _cons _n _pi _pred _rc _skip"
FORMULA = r"^\s*[=+\-@＝＋－＠]|^[\t\r\n]"  # full-width letters work too
RESERVED = frozenset(f"{SPSS_WORDS} {STATA_WORDS}".split())


def encode(release: Release, form: Format, made_on: dt.date) -> bytes:
    """Write a release as a file.

    Parameters
    ----------
    release : Release
        Microdata.
    form : {'csv', 'parquet', 'sav', 'dta'}
        Kind of file.
    made_on : datetime.date
        Date that stands in the head of .sav and .dta, at 00:00; a clock would change the bytes.

    Returns
    -------
    bytes
        The file. CSV: UTF-8 with a byte order mark, codes without labels, texts as in
        `harmless_csv`. Parquet: labels as JSON in the
        file's metadata under ``sipas``. SPSS and Stata: variable and value labels, missing as system missing,
        empty text for missing text; in SPSS the weight is switched on.

    Raises
    ------
    SipasError
        ``publication.format``.
    """
    if form == "csv":
        return harmless_csv(release.table)
    if form == "parquet":
        buffer = BytesIO()
        release.table.write_parquet(buffer, metadata={"sipas": metadata(release)})
        return buffer.getvalue()
    if form == "sav":
        return _dated_sav(_statistical(release, form), made_on)
    if form == "dta":
        return _dated_dta(_statistical(release, form), made_on)
    raise SipasError("publication.format", "form", expected=FORMATS, got=form)


def harmless_csv(table: pl.DataFrame) -> bytes:
    """Write a CSV for people, in which no text can act as a formula.

    A spreadsheet runs a cell that begins with = + - or @, also after spaces or as a full-width letter, and some take
    a tab or line end at the start away first (OWASP, "CSV Injection"). Such texts, names of columns too, get an
    apostrophe in front. Numbers are left as they are. The Parquet file of the same name has the texts unchanged.

    Parameters
    ----------
    table : polars.DataFrame
        Any table; missing stays empty.

    Returns
    -------
    bytes
        UTF-8 with byte order mark.
    """
    texts = [
        pl.when(pl.col(name).str.contains(FORMULA)).then(pl.lit("'") + pl.col(name)).otherwise(pl.col(name)).alias(name)
        for name, dtype in table.schema.items()
        if dtype == pl.String
    ]
    names = {name: "'" + name for name in table.columns if re.search(FORMULA, name)}
    return table.with_columns(texts).rename(names).write_csv(include_bom=True).encode("utf-8")


def metadata(release: Release) -> str:
    """Describe a release for machines.

    Parameters
    ----------
    release : Release
        Microdata.

    Returns
    -------
    str
        JSON: title, notes, keys, minimum, and each variable's name, label, values and level.
    """
    described = {
        "title": release.title,
        "notes": list(release.notes),
        "keys": list(release.keys),
        "minimum": release.minimum,
        "weight": WEIGHT,
        "variables": [
            {"name": v.name, "label": v.label, "values": {str(k): t for k, t in v.values.items()}, "measure": v.measure}
            for v in release.variables
        ],
    }
    return json.dumps(described, ensure_ascii=False, sort_keys=True)


def file_names(names: Sequence[str]) -> dict[str, str]:
    """Make names that SPSS and Stata take.

    Parameters
    ----------
    names : sequence of str
        Columns; any text.

    Returns
    -------
    dict of str to str
        Name in the file: ASCII letters, digits and ``_``, at most 32, no reserved word, all different even
        where letter case is ignored.
    """
    made: dict[str, str] = {}
    used: set[str] = set()
    for name in names:
        plain = re.sub(r"\W+", "_", search_key(name) if not name.isascii() else name, flags=re.ASCII).strip("_")
        if not plain or not plain[0].isalpha() or plain.lower() in RESERVED:
            plain = f"v_{plain}"
        candidate, number = plain[:NAME_LENGTH], 2
        while candidate.lower() in used:
            ending = f"_{number}"
            candidate, number = plain[: NAME_LENGTH - len(ending)] + ending, number + 1
        used.add(candidate.lower())
        made[name] = candidate
    return made


def shorten(text: str, most: int) -> str:
    """Cut a text to a number of UTF-8 bytes, never inside a letter.

    Parameters
    ----------
    text : str
        Any text.
    most : int
        Bytes.

    Returns
    -------
    str
        The text, or its beginning with an ellipsis.
    """
    if len(text.encode()) <= most:
        return text
    return text.encode()[: most - 3].decode(errors="ignore").rstrip() + "…"


def _statistical(release: Release, form: Format) -> bytes:
    names = file_names([v.name for v in release.variables])
    table = release.table.rename(names)
    labels: dict[str, str | None] = {names[v.name]: v.label[:LABEL_LENGTH] for v in release.variables}
    values: dict[str, dict[int | float, str]] = {
        names[v.name]: {value: shorten(text, VALUE_BYTES) for value, text in v.values.items()}
        for v in release.variables
        if v.values
    }
    head = "; ".join([*release.marks, release.title])
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, f"release.{form}")
        if form == "sav":
            pyreadstat.write_sav(
                table,
                path,
                file_label=shorten(head, FILE_BYTES),
                note=[line for note in release.notes for line in _lines(note)],
                column_labels=labels,
                variable_value_labels=values,
                variable_measure={names[v.name]: v.measure for v in release.variables},
            )
        else:
            pyreadstat.write_dta(
                table,
                path,
                file_label=head[:LABEL_LENGTH],
                version=STATA_VERSION,
                column_labels=labels,
                variable_value_labels=values,
            )
        with open(path, "rb") as file:
            content = file.read()
    place = [v.name for v in release.variables].index(WEIGHT)
    return content if form == "dta" else _weighted_sav(content, place)


def _lines(note: str) -> list[str]:
    """Break a note into lines of at most 80 bytes, SPSS's limit."""
    lines = [""]
    for piece in note.split():
        joined = f"{lines[-1]} {piece}".strip()
        if len(joined.encode()) <= NOTE_BYTES:
            lines[-1] = joined
        else:
            lines.append(piece)
    return lines


def _weighted_sav(content: bytes, place: int) -> bytes:
    """Name the weight variable in the head: dictionary index from 1, where long texts take several entries.

    The format: PSPP Developers Guide, "System File Format": weight_index at byte 76; variable records of type
    2 from byte 176, those of type -1 continue a text.

    Returns
    -------
    bytes
        The file with the weight switched on.
    """
    at, entry, seen = 176, 0, -1
    while seen < place:
        kind, has_label, missing = (_int(content, at + shift) for shift in (4, 8, 12))
        entry += 1
        seen += kind != -1
        at += 32
        if has_label:
            at += 4 + -(-_int(content, at) // 4) * 4
        at += 8 * abs(missing)
    return content[:76] + entry.to_bytes(4, "little") + content[80:]


def _int(content: bytes, at: int) -> int:
    return int.from_bytes(content[at : at + 4], "little", signed=True)


def _dated_sav(content: bytes, made_on: dt.date) -> bytes:
    """Set the date of creation (bytes 92 to 100, ``dd mmm yy``) and the time (101 to 108)."""
    stamp = f"{made_on.day:02d} {MONTHS[made_on.month - 1]} {made_on.year % 100:02d}00:00:00"
    return content[:92] + stamp.encode("ascii") + content[109:]


def _dated_dta(content: bytes, made_on: dt.date) -> bytes:
    """Set the timestamp, 17 characters after its length byte: ``dd Mon yyyy hh:mm``."""
    stamp = f"{made_on.day:02d} {MONTHS[made_on.month - 1]} {made_on.year:04d} 00:00"
    start = content.index(b"<timestamp>\x11") + len(b"<timestamp>\x11")
    return content[:start] + stamp.encode("ascii") + content[start + 17 :]
