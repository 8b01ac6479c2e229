"""Asking for long work, stopping it, taking it up again; and what a worker writes about the work it does."""

from sipas_web.jobs.actions.asking import resume, start, stop
from sipas_web.jobs.actions.leasing import claim, finish, give_back, release, renew, sign_in, sign_off

__all__ = ["claim", "finish", "give_back", "release", "renew", "resume", "sign_in", "sign_off", "start", "stop"]
