"""Keys under which a gateway knows a message again."""

from __future__ import annotations

import secrets


def new_key() -> str:
    """Give one."""
    return secrets.token_hex(16)
