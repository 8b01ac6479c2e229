"""The draw among the parts of a round's work, in the menu and in the record."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from sipas_web.rounds import draw_reading
from sipas_web.rounds.folders import folder_of
from sipas_web.rounds.parts import Part, Stage, Standing
from sipas_web.rounds.permissions import Permission
from sipas_web.rounds.queries import Draw, Round
from sipas_web.shared.menu import Entry

RANK = 80
SENTENCES: dict[str, StrOrPromise] = {
    "rounds.draw_opened": _("opened a draw"),
    "rounds.draw_text_typed": _("typed a witness's text for a draw"),
    "rounds.draw_refused": _("refused to witness a draw"),
    "rounds.draw_number_typed": _("typed the public number of a draw"),
    "rounds.draw_number_confirmed": _("confirmed the public number of a draw"),
    "rounds.draw_abandoned": _("abandoned a draw"),
    "rounds.draw_started": _("had a draw carried out"),
    "rounds.draw_done": _("drew the sample of a round"),
    "rounds.draw_tried": _("started a trial draw"),
    "rounds.draw_file_taken": _("downloaded rows of a draw"),
}
NOTES: dict[str, StrOrPromise] = {
    draw_reading.DRAW_JOB: _("Drawing the sample"),
    draw_reading.TRIAL_JOB: _("Trial draw"),
    "certificate": _("Setting the certificate"),
    "trial": _("Drawing for practice"),
}


def standing(round_: Round) -> Standing:
    """Say where the draw of a round stands."""
    draw = draw_reading.latest(round_)
    if draw is not None and draw.state == Draw.State.OPEN:
        return Standing(Stage.READY, _("A draw is open and waits for its witnesses."))
    if draw is not None and draw.state == Draw.State.DRAWING:
        return Standing(Stage.RUNNING, _("The sample is being drawn."))
    if draw_reading.in_force(round_) is not None:
        return Standing(Stage.DONE, _("The sample is drawn; the certificate can be downloaded and verified."))
    if not (folder_of(round_) / "frame.parquet").exists():
        return Standing(Stage.WAITING, _("Waits for the frame."))
    return Standing(Stage.READY, _("A draw can be opened."))


PART = Part(RANK, "round_draw", _("Draw before witnesses"), Permission.ROUND_VIEW, standing)
ENTRY = Entry(
    6,
    "draw_awaiting",
    _("Witnessing draws"),
    _("Draws you are asked to witness, and those you took part in."),
    Permission.DRAW_WITNESS,
    draw_reading.count_awaiting,
)
