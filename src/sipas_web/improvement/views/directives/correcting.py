"""Correcting the parts of a letter, each on its own page beside the text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from sipas_web.audit.actors import ActorRequest
from sipas_web.improvement.actions import directives as actions
from sipas_web.improvement.forms.directives import GroupForm, ProvisionForm, WhyForm
from sipas_web.improvement.forms.directives.parts import GroupChoice
from sipas_web.improvement.pages.directives import correcting as pages
from sipas_web.improvement.pages.directives.reading import reading_of
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries.directives import Directive, names
from sipas_web.improvement.views.directives.found import addressee_or_404, done, provision_or_404, to_correct_or_404
from sipas_web.shared.access import needs

Act = Callable[[str], object]  # given the reason


@needs(Permission.DIRECTIVE_KEEP)
def head(request: ActorRequest, directive_id: int) -> HttpResponse:
    """Correct who issued what, when."""
    directive = to_correct_or_404(request, directive_id)
    form = pages.head_form(directive, request.POST or None)

    def act(reason: str) -> object:
        given = pages.head_given(form.cleaned_data)
        return actions.correct_head(directive_id=directive.pk, head=given, by=request.actor, reason=reason)

    return _page(request, directive, _("Head of the letter"), act, form=form)


@needs(Permission.DIRECTIVE_KEEP)
def citations(request: ActorRequest, directive_id: int) -> HttpResponse:
    """Correct the documents cited, and which is passed on."""
    directive = to_correct_or_404(request, directive_id)
    rows = pages.citation_rows(directive, request.POST or None)

    def act(reason: str) -> object:
        given = pages.citations_given(rows)
        return actions.correct_citations(directive_id=directive.pk, citations=given, by=request.actor, reason=reason)

    return _page(request, directive, _("Documents cited"), act, rows=rows)


@needs(Permission.DIRECTIVE_KEEP)
def addressees(request: ActorRequest, directive_id: int) -> HttpResponse:
    """Correct to whom the letter goes."""
    directive = to_correct_or_404(request, directive_id)
    rows = pages.addressee_rows(directive, request.POST or None)

    def act(reason: str) -> object:
        given = pages.addressees_given(rows)
        return actions.correct_addressees(directive_id=directive.pk, addressees=given, by=request.actor, reason=reason)

    return _page(request, directive, _("Addressees"), act, rows=rows, groups=pages.groups_of(directive))


@needs(Permission.DIRECTIVE_KEEP)
def group(request: ActorRequest, directive_id: int, addressee_id: int) -> HttpResponse:
    """Say which units a collective name means."""
    directive = to_correct_or_404(request, directive_id)
    addressee = addressee_or_404(request, directive_id, addressee_id)
    choice = GroupChoice(request.GET if "group" in request.GET else {"group": names.group_of(addressee.name) or "own"})
    code = choice.cleaned_data["group"] if choice.is_valid() else "own"
    members = pages.group_members(addressee, code)
    form = GroupForm(request.POST or None, members=members, initial={"units": pages.chosen(addressee, members)})

    def act(reason: str) -> object:
        chosen = list(form.cleaned_data["units"])
        return actions.expand(addressee_id=addressee.pk, units=chosen, by=request.actor, reason=reason)

    title = addressee.group or addressee.name
    return _page(request, directive, title, act, form=form, choice=choice, back="directive_addressees")


@needs(Permission.DIRECTIVE_KEEP)
def orders(request: ActorRequest, directive_id: int) -> HttpResponse:
    """Correct which orders are tasks, and until when."""
    directive = to_correct_or_404(request, directive_id)
    rows = pages.order_rows(directive, request.POST or None)

    def act(reason: str) -> object:
        given = pages.orders_given(rows)
        return actions.correct_provisions(directive_id=directive.pk, orders=given, by=request.actor, reason=reason)

    return _page(request, directive, _("Orders"), act, rows=rows, orders=pages.with_orders(directive, rows))


@needs(Permission.DIRECTIVE_KEEP)
def order(request: ActorRequest, directive_id: int, provision_id: int) -> HttpResponse:
    """Correct who carries one order out."""
    provision = provision_or_404(request, directive_id, provision_id)
    initial = {"is_for_all": provision.is_for_all, "above": provision.above_id}
    form = ProvisionForm(request.POST or None, above=provision.directive.above_id, initial=initial)
    rows = pages.party_rows(provision, request.POST or None)

    def act(reason: str) -> object:
        return actions.correct_provision(
            provision_id=provision.pk, is_for_all=form.cleaned_data["is_for_all"], parties=pages.parties_given(rows),
            above=form.cleaned_data.get("above"), by=request.actor, reason=reason,
        )  # fmt: skip

    title = _("Order %(path)s: who carries it out") % {"path": provision.path}
    return _page(
        request, provision.directive, title, act, form=form, rows=rows, provision=provision, back="directive_orders"
    )


@needs(Permission.DIRECTIVE_KEEP)
def targets(request: ActorRequest, directive_id: int) -> HttpResponse:
    """Correct the figures to reach."""
    directive = to_correct_or_404(request, directive_id)
    rows = pages.target_rows(directive, request.POST or None)

    def act(reason: str) -> object:
        given = pages.targets_given(rows)
        return actions.correct_targets(directive_id=directive.pk, targets=given, by=request.actor, reason=reason)

    return _page(request, directive, _("Figures to reach"), act, rows=rows)


def _page(
    request: ActorRequest, directive: Directive, title: str, act: Act, *, form: Form | None = None, rows: Any = None,
    back: str = "", **shown: Any,
) -> HttpResponse:  # fmt: skip
    """Show a part beside the text; act on it where everything typed can be used."""
    is_kept = directive.state == "kept"
    why = WhyForm(request.POST or None) if is_kept else None
    parts = [part for part in (form, rows, why) if part is not None]
    bare = WhyForm({"reason": "-"})  # bears what is refused where there is no other form
    valid = [part.is_valid() for part in parts]  # every part says what is wrong with it
    if request.method == "POST" and all(valid):
        reason = why.cleaned_data["reason"] if why else ""
        target = form or why or bare
        if target.is_valid() and done(target, lambda: act(reason)):
            messages.success(request, _("Saved."))
            return redirect(back or ("directive_detail" if is_kept else "directive_reading"), directive.pk)
    shown |= {
        "directive": directive, "title": title, "form": form, "rows": rows, "why": why,
        "faults": bare.non_field_errors(), "reading": reading_of(directive),
        "back": back or ("directive_detail" if is_kept else "directive_reading"),
    }  # fmt: skip
    return render(request, "improvement/directives/correct.html", shown)
