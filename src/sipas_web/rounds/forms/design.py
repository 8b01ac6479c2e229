"""The choices of a design."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sipas.errors import SipasError
from sipas.intake import read_yaml_text
from sipas_web.rounds.design_choices import CROSS
from sipas_web.rounds.forms.design_fields import ConditionalCount, ConditionalNumber, Count, Number, TableField
from sipas_web.shared.core_errors import sentence

COLUMNS = {
    "agency": _("agency"),
    "agency_level": _("tier of the agency"),
    "field": _("field of the procedure"),
    "respondent_kind": _("person or organisation"),
    "province": _("province"),
    "commune": _("commune"),
    "village": _("village"),
    "procedure": _("procedure"),
    "finished_month": _("month of the result"),
    "age_band": _("age band"),
}
WHO = [
    ("direct", _("Transactions or people directly, from the whole list")),
    ("staged", _("In stages: communes, then villages, then people")),
]
SIZES = [
    ("fixed", _("A number I set")),
    ("yamane", _("Yamane's formula, from an error e")),
    ("precision", _("From the margin of error wanted")),
    ("by_class", _("A number for each class of unit")),
    ("table", _("A number for each unit, from a table")),
    ("all", _("Everyone")),
]
ALLOCATIONS = [
    ("proportional", _("In proportion to size")),
    ("equal", _("The same for every stratum")),
    ("power", _("Between the two: a power of the size")),
    ("neyman", _("By size and spread (Neyman)")),
]
METHODS = [
    ("srs", _("At random (each by its own random number)")),
    ("systematic", _("Every k-th of a sorted list, random start")),
]
COMMUNES = [("pps_systematic", _("Larger communes more often, by their people")), ("srs", _("Every commune alike"))]
LONELY = [
    ("centered", _("measure it from the mean of all")),
    ("average", _("the average of the other strata")),
    ("certainty", _("as if it had no error")),
    ("adjust", _("adjusted, as in R")),
    ("remove", _("leave it out")),
    ("fail", _("stop with an error")),
]
VARIANCES = [("ultimate_clusters", _("from the spread between primary units (usual)")), ("stages", _("stage by stage"))]
# What each choice of size needs.
NEEDED = {
    "fixed": ["n"],
    "yamane": ["error"],
    "precision": ["margin"],
    "by_class": ["class_column", "class_sizes"],
    "table": ["table"],
    "all": [],
}


class Several(forms.MultipleChoiceField):
    """Any of several columns, ticked."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, widget=forms.CheckboxSelectMultiple, **options)


class ExpectedForm(forms.Form):
    """What is expected of those drawn, and which precision is wanted."""

    use_required_attribute = False  # what is needed depends on other choices

    share = Number(label=_("Expected index or share (%)"), min_value=1, max_value=99)
    response = Number(label=_("Valid answers per official form (%)"), min_value=1, max_value=100)
    similarity = Number(label=_("Similarity inside a commune (ρ, 0 to 1)"), min_value=0, max_value=1)
    by_unit = forms.BooleanField(label=_("Use each unit's own share of the earlier round"), required=False)
    widest = Number(label=_("Flag margins wider than (points)"), min_value=0.1, max_value=100)
    least = Count(label=_("Flag units with fewer answers than"), min_value=0)
    sizes = TableField(label=_("Assumed sizes: transactions of each agency"), rows=6)

    def expected(self) -> dict[str, Any]:
        """Give what is expected, without the sizes."""
        return {name: value for name, value in self.cleaned_data.items() if name != "sizes"}


class DesignForm(ExpectedForm):
    """A design in plain choices."""

    who = forms.ChoiceField(label=_("Who is drawn"), choices=WHO, widget=forms.RadioSelect)
    communes = ConditionalCount(label=_("Communes"), min_value=1)
    commune_method = forms.ChoiceField(label=_("How communes are drawn"), choices=COMMUNES)
    villages = ConditionalCount(label=_("Villages in each drawn commune"), min_value=1)
    persons = ConditionalCount(label=_("People in each drawn village"), min_value=1)
    strata = Several(label=_("Strata: draw separately within each"))
    size = forms.ChoiceField(label=_("Sample size"), choices=SIZES, widget=forms.RadioSelect)
    n = ConditionalCount(label=_("Number n"), min_value=1)
    error = ConditionalNumber(label=_("Error e (%)"), min_value=0.1, max_value=99)
    margin = ConditionalNumber(label=_("Margin (points)"), min_value=0.1, max_value=99)
    class_column = forms.ChoiceField(label=_("Column with the class"), required=False)
    class_sizes = TableField(label=_("Number for each class"), rows=4)
    table = TableField(label=_("Number for each stratum"), rows=8)
    per = forms.ChoiceField(label=_("This size is meant"), required=False)
    allocation = forms.ChoiceField(label=_("Shared among the strata"), choices=ALLOCATIONS)
    exponent = ConditionalNumber(label=_("Power (0: alike, 1: by size)"), min_value=0, max_value=1)
    deviations = TableField(label=_("Spread S of each stratum"), whole=False, rows=6)
    minimum = Count(label=_("At least in each stratum"), min_value=0)
    domain_column = forms.ChoiceField(label=_("Raise to a minimum each"), required=False)
    domain_minimum = ConditionalCount(label=_("Minimum"), min_value=1)
    method = forms.ChoiceField(label=_("How they are drawn"), choices=METHODS)
    order = Several(label=_("Sorted by"))
    reserve = Number(label=_("Reserves for each official form"), min_value=0, max_value=10)
    domains = Several(label=_("Report results by"))
    rank_by = forms.ChoiceField(label=_("Rank units by"))
    least_to_rank = Count(label=_("Least answers to be ranked"), min_value=1)
    variance = forms.ChoiceField(label=_("Sampling error of several stages"), choices=VARIANCES)
    lonely = forms.ChoiceField(label=_("A stratum with a single primary unit"), choices=LONELY)
    finite_population = forms.BooleanField(label=_("Take finite populations into account"), required=False)
    calibrated = forms.BooleanField(label=_("Errors know that weights meet the margins"), required=False)

    def __init__(self, data: Any = None, *, columns: Iterable[Any], initial: Mapping[str, Any]) -> None:
        super().__init__(data, initial=dict(initial))
        found = list(columns)
        self.known = {c.name for c in found}
        filled = [(c.name, label_of(c.name)) for c in found if c.filled]
        every = [(c.name, label_of(c.name)) for c in found]
        for name in ("strata", "class_column", "per", "domain_column"):
            self._offer(name, filled)
        self._offer("order", every)
        crossed = [*initial.get("domains", ()), initial.get("rank_by", "agency")]
        self._offer("domains", [*every, *((n, label_of(n)) for n in crossed)])
        self._offer("rank_by", [*every, (initial.get("rank_by", "agency"), label_of(initial.get("rank_by", "agency")))])
        self.fields["per"].choices = [("", _("for all together")), *self._each("per")]  # type: ignore[attr-defined]
        self.fields["domain_column"].choices = [("", _("nothing")), *self._each("domain_column")]  # type: ignore[attr-defined]

    def _offer(self, name: str, offered: list[tuple[str, Any]]) -> None:
        """Offer columns, those chosen before among them even where the frame lost them."""
        chosen = self.initial.get(name) or []
        kept = [chosen] if isinstance(chosen, str) else list(chosen)
        known = dict(offered)
        self.fields[name].choices = list((known | {n: label_of(n) for n in kept if n not in known}).items())  # type: ignore[attr-defined]

    def _each(self, name: str) -> list[tuple[str, Any]]:
        return [(n, _("for each: %(column)s") % {"column": label}) for n, label in self.fields[name].choices if n]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for what the choices need."""
        data = super().clean() or {}
        for name in self._wanted(data):
            if name not in self.errors and not data.get(name):
                self.add_error(name, _("Needed for this choice."))
        if data.get("who") == "staged" and not {"commune", "village"} <= self.known:
            message = _("The lists do not say in which commune and village people live, so that these cannot be drawn.")
            self.add_error("who", message)
        for name in ("per", "domain_column"):
            if data.get(name) and data[name] not in data.get("strata", []):
                self.add_error(name, _("Tick this column among the strata first."))
        return data

    def choices(self) -> dict[str, Any]:
        """Give the choices, with what belongs to rules not chosen left as it is."""
        return {name: self.cleaned_data[name] for name in self.cleaned_data if name not in ExpectedForm.base_fields} | {
            "exponent": self.cleaned_data["exponent"] if self.cleaned_data["exponent"] is not None else 0.5
        }

    def _wanted(self, data: Mapping[str, Any]) -> list[str]:
        if data.get("who") == "staged":
            return ["communes", "villages", "persons"]
        wanted = list(NEEDED.get(data.get("size", ""), []))
        wanted += (
            ["deviations"] if data.get("allocation") == "neyman" and data.get("size") not in {"table", "all"} else []
        )
        return [*wanted, *(["domain_minimum"] if data.get("domain_column") else [])]


class YamlForm(ExpectedForm):
    """A design as the library reads it, for statisticians."""

    text = forms.CharField(
        label=_("Design and estimates, as in round.yaml"),
        widget=forms.Textarea(attrs={"rows": 28, "spellcheck": "false", "class": "mono"}),
        max_length=400_000,
        strip=False,
    )

    def clean_text(self) -> dict[str, Any]:
        """Read the YAML; what it means is checked by the library."""
        try:
            read = read_yaml_text(self.cleaned_data["text"])
            if read.faults:
                raise read.faults[0]
        except SipasError as error:
            raise forms.ValidationError(sentence(error)) from error
        data = read.data
        if (
            not isinstance(data, dict)
            or not isinstance(data.get("design"), dict)
            or set(data) - {"design", "estimates"}
        ):
            raise forms.ValidationError(_("The text must hold “design:” and may hold “estimates:”, nothing else."))
        return {"design": data["design"], "estimates": data.get("estimates") or {}}


def label_of(name: str) -> str:
    """Name a column, or several crossed, for people."""
    return CROSS.join(str(COLUMNS.get(part, part)) for part in name.split(CROSS))
