"""Points, their reasons, and what people decided."""

from sipas_web.quality.models.suspects import Check, Closing, Decision, Flag, Suspect, Verdict

__all__ = ["Check", "Closing", "Decision", "Flag", "Suspect", "Verdict"]
