"""CSV files as grids: encoding and delimiter are found, not asked."""

from __future__ import annotations

import codecs
import csv
import io
import re
import threading
from collections.abc import Iterable

import polars as pl

from sipas.errors import Place, SipasError
from sipas.intake.grid import Grid
from sipas.intake.legacy import ENCODINGS, decode_word
from sipas.intake.limits import Limits
from sipas.intake.syllables import is_syllable
from sipas.intake.vietnamese import nfc

UTF_8 = ("utf-8", "utf-8-sig")
DELIMITERS = ("\t", ";", ",", "|")
SAMPLE_BYTES = 256 * 1024
SAMPLE_LINES = 200
# Lines inside one quoted cell; more means a quote that nobody closed.
MOST_LINES_IN_CELL = 50
LONGEST_FIELD = 128 * 1024  # characters of a field in the lines looked at first; more means such a quote too
_limit_of_csv = threading.Lock()
_HIGH_BYTE = re.compile(rb"[\x80-\xff]")
_HIGH_WORD = re.compile(r"[^\W\d_]*[^\x00-\x7f]+[^\s\d,;|]*")
# Windows-1252 leaves five bytes without a character; they pass as they are.
_WINDOWS_1252 = {byte: bytes([byte]).decode("cp1252", "replace").replace("\ufffd", chr(byte)) for byte in range(256)}


def read_delimited(data: bytes, *, file: str, limits: Limits) -> Grid:
    """Read a CSV file.

    Parameters
    ----------
    data : bytes
        The whole file.
    file : str
        Its name.
    limits : Limits
        Bounds.

    Returns
    -------
    Grid
        Every record, empty ones too; the records are numbered from 1 as a spreadsheet shows them.

    Raises
    ------
    SipasError
        ``intake.encoding_broken``, ``intake.quote_open``, ``intake.too_many_columns``, ``intake.file_empty``.
    """
    encoding = find_encoding(data)
    if encoding not in UTF_8:
        data = _decode(data, encoding, file).encode()
    data = data.removeprefix(codecs.BOM_UTF8)
    head = data[:SAMPLE_BYTES].decode(errors="replace")
    if not head.strip():
        raise SipasError("intake.file_empty", place=Place(file=file))
    delimiter = find_delimiter(head)
    width = max(len(record) for record in _records(head, delimiter, SAMPLE_LINES))
    if width > limits.columns:
        raise SipasError("intake.too_many_columns", expected=limits.columns, got=width, place=Place(file=file))
    names = [f"c{i}" for i in range(width + 1)]
    cells = _parse(data, delimiter, names, file)
    overlong = names[-1] if cells[names[-1]].count() else None
    if overlong is None:
        cells = cells.drop(names[-1])
    return Grid(cells, file=file, encoding=encoding, delimiter=delimiter, overlong=overlong)


def find_encoding(data: bytes) -> str:
    """Find how the text of a file is encoded.

    Parameters
    ----------
    data : bytes
        The file or its beginning.

    Returns
    -------
    str
        ``utf-8-sig``, ``utf-16``, ``utf-16-le``, ``utf-16-be``, ``utf-8``, ``cp1258`` or ``cp1252``; the last also
        stands for TCVN3 and VNI, which are told apart cell by cell.
    """
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    first_high = _HIGH_BYTE.search(data)
    start = max(first_high.start() - 1000, 0) // 2 * 2 if first_high else 0
    head = data[start : start + SAMPLE_BYTES]
    if head.count(0) * 4 > len(head):
        return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
    broken = head.decode("utf-8", "replace")
    high = sum(c > "\x7f" for c in broken)
    # a sample may end inside a letter, and a file may hold a few broken ones
    if broken.count("\ufffd") <= 3 + high // 50 and not (high and broken.count("\ufffd") * 2 > high):
        return "utf-8"
    return _eight_bit(head)


def find_delimiter(text: str) -> str:
    """Find the delimiter that cuts most lines into the same number of fields.

    Parameters
    ----------
    text : str
        The file or its beginning.

    Returns
    -------
    str
        Tab, semicolon, comma or bar; comma where nothing is cut.
    """
    first = re.match(r"sep=(.)\r?\n", text)  # a line that Excel writes for itself
    if first:
        return first.group(1)

    def merit(delimiter: str) -> tuple[int, int]:
        widths = [len(record) for record in _records(text, delimiter, SAMPLE_LINES) if any(record)]
        common = max(set(widths), key=lambda width: (widths.count(width), width), default=1)
        return (widths.count(common) if common > 1 else 0, common)

    return max(reversed(DELIMITERS), key=merit) if any(merit(d)[0] for d in DELIMITERS) else ","


def _eight_bit(head: bytes) -> str:
    modern = _HIGH_WORD.findall(nfc(head.decode("cp1258", "replace")))
    old = _HIGH_WORD.findall(head.decode("latin-1").translate(_WINDOWS_1252))
    good_modern = sum(map(is_syllable, modern)) / max(len(modern), 1)
    good_old = max(_share(old, encoding) for encoding in ENCODINGS)
    return "cp1258" if good_modern >= good_old else "cp1252"


def _share(words: list[str], encoding: str) -> float:
    decoded = [decode_word(word, e) for e in ENCODINGS if e == encoding for word in words]
    return sum(word is not None and is_syllable(word) for word in decoded) / max(len(words), 1)


def _decode(data: bytes, encoding: str, file: str) -> str:
    if encoding == "cp1252":
        return data.decode("latin-1").translate(_WINDOWS_1252)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        got = data[max(error.start - 10, 0) : error.start + 10].decode(encoding, "replace")
        raise SipasError(
            "intake.encoding_broken", expected=encoding, got=got, place=Place(file=file, row=row)
        ) from error


def _records(text: str, delimiter: str, most: int) -> Iterable[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        records = [record for record, _ in zip(reader, range(most), strict=False)]
    except csv.Error:
        records = []
    if not records or any(len(field) > LONGEST_FIELD for record in records for field in record):
        return [line.split(delimiter) for line in text.splitlines()[:most]]
    return records


def _parse(data: bytes, delimiter: str, names: list[str], file: str) -> pl.DataFrame:
    try:
        cells = pl.read_csv(
            data,
            has_header=False,
            separator=delimiter,
            infer_schema=False,
            truncate_ragged_lines=True,
            schema={f"column_{i + 1}": pl.String for i in range(len(names))},
            missing_columns="insert",
        )
    except pl.exceptions.ComputeError:
        return _parse_untidy(_decode(data, "utf-8", file), delimiter, names, file)
    return cells.rename(dict(zip(cells.columns, names, strict=True)))


def _parse_untidy(text: str, delimiter: str, names: list[str], file: str) -> pl.DataFrame:
    """Read a file whose quotes do not follow the rules, as spreadsheets do."""
    _let_through(len(text) + 1)
    rows = []
    for number, record in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
        if any(cell.count("\n") > MOST_LINES_IN_CELL for cell in record):
            raise SipasError("intake.quote_open", place=Place(file=file, row=number))
        fields = [cell or None for cell in record[: len(names)]]
        rows.append(fields + [None] * (len(names) - len(fields)))
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def _let_through(length: int) -> None:
    """Let csv read fields of a length. The limit is the whole process's: lowered, it would stop other readers."""
    with _limit_of_csv:
        csv.field_size_limit(max(length, csv.field_size_limit()))
