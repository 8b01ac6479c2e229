"""Workbooks as district offices keep them, built cell by cell."""

import datetime as dt
from pathlib import Path

import openpyxl
import xlwt

from sipas.intake.legacy import encode

HEAD_TOP = [
    "STT",
    "Mã hồ sơ",
    "Người nộp",
    None,
    None,
    "Thủ tục",
    None,
    "Ngày",
    None,
    "Trạng thái",
    "Đơn vị giải quyết",
]
HEAD_BOTTOM = [
    None,
    None,
    "Họ và tên",
    "Địa chỉ",
    "SĐT",
    "Lĩnh vực",
    "Tên thủ tục",
    "Tiếp nhận",
    "Trả kết quả",
    None,
    None,
]
RECORDS: list[list[object]] = [
    [
        1,
        "H01.26.001",
        "Nguyễn Thị Hường",
        "Tổ 3, phường Minh Xuân",
        912345678,
        "Đất đai",
        "Cấp đổi GCN",
        "3/4/2026",
        dt.date(2026, 4, 13),
        "Đã trả kết quả",
        "UBND phường Minh Xuân",
    ],
    [
        2,
        "H01.26.002",
        "Vũ Văn Ủy",
        "Thôn 5, xã Tân Long",
        "0912 345 679",
        "Hộ tịch",
        "Đăng ký khai sinh",
        "03-04-2026",
        "10.04.26",
        "Đã trả kết quả",
        "UBND xã Tân Long",
    ],
    [
        3,
        "H01.26.003",
        "Lê Thuỳ Dương",
        "Thôn 1, xã Tân Long",
        "0912345680",
        "Hộ tịch",
        "Đăng ký kết hôn",
        dt.date(2026, 4, 6),
        "ngày 7 tháng 4 năm 2026",
        "Hoàn thành",
        "UBND xã Tân Long",
    ],
    [
        4,
        "H01.26.003",
        "Lê Thuỳ Dương",
        "Thôn 1, xã Tân Long",
        "0912345680",
        "Hộ tịch",
        "Đăng ký kết hôn",
        "06/04/2026",
        "07/04/2026",
        "Hoàn thành",
        "UBND xã Tân Long",
    ],
    [
        5,
        "H01.26.004",
        "Đặng Đức Hải",
        "Tổ 7, phường Minh Xuân",
        "0912345681",
        "Đất đai",
        "Tách thửa",
        46115,
        "31/04/2026",
        "Đã trả kết quả",
        "UBND phường Minh Xuân",
    ],
    [
        6,
        "H01.26.005",
        "Hoàng Quỳnh Nga",
        None,
        None,
        "Hộ tịch",
        "Cấp trích lục",
        "08/04/2026",
        "09/04/2026 14:05",
        "Đã trả kết quả",
        "UBND xã Tân Long",
    ],
    [
        7,
        "H01.26.006",
        "Trần Văn Bé",
        "Thôn 2, xã Tân Long",
        "0912345682",
        "Hộ tịch",
        "Cấp trích lục",
        "08/04/2026",
        None,
        "Đang xử lý",
        "UBND xã Tân Long",
    ],
    [
        8,
        "H01.26.007",
        "Công ty TNHH Bình Minh",
        "Số 5, đường 17/8",
        "02073822222",
        "Đăng ký kinh doanh",
        "Thay đổi nội dung",
        "01/12/2025",
        "05/12/2025",
        "Đã trả kết quả",
        "UBND phường Minh Xuân",
    ],
    [
        9,
        "H01.26.008",
        "Phạm Thị Hà",
        "Thôn 2, xã Tân Long",
        "0912345683",
        "Hộ tịch",
        "Cấp trích lục",
        "08/04/2026",
        "09/04/2026",
        "Đã trả kết quả",
        "UBND xã Không Có",
    ],
]
TITLES = ["UBND HUYỆN YÊN SƠN", "DANH SÁCH HỒ SƠ ĐÃ GIẢI QUYẾT", "(Từ ngày 01/01/2026 đến ngày 30/09/2026)"]
FOOTER = ["Yên Sơn, ngày 05 tháng 10 năm 2026", "Người lập biểu", "(Ký, ghi rõ họ tên)", "Nguyễn Văn Lập"]


def old(value: object, *, legacy: bool) -> object:
    return encode(value, "tcvn3") if legacy and isinstance(value, str) else value


def ugly_xlsx(path: Path, *, legacy: bool = True) -> Path:
    """Three title rows, a merged head of two rows, TCVN3, mixed dates, a section, a total, signatures."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "DS ho so"
    for number, title in enumerate(TITLES, start=1):
        sheet.cell(number, 1, str(old(title, legacy=legacy)))
        sheet.merge_cells(start_row=number, start_column=1, end_row=number, end_column=11)
    for row, cells in ((5, HEAD_TOP), (6, HEAD_BOTTOM), (7, [f"({i})" for i in range(1, 12)])):
        for column, value in enumerate(cells, start=1):
            sheet.cell(row, column, old(value, legacy=legacy))  # type: ignore[arg-type]  # str, number or None
    for area in ("A5:A6", "B5:B6", "C5:E5", "F5:G5", "H5:I5", "J5:J6", "K5:K6"):
        sheet.merge_cells(area)
    body: list[list[object]] = [["I", "Hồ sơ năm 2026"], *RECORDS, ["Tổng cộng", None, len(RECORDS)]]
    for row, cells in enumerate(body, start=8):
        for column, value in enumerate(cells, start=1):
            sheet.cell(row, column, old(value, legacy=legacy))  # type: ignore[arg-type]  # str, number, date or None
    for row, text in enumerate(FOOTER, start=8 + len(body) + 1):
        sheet.cell(row, 9, str(old(text, legacy=legacy)))
    book.save(path)
    return path


def ugly_xls(path: Path) -> Path:
    """The same list as an old XLS, in TCVN3."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("DS ho so")
    day = xlwt.easyxf(num_format_str="dd/mm/yyyy")
    rows = [[t] for t in TITLES] + [[], HEAD_TOP, HEAD_BOTTOM, *RECORDS, ["Tổng cộng", None, len(RECORDS)], []]
    rows += [[None] * 8 + [text] for text in FOOTER]
    for r, cells in enumerate(rows):
        for c, value in enumerate(cells):
            if isinstance(value, dt.date):
                sheet.write(r, c, value, day)
            elif value is not None:
                sheet.write(r, c, old(value, legacy=True))
    book.save(str(path))
    return path
