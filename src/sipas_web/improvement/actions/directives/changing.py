"""Holding a directive for a correction, and keeping visible what was corrected."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.improvement.models import Directive, DirectiveChange
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries.directives.access import held

LONGEST_TOLD = 200  # characters of a value in the record

State = Directive.State


def to_correct(directive_id: int, by: Actor) -> Directive:
    """Hold a directive that may be corrected by this actor; a withdrawn one stays as it was."""
    directive = held(directive_id)
    by.require(Permission.DIRECTIVE_KEEP, directive.unit)
    if directive.state == State.WITHDRAWN:
        raise ValidationError(_("This directive was withdrawn: it is not changed any more."))
    return directive


def want_reason(directive: Directive, reason: str) -> None:
    """Refuse a correction of a kept directive that does not say why."""
    if directive.state == State.KEPT and not reason.strip():
        raise ValidationError({"reason": _("This directive is kept already: say why it is corrected.")})


def note(
    directive: Directive, by: Actor, what: str, before: Mapping[str, str], after: Mapping[str, str], reason: str = ""
) -> None:
    """Record a correction; of a kept directive every value changed stays visible on its page."""
    changed = [name for name in {**before, **after} if before.get(name, "") != after.get(name, "")]
    if directive.state == State.KEPT:
        DirectiveChange.objects.bulk_create(
            DirectiveChange(directive=directive, by=by.name, what=f"{what}.{name}"[:40], before=before.get(name, ""),
                            after=after.get(name, ""), reason=reason.strip())
            for name in changed
        )  # fmt: skip
    told = {name: [_short(before.get(name, "")), _short(after.get(name, ""))] for name in changed}
    details = {"part": what, "changed": told, "reason": reason.strip(), "state": directive.state}
    record(by=by, action="improvement.directive_corrected", subject=directive, unit=directive.unit, details=details)


def _short(value: str) -> str:
    return value if len(value) <= LONGEST_TOLD else f"{value[:LONGEST_TOLD]}…"
