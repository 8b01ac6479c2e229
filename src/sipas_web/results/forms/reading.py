"""Filters of the readers' pages; each is part of the address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sipas_web.audit.actors import Actor
from sipas_web.results.queries import reading
from sipas_web.results.queries.reading import Opened, Wanted
from sipas_web.results.queries.reading_names import depths, domain_name, kind_name, node_name
from sipas_web.shared.vietnamese_text import sort_key

INDENT = "\u2003"


class ListFilter(forms.Form):
    """Which results to list."""

    year = forms.TypedChoiceField(label=_("Year"), required=False, coerce=int, empty_value=None)
    unit = forms.TypedChoiceField(label=_("Province"), required=False, coerce=int, empty_value=None)

    def __init__(self, by: Actor, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        years, places = reading.choices(by)
        fields: dict[str, Any] = self.fields
        fields["year"].choices = [("", _("All")), *((year, str(year)) for year in years)]
        fields["unit"].choices = [("", _("All")), *places]

    def wanted(self) -> Wanted:
        """Give what is looked for; a wrong choice does not limit."""
        self.is_valid()
        given = getattr(self, "cleaned_data", {})  # missing where nothing was asked
        return Wanted(given.get("year"), given.get("unit"))


class RankFilter(forms.Form):
    """Which units to rank, and a part of a name."""

    kind = forms.ChoiceField(label=_("Units ranked"), required=False)
    text = forms.CharField(label=_("Name"), required=False, max_length=100)

    def __init__(self, opened: Opened, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        kinds = opened.results.settings.estimates.rank_by
        fields: dict[str, Any] = self.fields
        fields["kind"].choices = [(kind, _capital(kind_name(opened.results, kind))) for kind in kinds]
        if len(kinds) < 2:
            fields["kind"].widget = forms.HiddenInput()


class CompareFilter(forms.Form):
    """By what to compare, and in which value."""

    kind = forms.ChoiceField(label=_("Compare by"), required=False)
    node = forms.ChoiceField(label=_("In"), required=False)

    def __init__(self, opened: Opened, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        fields: dict[str, Any] = self.fields
        fields["kind"].choices = [(k, _capital(kind_name(opened.results, k))) for k in reading.kinds(opened)]
        fields["node"].choices = nodes(opened)


class MapFilter(forms.Form):
    """Which value to show on the map, and of which places where there are several kinds."""

    kind = forms.ChoiceField(label=_("Places"), required=False)
    node = forms.ChoiceField(label=_("Value shown"), required=False)

    def __init__(self, opened: Opened, kinds: Sequence[tuple[str, str]], *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        fields: dict[str, Any] = self.fields
        fields["kind"].choices = [(kind, _capital(name)) for kind, name in kinds]
        fields["node"].choices = nodes(opened)
        if len(kinds) < 2:
            fields["kind"].widget = forms.HiddenInput()


class UnitFilter(forms.Form):
    """Whose page to open."""

    name = forms.ChoiceField(label=_("Agency"), required=False)

    def __init__(self, opened: Opened, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        kind = opened.main_kind
        named = [(d, domain_name(opened.results, kind, d)) for d in reading.domains_open(opened)]
        fields: dict[str, Any] = self.fields
        fields["name"].choices = sorted(named, key=lambda pair: sort_key(pair[1]))


def nodes(opened: Opened) -> list[tuple[str, str]]:
    """List the tree for a choice, indented."""
    depth = depths(opened.results)
    return [
        (node.name, INDENT * depth[node.name] + node_name(opened.results, node.name))
        for node, _ in opened.results.edition.nodes()
    ]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
