"""The round folder: what a person can do with a round, and what a reader can ask of it."""

from sipas.rounds.asking import edition_of, respondent_kind
from sipas.rounds.ceremony import (
    BeforeDraw,
    before_draw,
    draw_file,
    frame_is_current,
    journal_head,
    last_seed,
    planned_sizes,
)
from sipas.rounds.collecting import (
    ResponsesRead,
    answer_columns,
    drawn_cases,
    read_response_file,
    read_visit_file,
    sample_hash,
    simulated_field,
)
from sipas.rounds.imported import (
    FrameFindings,
    frame_counts,
    frame_findings,
    rejected_page,
    rejected_reasons,
)
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
from sipas.rounds.reverified import RepeatedQuestion, Reverified, questions_asked_again, reverified
from sipas.rounds.runner import Standing
from sipas.rounds.settings import is_round
from sipas.rounds.simulated import simulate
from sipas.rounds.suspected import LookedThrough, look_through
from sipas.rounds.verify import verify, verify_sample

__all__ = [
    "BeforeDraw",
    "FrameFindings",
    "IndexRow",
    "LookedThrough",
    "RepeatedQuestion",
    "Report",
    "ResponsesRead",
    "Reverified",
    "Standing",
    "acting_as",
    "add_files",
    "answer_columns",
    "before_draw",
    "certificate",
    "contacts_overdue",
    "draw_file",
    "drawn_cases",
    "drop_contacts",
    "edition_of",
    "export_draw",
    "field_list",
    "frame_counts",
    "frame_findings",
    "frame_hash",
    "frame_is_current",
    "frame_report",
    "index_rows",
    "initialise",
    "is_round",
    "journal_head",
    "last_seed",
    "look_through",
    "notices",
    "planned_sizes",
    "products",
    "put_field_list",
    "put_rejected",
    "put_settings",
    "questions_asked_again",
    "read_response_file",
    "read_visit_file",
    "rejected_page",
    "rejected_reasons",
    "rejected_rows",
    "respondent_kind",
    "responses_report",
    "reverified",
    "run",
    "sample_hash",
    "set_witnesses",
    "simulate",
    "simulated_field",
    "status",
    "trial_draw",
    "verify",
    "verify_sample",
]
