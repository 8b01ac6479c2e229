"""Files of letters: TXT in any Vietnamese encoding, DOCX, PDF with a text layer."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from sipas.errors import Place, SipasError
from sipas.intake.delimited import find_encoding
from sipas.intake.legacy import ENCODINGS, decode, verdict
from sipas.intake.limits import MEBI
from sipas.letters.model import Letter
from sipas.letters.office import docx_text
from sipas.letters.portable import pdf_text
from sipas.letters.reading import read_letter

MOST_BYTES = 32 * MEBI
MOST_TEXT_BYTES = 4 * MEBI
ZIP_SIGNATURE = b"PK\x03\x04"
PDF_SIGNATURE = b"%PDF-"
# Word before 2007 or a document under a password; a picture; RTF; an archive; a web page.
NOT_LETTERS = (
    b"\xd0\xcf\x11\xe0",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"II*\x00",
    b"MM\x00*",
    b"{\\rtf",
    b"Rar!",
    b"7z\xbc\xaf",
    b"<!DO",
    b"<htm",
)


def read_file(path: Path) -> Letter:
    """Read the letter in a file.

    Parameters
    ----------
    path : pathlib.Path
        TXT, DOCX or PDF; told by its first bytes, not by its name.

    Returns
    -------
    Letter
        Its structure; offsets count in the text that ``read_document`` gives, in NFC.

    Raises
    ------
    SipasError
        Those of ``read_document``, and ``letters.too_long``.
    """
    return read_letter(read_document(path))


def read_document(path: Path) -> str:
    """Give the text of a letter's file.

    Parameters
    ----------
    path : pathlib.Path
        TXT (UTF-8, UTF-16, Windows-1258, TCVN3, VNI) of at most 4 MiB, DOCX or PDF of at most 32 MiB.

    Returns
    -------
    str
        Lines as they stand; cells of a table row one under the other, columns of a PDF page beside each other.

    Raises
    ------
    SipasError
        ``intake.file_missing``, ``intake.file_empty``, ``intake.file_too_large``, ``intake.encoding_broken``,
        ``letters.kind_unknown``, ``letters.docx_broken``, ``letters.docx_unsafe``, ``letters.pdf_broken``,
        ``letters.pdf_encrypted``, ``letters.pdf_without_text``, ``letters.pdf_reader_missing``,
        ``letters.pdf_too_many_pages``.
    """
    place = Place(file=path.name)
    if not path.is_file():
        raise SipasError("intake.file_missing", got=str(path), place=place)
    with path.open("rb") as stream:
        data = stream.read(MOST_BYTES + 1)
    if not data.strip():
        raise SipasError("intake.file_empty", place=place)
    is_office, is_pdf = data.startswith(ZIP_SIGNATURE), PDF_SIGNATURE in data[:1024]
    most = MOST_BYTES if is_office or is_pdf else MOST_TEXT_BYTES
    if len(data) > most:
        got = path.stat().st_size // MEBI
        raise SipasError("intake.file_too_large", expected=most // MEBI, got=got, place=place)
    if is_office:
        return _modern(docx_text(data, path.name))
    if is_pdf:
        return _modern(pdf_text(data, path.name))
    if data.startswith(NOT_LETTERS) or _is_binary(data):
        raise SipasError("letters.kind_unknown", got=path.name, place=place)
    return _modern(_plain_text(data, place))


def _is_binary(data: bytes) -> bool:
    head = data[:4096]
    return head.count(0) > 0 and find_encoding(data) not in {"utf-16", "utf-16-le", "utf-16-be"}


def _plain_text(data: bytes, place: Place) -> str:
    encoding = find_encoding(data)
    # cp1252 stands for TCVN3 and VNI too; the five bytes it leaves open are in none of them
    errors = "replace" if encoding == "cp1252" else "strict"
    try:
        return data.decode(encoding, errors)
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        got = data[max(error.start - 10, 0) : error.start + 10].decode(encoding, "replace")
        at = Place(file=place.file, row=row)
        raise SipasError("intake.encoding_broken", expected=encoding, got=got, place=at) from error


def _modern(text: str) -> str:
    """Turn a text of TCVN3 or VNI into Unicode; most of its lines that can be told decide."""
    votes = Counter(verdict(line).rstrip("?") for line in text.splitlines())
    encoding = max(ENCODINGS, key=lambda e: votes[e])
    if votes[encoding] <= votes["unicode"]:
        return text
    return "\n".join(decode(line, encoding) for line in text.splitlines())
