"""Official letters: their text in, their structure out, every value with its place and a confidence."""

from sipas.letters.documents import read_document, read_file
from sipas.letters.model import (
    Citation,
    Deadline,
    Duty,
    Found,
    FoundDate,
    Letter,
    Placed,
    Report,
    Signer,
    Task,
    Threshold,
)
from sipas.letters.reading import read_letter

__all__ = [
    "Citation",
    "Deadline",
    "Duty",
    "Found",
    "FoundDate",
    "Letter",
    "Placed",
    "Report",
    "Signer",
    "Task",
    "Threshold",
    "read_document",
    "read_file",
    "read_letter",
]
