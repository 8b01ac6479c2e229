"""Forms of the parts of a letter with what stands in them, and what they say put into the terms of the actions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from sipas_web.improvement.actions.directives.correcting import CitationGiven, Head, TargetGiven
from sipas_web.improvement.actions.directives.ordering import OrderGiven, PartyGiven
from sipas_web.improvement.actions.directives.receiving import AddresseeGiven
from sipas_web.improvement.forms import directives as forms
from sipas_web.improvement.pages.directives import detail
from sipas_web.improvement.queries.directives import Addressee, Directive, Provision, names
from sipas_web.units.queries import Unit


def day_of(directive: Directive) -> dt.date:
    """Give the day on which names are looked up in the tree."""
    return directive.issued or timezone.localdate()


def head_form(directive: Directive, data: Any) -> forms.HeadForm:
    """Make the form of the head."""
    fields = ("issuer_name", "reference", "issued", "kind", "subject", "place")
    initial = {name: getattr(directive, name) for name in fields} | {"unit": directive.issuer_id}
    on = day_of(directive)
    suggested = names.suggested(directive.issuer_name, on=on, near=directive.unit)
    return forms.HeadForm(data, initial=initial, suggested=[*suggested, *_own(directive)], on=on)


def head_given(data: dict[str, Any]) -> Head:
    """Put what the form says into the action's terms."""
    fields = ("issuer_name", "reference", "issued", "kind", "subject", "place")
    return Head(issuer=data["unit"], **{name: data[name] for name in fields})


def addressee_rows(directive: Directive, data: Any) -> Any:
    """Make the rows of addressees that stand alone."""
    on, near = day_of(directive), names.using(directive)
    rows = directive.addressees.filter(group="", came_from=None)
    initial = [
        ({"pk": a.pk, "name": a.name, "unit": a.unit_id}, names.suggested(a.name, on=on, near=near)) for a in rows
    ]
    return forms.rows_of(forms.AddresseeForm, data, initial, on=on)


def addressees_given(rows: Any) -> list[AddresseeGiven]:
    """Put what the rows say into the action's terms."""
    return [AddresseeGiven(d["pk"], d["name"], d["unit"]) for d in _wanted(rows)]


def citation_rows(directive: Directive, data: Any) -> Any:
    """Make the rows of documents cited."""
    on, near = day_of(directive), names.using(directive)
    fields = ("pk", "reference", "issued", "kind", "issuer_name", "role", "is_passed_on")
    initial = [
        ({name: getattr(c, name) for name in fields} | {"unit": c.issuer_id},
         names.suggested(c.issuer_name, on=c.issued or on, near=near))
        for c in directive.citations.all()
    ]  # fmt: skip
    return forms.rows_of(forms.CitationForm, data, initial, on=on)


def citations_given(rows: Any) -> list[CitationGiven]:
    """Put what the rows say into the action's terms."""
    fields = ("pk", "role", "kind", "reference", "issued", "issuer_name", "is_passed_on")
    return [CitationGiven(**{name: d[name] for name in fields}, issuer=d["unit"]) for d in _wanted(rows)]


def order_rows(directive: Directive, data: Any) -> Any:
    """Make the rows of orders."""
    fields = ("pk", "is_task", "title", "due", "period", "until")
    initial = [({name: getattr(p, name) for name in fields}, ()) for p in directive.provisions.all()]
    return forms.rows_of(forms.OrderForm, data, initial, extra=0)


def orders_given(rows: Any) -> list[OrderGiven]:
    """Put what the rows say into the action's terms."""
    return [OrderGiven(**row.cleaned_data) for row in rows]


def party_rows(provision: Provision, data: Any) -> Any:
    """Make the rows of the bodies in an order."""
    directive = provision.directive
    on, near = day_of(directive), names.using(directive)
    initial = [
        ({"pk": p.pk, "role": p.role, "name": p.name, "unit": p.unit_id}, names.suggested(p.name, on=on, near=near))
        for p in provision.parties.all()
    ]
    return forms.rows_of(forms.PartyForm, data, initial, on=on)


def parties_given(rows: Any) -> list[PartyGiven]:
    """Put what the rows say into the action's terms."""
    return [PartyGiven(d["role"], d["name"], d["unit"]) for d in _wanted(rows)]


def target_rows(directive: Directive, data: Any) -> Any:
    """Make the rows of figures."""
    fields = ("pk", "indicator", "relation", "value", "measure", "year", "path", "is_wanted")
    initial = [({name: getattr(t, name) for name in fields}, ()) for t in directive.proposed_targets.all()]
    return forms.rows_of(forms.TargetForm, data, initial)


def targets_given(rows: Any) -> list[TargetGiven]:
    """Put what the rows say into the action's terms."""
    fields = ("pk", "path", "indicator", "relation", "value", "measure", "year", "is_wanted")
    filled = [row.cleaned_data for row in rows if row.cleaned_data.get("pk") or row.has_changed()]
    return [TargetGiven(**{name: d[name] for name in fields}) for d in filled if not d["remove"]]


def group_members(addressee: Addressee, code: str) -> Any:
    """List the units that a collective name may mean: on the day of the letter, else today's."""
    directive = addressee.directive
    below, on = directive.issuer or directive.unit, day_of(directive)
    found = names.members_of(code, below=below, on=on)
    return found if found.exists() else names.members_of(code, below=directive.unit, on=timezone.localdate())


def chosen(addressee: Addressee, members: Any) -> Any:
    """Give the units that stand for a collective name now; all it may mean where it was not taken apart yet."""
    if not addressee.group:
        return members
    rows = addressee.directive.addressees.filter(group=addressee.group, came_from=None)
    return list(rows.values_list("unit_id", flat=True))


def _wanted(rows: Any) -> list[dict[str, Any]]:
    return [row.cleaned_data for row in rows if row.cleaned_data and row.is_wanted()]


def _own(directive: Directive) -> Sequence[Unit]:
    return [directive.unit] if directive.issuer_id != directive.unit_id else []


def groups_of(directive: Directive) -> list[detail.Named]:
    """List the collective names, those taken apart and those still to be."""
    return [named for named in detail.addressees_of(directive) if named.is_group or named.is_collective]


def with_orders(directive: Directive, rows: Any) -> list[tuple[Any, Provision, str]]:
    """Put each row beside its order and who carries that out."""
    provisions = list(directive.provisions.prefetch_related("parties__unit"))
    return [(row, p, detail.parties_line(p)) for row, p in zip(rows, provisions, strict=False)]
