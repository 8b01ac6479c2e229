"""Files of messages that the sending system did not fetch are not kept for ever."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from sipas_web.privacy.own_kept import files_kept

DAYS = 60  # our own estimate, no rule of law

MESSAGES = files_kept(
    "onestop.messages",
    _("Files of messages with apologies"),
    _("the message was handed to the gateway"),
    DAYS,
    lambda: Path(settings.MESSAGES_FOLDER),
    ("ready/*", "ledger/*"),
)
