"""What signs, reasons and decisions say to a reader: whole sentences with their numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_stubs_ext import StrOrPromise

from sipas_web.quality.queries.suspects import Flag, Verdict

FAMILIES: Mapping[str, StrOrPromise] = {
    "likeness": gettext_lazy("forms too much alike"),
    "straight": gettext_lazy("one answer all the way down"),
    "scattered": gettext_lazy("answers that do not hang together"),
    "gaps": gettext_lazy("gaps"),
    "remarks": gettext_lazy("the same remark"),
    "pace": gettext_lazy("answered too fast"),
    "visits": gettext_lazy("times and places of visits"),
}
TONES = {Verdict.CONFIRMED: "bad", Verdict.CLEARED: "good", Verdict.RECHECK: "warning", Verdict.OPEN: "info"}


@dataclass(frozen=True, slots=True)
class Said:
    """A reason in words."""

    family: StrOrPromise
    text: str
    others: str
    points: int
    own_points: int
    others_points: int
    day: Any


@dataclass(frozen=True, slots=True)
class Compared:
    """How often an interviewer's forms show a family of signs, beside everybody else's."""

    family: StrOrPromise
    shown: int
    forms: int
    share: float  # percent
    elsewhere: float  # percent
    points: int
    by_day: bool


def said(flag: Flag) -> Said:
    """Say a reason."""
    numbers = flag.numbers
    return Said(
        FAMILIES[flag.family],
        _sentence(flag.sign, numbers),
        _others(flag.family, numbers),
        flag.points,
        int(numbers.get("own_points", flag.points)),
        int(numbers.get("others_points", 0)),
        flag.day,
    )


def compared(flag: Flag) -> Compared:
    """Give an interviewer's count of a family."""
    forms, shown = int(flag.numbers["forms"]), int(flag.numbers["shown"])
    share = 100 * shown / forms if forms else 0.0
    elsewhere = 100 * float(flag.numbers.get("elsewhere") or 0.0)
    return Compared(FAMILIES[flag.family], shown, forms, share, elsewhere, flag.points, by_day=flag.family == "visits")


def verdict_badge(verdict: str) -> tuple[StrOrPromise, str]:
    """Give the words of a verdict with the tone of its badge."""
    known = Verdict(verdict)
    return known.label, TONES[known]


def number(value: float, places: int = 0) -> str:
    """Write a number as the reader's language does."""
    return number_format(round(value, places), places, use_l10n=True, force_grouping=True)


def _sentence(sign: str, numbers: Mapping[str, Any]) -> str:
    value = float(numbers.get("value", 0.0))
    told = {
        "count": number(numbers.get("count", 0)),
        "of": number(numbers.get("of", 0)),
        "typical": number(float(numbers.get("typical", 0.0))),
        "partner": numbers.get("partner", "–"),
        "value": number(value),
    }
    if sign in _SIMPLE:
        return str(_SIMPLE[sign]) % told
    if sign == "scattered":
        text = _("The answers hang together less than one person's do: they vary %(value)s times as much as usual.")
        return text % {"value": number(value, 1)}
    if sign == "missing":
        shares = {"value": number(100 * value), "typical": number(100 * float(numbers.get("typical", 0.0)), 1)}
        return _("%(value)s%% of the items asked are empty; in the round it is %(typical)s%%.") % shares
    if sign == "pace":
        paces = {"value": number(value, 1), "typical": number(float(numbers.get("typical", 0.0)), 1)}
        return _("Answering took %(value)s seconds a question; usual in this mode: %(typical)s seconds.") % paces
    if sign == "night":
        return _("The visit is written down at %(time)s.") % {
            "time": f"{int(value):02d}:{round(value % 1 * 60) % 60:02d}"
        }
    minutes = max(1, round(value / 60))
    text = ngettext(
        "A later visit to this case stands %(minutes)s minute before the one that goes before it.",
        "A later visit to this case stands %(minutes)s minutes before the one that goes before it.",
        minutes,
    )
    return text % {"minutes": number(minutes)}


_SIMPLE: Mapping[str, StrOrPromise] = {
    "same_as_own": gettext_lazy(
        "%(count)s of %(of)s answers equal those of form %(partner)s of the same interviewer; two forms of this level "
        "that have nothing to do with each other agree on about %(typical)s."
    ),
    "same_as_any": gettext_lazy(
        "%(count)s of %(of)s answers equal those of form %(partner)s; two forms of this level that have nothing to do "
        "with each other agree on about %(typical)s."
    ),
    "straight": gettext_lazy("%(count)s of %(of)s rated items are ticked alike; on a usual form %(typical)s are."),
    "gaps": gettext_lazy("%(value)s forms of this interviewer leave exactly the same items empty."),
    "remark": gettext_lazy("%(value)s forms of this interviewer carry the same remark."),
    "burst": gettext_lazy("%(value)s forms of this interviewer were filled in within one hour."),
    "still": gettext_lazy("%(value)s forms of that day were filled in at one and the same place."),
    "speed": gettext_lazy("From form %(partner)s just before, one would have had to travel at %(value)s km/h."),
}


def _others(family: str, numbers: Mapping[str, Any]) -> str:
    """Say how often the interviewer's other forms show it; nothing where that gives no points."""
    if not numbers.get("others_points"):
        return ""
    told = {
        "with": number(numbers["others_with"]),
        "others": number(numbers["others"]),
        "elsewhere": number(100 * float(numbers.get("elsewhere") or 0.0), 1),
    }
    if family == "visits":
        text = _("On %(with)s of the interviewer's %(others)s other days too; elsewhere on %(elsewhere)s%% of days.")
    else:
        text = _("So do %(with)s of the interviewer's %(others)s other forms; elsewhere %(elsewhere)s%% of forms do.")
    return text % told
