"""Asking for long work, stopping it, taking it up again; and what a worker writes about the work it does."""

from sipas_web.jobs.actions.asking import resume, start, stop
from sipas_web.jobs.actions.installation import note_backup, note_restore
from sipas_web.jobs.actions.leasing import (
    LEASE,
    break_off,
    claim,
    finish,
    give_back,
    is_anything_ready,
    release,
    renew,
    sign_in,
    sign_off,
)

__all__ = [
    "LEASE", "break_off", "claim", "finish", "give_back", "is_anything_ready", "note_backup", "note_restore", "release",
    "renew", "resume", "sign_in", "sign_off", "start", "stop",
]  # fmt: skip
