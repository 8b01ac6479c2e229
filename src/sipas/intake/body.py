"""Which rows below the head are records, and which are totals, sections, repeated heads or signatures."""

from __future__ import annotations

import re
from functools import reduce

import polars as pl

from sipas.intake import reasons
from sipas.intake.layout import is_column_numbers, is_words
from sipas.intake.reasons import Reason
from sipas.intake.vietnamese import search_key

FOOTER_ROWS = 40  # signatures are looked for in so many last rows
SECTION_WIDTH = 4  # tables narrower than this have no section rows
# With diacritics, and as written without any: "tong cong" is a total, "tổng công ty" a company.
_TOTAL = re.compile(
    r"^(tổng cộng|tổng số|tổng hợp|tong cong(?! ty)|tong so|tong hop)\b|^(tổng|cộng|tong|cong)\s*[:.]?$"
    r"|^(cộng|cong) (trang|mang sang|dồn|don|toàn|toan|các|cac)\b"
)
# A number alone before a name is the number of a record; with a point or bracket it numbers a section.
_ORDINAL = re.compile(r"^([ivxl]+|[a-zđ])[.)]?$|^\d+(\.\d+)*[.)]$|^\d+(\.\d+)+$", re.IGNORECASE)
_SIGNATURE = re.compile(
    r"nguoi lap|lap bieu|ky ten|ky, |\(ky|thu truong|giam doc|chu tich|truong phong|truong ban|ke toan|xac nhan"
    r"|noi nhan|^ghi chu|thu ky|nguoi tong hop|can bo|cong chuc|^(tm|kt|tl|tuq)\.|ngay .*thang .*nam"
)


def classify_rows(body: pl.DataFrame, head: tuple[tuple[str | None, ...], ...]) -> pl.DataFrame:
    """Say of each row below the head why it is no record.

    Parameters
    ----------
    body : polars.DataFrame
        Cleaned text cells below the head; null where empty.
    head : tuple of tuple of str or None
        Cleaned cells of the head's rows, as wide as the body.

    Returns
    -------
    polars.DataFrame
        ``reason``, null where the row is a record, and ``section``, the heading of the section that the row stands in.
    """
    filled = body.select(pl.sum_horizontal(pl.all().is_not_null()).alias("filled"))["filled"]
    first = body.select(pl.coalesce(pl.all()).alias("first"))["first"]
    width = sum(any(cells) for cells in zip(*head, strict=True)) if head else body.width
    footer = _footer_start(body, filled, width)
    below = pl.int_range(body.height, eager=True) >= footer
    repeated = _repeats(body, filled, head)
    found = [
        (filled == 0, reasons.EMPTY_ROW),
        (below, reasons.FOOTER_ROW),
        (repeated, reasons.REPEATED_HEADER_ROW),
        (_column_numbers(body, first, repeated), reasons.COLUMN_NUMBER_ROW),
        (_totals(first), reasons.TOTAL_ROW),
        (_sections(body, filled, width), reasons.SECTION_ROW),
    ]
    reason = reduce(_first_reason, found, pl.Series("reason", [None], dtype=pl.String).new_from_index(0, body.height))
    return pl.DataFrame([reason.alias("reason"), _headings(body, reason)])


def _first_reason(reason: pl.Series, found: tuple[pl.Series, Reason]) -> pl.Series:
    mask, code = found
    code_column = pl.Series([code], dtype=pl.String)
    return code_column.zip_with(mask.fill_null(value=False) & reason.is_null(), reason) if len(reason) else reason


def _repeats(body: pl.DataFrame, filled: pl.Series, head: tuple[tuple[str | None, ...], ...]) -> pl.Series:
    result = pl.Series([False], dtype=pl.Boolean).new_from_index(0, body.height)
    for cells in head:
        same = [pl.col(c) == cell for c, cell in zip(body.columns, cells, strict=True) if cell]
        if same:
            equal = body.select(pl.sum_horizontal([e.fill_null(value=False) for e in same]).alias("equal"))["equal"]
            result |= (equal == filled) & (equal >= min(2, len(same)))
    return result


def _column_numbers(body: pl.DataFrame, first: pl.Series, repeated: pl.Series) -> pl.Series:
    """Only directly below a head: elsewhere 1, 2, 3 are answers."""
    maybe = first.str.contains(r"^[(\[]?\s*(1|A|a)\s*[)\]]?$").fill_null(value=False)
    below_head = pl.int_range(body.height, eager=True) == 0
    below_head |= repeated.shift(1, fill_value=False)
    rows = [i for i in (maybe & below_head).arg_true().to_list() if is_column_numbers(list(body.row(i)))]
    return _at(rows, body.height)


def _totals(first: pl.Series) -> pl.Series:
    maybe = first.str.contains(r"(?i)^(t[ổo]ng|c[ộo]ng)").fill_null(value=False)
    rows = [i for i in maybe.arg_true().to_list() if _TOTAL.search(first[i].lower())]
    return _at(rows, len(first))


def _sections(body: pl.DataFrame, filled: pl.Series, width: int) -> pl.Series:
    if width < SECTION_WIDTH:
        return _at([], body.height)
    rows = []
    for i in ((filled == 1) | (filled == 2)).arg_true().to_list():
        cells = [cell for cell in body.row(i) if cell]
        # one word alone is a key whose other cells are empty, as a case without answers, not a heading
        is_heading = " " in cells[0] if len(cells) == 1 else _ORDINAL.match(cells[0]) is not None
        if is_heading and is_words(cells[-1]):
            rows.append(i)
    return _at(rows, body.height)


def _headings(body: pl.DataFrame, reason: pl.Series) -> pl.Series:
    headings: list[str | None] = [None] * body.height
    for i in (reason == reasons.SECTION_ROW).arg_true().to_list():
        headings[i] = re.sub(r"^([IVXL]+|[A-ZĐ]|\d+)[.)]\s+", "", [cell for cell in body.row(i) if cell][-1])
    return pl.Series("section", headings, dtype=pl.String).forward_fill()


def _footer_start(body: pl.DataFrame, filled: pl.Series, width: int) -> int:
    """First row of the signatures at the end; the height of the body where there are none."""
    sparse = max(3, width // 3)
    start = body.height
    for i in range(body.height - 1, max(body.height - FOOTER_ROWS, 0) - 1, -1):
        cells = [cell for cell in body.row(i) if cell]
        if filled[i] > sparse or (width <= sparse and filled[i] == width):
            break
        if any(_SIGNATURE.search(search_key(cell)) for cell in cells):
            start = i
    return start


def _at(rows: list[int], height: int) -> pl.Series:
    mask = pl.Series([False], dtype=pl.Boolean).new_from_index(0, height)
    return mask.scatter(rows, values=True) if rows else mask
