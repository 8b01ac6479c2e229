"""What the part of tasks registers: sentences, menu, long work, what waits, figures of reports, units that end."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from sipas_web.audit.sentences import add as add_sentences
from sipas_web.shared import menu, report_figures, waiting

SENTENCES: dict[str, StrOrPromise] = {
    "improvement.task_given": _("gave a task"),
    "improvement.task_progress": _("reported progress of a task"),
    "improvement.task_commented": _("commented on a task"),
    "improvement.task_done": _("reported a task as completed"),
    "improvement.task_dropped": _("dropped a task"),
    "improvement.task_skipped": _("skipped one period of a duty that comes again"),
    "improvement.task_reopened": _("reopened a task"),
    "improvement.task_handed_over": _("handed a task over to another unit"),
    "improvement.tasks_rehomed": _("took open tasks of a unit that has ended to its successor"),
    "improvement.duties_changed": _("changed who takes part in a task"),
    "improvement.extension_asked": _("asked for more time for a task"),
    "improvement.extension_decided": _("decided on more time for a task"),
    "improvement.difficulty_raised": _("raised a difficulty"),
    "improvement.difficulty_passed_on": _("added an opinion to a difficulty"),
    "improvement.difficulty_answered": _("answered a difficulty"),
    "improvement.difficulty_risen": _("took an unanswered difficulty to the unit above"),
    "improvement.urging_drawn_up": _("drew up a letter that urges"),
    "improvement.urging_sent": _("noted that a letter that urges was sent"),
    "improvement.urging_discarded": _("threw away a letter that urges, not sent"),
    "improvement.calendar_renewed": _("made a new secret address of their calendar"),
    "improvement.calendar_closed": _("ended the secret address of their calendar"),
}
NOTES: dict[str, StrOrPromise] = {
    "improvement.tasks_daily": _(
        "Daily look at tasks: unanswered difficulties, units that have ended, duties of the next period"
    ),
}
Line = report_figures.Line
LINES = (
    Line("given", _("Tasks given in the period"), url_name="task_given"),
    Line("completed", _("Tasks completed in the period"), url_name="task_completed"),
    Line("on_time", _("of these on time, by the extended deadline"), "completed", "task_on_time"),
    Line("late", _("of these late, by the extended deadline"), "completed", "task_late"),
    Line("on_time_original", _("of these on time, by the original deadline"), "completed", "task_on_time_original"),
    Line("late_original", _("of these late, by the original deadline"), "completed", "task_late_original"),
    Line("unfinished", _("Tasks not completed at the end of the period"), url_name="task_unfinished"),
    Line("overdue", _("of these overdue, by the extended deadline"), "unfinished", "task_overdue"),
    Line("overdue_original", _("of these overdue, by the original deadline"), "unfinished", "task_overdue_original"),
    Line("dropped", _("Tasks dropped in the period"), url_name="task_dropped"),
)


def register() -> None:
    """Register them."""
    from sipas_web.improvement import tasks  # noqa: F401  # registers the handler
    from sipas_web.improvement.actions.tasks_rehoming import rehome_everything
    from sipas_web.improvement.pages import waiting as pages
    from sipas_web.improvement.permissions import Permission
    from sipas_web.improvement.queries.tasks_lists import period_counts
    from sipas_web.jobs import notes
    from sipas_web.units.actions import handing_over

    add_sentences(SENTENCES)
    notes.add(NOTES)
    meaning = _("Tasks with owner and deadline, difficulties, urging, and what waits for you.")
    menu.add(menu.Entry(40, "task_list", _("Tasks"), meaning, Permission.TASK_VIEW, pages.count))
    for source in pages.SOURCES:
        waiting.add(source)
    report_figures.add(report_figures.Source("improvement.tasks", 20, _("Tasks"), LINES, period_counts))
    handing_over.hears(rehome_everything)
