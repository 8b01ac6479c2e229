"""What pages of assignments show."""

from __future__ import annotations

from collections.abc import Sequence

from sipas_web.accounts.queries import Person
from sipas_web.audit.actors import Actor
from sipas_web.fieldwork.forms.assignments import CasesFilter
from sipas_web.fieldwork.queries import assignments, offices, plans
from sipas_web.fieldwork.queries.assignments import OfficeLine, Wanted
from sipas_web.rounds.queries import Round
from sipas_web.units import queries as units
from sipas_web.units.queries import Unit, today

MANY_OFFICES = 60  # beyond it only one's own people are offered beside the offices


def total_of(lines: Sequence[OfficeLine]) -> dict[str, int]:
    """Add the figures of offices up."""
    return {
        "open": sum(line.held.open for line in lines),
        "lying": sum(line.lying for line in lines),
        "untouched": sum(line.held.untouched for line in lines),
        "finished": sum(line.held.finished for line in lines),
        "people": sum(line.people for line in lines),
    }


def receivers(by: Actor, round_: Round, office: Unit | None) -> list[tuple[Unit, Sequence[Person]]]:
    """List to whom cases may be given: this office and its people first, then other offices of the actor's areas."""
    every = list(offices.offices_for(by, round_))
    people = offices.carriers([o.pk for o in every] if len(every) <= MANY_OFFICES else [office.pk] if office else [])
    found: list[tuple[Unit, Sequence[Person]]] = [(o, people.get(o.pk, ())) for o in every]
    return sorted(found, key=lambda pair: office is None or pair[0].pk != office.pk)


def carriers_of(office: Unit | None) -> list[Person]:
    """List the interviewers of an office."""
    return offices.carriers([office.pk])[office.pk] if office else []


def commune_choices(round_: Round, office: Unit | None) -> list[tuple[str, str]]:
    """List the communes of the open cases of an office by name."""
    codes = assignments.communes_at(round_, office)
    names = plans.names_of(codes)
    return [(code, names.get(code, code)) for code in codes if code]


def commune_name(code: str) -> str:
    """Name a commune."""
    return plans.names_of([code]).get(code, code)


def wanted(chosen: CasesFilter) -> Wanted:
    """Read a filter; a field at fault does not limit."""
    chosen.is_valid()
    given = chosen.cleaned_data
    return Wanted(holder=given.get("holder", ""), commune=given.get("commune", ""))


def has_offices_below(by: Actor, round_: Round, office: Unit) -> bool:
    """Say whether an office has others under it that the actor may give cases to."""
    below = units.under_any([office.pk], today())
    return offices.offices_for(by, round_).filter(pk__in=below).exclude(pk=office.pk).exists()
