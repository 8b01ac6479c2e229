"""Why a row or a cell of an office file was not taken; each has a sentence in both languages."""

from __future__ import annotations

from typing import NewType

Reason = NewType("Reason", str)

TITLE_ROW = Reason("intake.title_row")
HEADER_ROW = Reason("intake.header_row")
COLUMN_NUMBER_ROW = Reason("intake.column_number_row")
REPEATED_HEADER_ROW = Reason("intake.repeated_header_row")
EMPTY_ROW = Reason("intake.empty_row")
TOTAL_ROW = Reason("intake.total_row")
SECTION_ROW = Reason("intake.section_row")
FOOTER_ROW = Reason("intake.footer_row")
SHEET_HIDDEN = Reason("intake.sheet_hidden")
SHEET_WITHOUT_HEADER = Reason("intake.sheet_without_header")
SHEET_OTHER = Reason("intake.sheet_other")
ROW_TOO_LONG = Reason("intake.row_too_long")
DATE_IMPOSSIBLE = Reason("intake.date_impossible")
DATE_UNREADABLE = Reason("intake.date_unreadable")
INTEGER_UNREADABLE = Reason("intake.integer_unreadable")
REAL_UNREADABLE = Reason("intake.real_unreadable")
