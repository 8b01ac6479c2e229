"""What the acts of this app are called in the audit record."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "accounts.roles_loaded": _("loaded the shipped roles"),
    "accounts.role_copied": _("made a role from another"),
    "accounts.role_changed": _("changed what a role may do"),
    "accounts.person_created": _("created an account"),
    "accounts.person_suspended": _("suspended an account"),
    "accounts.person_restored": _("restored an account"),
    "accounts.role_assigned": _("gave a role"),
    "accounts.assignment_ended": _("ended a role"),
    "accounts.role_delegated": _("delegated a role"),
    "accounts.invited": _("invited a person"),
    "accounts.invitation_accepted": _("accepted an invitation"),
    "accounts.invitation_withdrawn": _("withdrew an invitation"),
    "accounts.logged_in": _("logged in"),
    "accounts.logged_out": _("logged out"),
    "accounts.login_failed": _("failed to log in"),
    "accounts.password_changed": _("changed the password"),
    "accounts.second_factor_added": _("added a second factor"),
    "accounts.second_factor_removed": _("removed a second factor"),
}
