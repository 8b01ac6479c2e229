"""Answers and what leads to them. No identity, no key to one."""

from sipas_web.capture.models.responses import Response

__all__ = ["Response"]
