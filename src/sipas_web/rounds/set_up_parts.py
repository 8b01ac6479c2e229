"""Where the parts of the set-up stand, in a sentence each."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from sipas_web.rounds import calendar_view, editions
from sipas_web.rounds.parts import Part, Stage, Standing
from sipas_web.rounds.permissions import Permission
from sipas_web.rounds.queries import MeasuredUnit, Milestone, Round, State, TargetValue
from sipas_web.rounds.queries import set_up as reads


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
        return Standing(_stage(round_, "units"), _("None chosen: every agency that the lists name is measured"))
    return Standing(Stage.DONE, ngettext("%(count)d unit", "%(count)d units", number) % {"count": number})


def calendar(round_: Round) -> Standing:
    """Count the parts that have days, and what is doubtful about them."""
    planned = reads.planned(round_)
    missing = len(Milestone.Kind) - len(planned)
    if missing:
        text = ngettext("%(count)d part has no days yet", "%(count)d parts have no days yet", missing)
        return Standing(Stage.READY, text % {"count": missing})
    doubts = len(doubts_of(round_, planned))
    if doubts:
        text = ngettext("Complete, with %(count)d warning", "Complete, with %(count)d warnings", doubts)
        return Standing(Stage.DONE, text % {"count": doubts})
    return Standing(Stage.DONE, _("Complete"))


def targets(round_: Round) -> Standing:
    """Count the target values."""
    number = TargetValue.objects.filter(round=round_).count()
    if number == 0:
        return Standing(_stage(round_, "targets"), _("None: results are shown without a target"))
    return Standing(
        Stage.DONE, ngettext("%(count)d target value", "%(count)d target values", number) % {"count": number}
    )


def doubts_of(round_: Round, planned: calendar_view.Planned) -> list[str]:
    """Say what is doubtful about a calendar."""
    until = round_.settings.get("contacts_until")
    return calendar_view.warnings(
        planned, window_to=round_.window_to, contacts_until=calendar_view.day_of(until) if until else None
    )


def _stage(round_: Round, name: str) -> Stage:
    done = name in round_.confirmed or State(round_.state) != State.SET_UP
    return Stage.DONE if done else Stage.READY


PARTS = (
    Part(10, "round_edition", gettext_lazy("Questionnaire"), Permission.ROUND_VIEW, edition),
    Part(20, "round_scope", gettext_lazy("Scope and documents"), Permission.ROUND_VIEW, scope),
    Part(30, "round_units", gettext_lazy("Measured units"), Permission.ROUND_VIEW, units),
    Part(60, "round_calendar", gettext_lazy("Calendar"), Permission.ROUND_VIEW, calendar),
    Part(70, "round_targets", gettext_lazy("Target values"), Permission.ROUND_VIEW, targets),
)
