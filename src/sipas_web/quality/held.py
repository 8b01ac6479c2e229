"""What quality checks hold about the person behind a case, and until when: points of the collection, no answer."""

from __future__ import annotations

from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sipas_web.privacy.retention import Kept
from sipas_web.privacy.subjects import Held, Lines
from sipas_web.quality import queries
from sipas_web.quality.actions import forgetting
from sipas_web.quality.wording import verdict_badge
from sipas_web.rounds.queries import Round

POINT_DAYS = 365  # the office's own estimate, no rule of law: as long as a finding may be disputed

POINTS = Kept(
    "quality.points",
    gettext_lazy("Points of forms and interviewers that nobody decided on, and the reasons of all points"),
    gettext_lazy("the forms were last looked through, once their round is over"),
    POINT_DAYS,
    forgetting.oldest_kept_points,
    forgetting.delete_kept_points,
)


def _see(round_: Round, case_code: str) -> Lines:
    suspect = queries.form_of(round_, case_code)
    if suspect is None:
        return ()
    told = {"points": localize(suspect.points), "verdict": verdict_badge(suspect.verdict)[0]}
    return ((_("Points of how the form was collected"), _("%(points)s points; %(verdict)s") % told),)


# Nothing is deleted on request: points and decisions are about who collected the form.
HELD = Held("quality.points", gettext_lazy("Points of how the form was collected"), see=_see)
