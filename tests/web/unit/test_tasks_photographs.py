"""Photographs lose what is not picture; what is no picture, or too much of one, is refused with a sentence."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from sipas_web.shared.photographs import LONGEST_SIDE, without_traces

SECRET = b"21.823 105.218 Nguyen Van A"


def sent(size: tuple[int, int], form: str = "JPEG", mode: str = "RGB", *, turned: int = 1) -> bytes:
    """Make a picture, red at its upper left, that tells where it was taken."""
    image = Image.new(mode, size, "blue" if mode == "RGB" else 0)
    image.paste("red" if mode == "RGB" else 255, (0, 0, size[0] // 2, size[1] // 2))
    exif = Image.Exif()
    exif[0x0112], exif[0x010E], exif[0x8825] = turned, SECRET.decode(), {1: "N", 2: (21.0, 49.0, 0.0)}
    out = io.BytesIO()
    image.save(out, form, exif=exif, **({"comment": SECRET} if form == "JPEG" else {}))
    return out.getvalue()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_nothing_but_the_picture_stays(form: str) -> None:
    data = sent((300, 200), form)
    assert SECRET in data
    made = without_traces(data)
    assert SECRET not in made
    with Image.open(io.BytesIO(made)) as image:
        assert (image.format, image.size, dict(image.getexif())) == ("JPEG", (300, 200), {})
        assert "comment" not in image.info


@pytest.mark.parametrize(("turned", "red_at"), [(1, (20, 20)), (3, (280, 180)), (6, (180, 20)), (8, (20, 280))])
def test_it_stands_upright(turned: int, red_at: tuple[int, int]) -> None:
    with Image.open(io.BytesIO(without_traces(sent((300, 200), turned=turned)))) as image:
        assert image.size == ((200, 300) if turned in {6, 8} else (300, 200))
        red, _green, blue = image.convert("RGB").getpixel(red_at)  # type: ignore[misc]
        assert red > 200
        assert blue < 60


def test_large_ones_are_made_small_and_small_ones_stay() -> None:
    with Image.open(io.BytesIO(without_traces(sent((5000, 2500))))) as image:
        assert image.size == (LONGEST_SIDE, LONGEST_SIDE // 2)


@pytest.mark.parametrize("mode", ["L", "LA", "RGBA", "P", "1", "I;16"])
def test_every_kind_of_picture_comes_out(mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (40, 30)).save(out, "PNG")
    with Image.open(io.BytesIO(without_traces(out.getvalue()))) as image:
        assert (image.mode, image.size) == ("RGB", (40, 30))


def test_what_is_clear_becomes_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (40, 30), (0, 0, 0, 0)).save(out, "PNG")
    with Image.open(io.BytesIO(without_traces(out.getvalue()))) as image:
        assert min(image.getpixel((20, 15))) > 250  # type: ignore[arg-type,type-var]


def test_a_bomb_is_refused_by_its_head() -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    bomb = (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )
    with pytest.raises(ValidationError, match=r"triệu|million"):
        without_traces(bomb)


@pytest.mark.parametrize(
    "data", [b"", b"x" * 100, b"%PDF-1.7", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a" + b"\0" * 50]
)
def test_what_is_no_photograph_is_refused(data: bytes) -> None:
    with pytest.raises(ValidationError):
        without_traces(data)


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")  # a broken EXIF block is no reason to refuse the picture
@given(cut=st.integers(0, 2000), flip=st.integers(0, 2000), value=st.integers(0, 255))
def test_a_broken_file_gives_a_sentence_or_a_picture(cut: int, flip: int, value: int) -> None:
    data = bytearray(sent((64, 48)))
    data[flip % len(data)] = value
    try:
        made = without_traces(bytes(data[: len(data) - cut % len(data)]))
    except ValidationError:
        return
    with Image.open(io.BytesIO(made)) as image:
        assert image.format == "JPEG"
