"""The app of answers."""

from django.apps import AppConfig


class CaptureConfig(AppConfig):
    """Answers."""

    name = "sipas_web.capture"
    label = "capture"

    def ready(self) -> None:
        """Register the sentences of its acts, its long work and its part of a round's page."""
        from sipas_web.audit.sentences import add as add_sentences
        from sipas_web.capture import tasks  # noqa: F401  # registers the handlers
        from sipas_web.capture.keying_held import HELD as KEYING_HELD
        from sipas_web.capture.keying_held import KEYED
        from sipas_web.capture.keying_part import ENTRY
        from sipas_web.capture.keying_part import PART as KEYING_PART
        from sipas_web.capture.parts import PART
        from sipas_web.capture.sent_held import HELD as SENT_HELD
        from sipas_web.capture.sentences import NOTES, SENTENCES
        from sipas_web.capture.web_held import DRAFTS, HELD, MARKS
        from sipas_web.jobs import notes
        from sipas_web.privacy import retention, subjects
        from sipas_web.rounds import parts
        from sipas_web.shared import menu

        menu.place("/phieu/", "round_list")
        add_sentences(SENTENCES)
        notes.add(NOTES)
        parts.add(PART)
        retention.keep(DRAFTS)
        retention.keep(MARKS)
        subjects.add(HELD)
        parts.add(KEYING_PART)
        retention.keep(KEYED)
        subjects.add(KEYING_HELD)
        subjects.add(SENT_HELD)
        menu.add(ENTRY)
