"""Raw answers of any mode to one response per case, checked against the edition."""

from sipas.capture.columns import ColumnMap, map_columns
from sipas.capture.findings import FINDINGS
from sipas.capture.importing import CaptureImport, CaptureReport, Mode, import_responses
from sipas.capture.keyings import KeyingComparison, compare_keyings
from sipas.capture.one_form import OneForm, asked_of_form, take_form
from sipas.capture.routing import answered, asked
from sipas.capture.validity import answered_shares, judge

__all__ = [
    "FINDINGS",
    "CaptureImport",
    "CaptureReport",
    "ColumnMap",
    "KeyingComparison",
    "Mode",
    "OneForm",
    "answered",
    "answered_shares",
    "asked",
    "asked_of_form",
    "compare_keyings",
    "import_responses",
    "judge",
    "map_columns",
    "take_form",
]
