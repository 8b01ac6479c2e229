"""The app: receive, classify, route, clock, answer, publish, ask again."""

from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    """Feedback of citizens."""

    name = "sipas_web.feedback"
    label = "feedback"

    def ready(self) -> None:
        """Have every part register what it adds."""
        from sipas_web.feedback.parts import desk

        for part in (desk,):
            part.register()
