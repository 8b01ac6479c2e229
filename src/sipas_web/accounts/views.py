"""Pages of people and roles."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sipas_web.accounts import actions, queries
from sipas_web.accounts.forms import (
    AcceptForm,
    AppointForm,
    CopyRoleForm,
    DelegateForm,
    EndForm,
    InviteForm,
    PermissionsForm,
    PersonFilter,
)
from sipas_web.accounts.permissions import Permission, every_permission
from sipas_web.accounts.queries import Assignment, Person, Role
from sipas_web.audit.actors import ActorRequest
from sipas_web.shared.access import needs, public, signed_in

PER_PAGE = 50


@signed_in
@require_safe
def home(request: ActorRequest) -> HttpResponse:
    """Show what one may do and the roles one holds."""
    return render(request, "accounts/home.html", {"assignments": queries.holding_now(_self(request))})


@signed_in
@require_safe
def profile(request: ActorRequest) -> HttpResponse:
    """Show one's own account."""
    person = _self(request)
    shown = {
        "person": person,
        "assignments": queries.assignments_of(person),
        "may_delegate": queries.delegable(person).exists(),
        "handed_over": queries.handed_over(person),
        "has_second_factor": queries.has_second_factor(person.pk),
    }
    return render(request, "accounts/profile.html", shown)


@needs(Permission.PERSON_VIEW)
@require_safe
def people(request: ActorRequest) -> HttpResponse:
    """List people."""
    form = PersonFilter(request.GET or None)
    given = form.cleaned_data if form.is_valid() else {}
    found = queries.people(request.actor, given.get("text", ""), given.get("role", ""))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    may_invite = request.actor.may(Permission.PERSON_INVITE)
    waiting = queries.invitations(request.actor) if may_invite else ()
    shown = {"form": form, "page": page, "may_invite": may_invite, "invitations": waiting}
    return render(request, "accounts/people.html", shown)


@needs(Permission.PERSON_VIEW)
@require_safe
def person(request: ActorRequest, person_id: int) -> HttpResponse:
    """Show a person and their roles."""
    someone = _visible(request, person_id)
    actor = request.actor
    shown = {
        "person": someone,
        "assignments": queries.assignments_of(someone),
        "has_second_factor": queries.has_second_factor(someone.pk),
        "may_appoint": actor.may(Permission.ASSIGNMENT_CHANGE),
        "may_suspend": actor.may(Permission.PERSON_SUSPEND),
    }
    return render(request, "accounts/person.html", shown)


@needs(Permission.ASSIGNMENT_CHANGE)
def appoint(request: ActorRequest, person_id: int) -> HttpResponse:
    """Give a role."""
    someone = _visible(request, person_id)
    form = AppointForm(request.POST or None, by=request.actor, initial={"since": queries.today()})
    if request.method == "POST" and form.is_valid():
        try:
            actions.appoint(person=someone, **form.cleaned_data, by=request.actor)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("person_detail", someone.pk)
    return _page(request, form, _("Give a role to %(name)s") % {"name": someone.full_name}, _("Give"))


@signed_in
def end(request: ActorRequest, assignment_id: int) -> HttpResponse:
    """End a role; the action asks whether they may."""
    assignment = queries.assignment(assignment_id)
    if assignment is None or not _may_end(request, assignment):
        raise Http404
    form = EndForm(request.POST or None, initial={"on": queries.today()})
    if request.method == "POST" and form.is_valid():
        try:
            actions.end(assignment=assignment, **form.cleaned_data, by=request.actor)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The last day of the role is set."))
            by_giver = assignment.delegated_from and assignment.delegated_from.person_id == request.user.pk
            return redirect("profile") if by_giver else redirect("person_detail", assignment.person_id)
    return _page(request, form, _("End a role: %(role)s") % {"role": assignment}, _("End"))


@signed_in
def delegate(request: ActorRequest) -> HttpResponse:
    """Delegate one of one's roles."""
    form = DelegateForm(request.POST or None, person=_self(request), initial={"since": queries.today()})
    if request.method == "POST" and form.is_valid():
        try:
            actions.delegate(**form.cleaned_data, by=request.actor)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The role was delegated."))
            return redirect("profile")
    return _page(request, form, _("Delegate a role"), _("Delegate"))


@needs(Permission.PERSON_SUSPEND)
@require_POST
def suspend(request: ActorRequest, person_id: int) -> HttpResponse:
    """Suspend an account."""
    someone = _visible(request, person_id)
    actions.suspend(person=someone, by=request.actor)
    return redirect("person_detail", someone.pk)


@needs(Permission.PERSON_SUSPEND)
@require_POST
def restore(request: ActorRequest, person_id: int) -> HttpResponse:
    """Restore an account."""
    someone = _visible(request, person_id)
    actions.restore(person=someone, by=request.actor)
    return redirect("person_detail", someone.pk)


@needs(Permission.PERSON_INVITE)
def invite(request: ActorRequest) -> HttpResponse:
    """Invite someone; the address is shown once, for offices without mail."""
    form = InviteForm(request.POST or None, by=request.actor, initial={"since": queries.today()})
    if request.method == "POST" and form.is_valid():
        base = request.build_absolute_uri(reverse("invitation_accept", args=["x"])).removesuffix("x/")
        try:
            url = actions.invite(**form.cleaned_data, base_url=base, by=request.actor)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return render(request, "accounts/invited.html", {"url": url, "name": form.cleaned_data["full_name"]})
    return _page(request, form, _("Invite a person"), _("Invite"))


@needs(Permission.PERSON_INVITE)
@require_POST
def withdraw(request: ActorRequest, invitation_id: int) -> HttpResponse:
    """Withdraw an invitation."""
    invitation = queries.invitations(request.actor).filter(pk=invitation_id).first()
    if invitation is None:
        raise Http404
    actions.withdraw(invitation=invitation, by=request.actor)
    return redirect("person_list")


@public
def accept(request: ActorRequest, secret: str) -> HttpResponse:
    """Accept an invitation."""
    invitation = queries.open_invitation(secret)
    if invitation is None:
        return render(request, "accounts/invitation_gone.html", status=410)
    form = AcceptForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.accept(secret=secret, **form.cleaned_data, origin=request.actor.origin)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, _("Your account is ready. Log in."))
            return redirect("account_login")
    return render(request, "accounts/accept.html", {"form": form, "invitation": invitation})


@needs(Permission.ROLE_VIEW)
@require_safe
def roles(request: ActorRequest) -> HttpResponse:
    """Show what each role may do."""
    held = [(role, {p.permission for p in role.permissions.all()}) for role in queries.roles()]
    shown = {
        "held": held,
        "permissions": every_permission(),
        "may_change": request.actor.may(Permission.ROLE_CHANGE),
    }
    return render(request, "accounts/roles.html", shown)


@needs(Permission.ROLE_CHANGE)
def copy_role(request: ActorRequest, code: str) -> HttpResponse:
    """Make a role from another."""
    role = _role(code)
    form = CopyRoleForm(request.POST or None, by=request.actor, initial={"name": role.name})
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.copy_role(role=role, **form.cleaned_data, by=request.actor)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            return redirect("role_change", made.code)
    return _page(request, form, _("Make a role from “%(name)s”") % {"name": role.name}, _("Make"))


@needs(Permission.ROLE_CHANGE)
def change_role(request: ActorRequest, code: str) -> HttpResponse:
    """Set what a role of an area may do."""
    role = _role(code)
    if role.area is None or not request.actor.may(Permission.ROLE_CHANGE, role.area):
        raise Http404
    current = [p.permission for p in role.permissions.all()]
    form = PermissionsForm(request.POST or None, initial={"permissions": current})
    if request.method == "POST" and form.is_valid():
        actions.change_role(role=role, **form.cleaned_data, by=request.actor)
        return redirect("role_list")
    return _page(request, form, role.name, _("Save"))


def _may_end(request: ActorRequest, assignment: Assignment) -> bool:
    given = assignment.delegated_from
    by_giver = given is not None and given.person_id == request.user.pk
    return by_giver or request.actor.may(Permission.ASSIGNMENT_CHANGE, assignment.unit)


def _self(request: ActorRequest) -> Person:
    user = request.user
    if not isinstance(user, Person):
        raise Http404
    return user


def _visible(request: ActorRequest, person_id: int) -> Person:
    someone = queries.person(request.actor, person_id)
    if someone is None:
        raise Http404
    return someone


def _role(code: str) -> Role:
    role = queries.role(code)
    if role is None:
        raise Http404
    return role


def _page(request: ActorRequest, form: object, title: str, verb: str) -> HttpResponse:
    return render(request, "accounts/form.html", {"form": form, "title": title, "verb": verb})
