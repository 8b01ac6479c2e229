"""Room ``instrument``: editions of the questionnaire as data, their checks, derivation, comparison and exports."""

from sipas.instrument.edition import AnswerColumn, Edition
from sipas.instrument.load import check, editions, load

__all__ = ["AnswerColumn", "Edition", "check", "editions", "load"]
