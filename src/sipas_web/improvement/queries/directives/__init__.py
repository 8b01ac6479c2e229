"""Reads of directives: who sees them, their cascade, what they cite, whom a name means."""

from sipas_web.improvement.queries.directives.access import (
    Addressee,
    Citation,
    Directive,
    DirectiveChange,
    Party,
    ProposedTarget,
    Provision,
    held,
    kept_like,
    own_units,
    proposed_targets,
    readable,
    visible,
)

__all__ = [
    "Addressee", "Citation", "Directive", "DirectiveChange", "Party", "ProposedTarget", "Provision", "held",
    "kept_like", "own_units", "proposed_targets", "readable", "visible",
]  # fmt: skip
