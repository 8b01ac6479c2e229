"""What the acts of this app are called in the audit record, and its long work on its panels."""

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

SENTENCES: dict[str, StrOrPromise] = {
    "privacy.contacts_put": _("put contacts under lock"),
    "privacy.contacts_opened": _("opened contacts"),
    "privacy.contacts_forgotten": _("destroyed contacts of an earlier sample, or at a person's request"),
    "privacy.people_opened": _("opened who stands behind dossiers or feedback"),
    "privacy.people_forgotten": _("destroyed who stood behind dossiers or feedback"),
    "privacy.drop_asked": _("asked that the contacts of a round be destroyed"),
    "privacy.contacts_dropped": _("destroyed the contacts of a round"),
    "privacy.key_made": _("made a new key of the contact store"),
    "privacy.resealed": _("sealed contacts anew with the newest key"),
    "privacy.keys_destroyed": _("destroyed keys that opened nothing any more"),
    "privacy.kept_deleted": _("deleted what had been kept long enough"),
    "privacy.request_received": _("took in a person's request about their data"),
    "privacy.asker_opened": _("opened who asks in a request"),
    "privacy.request_acknowledged": _("acknowledged a person's request"),
    "privacy.request_extended": _("extended the time of a person's request"),
    "privacy.request_refused": _("closed a person's request without carrying it out"),
    "privacy.request_attached": _("said which case a person's request is about"),
    "privacy.person_searched": _("searched whom a person's request is about"),
    "privacy.person_shown": _("opened everything held about a person"),
    "privacy.request_see_done": _("handed a person what is held about them"),
    "privacy.request_correct_done": _("corrected a person's contact details"),
    "privacy.request_withdraw_done": _("carried out a person's withdrawal"),
    "privacy.request_restrict_done": _("locked a person's contact details"),
    "privacy.request_object_done": _("locked a person's contact details after an objection"),
    "privacy.request_delete_done": _("destroyed a person's data at their request"),
    "privacy.requests_forgotten": _("destroyed closed requests that had been kept long enough"),
    "privacy.breach_reported": _("entered a breach of personal data"),
    "privacy.breach_changed": _("added to a breach of personal data"),
    "privacy.breach_closed": _("closed a breach of personal data"),
}
NOTES: dict[str, StrOrPromise] = {
    "privacy.drop": _("Destruction of contacts"),
    "privacy.reseal": _("Sealing contacts anew"),
    "privacy.duties": _("Daily duties on personal data"),
    "privacy.dropping": _("Destroying contacts"),
    "privacy.resealing": _("Sealing anew with the newest key"),
    "privacy.deleting": _("Deleting what was kept long enough"),
}
