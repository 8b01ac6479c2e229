"""Answers and what leads to them. No identity, no key to one."""

from sipas_web.capture.models.drafts import Draft, WebAnswer, WebGate, WebSalt, WebTrace
from sipas_web.capture.models.responses import Response

__all__ = ["Draft", "Response", "WebAnswer", "WebGate", "WebSalt", "WebTrace"]
