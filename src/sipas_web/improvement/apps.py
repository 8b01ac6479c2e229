"""The app: directives, tasks, targets, commitments, plans, reports."""

from django.apps import AppConfig


class ImprovementConfig(AppConfig):
    """After the index."""

    name = "sipas_web.improvement"
    label = "improvement"

    def ready(self) -> None:
        """Have every part register what it adds."""
        from sipas_web.improvement.parts import directives, plans, reports, targets, tasks

        for part in (directives, tasks, targets, plans, reports):
            part.register()
