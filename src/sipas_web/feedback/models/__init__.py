"""Tables: receive, classify, route, clock, answer, publish, ask again."""

from sipas_web.feedback.models.feedback import HANDLED, Channel, Feedback, Kind, Photograph, State
from sipas_web.feedback.models.handling import Answer, Publication, Step, Word
from sipas_web.feedback.models.messages import CodeAsk, Message

__all__ = [
    "HANDLED",
    "Answer",
    "Channel",
    "CodeAsk",
    "Feedback",
    "Kind",
    "Message",
    "Photograph",
    "Publication",
    "State",
    "Step",
    "Word",
]
