"""Files of letters: TXT in every encoding, DOCX, PDF, and what is refused."""

import datetime as dt
import io
import zipfile
from pathlib import Path

import letter_files
import pytest

from sipas.errors import SipasError
from sipas.intake.legacy import encode
from sipas.letters import Letter, read_document, read_file, read_letter

SAMPLE = letter_files.SAMPLES / "t01-cong-van-ubnd-tinh-tt01.txt"
TEXT = SAMPLE.read_text(encoding="utf-8")


def refused(path: Path) -> SipasError:
    with pytest.raises(SipasError) as caught:
        read_file(path)
    assert caught.value.place.file == path.name
    return caught.value


def check(letter: Letter) -> None:
    assert letter.parent is not None
    assert letter.parent.value == "UBND TỈNH ĐÔNG CHÂU"
    assert letter.issuer is not None
    assert letter.issuer.value == "SỞ NỘI VỤ"
    assert letter.number is not None
    assert letter.number.value == "118"
    assert letter.date is not None
    assert letter.date.value == dt.date(2023, 3, 6)
    assert letter.subject is not None
    assert letter.subject.value == "khắc phục các tiêu chí đạt thấp năm 2022"
    assert [a.value for a in letter.addressees] == ["Các sở, ban, ngành thuộc tỉnh"]
    assert [c.reference for c in letter.grounds] == ["27/UBND-NC"]
    assert [(t.path, t.text) for t in letter.tasks] == [
        (str(n), task.rstrip("./")) for n, task in enumerate(letter_files.TASKS, start=1)
    ]
    assert [(t.relation, t.value) for t in letter.thresholds] == [("eq", 100.0)]
    assert [(r.to, r.through) for r in letter.reports] == [("UBND tỉnh", "Sở Nội vụ")]
    assert [r.value for r in letter.recipients] == ["Như trên", "Lưu: VT, CCHC"]
    assert letter.signer is not None
    assert (letter.signer.name, letter.signer.position) == ("Trịnh Hoài Lâm", "PHÓ GIÁM ĐỐC")


@pytest.mark.parametrize("automatic", [False, True])
def test_docx_with_head_and_end_in_tables(tmp_path: Path, automatic: bool) -> None:
    check(read_file(letter_files.write_docx(tmp_path / "a.docx", automatic=automatic)))


def test_pdf_with_two_columns(tmp_path: Path) -> None:
    check(read_file(letter_files.write_pdf(tmp_path / "a.pdf")))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp1258"])
def test_unicode_encodings_read_the_same(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.txt"
    data = _cp1258(TEXT) if encoding == "cp1258" else TEXT.encode(encoding)
    path.write_bytes(data)
    assert read_file(path) == read_letter(TEXT)


def _cp1258(text: str) -> bytes:
    import unicodedata

    tones = "\u0300\u0301\u0303\u0309\u0323"
    written = []
    for char in text:
        parts = unicodedata.normalize("NFD", char)
        base = unicodedata.normalize("NFC", "".join(c for c in parts if c not in tones))
        written.append(base + "".join(c for c in parts if c in tones))
    return "".join(written).encode("cp1258")


@pytest.mark.parametrize("encoding", ["tcvn3", "vni"])
def test_old_encodings_become_unicode(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(encode(TEXT, encoding).encode("latin-1", "replace"))  # type: ignore[arg-type]
    letter = read_file(path)
    assert letter.number is not None
    assert letter.number.value == "2044"
    assert [t.path for t in letter.tasks] == ["1", "1.a", "1.b", "2", "3"]
    assert "Sở Nội vụ" in {d.unit for d in letter.duties}


def test_a_missing_and_an_empty_file(tmp_path: Path) -> None:
    assert refused(tmp_path / "no.txt").code == "intake.file_missing"
    (tmp_path / "empty.txt").write_bytes(b" \n")
    assert refused(tmp_path / "empty.txt").code == "intake.file_empty"


def test_a_text_that_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"a " * (3 * 1024 * 1024))
    assert refused(path).code == "intake.file_too_large"


@pytest.mark.parametrize(
    "start", [b"\xd0\xcf\x11\xe0\xa1\xb1", b"\x89PNG\r\n", b"{\\rtf1 ", b"a\x00\x01\x02b\x05\x00cd"]
)
def test_other_kinds_of_files_are_refused(tmp_path: Path, start: bytes) -> None:
    path = tmp_path / "a.doc"
    path.write_bytes(start + b"x" * 100)
    assert refused(path).code == "letters.kind_unknown"


def test_a_workbook_or_a_broken_archive_is_no_docx(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(b"PK\x03\x04 broken")
    assert refused(path).code == "letters.docx_broken"
    path.write_bytes(_archive({"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>"}))
    assert refused(path).code == "letters.docx_broken"


def test_a_docx_with_a_doctype_or_a_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    harmful = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    path.write_bytes(_archive({"[Content_Types].xml": "<Types/>", "word/document.xml": harmful}))
    assert refused(path).code == "letters.docx_unsafe"
    path.write_bytes(_archive({"[Content_Types].xml": "<Types/>", "word/media/a.bin": "0" * 3_000_000}))
    assert refused(path).code == "letters.docx_unsafe"


def _archive(parts: dict[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return stream.getvalue()


def test_a_pdf_without_a_text_layer_and_a_broken_one(tmp_path: Path) -> None:
    assert refused(letter_files.blank_pdf(tmp_path / "scan.pdf")).code == "letters.pdf_without_text"
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    assert refused(tmp_path / "broken.pdf").code == "letters.pdf_broken"


def test_the_text_of_a_file_is_what_places_count_in(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(TEXT, encoding="utf-8")
    assert read_document(path).replace("\r\n", "\n").strip() == read_file(path).text.strip()


def test_too_long_a_text() -> None:
    with pytest.raises(SipasError) as caught:
        read_letter("a" * 1_000_001)
    assert caught.value.code == "letters.too_long"
