"""Keeping a corrected letter, dropping a draft."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.improvement.actions.directives.giving import give_what_may
from sipas_web.improvement.actions.directives.linking import KeptAlreadyError as KeptAlreadyError
from sipas_web.improvement.actions.directives.linking import refuse_twice, relink, settle
from sipas_web.improvement.actions.directives.passing import rehome_of
from sipas_web.improvement.models import Directive
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries.directives.access import held

State = Directive.State


@transaction.atomic
def keep(*, directive_id: int, by: Actor, gives_tasks: bool = True) -> Directive:
    """Keep a corrected letter: link it into its cascade and give the tasks that the actor may give.

    Needs ``improvement.directive_keep`` over the unit that keeps it. A letter kept twice, and a deadline later than
    that of the order passed on, are refused. Units that have ended since are replaced by who took them over.
    """
    directive = _draft(directive_id, by)
    _want_whole(directive)
    refuse_twice(directive)
    directive.state, directive.kept_on = State.KEPT, timezone.localdate()
    _put(directive)
    directive.addressees.filter(since=None).update(since=directive.issued or directive.kept_on)
    relink(directive)
    rehome_of(directive)
    settle([directive.pk])
    details = {
        "issuer": directive.issuer_name,
        "day": directive.issued.isoformat() if directive.issued else "",
        "above": str(directive.above or ""),
        "addressees": directive.addressees.count(),
    }
    record(by=by, action="improvement.directive_kept", subject=directive, unit=directive.unit, details=details)
    if gives_tasks:
        give_what_may(directive, by)
    return directive


@transaction.atomic
def drop(*, directive_id: int, by: Actor) -> None:
    """Drop a letter that was not kept; needs ``improvement.directive_keep`` over its unit. Recorded."""
    directive = _draft(directive_id, by)
    details = {"reference": directive.reference, "issuer": directive.issuer_name}
    key, unit = f"improvement.directive:{directive.pk}", directive.unit
    directive.delete()
    record(by=by, action="improvement.directive_dropped", subject=key, unit=unit, details=details)


def _put(directive: Directive) -> None:
    """Save it as kept; who keeps the same letter at the same moment comes second."""
    try:
        with transaction.atomic():
            directive.save()
    except IntegrityError:
        refuse_twice(directive)
        raise


def _draft(directive_id: int, by: Actor) -> Directive:
    directive = held(directive_id)
    by.require(Permission.DIRECTIVE_KEEP, directive.unit)
    if directive.state != State.READ:
        raise ValidationError(_("This letter is kept already."))
    return directive


def _want_whole(directive: Directive) -> None:
    faults = []
    if directive.issuer is None and not directive.issuer_name.strip():
        faults.append(_("Say who issued the letter."))
    if not directive.subject.strip():
        faults.append(_("Say what the letter is about."))
    if directive.issued is None and not directive.is_retelling:
        faults.append(_("Give the day of the letter."))
    if not directive.reference.strip() and not directive.is_retelling:
        faults.append(_("Give the number and symbol of the letter."))
    if faults:
        raise ValidationError(faults)
