"""Forms of the set-up of a round."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sipas_web.rounds import editions
from sipas_web.rounds.queries import Milestone, Round, State
from sipas_web.rounds.queries.set_up import MEASURABLE, Wanted
from sipas_web.units.queries import Unit

FIRST_YEAR, LAST_YEAR = 2012, 2100
DAY_HELP = _("Day/month/year.")
LINES_HELP = _("One on each line.")


class LinesField(forms.CharField):
    """Several texts, one on each line."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", LINES_HELP)
        super().__init__(widget=forms.Textarea(attrs={"rows": 3}), required=False, **options)

    def to_python(self, value: Any) -> Any:
        """Split, leaving empty lines out."""
        return [line.strip() for line in (super().to_python(value) or "").splitlines() if line.strip()]

    def prepare_value(self, value: Any) -> Any:
        """Put the lines under each other."""
        return "\n".join(value) if isinstance(value, list | tuple) else value


class RoundFilter(forms.Form):
    """What a reader of the list looks for."""

    text = forms.CharField(label=_("Title or place"), required=False)
    year = forms.TypedChoiceField(label=_("Year"), required=False, coerce=int, empty_value=None)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *State.choices])

    def __init__(self, data: Any, *, years: Iterable[int]) -> None:
        super().__init__(data)
        self.fields["year"].choices = [("", _("All")), *((y, str(y)) for y in years)]  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        """Give the filter; a field at fault does not limit."""
        self.is_valid()
        return Wanted(**{name: value for name, value in self.cleaned_data.items() if value})


class EditionChoice(forms.ChoiceField):
    """One of the library's editions."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=_edition_choices, **options)


def _edition_choices() -> list[tuple[str, str]]:
    return [(e.name, f"{e.name} – {e.title}") for e in editions.choices()]


class RoundForm(forms.Form):
    """A new round."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Place"), empty_label=None)
    year = forms.IntegerField(label=_("Year"), min_value=FIRST_YEAR, max_value=LAST_YEAR, localize=False)
    edition = EditionChoice(
        label=_("Questionnaire"),
        help_text=_(
            "sipas-2017 is suggested: its form is published whole. The form of the method 2023–2026 was not published; "
            "sipas-2023 is put together from what is known of it."
        ),
    )
    previous = forms.ModelChoiceField(
        Round.objects.none(),
        label=_("Earlier round"),
        required=False,
        empty_label=_("None"),
        help_text=_("Its choices and units are taken over, and the results are compared with it."),
    )
    title = forms.CharField(
        label=_("Title"), max_length=200, required=False, help_text=_("Left empty, it is made of place and year.")
    )
    is_simulated = forms.BooleanField(
        label=_("A practice round: every list and answer in it is made up, and everything says so"), required=False
    )

    def __init__(self, data: Any = None, *, places: Any, earlier: Any, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["unit"].queryset = places  # type: ignore[attr-defined]
        self.fields["previous"].queryset = earlier  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """Why something is given up."""

    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}), help_text=_("It stays on record.")
    )


class EditionForm(forms.Form):
    """The questionnaire."""

    edition = EditionChoice(label=_("Questionnaire"))


class ScopeForm(forms.Form):
    """What the round covers."""

    title = forms.CharField(label=_("Title"), max_length=200)
    window_from = forms.DateField(label=_("Results handed over from"), localize=True, help_text=DAY_HELP)
    window_to = forms.DateField(label=_("Results handed over up to"), localize=True, help_text=DAY_HELP)
    fields_of_procedure = LinesField(
        label=_("Fields of procedure"), help_text=_("One on each line, as the lists write them. Empty: all.")
    )
    most_per_person = forms.IntegerField(
        label=_("Most transactions of one person"), min_value=1, required=False, help_text=_("Empty: no limit.")
    )
    refuse_unknown_commune = forms.BooleanField(
        label=_("Do not take rows whose commune is not in the register"), required=False
    )
    contacts_until = forms.DateField(
        label=_("Names and addresses are destroyed after"), localize=True, required=False, help_text=DAY_HELP
    )
    BINDING = ("window_from", "window_to", "fields_of_procedure", "most_per_person", "refuse_unknown_commune")

    def clean(self) -> dict[str, Any]:
        """Hold the window together."""
        data = super().clean() or {}
        first, last = data.get("window_from"), data.get("window_to")
        if first and last and last < first:
            self.add_error("window_to", _("The window ends before it begins."))
        return data

    def changes(self) -> dict[str, Any]:
        """Give the settings as the library names them."""
        data = self.cleaned_data
        return {
            "title": data["title"],
            "window_from": data["window_from"],
            "window_to": data["window_to"],
            "frame.fields": data["fields_of_procedure"] or None,
            "frame.most_per_person": data["most_per_person"],
            "frame.refuse_unknown_commune": data["refuse_unknown_commune"],
            "contacts_until": data["contacts_until"].isoformat() if data["contacts_until"] else None,
        }


class DocumentsForm(forms.Form):
    """What the round's documents say of themselves."""

    department = forms.CharField(label=_("Department that issues them"), max_length=200)
    parent = forms.CharField(label=_("Body above it"), max_length=200, required=False)
    place = forms.CharField(label=_("Place of issue"), max_length=100)
    date = forms.DateField(label=_("Day of the report"), localize=True, help_text=DAY_HELP)
    signer = forms.CharField(label=_("Who signs"), max_length=100, help_text=_("The office, as printed: GIÁM ĐỐC."))
    addressees = LinesField(label=_("Addressed to"))
    recipients = LinesField(label=_("Copies to (Nơi nhận)"))
    basis = LinesField(label=_("Legal basis"))

    def changes(self) -> dict[str, Any]:
        """Give the settings as the library names them."""
        data = self.cleaned_data | {"date": self.cleaned_data["date"].isoformat()}
        return {f"documents.{name}": value for name, value in data.items()}


class UnitsFilter(forms.Form):
    """Which units are shown to choose from."""

    text = forms.CharField(label=_("Name or code"), required=False)
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("All")), *((k.value, k.label) for k in MEASURABLE)]
    )
    chosen = forms.ChoiceField(
        label=_("Measured"), required=False, choices=[("", _("All")), ("yes", _("yes")), ("no", _("no"))]
    )

    def wanted(self) -> dict[str, str]:
        """Give the filter; a field at fault does not limit."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class CalendarForm(forms.Form):
    """First and last day of each part; both or neither."""

    def __init__(self, data: Any = None, *, planned: Mapping[str, tuple[dt.date, dt.date]], is_fixed: bool) -> None:
        super().__init__(data)
        for kind in Milestone.Kind:
            days = planned.get(kind, (None, None))
            for name, label, day in (("first", _("first day"), days[0]), ("last", _("last day"), days[1])):
                field = forms.DateField(label=label, localize=True, required=False, initial=day, disabled=is_fixed)
                field.widget.attrs["aria-label"] = f"{kind.label}: {label}"
                self.fields[f"{name}_{kind}"] = field

    def rows(self) -> list[tuple[Any, Any]]:
        """Pair the fields of each part."""
        return [(self[f"first_{kind}"], self[f"last_{kind}"]) for kind in Milestone.Kind]

    def clean(self) -> dict[str, Any]:
        """Hold each pair together."""
        data = super().clean() or {}
        for kind in Milestone.Kind:
            first, last = data.get(f"first_{kind}"), data.get(f"last_{kind}")
            at_fault = {f"first_{kind}", f"last_{kind}"} & self.errors.keys()
            if not at_fault and (first is None) != (last is None):
                self.add_error(f"last_{kind}" if first else f"first_{kind}", _("Give both days, or neither."))
            elif first and last and last < first:
                self.add_error(f"last_{kind}", _("It ends before it begins."))
        return data

    def planned(self) -> dict[str, tuple[dt.date, dt.date]]:
        """Give the days of each part that has them."""
        pairs = {
            kind: (self.cleaned_data[f"first_{kind}"], self.cleaned_data[f"last_{kind}"]) for kind in Milestone.Kind
        }
        return {str(kind): (first, last) for kind, (first, last) in pairs.items() if first and last}


class ProposalForm(forms.Form):
    """The day from which a calendar is laid out backwards."""

    publication = forms.DateField(label=_("Day of publication"), localize=True, help_text=DAY_HELP)
