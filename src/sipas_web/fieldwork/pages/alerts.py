"""Alerts as sentences with their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_stubs_ext import StrOrPromise

from sipas_web.fieldwork.queries import FieldRules
from sipas_web.fieldwork.queries.alerts import KINDS, LATE, LOOKED_BACK, Alert, names_of
from sipas_web.rounds.queries import Round

LABELS: dict[str, StrOrPromise] = {
    "not_begun": gettext_lazy("Not begun"),
    "quiet": gettext_lazy("No visit for days"),
    "collect": gettext_lazy("Form not collected"),
    "keying": gettext_lazy("Form not keyed"),
    "replaced": gettext_lazy("Many replacements"),
    "minute": gettext_lazy("Visits in one minute"),
    "hour": gettext_lazy("Visits in one hour"),
    "night": gettext_lazy("Visits at night"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """An alert on the page."""

    kind: str
    label: StrOrPromise
    tone: str
    office: str
    interviewer: str
    text: str
    url: str


def told(round_: Round, rules: FieldRules, alerts: Sequence[Alert]) -> list[Told]:
    """Say alerts, those of most cases first within each kind."""
    names = names_of(alerts)
    ordered = sorted(alerts, key=lambda a: (KINDS.index(a.kind), -a.count))
    return [
        Told(
            kind=alert.kind,
            label=LABELS[alert.kind],
            tone="warning" if alert.kind in LATE else "bad",
            office=names.offices.get(alert.office, ""),
            interviewer=names.people.get(alert.interviewer, ""),
            text=_sentence(alert, rules),
            url=_url(round_, alert),
        )
        for alert in ordered
    ]


def kinds_with_counts(alerts: Sequence[Told], chosen: str) -> list[tuple[str, StrOrPromise, int, bool]]:
    """Give each kind there is, with how many, for the filter."""
    return [
        (kind, LABELS[kind], n, kind == chosen) for kind in KINDS if (n := sum(alert.kind == kind for alert in alerts))
    ]


def _url(round_: Round, alert: Alert) -> str:
    """Give the page with the cases an alert counts; empty where they are no list of one state."""
    state = {"not_begun": "issued", "quiet": "visited", "collect": "delivered", "keying": "received"}.get(alert.kind)
    return "" if state is None else f"{reverse('case_list', args=[round_.pk])}?state={state}"


def _sentence(alert: Alert, rules: FieldRules) -> str:
    days = {"quiet": rules.quiet_days, "collect": rules.collect_days, "keying": rules.keying_days}
    numbers = {name: localize(round(value, 1)) for name, value in alert.facts.items() if name != "at"}
    return _texts(alert.count)[alert.kind] % {
        "n": localize(alert.count),
        "day": alert.oldest.strftime("%d/%m/%Y") if alert.oldest else "",
        "days": days.get(alert.kind, LOOKED_BACK),
        "at": alert.facts["at"].strftime("%H:%M %d/%m/%Y") if "at" in alert.facts else "",
        **numbers,
    }


def _texts(n: int) -> dict[str, str]:
    return {
        "not_begun": ngettext(
            "%(n)s case, issued on %(day)s, has not been visited once.",
            "%(n)s cases, issued on %(day)s, have not been visited once.",
            n,
        ),
        "quiet": ngettext(
            "%(n)s open case has had no visit for more than %(days)s days; the oldest since %(day)s.",
            "%(n)s open cases have had no visit for more than %(days)s days; the oldest since %(day)s.",
            n,
        ),
        "collect": ngettext(
            "%(n)s form has been with a person for more than %(days)s days; the oldest since %(day)s.",
            "%(n)s forms have been with people for more than %(days)s days; the oldest since %(day)s.",
            n,
        ),
        "keying": ngettext(
            "%(n)s form at the desk is not keyed after more than %(days)s days; the oldest since %(day)s.",
            "%(n)s forms at the desk are not keyed after more than %(days)s days; the oldest since %(day)s.",
            n,
        ),
        "replaced": _(
            "%(n)s of %(issued)s cases were replaced (%(share)s %%); among all others it is %(others)s %%. Chance "
            "alone would hardly do that."
        ),
        "minute": _(
            "%(n)s visits were written down in the minute of %(at)s. So many in one minute: %(times)s times in "
            "%(days)s days."
        ),
        "hour": _(
            "%(n)s visits were written down in the hour from %(at)s. So many in one hour: %(times)s times in %(days)s "
            "days."
        ),
        "night": _("%(n)s visits of the last %(days)s days were written down between 21:00 and 6:00."),
    }
