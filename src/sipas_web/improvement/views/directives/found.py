"""What a page is about: in the reader's areas, else there is no such page."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import Http404

from sipas_web.audit.actors import ActorRequest
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import directives as reads
from sipas_web.improvement.queries.directives import Addressee, Directive, Provision, access
from sipas_web.privacy.views.faults import add_faults


def directive_or_404(request: ActorRequest, directive_id: int) -> Directive:
    """Give a directive of the reader's areas; a draft only to those who keep directives there."""
    found = reads.readable(request.actor, directive_id)
    if found is None:
        raise Http404
    return found


def to_correct_or_404(request: ActorRequest, directive_id: int) -> Directive:
    """Give a directive that the reader may correct: refused to others who may see it."""
    found = directive_or_404(request, directive_id)
    request.actor.require(Permission.DIRECTIVE_KEEP, found.unit)
    return found


def addressee_or_404(request: ActorRequest, directive_id: int, addressee_id: int) -> Addressee:
    """Give an addressee of a directive the reader may see."""
    directive = directive_or_404(request, directive_id)
    found = access.addressee_of(directive, addressee_id)
    if found is None:
        raise Http404
    return found


def provision_or_404(request: ActorRequest, directive_id: int, provision_id: int) -> Provision:
    """Give an order of a directive the reader may correct."""
    directive = to_correct_or_404(request, directive_id)
    found = access.provision_of(directive, provision_id)
    if found is None:
        raise Http404
    return found


def done(form: Form, act: Callable[[], object]) -> bool:
    """Act; what is refused is said on the form, beside its field where there is one."""
    try:
        act()
    except ValidationError as error:
        add_faults(form, error)
        return False
    return True
