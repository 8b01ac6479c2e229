"""Room ``instrument``: editions of the questionnaire as data, their checks, derivation, comparison and exports."""

from sipas.instrument.compare import Difference, comparable_items, compare
from sipas.instrument.ddi import Study, ddi
from sipas.instrument.ddi_variables import VariableStatistics
from sipas.instrument.edition import AnswerColumn, Edition
from sipas.instrument.load import check, editions, load, own_files
from sipas.instrument.model import Answered, Node, Option, Question, Scale, Section, Validity
from sipas.instrument.wording import Marked, Notice, marks, notice, word
from sipas.instrument.xlsform import xlsform

__all__ = [
    "AnswerColumn",
    "Answered",
    "Difference",
    "Edition",
    "Marked",
    "Node",
    "Notice",
    "Option",
    "Question",
    "Scale",
    "Section",
    "Study",
    "Validity",
    "VariableStatistics",
    "check",
    "comparable_items",
    "compare",
    "ddi",
    "editions",
    "load",
    "marks",
    "notice",
    "own_files",
    "word",
    "xlsform",
]
