"""Forms of people and roles."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sipas_web.accounts import queries
from sipas_web.accounts.models import USERNAME, Role
from sipas_web.accounts.permissions import Permission, every_permission
from sipas_web.audit.actors import Actor
from sipas_web.units import queries as units
from sipas_web.units.forms import NamedUnitField, offer

DAY_HELP = _("Day/month/year.")


class PersonFilter(forms.Form):
    """What a reader looks for."""

    text = forms.CharField(label=_("Name or login name"), required=False)
    role = forms.ChoiceField(label=_("Role held today"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("All")), *((r.code, role_name(r)) for r in queries.roles())]
        self.fields["role"] = forms.ChoiceField(label=_("Role held today"), required=False, choices=choices)


class AppointForm(forms.Form):
    """A role over an area for a period."""

    role = forms.ChoiceField(label=_("Role"))
    unit = NamedUnitField(label=_("Unit"))
    since = forms.DateField(label=_("From day"), localize=True, help_text=DAY_HELP)
    until = forms.DateField(label=_("To day"), localize=True, required=False)

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["unit"], units.of_today(by.holder.areas_of(Permission.ASSIGNMENT_CHANGE)))
        self.roles = {role.code: role for role in queries.roles_for(by)}
        choices = [(code, role_name(role)) for code, role in self.roles.items()]
        self.fields["role"] = forms.ChoiceField(label=_("Role"), choices=choices)

    def clean_role(self) -> Role:
        """Find the role."""
        return self.roles[self.cleaned_data["role"]]


class InviteForm(AppointForm):
    """Someone new and their first role."""

    full_name = forms.CharField(label=_("Full name"), max_length=200)
    email = forms.EmailField(label=_("E-mail"))
    field_order = ("full_name", "email", "role", "unit", "since", "until")


class DelegateForm(forms.Form):
    """One's own role handed to another for a period."""

    assignment = forms.ChoiceField(label=_("Which of your roles"))
    to = forms.CharField(label=_("Login name of the person"))
    unit = NamedUnitField(
        label=_("Unit"), required=False, help_text=_("Name or code of a part of your area; empty: the whole of it.")
    )
    since = forms.DateField(label=_("From day"), localize=True, help_text=DAY_HELP)
    until = forms.DateField(label=_("To day"), localize=True)

    def __init__(self, *args: Any, person: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.held = {str(a.pk): a for a in queries.delegable(person)}
        choices = [(key, f"{role_name(a.role)} – {a.unit.full_name}") for key, a in self.held.items()]
        self.fields["assignment"] = forms.ChoiceField(label=_("Which of your roles"), choices=choices)
        held = [a.unit_id for a in self.held.values()]
        offer(self.fields["unit"], units.of_today(units.under_any(held, units.today())))

    def clean_assignment(self) -> Any:
        """Find the role held."""
        return self.held[self.cleaned_data["assignment"]]

    def clean_to(self) -> Any:
        """Find the person."""
        person = queries.by_username(self.cleaned_data["to"])
        if person is None:
            raise forms.ValidationError(_("There is no account with this login name."))
        return person

    def clean(self) -> dict[str, Any]:
        """Take the whole area of the role where no part of it is named."""
        data = super().clean() or {}
        if "unit" in data and data["unit"] is None and "assignment" in data:
            data["unit"] = data["assignment"].unit
        return data


class EndForm(forms.Form):
    """The last day of a role."""

    on = forms.DateField(label=_("Last day"), localize=True, help_text=DAY_HELP)


class AcceptForm(forms.Form):
    """A new account."""

    username = forms.CharField(label=_("Login name"), validators=[USERNAME])
    password = forms.CharField(
        label=_("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters; a sentence is easy to remember."),
    )
    repeated = forms.CharField(
        label=_("Password again"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def clean(self) -> dict[str, Any]:
        """Compare the two."""
        data = super().clean() or {}
        if data.get("password") != data.pop("repeated", None):
            self.add_error("repeated", _("The two passwords differ."))
        return data


class CopyRoleForm(forms.Form):
    """A role made from another."""

    code = forms.SlugField(label=_("Code"), max_length=64)
    name = forms.CharField(label=_("Name"), max_length=200)
    area = NamedUnitField(label=_("Unit it belongs to"))

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["area"], units.of_today(by.holder.areas_of(Permission.ROLE_CHANGE)))


class PermissionsForm(forms.Form):
    """What a role may do."""

    permissions = forms.MultipleChoiceField(
        label=_("May"), required=False, widget=forms.CheckboxSelectMultiple(attrs={"class": "choices tree-many"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["permissions"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = list(every_permission().items())


def role_name(role: Role) -> str:
    """Give a role's name in the reader's language; roles made by an area have one name."""
    return role.name_en if get_language() == "en" and role.name_en else role.name
