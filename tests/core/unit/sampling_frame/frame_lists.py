"""Small lists of transactions and residents, as tables read from files."""

import datetime as dt

import polars as pl

from sipas.intake import OfficeTable, guess_mapping
from sipas.sampling.frame import FrameImport, KeyMaterial, Rules, Window, import_frame

KEYS = KeyMaterial(round_secret=b"r" * 32, department_key=b"d" * 32)
WINDOW = Window(dt.date(2026, 1, 1), dt.date(2026, 9, 30))
GOOD = {
    "Họ và tên": "Nguyễn Thị Hường",
    "Địa chỉ": "Thôn 1",
    "SĐT": "0912345678",
    "Email": None,
    "Mã hồ sơ": None,
    "Lĩnh vực": "Hộ tịch",
    "Thủ tục": "Cấp trích lục",
    "Đơn vị giải quyết": "UBND xã Tân Long",
    "Ngày tiếp nhận": "01/04/2026",
    "Ngày trả kết quả": "03/04/2026",
    "Trạng thái": "Đã trả kết quả",
}
RESIDENT = {
    "Họ và tên": "Nguyễn Thị Hường",
    "Ngày sinh": "03/04/1980",
    "Thôn": "Thôn 1",
    "Xã": "Tân Long",
    "Địa chỉ": None,
    "SĐT": None,
}


def listed(*changes: dict[str, str | None], base: dict[str, str | None] = GOOD, file: str = "ds.csv") -> OfficeTable:
    rows = [base | change for change in changes]
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = pl.DataFrame(
        [[row.get(n) for n in names] for row in rows], schema=dict.fromkeys(names, pl.String), orient="row"
    )
    purpose = "transactions" if base is GOOD else "residents"
    numbers = pl.Series("row", range(2, len(rows) + 2), dtype=pl.Int64)
    return OfficeTable(cells, numbers, file, mapping=guess_mapping(names, purpose))


def imported(
    *tables: OfficeTable,
    rules: Rules | None = None,
    window: Window = WINDOW,
    totals: pl.DataFrame | None = None,
    keys: KeyMaterial = KEYS,
) -> FrameImport:
    return import_frame(
        tables, population="transactions", window=window, province="08", keys=keys, rules=rules, totals=totals
    )


def reasons(result: FrameImport) -> list[tuple[int, str]]:
    return list(result.rejected.select("row", "reason").iter_rows())
