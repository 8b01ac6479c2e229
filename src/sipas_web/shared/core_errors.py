"""An error of the library as a sentence in the reader's language."""

from __future__ import annotations

from django.utils.translation import get_language

from sipas.cli.sentences import Language, say, say_code
from sipas.errors import SipasError


def sentence(error: SipasError) -> str:
    """Say an error."""
    return say(error, _language())


def reason(code: str) -> str:
    """Say the reason of a rejected row."""
    return say_code(code, _language())


def _language() -> Language:
    return "en" if get_language() == "en" else "vi"
