"""A look into an XLSX archive before it is parsed: no DOCTYPE, no bomb, no giant sheet.

Sizes are counted while decompressing; what the archive declares about itself is not believed.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from string import ascii_letters
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import XMLParser

from sipas.errors import Place, SipasError
from sipas.intake.limits import MEBI, Limits

CHUNK = 256 * 1024
LOCAL_HEADER = struct.Struct("<4s22xHH")  # signature, length of the name, length of the extra field
SIGNATURE = b"PK\x03\x04"
ENCRYPTED = 0x1
CONTENT_TYPES = "[Content_Types].xml"
_SHEET = re.compile(r"^xl/worksheets/[^/]+\.xml$", re.IGNORECASE)
_XML = re.compile(r"\.(xml|rels|vml)$", re.IGNORECASE)
_RANGE = re.compile(r"([A-Za-z]{1,4})([0-9]{1,9}):([A-Za-z]{1,4})([0-9]{1,9})")

Range = tuple[int, int, int, int]


def check_workbook(data: bytes, *, file: str, limits: Limits) -> dict[str, tuple[Range, ...]]:
    """Refuse an XLSX archive that could harm, and find its merged cells on the way.

    Parameters
    ----------
    data : bytes
        The whole file.
    file : str
        Its name, for errors.
    limits : Limits
        Bounds.

    Returns
    -------
    dict of str to tuple of (int, int, int, int)
        Merged ranges of each sheet part (as ``xl/worksheets/sheet1.xml``): first row, first column, last row, last
        column, from 0.

    Raises
    ------
    SipasError
        ``intake.workbook_broken``, ``intake.workbook_encrypted``, ``intake.kind_unknown``,
        ``intake.workbook_parts``, ``intake.workbook_unpacked``, ``intake.workbook_ratio``,
        ``intake.workbook_doctype``, ``intake.workbook_cells``.
    """
    place = Place(file=file)
    unpacked = 0
    merged = {}
    for entry in entries_of(data, file=file, limits=limits):
        part = Part(entry, place, limits, unpacked)
        for chunk in unpack(data, entry, place):
            part.take(chunk)
        unpacked = part.unpacked
        merged[entry.filename] = part.finish()
    return {name: ranges for name, ranges in merged.items() if ranges}


def entries_of(data: bytes, *, file: str, limits: Limits) -> list[zipfile.ZipInfo]:
    """List the entries of an XLSX archive.

    Parameters
    ----------
    data : bytes
        The whole file.
    file : str
        Its name, for errors.
    limits : Limits
        Bounds.

    Returns
    -------
    list of zipfile.ZipInfo
        As the archive's directory has them; its sizes are not to be believed.

    Raises
    ------
    SipasError
        ``intake.workbook_broken``, ``intake.workbook_parts``, ``intake.kind_unknown``.
    """
    place = Place(file=file)
    try:
        entries = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError) as error:
        raise SipasError("intake.workbook_broken", got=str(error), place=place) from error
    if len(entries) > limits.parts:
        raise SipasError("intake.workbook_parts", expected=limits.parts, got=len(entries), place=place)
    if CONTENT_TYPES not in {entry.filename for entry in entries}:
        raise SipasError("intake.kind_unknown", got=file, place=place)
    return entries


def unpack(data: bytes, entry: zipfile.ZipInfo, place: Place) -> Iterator[bytes]:
    """Decompress an entry piece by piece.

    Parameters
    ----------
    data : bytes
        The whole file.
    entry : zipfile.ZipInfo
        From ``entries_of``.
    place : Place
        Where it stands, for errors.

    Returns
    -------
    iterator of bytes
        Pieces of at most 256 KiB.

    Raises
    ------
    SipasError
        ``intake.workbook_encrypted``, ``intake.workbook_broken``.
    """
    if entry.flag_bits & ENCRYPTED:
        raise SipasError("intake.workbook_encrypted", place=place)
    head = data[entry.header_offset : entry.header_offset + LOCAL_HEADER.size]
    if len(head) < LOCAL_HEADER.size or not head.startswith(SIGNATURE):
        raise SipasError("intake.workbook_broken", got=entry.filename, place=place)
    _, name_bytes, extra_bytes = LOCAL_HEADER.unpack(head)
    start = entry.header_offset + LOCAL_HEADER.size + name_bytes + extra_bytes
    packed = memoryview(data)[start : start + entry.compress_size]
    if entry.compress_type == zipfile.ZIP_STORED:
        return (bytes(packed[at : at + CHUNK]) for at in range(0, len(packed), CHUNK))
    if entry.compress_type == zipfile.ZIP_DEFLATED:
        return _inflate(packed, entry.filename, place)
    raise SipasError("intake.workbook_broken", got=entry.filename, place=place)


def _inflate(packed: memoryview, name: str, place: Place) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for at in range(0, len(packed), CHUNK):
            yield inflater.decompress(packed[at : at + CHUNK], CHUNK)
            while inflater.unconsumed_tail and not inflater.eof:
                yield inflater.decompress(inflater.unconsumed_tail, CHUNK)
    except zlib.error as error:
        raise SipasError("intake.workbook_broken", got=name, place=place) from error


class Part:
    """One entry of the archive while it is unpacked: its size, its XML, and for a sheet its extent.

    Parameters
    ----------
    entry : zipfile.ZipInfo
        The entry.
    place : Place
        For errors.
    limits : Limits
        Bounds.
    unpacked : int
        Bytes of the entries before it.
    parsed : bool
        Whether its XML is looked into, or only its size.
    """

    def __init__(
        self, entry: zipfile.ZipInfo, place: Place, limits: Limits, unpacked: int, *, parsed: bool = True
    ) -> None:
        self.name = entry.filename
        self.packed = max(entry.compress_size, 1)
        self.place = place
        self.limits = limits
        self.unpacked = unpacked
        self.bytes = 0
        self.extent = _Extent(limits, place)
        self.rooted = False
        self.parser = self._make_parser() if parsed and _XML.search(self.name) else None

    def take(self, chunk: bytes) -> None:
        """Count and read a piece.

        Parameters
        ----------
        chunk : bytes
            Decompressed.

        Raises
        ------
        SipasError
            ``intake.workbook_unpacked``, ``intake.workbook_ratio``, ``intake.workbook_doctype``,
            ``intake.workbook_cells``, ``intake.workbook_broken``.
        """
        self.bytes += len(chunk)
        self.unpacked += len(chunk)
        if self.unpacked > self.limits.unpacked_bytes:
            raise SipasError("intake.workbook_unpacked", expected=self.limits.unpacked_bytes // MEBI, place=self.place)
        if self.bytes > MEBI and self.bytes > self.limits.ratio * self.packed:
            raise SipasError("intake.workbook_ratio", expected=self.limits.ratio, got=self.name, place=self.place)
        if self.parser is not None and not (self.rooted and not self.is_sheet):
            self._ask(partial(self.parser.feed, chunk))

    def finish(self) -> tuple[Range, ...]:
        """End the entry.

        Returns
        -------
        tuple of Range
            Merged cells of a sheet.
        """
        if self.parser is not None and self.is_sheet:
            self._ask(self.parser.close)
        return tuple(sorted(self.extent.merged))

    @property
    def is_sheet(self) -> bool:
        """Say whether the entry is a sheet.

        Returns
        -------
        bool
            By its name.
        """
        return _SHEET.match(self.name) is not None

    def _make_parser(self) -> XMLParser:
        parser = XMLParser(target=object(), forbid_dtd=True)
        parser.parser.ordered_attributes = False  # a dict for each element, not a flat list
        parser.parser.StartElementHandler = self.extent.start if self.is_sheet else self._root
        return parser

    def _root(self, _name: str, _attributes: dict[str, str]) -> None:
        self.rooted = True

    def _ask(self, step: Callable[[], object]) -> None:
        try:
            step()
        except DefusedXmlException as error:
            raise SipasError("intake.workbook_doctype", got=self.name, place=self.place) from error
        except ParseError as error:
            raise SipasError("intake.workbook_broken", got=self.name, place=self.place) from error


class _Extent:
    """The rectangle that the cells of a sheet span; the reader reserves room for all of it."""

    def __init__(self, limits: Limits, place: Place) -> None:
        self.limits = limits
        self.place = place
        self.row = self.column = -1
        self.rows = self.columns = 0
        self.merged: set[Range] = set()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name[name.rfind("}") + 1 :]
        if tag == "c":
            self._cell(attributes.get("r", ""))
        elif tag == "row":
            number = attributes.get("r", "")
            self.row = int(number) - 1 if number.isdecimal() else self.row + 1
            self.column = -1
        elif tag == "mergeCell" and (match := _RANGE.fullmatch(attributes.get("ref", ""))):
            first_column, first_row, last_column, last_row = match.groups()
            self.merged.add((int(first_row) - 1, _number(first_column), int(last_row) - 1, _number(last_column)))

    def _cell(self, reference: str) -> None:
        digits = reference.lstrip(ascii_letters)
        if digits.isdecimal() and len(digits) < len(reference):
            self.column = _number(reference[: -len(digits)])
            self.row = int(digits) - 1
        else:
            self.column += 1
        if self.column >= self.columns or self.row >= self.rows:
            self._grow()

    def _grow(self) -> None:
        self.columns = max(self.columns, self.column + 1)
        self.rows = max(self.rows, self.row + 1)
        if self.rows * self.columns > self.limits.cells:
            got = f"{self.rows} × {self.columns}"
            raise SipasError("intake.workbook_cells", expected=self.limits.cells, got=got, place=self.place)


@lru_cache(maxsize=20_000)
def _number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
