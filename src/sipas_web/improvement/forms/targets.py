"""Forms of targets and of series of figures."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from sipas_web.improvement.forms.targets_fields import Choices, UnitField, YearFilter, node_field
from sipas_web.improvement.models import Directive
from sipas_web.improvement.queries.targets_units import everywhere, matching
from sipas_web.improvement.series_register import Series
from sipas_web.results.queries.reading_home import VERDICTS
from sipas_web.units.queries import Unit

RELATIONS = [
    ("ge", _("at least (≥)")), ("gt", _("more than (>)")), ("le", _("at most (≤)")), ("lt", _("less than (<)")),
]  # fmt: skip
JUDGED = ("met", "not_met", "undecided", "no_data")


class TargetFilter(YearFilter):
    """What a reader looks for."""

    verdict = forms.ChoiceField(label=_("Verdict"), required=False)
    withdrawn = forms.BooleanField(label=_("Withdrawn ones"), required=False)

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["text"].label = _("Unit")
        choices = [("", _("All")), *((code, VERDICTS[code][0]) for code in JUDGED)]
        self.fields["verdict"].choices = choices  # type: ignore[attr-defined]


class TargetForm(forms.Form):
    """A target of one series."""

    unit = UnitField(label=_("Whose value"))
    year = forms.IntegerField(label=_("Year"), min_value=2010, max_value=2060)
    node = node_field(_("Index, factor or item"), _("The whole index"))
    part = forms.CharField(
        label=_("Part of the index"), required=False, max_length=64, help_text=_("Empty for the whole index.")
    )
    relation = forms.ChoiceField(label=_("Relation"), choices=RELATIONS)
    threshold = forms.DecimalField(label=_("Threshold"), max_digits=8, decimal_places=3, localize=True)
    directive = forms.ChoiceField(
        label=_("Directive that sets it"), required=False, help_text=_("If the letter is kept here.")
    )
    source = forms.CharField(
        label=_("Else: number and date of the letter"), required=False, max_length=300,
        help_text=_("As 1565/UBND-NC of 16/4/2019."),
    )  # fmt: skip
    issuer = forms.CharField(
        label=_("Body that set it"), required=False, max_length=300,
        help_text=_("Name or code of the body; empty: the issuer of the directive."),
    )  # fmt: skip
    note = forms.CharField(label=_("Note"), required=False, max_length=500)

    def __init__(
        self, data: Any = None, *, series: Series, places: QuerySet[Unit], directives: QuerySet[Directive],
        **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(data, **options)
        fields: dict[str, Any] = self.fields
        fields["unit"].offer(places)
        del fields["part" if series.is_sipas else "node"]
        fields["threshold"].help_text = _("In %(unit)s, from 0 to %(most)s.") % _scale(series)
        self.directives = {str(d.pk): d for d in directives}
        fields["directive"].choices = [("", "–"), *_labels(self.directives)]

    def values(self) -> dict[str, Any]:
        """Give what was typed, for the action; an issuer that is in the tree as a unit."""
        data = dict(self.cleaned_data)
        data["part"] = data.pop("node", "") or data.get("part", "")
        data["directive"] = self.directives.get(data["directive"])
        name = data.pop("issuer")
        unit = matching(everywhere(), name)[0] if name else None
        return {**data, "issuer": unit, "issuer_name": "" if unit else name}


class ValueForm(forms.Form):
    """A value of a series, as a document gives it."""

    unit = UnitField(label=_("Whose value"))
    year = forms.IntegerField(label=_("Year"), min_value=2010, max_value=2060)
    node = node_field(_("Index, factor or item"), _("The whole index"))
    part = forms.CharField(
        label=_("Part of the index"), required=False, max_length=64, help_text=_("Empty for the whole index.")
    )
    value = forms.DecimalField(label=_("Value"), max_digits=8, decimal_places=3, localize=True)
    low = forms.DecimalField(
        label=_("Interval from"), required=False, max_digits=8, decimal_places=3, localize=True,
        help_text=_("Where the document gives one."),
    )  # fmt: skip
    high = forms.DecimalField(label=_("to"), required=False, max_digits=8, decimal_places=3, localize=True)
    source = forms.CharField(
        label=_("Document the value stands in"), max_length=300, help_text=_("Number, date, issuer.")
    )
    reason = forms.CharField(label=_("If it corrects a value entered before: why"), required=False, max_length=500)

    def __init__(self, data: Any = None, *, series: Series, places: QuerySet[Unit], **options: Any) -> None:
        super().__init__(data, **options)
        fields: dict[str, Any] = self.fields
        fields["unit"].offer(places)
        del fields["part" if series.is_sipas else "node"]
        if series.judged == "value":
            del fields["low"], fields["high"]
        fields["value"].help_text = _("In %(unit)s, from 0 to %(most)s.") % _scale(series)

    def values(self) -> dict[str, Any]:
        """Give what was typed, for the action."""
        data = dict(self.cleaned_data)
        data["part"] = data.pop("node", "") or data.get("part", "")
        return data


class SeriesForm(forms.Form):
    """A series of the place's own."""

    unit = UnitField(label=_("Whose series"))
    name = forms.CharField(label=_("Name"), max_length=200)
    measures = forms.CharField(label=_("What it measures, and how"), max_length=500)
    denominator = forms.CharField(label=_("Denominator"), max_length=300, help_text=_("Of what the value is a part."))
    measure_unit = forms.CharField(label=_("Unit of the value"), max_length=20, help_text=_("As % or points."))
    maximum = forms.DecimalField(label=_("Highest possible value"), max_digits=7, decimal_places=2, min_value=1)
    from_sample = forms.BooleanField(
        label=_("It comes from a sample, so only an interval can decide on a target"), required=False
    )
    source = forms.CharField(label=_("Act that sets its method"), max_length=300)
    first_year = forms.IntegerField(label=_("First year"), min_value=2010, max_value=2060)

    def __init__(self, data: Any = None, *, places: QuerySet[Unit], **options: Any) -> None:
        super().__init__(data, **options)
        fields: dict[str, Any] = self.fields
        fields["unit"].offer(places)


class RoundForm(forms.Form):
    """Which round shall judge the target."""

    round = forms.ChoiceField(label=_("Round"))

    def __init__(self, data: Any = None, *, rounds: Choices, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["round"].choices = rounds  # type: ignore[attr-defined]


def _scale(series: Series) -> dict[str, str]:
    return {"unit": series.measure_unit, "most": f"{series.maximum.normalize():f}"}


def _labels(directives: dict[str, Directive]) -> Choices:
    return [(key, f"{d.reference or '–'} · {d.subject[:80]}") for key, d in directives.items()]
