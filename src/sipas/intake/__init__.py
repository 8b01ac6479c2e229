"""Office files in, clean tables out: every import of both halves comes through here."""

from sipas.intake.excerpt import count_rows
from sipas.intake.headers import ColumnMapping, chosen_mapping, guess_mapping
from sipas.intake.limits import LIMITS, Limits
from sipas.intake.mapping_file import ChosenColumns, choice_for, load_mapping
from sipas.intake.pieces import read_pieces
from sipas.intake.preview import ColumnPreview, Preview, SheetPreview, preview
from sipas.intake.reading import SkippedSheet, read, read_all
from sipas.intake.table import OfficeTable, Parsed
from sipas.intake.yaml_text import YamlText, read_yaml, read_yaml_text

__all__ = [
    "LIMITS",
    "ChosenColumns",
    "ColumnMapping",
    "ColumnPreview",
    "Limits",
    "OfficeTable",
    "Parsed",
    "Preview",
    "SheetPreview",
    "SkippedSheet",
    "YamlText",
    "choice_for",
    "chosen_mapping",
    "count_rows",
    "guess_mapping",
    "load_mapping",
    "preview",
    "read",
    "read_all",
    "read_pieces",
    "read_yaml",
    "read_yaml_text",
]
