"""The app of long work."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    """Long work."""

    name = "sipas_web.jobs"
    label = "jobs"

    def ready(self) -> None:
        """Register the sentences of its acts, and the list of work in the menu."""
        from sipas_web.audit.sentences import add as add_sentences
        from sipas_web.jobs.permissions import Permission
        from sipas_web.jobs.sentences import SENTENCES
        from sipas_web.shared.menu import Entry, add

        add_sentences(SENTENCES)
        add(Entry(70, "job_list", _("Long work"), _("What the server is working on."), Permission.JOB_VIEW))
