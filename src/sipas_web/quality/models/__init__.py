"""Points, their reasons, and what people decided."""

from sipas_web.quality.models.suspects import Check, Decision, Flag, Suspect, Verdict

__all__ = ["Check", "Decision", "Flag", "Suspect", "Verdict"]
