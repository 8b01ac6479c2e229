"""Documents that directives cite: which kept directive a citation means, and what is cited but missing."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Q

from sipas_web.audit.actors import Actor
from sipas_web.improvement.models import Citation, Directive
from sipas_web.improvement.queries.directives.access import issuer_key, visible
from sipas_web.units import queries as units
from sipas_web.units.queries import Unit

State = Directive.State
LEGAL = ("law", "ordinance", "decree", "circular", "joint_circular")


@dataclass(slots=True)
class Missing:
    """A document that is cited and not kept."""

    reference: str
    issued: dt.date | None
    issuer_name: str
    kind: str
    title: str
    cited_by: list[Directive] = field(default_factory=list)
    is_passed_on: bool = False


def means(citation: Citation, directive: Directive, *, in_one_line: bool) -> bool:
    """Say whether a citation means a kept directive: same reference, no other day, no other issuer.

    Numbers begin anew in every office each year: without an issuer that was recognised, the day must be the same and
    both offices must stand in one line of the tree (``in_one_line``).
    """
    if citation.directive_id == directive.pk or citation.reference_key != directive.reference_key:
        return False
    has_both = citation.issued is not None and directive.issued is not None
    if has_both and citation.issued != directive.issued:
        return False
    if citation.issuer is not None and directive.issuer is not None:
        return issuer_key(citation.issuer, "") == directive.issuer_key
    return has_both and in_one_line


def meant_by(citation: Citation) -> Directive | None:
    """Give the kept directive that a citation means; None where there is none, or several."""
    if not citation.reference_key:
        return None
    kept = Directive.objects.filter(state=State.KEPT, reference_key=citation.reference_key)
    near = citation.directive.issuer or citation.directive.unit
    found = [d for d in kept.select_related("issuer") if means(citation, d, in_one_line=_in_one_line(near, d))]
    return found[0] if len(found) == 1 else None


def waiting_for(directive: Directive) -> list[Citation]:
    """List the citations elsewhere that mean a directive and are not linked yet."""
    if not directive.reference_key:
        return []
    rows = Citation.objects.filter(reference_key=directive.reference_key, cited=None).exclude(directive=directive)
    found = rows.select_related("directive", "directive__issuer", "directive__unit", "issuer")
    return [c for c in found if (meant := meant_by(c)) is not None and meant.pk == directive.pk]


def missing(by: Actor, *, with_legal: bool = False) -> list[Missing]:
    """List the documents that visible kept directives cite and nobody has entered, the most cited first."""
    cited = Citation.objects.filter(cited=None, directive__state=State.KEPT, directive__in=visible(by))
    if not with_legal:
        cited = cited.exclude(kind__in=LEGAL)
    cited = cited.exclude(Q(reference="") & Q(title=""))
    found: dict[tuple[str, dt.date | None, str], Missing] = {}
    for row in cited.select_related("directive", "issuer").order_by("pk"):
        office = issuer_key(row.issuer, row.issuer_name) if row.issuer or row.issuer_name else ""
        key = (row.reference_key or row.title.casefold(), row.issued, office)
        entry = found.setdefault(key, Missing(row.reference, row.issued, row.issuer_name, row.kind, row.title[:200]))
        if row.directive not in entry.cited_by:
            entry.cited_by.append(row.directive)
        entry.is_passed_on |= row.is_passed_on
    return sorted(found.values(), key=lambda m: (-m.is_passed_on, -len(m.cited_by), m.reference))


def _in_one_line(near: Unit, directive: Directive) -> bool:
    """Say whether two offices stand one above the other, on the day of the letter or today."""
    if directive.issuer is None:
        return directive.unit.pk == near.pk
    days = {day for day in (directive.issued, units.today()) if day}
    return any(
        units.lies_under(near, directive.issuer, day) or units.lies_under(directive.issuer, near, day) for day in days
    )
