"""Forms of supervision."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from sipas.quality import recheck_form
from sipas_web.rounds.draw_texts import SHORTEST
from sipas_web.rounds.forms.draw import PrintedField
from sipas_web.shared.uploads import ReceivedFileField
from sipas_web.supervision.actions import Plan, Told
from sipas_web.supervision.models import CheckSample, Order
from sipas_web.supervision.own_points import points_of
from sipas_web.units.queries import Unit

DAY = _("Day/month/year.")
AGAIN = "again_"  # before the name of a question asked again
NOT_ANSWERED = -1  # said to a question asked again; kept as missing
RADIOS = forms.RadioSelect


class PercentField(forms.DecimalField):
    """A share in percent."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            min_value=Decimal("0.01"), max_value=Decimal(100), max_digits=5, decimal_places=2, localize=True, **options
        )


class SampleForm(forms.Form):
    """What a check sample is drawn from, and how."""

    organisation = forms.ModelChoiceField(Unit.objects.none(), label=_("Organisation"), required=False)
    body = PrintedField(
        label=_("Who checks, as printed"), max_length=300, help_text=_("Name and body, as on the minutes.")
    )
    order = forms.ModelChoiceField(
        Order.objects.none(), label=_("On request of"), required=False, empty_label=_("On our own initiative")
    )
    source = forms.ChoiceField(
        label=_("Drawn from"), choices=CheckSample.Source.choices, widget=RADIOS, initial=CheckSample.Source.RETURNED
    )
    way = forms.ChoiceField(
        label=_("Chances"), choices=CheckSample.Way.choices, widget=RADIOS, initial=CheckSample.Way.RANDOM
    )
    balance = forms.ChoiceField(
        label=_("Shared in proportion among"),
        choices=CheckSample.Balance.choices,
        required=False,
        help_text=_(
            "So that each gets its part of the checks, two forms at least where there is room. Where fewer forms are "
            "drawn than there are groups, the list is put in their order and drawn at equal steps."
        ),
    )
    share = PercentField(label=_("Share of the forms (%)"))
    floor = PercentField(
        label=_("Part of the chance that does not go by risk (%)"),
        initial=Decimal(50),
        help_text=_("Counts only where chances go by risk. It keeps every form's chance above zero."),
    )
    points = ReceivedFileField(
        label=_("File of points"),
        required=False,
        help_text=_("Two columns: code of the form, points of 0 or more. Forms that are not in it count 0."),
    )
    until = forms.DateField(label=_("Last day of the re-verification"), localize=True, help_text=DAY)
    only_interviewer = forms.CharField(
        label=_("Only the forms of this interviewer"),
        required=False,
        max_length=200,
        help_text=_("For the check of an interviewer's other forms; forms you checked before are left out."),
    )

    def __init__(self, *data: Any, organisations: Any, orders: Any, has_risk: bool, **options: Any) -> None:
        super().__init__(*data, **options)
        organisation, order, way = (self.fields[n] for n in ("organisation", "order", "way"))
        assert isinstance(organisation, forms.ModelChoiceField)
        assert isinstance(order, forms.ModelChoiceField)
        assert isinstance(way, forms.ChoiceField)
        organisation.queryset, order.queryset = organisations, orders
        if organisations.exists():
            organisation.required, organisation.empty_label = True, None
            organisation.initial = organisations.first()
        else:
            del self.fields["organisation"]
        if not orders.exists():
            del self.fields["order"]
        if not has_risk:
            way.help_text = _("Chances by risk are open once risk scores are worked out for this round.")

    def clean(self) -> dict[str, Any]:
        """Read the points where they are wanted."""
        data = super().clean() or {}
        if data.get("way") == CheckSample.Way.OWN:
            file = data.get("points")
            if file is None:
                self.add_error("points", _("Choose the file of points."))
            else:
                try:
                    data["points"] = points_of(file.chunks())
                except ValidationError as error:
                    self.add_error("points", error)
        else:
            data["points"] = None
        return data

    def plan(self) -> Plan:
        """Give what was chosen."""
        names = ("body", "source", "way", "balance", "share", "floor", "until", "only_interviewer", "points")
        return Plan(**{name: self.cleaned_data[name] for name in names})


class TextForm(forms.Form):
    """The supervisor's own text."""

    text = PrintedField(
        label=_("Your text"),
        shortest=SHORTEST,
        max_length=500,
        help_text=_("At least 8 characters that nobody could guess. It cannot be changed afterwards and is printed."),
    )


class ReasonForm(forms.Form):
    """A reason that is kept."""

    reason = PrintedField(
        label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It is kept in the record and printed. No name, address or telephone of a respondent."),
    )  # fmt: skip


class ReleaseForm(forms.Form):
    """The supervisor's own words on the minutes."""

    conclusion = forms.CharField(
        label=_("Conclusion"), max_length=5000, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Printed on the minutes as it stands. No name, address or telephone of a respondent."),
    )  # fmt: skip
    proposal = forms.CharField(
        label=_("Proposals"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 4})
    )


class OrderForm(forms.Form):
    """A request for a re-verification."""

    letter = PrintedField(label=_("Letter"), max_length=200, help_text=_("Number and date, as 1234/BNV-CCHC of …"))
    text = PrintedField(label=_("What is asked"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))
    share = PercentField(label=_("Share of the forms (%)"))
    due = forms.DateField(label=_("Report by"), localize=True, help_text=DAY)


class ReportForm(forms.Form):
    """A report back on a request."""

    body = PrintedField(label=_("Who reports, as printed"), max_length=300)
    sample = forms.ModelChoiceField(
        CheckSample.objects.none(), label=_("Released check sample"), required=False, empty_label=_("None")
    )
    text = forms.CharField(label=_("Report"), max_length=2000, widget=forms.Textarea(attrs={"rows": 6}))

    def __init__(self, *data: Any, samples: Any, **options: Any) -> None:
        super().__init__(*data, **options)
        sample = self.fields["sample"]
        assert isinstance(sample, forms.ModelChoiceField)
        sample.queryset = samples


class AttemptForm(forms.Form):
    """An attempt, and what the person said. Made from the library's short form; first answers are not in it."""

    day = forms.DateField(label=_("Day"), localize=True, help_text=DAY)
    mode = forms.ChoiceField(label=_("How"), widget=RADIOS)
    outcome = forms.ChoiceField(label=_("Outcome"), widget=RADIOS)

    def __init__(self, *data: Any, questions: Sequence[dict[str, Any]], **options: Any) -> None:
        super().__init__(*data, **options)
        self.short = recheck_form()
        self.questions = questions
        mode, outcome = self.fields["mode"], self.fields["outcome"]
        assert isinstance(mode, forms.ChoiceField)
        assert isinstance(outcome, forms.ChoiceField)
        mode.choices = list(self.short.modes.items())
        outcome.choices = [(one.code, one.label) for one in self.short.outcomes]
        for question in self.short.questions:
            self.fields[question.name] = forms.TypedChoiceField(
                label=question.text, coerce=int, required=False, empty_value=None, widget=RADIOS,
                choices=[(o.value, o.label) for o in question.options],
            )  # fmt: skip
        for asked in questions:
            self.fields[f"{AGAIN}{asked['name']}"] = forms.TypedChoiceField(
                label=asked["text"], coerce=int, required=False, empty_value=None, widget=RADIOS,
                choices=[*asked["options"], (NOT_ANSWERED, self.short.repeated.not_answered)],
            )  # fmt: skip
        self.fields["remark"] = forms.CharField(
            label=_("Remark"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
            help_text=_("No name, address or telephone."),
        )  # fmt: skip

    def first(self) -> list[forms.BoundField]:
        """Give the fields of the attempt."""
        return [self[name] for name in ("day", "mode", "outcome")]

    def about(self) -> list[forms.BoundField]:
        """Give the questions of the short form."""
        return [self[question.name] for question in self.short.questions]

    def repeated(self) -> list[forms.BoundField]:
        """Give the questions asked again."""
        return [self[f"{AGAIN}{asked['name']}"] for asked in self.questions]

    def told(self) -> Told:
        """Give what was said."""
        given = self.cleaned_data
        day: dt.date = given["day"]
        answers = {q.name: given[q.name] for q in self.short.questions if given.get(q.name) is not None}
        repeated = {asked["name"]: given.get(f"{AGAIN}{asked['name']}") for asked in self.questions}
        again = {name: value for name, value in repeated.items() if value is not None}
        return Told(day, given["mode"], given["outcome"], answers, again, given.get("remark", ""))
