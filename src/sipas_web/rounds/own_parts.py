"""The parts of a round's work up to the draw: where each stands, in a sentence."""

from __future__ import annotations

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from sipas_web.rounds import design_costs, editions
from sipas_web.rounds.folders import folder_of
from sipas_web.rounds.pages.calendar import doubts_of
from sipas_web.rounds.pages.design import saved_size
from sipas_web.rounds.parts import Part, Stage, Standing
from sipas_web.rounds.permissions import Permission
from sipas_web.rounds.queries import Draw, MeasuredUnit, Milestone, Round, State, TargetValue
from sipas_web.rounds.queries import draw as draws
from sipas_web.rounds.queries import frame as frames
from sipas_web.rounds.queries import set_up as reads
from sipas_web.rounds.queries.design import base_of
from sipas_web.rounds.states import is_bound
from sipas_web.shared.menu import Entry


def edition(round_: Round) -> Standing:
    """Give the questionnaire and whether somebody has read it."""
    chosen = editions.edition_of(round_)
    text = _("%(edition)s: %(count)d rated criteria") % {"edition": chosen.name, "count": len(chosen.items())}
    return Standing(_stage(round_, "edition"), text)


def scope(round_: Round) -> Standing:
    """Give the window."""
    text = _("Results handed over from %(first)s to %(last)s") % {
        "first": date_format(round_.window_from, "SHORT_DATE_FORMAT"),
        "last": date_format(round_.window_to, "SHORT_DATE_FORMAT"),
    }
    return Standing(_stage(round_, "scope"), text)


def units(round_: Round) -> Standing:
    """Count the units measured."""
    number = MeasuredUnit.objects.filter(round=round_).count()
    if number == 0:
        return Standing(Stage.OPTIONAL, _("None chosen: every agency that the lists name is measured"))
    return Standing(Stage.DONE, ngettext("%(count)d unit", "%(count)d units", number) % {"count": number})


def frame(round_: Round) -> Standing:
    """Count lists and what came of them."""
    if frames.is_importing(round_):
        return Standing(Stage.RUNNING, _("The lists are being imported"))
    done, lists = frames.last_done(round_), frames.lists_of(round_).count()
    if is_bound(round_):
        return Standing(Stage.DONE, _("Fixed by its hash since the draw was opened"))
    if done is not None and frames.is_current(round_, done):
        rows = (done.result or {}).get("counts", {}).get("frame", 0)
        return Standing(Stage.DONE, _("Imported: the frame holds %(rows)s rows") % {"rows": number_format(rows)})
    if done is None and frames.has_report(round_):
        return Standing(Stage.DONE, _("Imported"))
    if not lists:
        return Standing(Stage.READY, _("No list has been handed in yet"))
    text = ngettext("%(count)d list, not imported as it is now", "%(count)d lists, not imported as they are now", lists)
    return Standing(Stage.READY, text % {"count": lists})


def design(round_: Round) -> Standing:
    """Give the number of forms, where it is known."""
    size = saved_size(round_)
    if size is None:
        text = _("Waits for the lists, or for assumed sizes")
    else:
        text = _("%(count)s official forms") % {"count": number_format(round(size), use_l10n=True)}
        if base_of(round_).source != "frame":
            text = _("%(count)s, on assumed sizes") % {"count": text}
    return Standing(_stage(round_, "design"), text)


def costs(round_: Round) -> Standing:
    """Count the prices."""
    prices = design_costs.prices_of(round_.planning)
    entered = sum(price.amount is not None for price in prices)
    if entered == 0:
        return Standing(Stage.OPTIONAL, _("No unit price yet; the estimate can be left out"))
    text = _("%(entered)d of %(all)d unit prices entered") % {"entered": entered, "all": len(prices)}
    return Standing(Stage.DONE, text)


def calendar(round_: Round) -> Standing:
    """Count the parts that have days, and what is doubtful about them."""
    planned = reads.planned(round_)
    missing = len(Milestone.Kind) - len(planned)
    if missing:
        text = ngettext("%(count)d part has no days yet", "%(count)d parts have no days yet", missing)
        is_over = round_.state in {State.FROZEN, State.PUBLISHED}  # days no longer help anybody
        return Standing(Stage.OPTIONAL if is_over else Stage.READY, text % {"count": missing})
    doubts = len(doubts_of(round_, planned))
    if doubts:
        text = ngettext("Complete, with %(count)d warning", "Complete, with %(count)d warnings", doubts)
        return Standing(Stage.DONE, text % {"count": doubts})
    return Standing(Stage.DONE, _("Complete"))


def targets(round_: Round) -> Standing:
    """Count the target values."""
    number = TargetValue.objects.filter(round=round_).count()
    if number == 0:
        return Standing(Stage.OPTIONAL, _("None: results are shown without a target"))
    return Standing(
        Stage.DONE, ngettext("%(count)d target value", "%(count)d target values", number) % {"count": number}
    )


def draw(round_: Round) -> Standing:
    """Say where the draw of a round stands."""
    newest = draws.latest(round_)
    if newest is not None and newest.state == Draw.State.OPEN:
        return Standing(Stage.READY, _("A draw is open and waits for its witnesses."))
    if newest is not None and newest.state == Draw.State.DRAWING:
        return Standing(Stage.RUNNING, _("The sample is being drawn."))
    if draws.in_force(round_) is not None:
        return Standing(Stage.DONE, _("The sample is drawn; the certificate can be downloaded and verified."))
    if not (folder_of(round_) / "frame.parquet").exists():
        return Standing(Stage.WAITING, _("Waits for the frame."))
    return Standing(Stage.READY, _("A draw can be opened."))


def _stage(round_: Round, name: str) -> Stage:
    """Say whether a person has looked at what the round began with; the draw fixes it, and reads nothing through."""
    return Stage.DONE if name in round_.confirmed else Stage.UNSEEN


VIEW = Permission.ROUND_VIEW
PARTS = (
    Part(10, "round_edition", gettext_lazy("Questionnaire"), VIEW, edition),
    Part(20, "round_scope", gettext_lazy("Scope and documents"), VIEW, scope),
    Part(30, "round_units", gettext_lazy("Measured units"), VIEW, units),
    Part(40, "round_frame", gettext_lazy("Lists and sampling frame"), VIEW, frame),
    Part(50, "round_design", gettext_lazy("Design of the sample"), VIEW, design),
    Part(55, "round_costs", gettext_lazy("Cost estimate"), VIEW, costs),
    Part(60, "round_calendar", gettext_lazy("Calendar"), VIEW, calendar),
    Part(70, "round_targets", gettext_lazy("Target values"), VIEW, targets),
    Part(80, "round_draw", gettext_lazy("Draw before witnesses"), VIEW, draw),
)
ENTRIES = (
    Entry(
        1, "round_list", gettext_lazy("Rounds"), gettext_lazy("From the questionnaire to the published result."), VIEW
    ),
    Entry(
        6,
        "draw_awaiting",
        gettext_lazy("Witnessing draws"),
        gettext_lazy("Draws you are asked to witness, and those you took part in."),
        Permission.DRAW_WITNESS,
        draws.count_awaiting,
    ),
)
