"""The round folder: what a person can do with a round, and what a reader can ask of it."""

from sipas.rounds.initialise import initialise, put_settings
from sipas.rounds.operations import acting_as, add_files, drop_contacts, run, set_witnesses, status, trial_draw
from sipas.rounds.private import field_list, put_field_list, put_rejected, rejected_rows
from sipas.rounds.results import (
    IndexRow,
    Report,
    certificate,
    contacts_overdue,
    export_draw,
    frame_hash,
    frame_report,
    index_rows,
    notices,
    products,
    responses_report,
)
from sipas.rounds.runner import Standing
from sipas.rounds.settings import is_round
from sipas.rounds.simulated import simulate
from sipas.rounds.verify import verify, verify_sample

__all__ = [
    "IndexRow",
    "Report",
    "Standing",
    "acting_as",
    "add_files",
    "certificate",
    "contacts_overdue",
    "drop_contacts",
    "export_draw",
    "field_list",
    "frame_hash",
    "frame_report",
    "index_rows",
    "initialise",
    "is_round",
    "notices",
    "products",
    "put_field_list",
    "put_rejected",
    "put_settings",
    "rejected_rows",
    "responses_report",
    "run",
    "set_witnesses",
    "simulate",
    "status",
    "trial_draw",
    "verify",
    "verify_sample",
]
