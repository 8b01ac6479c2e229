"""Where the field stands, for the page of a round."""

from __future__ import annotations

from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from sipas_web.fieldwork import queries
from sipas_web.fieldwork.permissions import Permission
from sipas_web.fieldwork.queries.alerts import late_of
from sipas_web.fieldwork.queries.assignments import with_nobody
from sipas_web.fieldwork.queries.mine import to_do_count
from sipas_web.fieldwork.queries.progress import valid_and_official
from sipas_web.jobs.queries import open_job
from sipas_web.rounds.parts import Part, Stage, Standing
from sipas_web.rounds.queries import Round, State
from sipas_web.shared import menu

BEFORE = (State.SET_UP, State.ABANDONED)
AFTER = (State.FROZEN, State.PUBLISHED)


def issue_standing(round_: Round) -> Standing:
    """Say whether the cases are issued."""
    if round_.state in BEFORE:
        return Standing(Stage.WAITING, _("Follows the draw."))
    issue = queries.issue_of(round_)
    if issue is not None and issue.finished:
        return Standing(
            Stage.DONE, _("%(cases)s cases written, reserves kept ready among them.") % {"cases": localize(issue.cases)}
        )
    if open_job(round_, "fieldwork.issue") is not None:
        return Standing(Stage.RUNNING, _("The cases are being written."))
    return Standing(Stage.READY, _("The sample is drawn; its cases can be issued."))


def progress_standing(round_: Round) -> Standing:
    """Say how many valid forms are in."""
    if round_.state in (*BEFORE, State.DRAWN):
        return Standing(Stage.WAITING, _("Follows the issue of cases."))
    valid, official = valid_and_official(round_)
    figures = {"valid": localize(valid), "official": localize(official)}
    text = _("%(valid)s valid forms of %(official)s.") % figures
    return Standing(Stage.DONE if round_.state in AFTER else Stage.RUNNING, text)


def assignment_standing(round_: Round) -> Standing:
    """Say how many cases lie with nobody."""
    if round_.state in (*BEFORE, State.DRAWN):
        return Standing(Stage.WAITING, _("Follows the issue of cases."))
    if round_.state in AFTER:
        return Standing(Stage.DONE, _("The field is closed."))
    nobody = with_nobody(round_)
    if nobody:
        return Standing(Stage.READY, _("%(cases)s cases lie with no post office.") % {"cases": localize(nobody)})
    return Standing(Stage.RUNNING, _("Every case is at a post office."))


def rules_standing(round_: Round) -> Standing:
    """Say after how many visits a reserve goes out."""
    rules = queries.rules_of(round_)
    text = ngettext(
        "A person not met is replaced after %(n)d visit.", "A person not met is replaced after %(n)d visits.",
        rules.least_visits,
    ) % {"n": rules.least_visits}  # fmt: skip
    if rules.pk is None:
        return Standing(Stage.UNSEEN, _("As shipped.") + " " + text)
    return Standing(Stage.DONE, text)


def watching_standing(round_: Round) -> Standing:
    """Say how many things are late or odd."""
    if round_.state in (*BEFORE, State.DRAWN):
        return Standing(Stage.WAITING, _("Follows the issue of cases."))
    if round_.state in AFTER:
        return Standing(Stage.DONE, _("The field is closed."))
    found = len(late_of(round_, queries.rules_of(round_)))
    if not found:
        return Standing(Stage.RUNNING, _("Nothing is late by the rules of this round."))
    said = ngettext("%(n)d thing is late or odd.", "%(n)d things are late or odd.", found)
    return Standing(Stage.READY, said % {"n": found})


ENTRIES = (
    menu.Entry(
        28, "my_cases", gettext_lazy("My cases"), gettext_lazy("The cases you carry: whom to visit, what to collect."),
        Permission.CASE_CARRY, to_do_count,
    ),
    menu.Entry(
        32, "post_home", gettext_lazy("Post office"),
        gettext_lazy("Receiving forms at the desk; figures, alerts and replacements of your post office."),
        Permission.FORM_RECEIVE,
    ),
)  # fmt: skip
PARTS = (
    Part(85, "field_rules", gettext_lazy("Rules of the field work"), Permission.RULE_CHANGE, rules_standing),
    Part(90, "case_issue", gettext_lazy("Issue of cases"), Permission.CASE_ISSUE, issue_standing),
    Part(95, "assignment_overview", gettext_lazy("Assigning cases"), Permission.CASE_ASSIGN, assignment_standing),
    Part(100, "round_progress", gettext_lazy("Field work"), Permission.PROGRESS_VIEW, progress_standing),
    Part(101, "field_alerts", gettext_lazy("Late or odd"), Permission.PROGRESS_VIEW, watching_standing),
)
