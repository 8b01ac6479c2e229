"""The app of results."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ResultsConfig(AppConfig):
    """Results."""

    name = "sipas_web.results"
    label = "results"

    def ready(self) -> None:
        """Register the sentences of its acts, its long work, and its parts of a round's work."""
        from sipas_web.audit.sentences import add as add_sentences
        from sipas_web.jobs import notes
        from sipas_web.results import standing, tasks  # noqa: F401  # importing registers the handlers
        from sipas_web.results.permissions import Permission
        from sipas_web.results.queries import Correction, Publication, Snapshot
        from sipas_web.results.sentences import NOTES, SENTENCES
        from sipas_web.rounds import states
        from sipas_web.rounds.parts import Part, add
        from sipas_web.rounds.queries import history
        from sipas_web.shared import menu

        add_sentences(SENTENCES)
        notes.add(NOTES)
        states.add_veto(standing.why_not_abandoned)
        history.add_subject(Snapshot)
        history.add_subject(Publication)
        history.add_subject(Correction, "publication__round")
        add(Part(110, "round_freeze", _("Freeze and estimate"), Permission.ROUND_FREEZE, standing.of_freeze))
        add(Part(113, "round_review", _("Review"), Permission.RESULT_REVIEW, standing.of_review))
        add(Part(116, "round_publish", _("Publication"), Permission.RESULT_REVIEW, standing.of_publication))
        meaning = _("Published indices with their errors, ranks and comparisons.")
        menu.place("/ket-qua/dot/", "round_list")
        menu.add(menu.Entry(5, "result_list", _("Results"), meaning, Permission.RESULT_VIEW))
