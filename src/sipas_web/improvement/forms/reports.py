"""Forms of periodic reports."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from sipas_web.improvement.models import PeriodicReport
from sipas_web.improvement.queries.reports import Wanted
from sipas_web.improvement.report_outline import Section
from sipas_web.improvement.report_periods import DAYS_OFF, Mark
from sipas_web.units.kinds import Kind
from sipas_web.units.models import Unit

FIRST_YEAR, LAST_YEAR = 2012, 2100
KINDS = PeriodicReport.Kind.choices
LEVELS = [(k.value, k.label) for k in (Kind.PROVINCE, Kind.DISTRICT, Kind.COMMUNE, Kind.AGENCY, Kind.ONE_STOP)]
DAY_OFF_LABELS = {
    "keep": _("stays as it is"),
    "before": _("moves to the last working day before"),
    "after": _("moves to the first working day after"),
}
DAY_AND_MONTH = re.compile(r"^\s*(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*$")


def year_field(**options: Any) -> forms.IntegerField:
    """Give a field for a year, written without a point between thousands."""
    return forms.IntegerField(label=_("Year"), min_value=FIRST_YEAR, max_value=LAST_YEAR, localize=False, **options)


class ReportFilter(forms.Form):
    """What a reader looks for."""

    text = forms.CharField(label=_("Unit"), required=False)
    kind = forms.ChoiceField(label=_("Reporting period"), required=False, choices=[("", _("All")), *KINDS])
    year = year_field(required=False)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *PeriodicReport.State.choices])

    def wanted(self) -> Wanted:
        """Give the filter; a field at fault does not limit."""
        self.is_valid()
        return Wanted(**{name: value for name, value in self.cleaned_data.items() if value})


class FollowFilter(forms.Form):
    """Whose reports of which period."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Sent to"), empty_label=None)
    kind = forms.ChoiceField(label=_("Reporting period"), choices=KINDS)
    year = year_field()

    def __init__(self, data: Any, *, receivers: QuerySet[Unit]) -> None:
        super().__init__(data)
        self.fields["unit"].queryset = receivers  # type: ignore[attr-defined]


class DraftForm(forms.Form):
    """A new report."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Unit that reports"), empty_label=None)
    kind = forms.ChoiceField(label=_("Reporting period"), choices=KINDS)
    year = year_field()

    def __init__(self, data: Any = None, *, places: QuerySet[Unit], **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["unit"].queryset = places  # type: ignore[attr-defined]


class TextsForm(forms.Form):
    """The texts of every section, with the state of them that was open."""

    revision = forms.IntegerField(widget=forms.HiddenInput, localize=False)

    def __init__(
        self, data: Any = None, *, sections: Sequence[tuple[str, Section]], texts: Mapping[str, str], revision: int
    ) -> None:
        super().__init__(data, initial={"revision": revision, **texts})
        for number, section in sections:
            self.fields[section.code] = forms.CharField(
                label=f"{number}. {section.heading}",
                help_text=section.hint,
                required=False,
                max_length=20_000,
                widget=forms.Textarea(attrs={"rows": 5}),
            )

    def texts(self) -> dict[str, str]:
        """Give what was typed, by section."""
        data = dict(self.cleaned_data)
        data.pop("revision", None)
        return {code: text.replace("\r\n", "\n").strip() for code, text in data.items()}


class RemarkForm(forms.Form):
    """What explains a figure."""

    line = forms.ChoiceField(label=_("Figure"))
    text = forms.CharField(
        label=_("Explanation"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Stands beside the figure in the report. The figure itself is not changed; empty takes it away."),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, lines: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["line"].choices = lines  # type: ignore[attr-defined]


class ReportReasonForm(forms.Form):
    """A reason."""

    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, data: Any = None, *, most: int = 1000) -> None:
        super().__init__(data)
        self.fields["reason"].max_length = most  # type: ignore[attr-defined]
        self.fields["reason"].validators = [forms.CharField(max_length=most).validators[0]]


class PeriodForm(forms.Form):
    """Days that an area sets itself."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("For reports sent inside"), empty_label=None)
    level = forms.ChoiceField(label=_("Sent by"), choices=LEVELS)
    kind = forms.ChoiceField(label=_("Reporting period"), choices=KINDS)
    since = forms.DateField(
        label=_("From day"), localize=True, help_text=_("For periods that end on this day or later. Day/month/year.")
    )
    first = forms.CharField(label=_("Figures from"), max_length=7, help_text=_("Day/month, as 15/12."))
    first_before = forms.BooleanField(label=_("of the year before"), required=False)
    last = forms.CharField(label=_("Cut-off"), max_length=7, help_text=_("Last day of the figures, day/month."))
    due = forms.CharField(label=_("Send by"), max_length=7, help_text=_("Last day for sending, day/month."))
    due_after = forms.BooleanField(label=_("of the year after"), required=False)
    day_off = forms.ChoiceField(
        label=_("A last day that is a day off"), choices=[(code, DAY_OFF_LABELS[code]) for code in DAYS_OFF]
    )
    is_expected = forms.BooleanField(label=_("This report has to be sent"), required=False, initial=True)
    act = forms.CharField(
        label=_("Legal act"),
        max_length=300,
        help_text=_("Kind, number, date and issuer of the act that sets the days."),
    )
    is_verified = forms.BooleanField(label=_("The days were compared with the text of the act"), required=False)

    def __init__(self, data: Any = None, *, places: QuerySet[Unit], **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["unit"].queryset = places  # type: ignore[attr-defined]

    def clean_first(self) -> tuple[int, int]:
        """Read a day and month."""
        return self._day("first")

    def clean_last(self) -> tuple[int, int]:
        """Read a day and month."""
        return self._day("last")

    def clean_due(self) -> tuple[int, int]:
        """Read a day and month."""
        return self._day("due")

    def values(self) -> dict[str, Any]:
        """Give what was typed, for the action."""
        data = dict(self.cleaned_data)
        shifts = {"first": -int(data.pop("first_before")), "last": 0, "due": int(data.pop("due_after"))}
        days: dict[str, Mark] = {name: (shift, *data.pop(name)) for name, shift in shifts.items()}
        return {**data, "days": days}

    def _day(self, name: str) -> tuple[int, int]:
        """Give month and day."""
        read = DAY_AND_MONTH.match(self.cleaned_data[name])
        if read is None:
            raise ValidationError(_("Write day and month, as 15/12."))
        return int(read[2]), int(read[1])


class UrgeForm(forms.Form):
    """What a letter that urges says."""

    reply_by = forms.DateField(label=_("Send the report by"), localize=True, help_text=_("Day/month/year."))
    place = forms.CharField(
        label=_("Place of the letter"), max_length=120, help_text=_("In the line of the date of the letter.")
    )
