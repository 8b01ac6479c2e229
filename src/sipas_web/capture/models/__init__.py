"""Answers and what leads to them. No identity, no key to one."""

from sipas_web.capture.models.drafts import Draft, WebAnswer, WebGate, WebSalt, WebTrace
from sipas_web.capture.models.keying import KeyedForm, Keying, KeyingCount, KeyingError
from sipas_web.capture.models.responses import Response

__all__ = [
    "Draft",
    "KeyedForm",
    "Keying",
    "KeyingCount",
    "KeyingError",
    "Response",
    "WebAnswer",
    "WebGate",
    "WebSalt",
    "WebTrace",
]
