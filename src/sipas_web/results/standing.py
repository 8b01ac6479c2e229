"""Where freeze, review and publication of a round stand, for the page of the round."""

from __future__ import annotations

from django.utils.translation import gettext as _

from sipas_web.results.queries import Snapshot, work
from sipas_web.rounds.parts import Stage, Standing
from sipas_web.rounds.queries import Round
from sipas_web.rounds.queries import State as RoundState

BEING_MADE = (Snapshot.State.WRITING, Snapshot.State.ESTIMATING)
BEFORE_FIELD = (RoundState.SET_UP, RoundState.DRAWN, RoundState.ABANDONED)


def why_not_abandoned(round_: Round) -> str:
    """Say why a published round stays; empty for any other."""
    published = work.versions_of(round_).exists()
    return (
        _("Results of this round are published. They can be corrected; the round cannot be abandoned.")
        if published
        else ""
    )


def of_freeze(round_: Round) -> Standing:
    """Tell of the freeze."""
    if round_.state in BEFORE_FIELD:
        return Standing(Stage.WAITING, _("Follows the field work."))
    newest = work.newest_snapshot(round_)
    if round_.state == RoundState.IN_FIELD:
        again = (
            _("The round can be frozen again.") if newest else _("When the field work is over, the round is frozen.")
        )
        return Standing(Stage.READY, again)
    if newest is not None and newest.state in BEING_MADE:
        return Standing(Stage.RUNNING, _("The frozen data are being estimated."))
    return Standing(Stage.DONE, _("The data are frozen."))


def of_review(round_: Round) -> Standing:
    """Tell of the review."""
    newest = work.newest_snapshot(round_) if round_.state not in BEFORE_FIELD else None
    if newest is None or newest.state in BEING_MADE:
        return Standing(Stage.WAITING, _("Follows the estimate."))
    if newest.state == Snapshot.State.REVIEW:
        return Standing(Stage.READY, _("The figures wait for a review."))
    if newest.state == Snapshot.State.REJECTED:
        return Standing(Stage.WAITING, _("The figures were sent back."))
    return Standing(Stage.DONE, _("The figures are approved."))


def of_publication(round_: Round) -> Standing:
    """Tell of the publication."""
    if round_.state in BEFORE_FIELD:
        return Standing(Stage.WAITING, _("Follows the review."))
    newest, version = work.newest_snapshot(round_), work.versions_of(round_).first()
    if newest is not None and newest.state == Snapshot.State.APPROVED:
        return Standing(Stage.READY, _("The approved figures can be published."))
    if version is None:
        return Standing(Stage.WAITING, _("Follows the review."))
    said = {"version": version.version}
    if round_.state == RoundState.PUBLISHED:
        return Standing(Stage.DONE, _("Version %(version)d is published.") % said)
    return Standing(Stage.WAITING, _("Version %(version)d is published; a correction is under way.") % said)
