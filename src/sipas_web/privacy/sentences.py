"""What the acts of this app are called in the audit record, and its long work on its panels."""

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

SENTENCES: dict[str, StrOrPromise] = {
    "privacy.contacts_put": _("put contacts under lock"),
    "privacy.contacts_opened": _("opened contacts"),
    "privacy.contacts_forgotten": _("destroyed contacts of an earlier sample, or at a person's request"),
}
