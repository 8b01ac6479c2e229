"""Office files in, clean tables out: every import of both halves comes through here."""

from sipas.intake.headers import ColumnMapping, chosen_mapping, guess_mapping
from sipas.intake.limits import LIMITS, Limits
from sipas.intake.mapping_file import load_mapping
from sipas.intake.reading import SkippedSheet, read, read_all
from sipas.intake.table import OfficeTable, Parsed
from sipas.intake.yaml_text import YamlText, read_yaml, read_yaml_text

__all__ = [
    "LIMITS",
    "ColumnMapping",
    "Limits",
    "OfficeTable",
    "Parsed",
    "SkippedSheet",
    "YamlText",
    "chosen_mapping",
    "guess_mapping",
    "load_mapping",
    "read",
    "read_all",
    "read_yaml",
    "read_yaml_text",
]
