"""Photographs that people send: read safely, turned upright, made small, written anew without place, time or device."""

from __future__ import annotations

import io

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

LONGEST_SIDE = 2000  # pixels
MOST_PIXELS = 80_000_000  # of what is sent: a small file can hold a picture that fills the memory
FORMATS = ("JPEG", "PNG", "WEBP")
QUALITY = 85
KIND = "image/jpeg"  # of what comes out


def without_traces(data: bytes) -> bytes:
    """Give a photograph as an upright JPEG of at most 2000 pixels that holds nothing but the picture."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as sent:
            _refuse_huge(sent)
            sent.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # JPEG alone: never unpacked larger than needed
            upright = ImageOps.exif_transpose(sent)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            return _written(upright)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large() from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:  # what Pillow raises where a file is broken
        raise ValidationError(
            _("This is not a photograph that can be read. Send it as JPEG, PNG or WebP, whole.")
        ) from error


def _refuse_huge(image: Image.Image) -> None:
    if image.width * image.height > MOST_PIXELS:
        raise _too_large()


def _too_large() -> ValidationError:
    return ValidationError(
        _("The photograph has more than %(most)d million pixels. Make it smaller and send it again."),
        params={"most": MOST_PIXELS // 1_000_000},
    )


def _written(image: Image.Image) -> bytes:
    """Write it on a white sheet of its size: what a file carries beside its picture stays behind."""
    sheet = Image.new("RGB", image.size, "white")
    if "A" in image.getbands() or "transparency" in image.info:
        layer = image.convert("RGBA")
        sheet.paste(layer, mask=layer.getchannel("A"))
    else:
        sheet.paste(image.convert("RGB"))
    out = io.BytesIO()
    sheet.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()
