"""Synthetic lists as office files: title rows, Vietnamese headers, one workbook and one CSV."""

from __future__ import annotations

import io
from datetime import date, datetime

import polars as pl
import xlsxwriter

from sipas.simulation.people import Population

HEADERS = {
    "transactions": {
        "dossier": "Mã hồ sơ",
        "agency": "Cơ quan giải quyết",
        "commune": "Xã/phường",
        "field": "Lĩnh vực",
        "name": "Tên người nộp hồ sơ",
        "respondent_kind": "Đối tượng",
        "address": "Địa chỉ",
        "phone": "Số điện thoại",
        "finished_on": "Ngày trả kết quả",
        "state": "Trạng thái",
    },
    "residents": {
        "name": "Họ và tên",
        "birth_year": "Năm sinh",
        "village": "Thôn/tổ dân phố",
        "commune": "Xã/phường",
        "address": "Địa chỉ",
        "phone": "Số điện thoại",
    },
}
KINDS = {"person": "Cá nhân", "organisation": "Tổ chức"}


def office_files(population: Population, *, made_on: date) -> dict[str, bytes]:
    """Write a synthetic population as an office would hand it in.

    Parameters
    ----------
    population : Population
        The list.
    made_on : date
        Date that the workbook carries.

    Returns
    -------
    dict of str to bytes
        File content by name; the same for the same population.
    """
    rows = _printed(population)
    if population.kind == "residents":
        return {"nguoi-dan.csv": _csv(rows, population.title)}
    is_commune = population.rows["agency_level"] == "commune"
    return {
        "so-ban-nganh.xlsx": _workbook(rows.filter(~is_commune), population.title, made_on),
        "cap-xa.csv": _csv(rows.filter(is_commune), population.title),
    }


def office_list(population: Population) -> bytes:
    """Write a whole synthetic population as one CSV list.

    Parameters
    ----------
    population : Population
        The list.

    Returns
    -------
    bytes
        UTF-8 with a byte order mark, a title row, an empty row, headers, rows.
    """
    return _csv(_printed(population), population.title)


def _printed(population: Population) -> pl.DataFrame:
    rows = population.rows
    if population.kind == "transactions":
        rows = rows.with_columns(
            pl.col("respondent_kind").replace_strict(KINDS),
            pl.col("finished_on").dt.strftime("%d/%m/%Y"),
            state=pl.lit("Đã trả kết quả"),
        )
    headers = HEADERS[population.kind]
    return rows.select(pl.col(name).alias(header) for name, header in headers.items())


def _csv(rows: pl.DataFrame, title: str) -> bytes:
    return b"\xef\xbb\xbf" + f"{title}\n\n".encode() + rows.write_csv().encode()


def _workbook(rows: pl.DataFrame, title: str, made_on: date) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    made = datetime(made_on.year, made_on.month, made_on.day)  # noqa: DTZ001  a workbook's date has no zone
    book.set_properties({"created": made, "title": title})
    sheet = book.add_worksheet("Danh sách")
    bold = book.add_format({"bold": True, "align": "center", "border": 1})
    sheet.merge_range(0, 0, 0, rows.width - 1, title, bold)
    sheet.write(1, 0, f"Lập ngày {made_on:%d/%m/%Y}")
    sheet.write_row(3, 0, rows.columns, bold)
    for number, row in enumerate(rows.iter_rows(), start=4):
        sheet.write_row(number, 0, [cell if cell is not None else "" for cell in row])
    sheet.set_column(0, rows.width - 1, 22)
    book.close()
    return out.getvalue()
