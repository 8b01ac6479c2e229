"""A small round with rare people in it, made without chance."""

import datetime as dt

import polars as pl

from sipas.instrument import load
from sipas.tables import RESPONSES, WEIGHTS

EDITION = load("sipas-2017")
KEY = b"a key of sixteen bytes or more"
DAY = dt.date(2025, 10, 1)


def responses(rows: int = 120) -> pl.DataFrame:
    data: dict[str, list] = {
        "case_id": [f"CASE{i:06d}" for i in range(rows)],
        "mode": ["paper" if i % 3 else "web" for i in range(rows)],
        "received_on": [DAY + dt.timedelta(days=i % 40) for i in range(rows)],
        "valid": [i % 20 != 19 for i in range(rows)],
        "invalid_reason": ["capture.too_few" if i % 20 == 19 else None for i in range(rows)],
    }
    for place, column in enumerate(EDITION.columns()):
        data[column.name] = [answer(column, i, place) for i in range(rows)]
    schema = {c.name: c.dtype for c in RESPONSES.columns} | {c.name: c.dtype for c in EDITION.columns()}
    return pl.DataFrame(data, schema=schema)


def answer(column, row: int, place: int):
    if column.dtype == pl.String:
        return f"Tôi là Nguyễn Văn {row}" if row % 4 == 0 else None
    values = list(column.values)
    rare = column.name == "ethnicity" and row not in {7, 50}
    return None if (row + place) % 17 == 0 else values[0] if rare else values[(row * 7 + place) % len(values)]


def weights(rows: int = 120) -> pl.DataFrame:
    final = [1.5 + 0.25 * (i % 7) for i in range(rows)]
    cases = [f"CASE{i:06d}" for i in range(rows)]
    return pl.DataFrame(
        {"case_id": cases, "base": final, "nonresponse": final, "calibrated": final, "final": final},
        schema=WEIGHTS.empty().schema,
    )


def domains(rows: int = 120) -> pl.DataFrame:
    return pl.DataFrame({
        "case_id": [f"CASE{i:06d}" for i in range(rows)],
        "agency_level": ["province" if i % 4 == 0 else "commune" for i in range(rows)],
        "agency": ["UBND xã Nhỏ" if i < 4 else f"UBND xã Đông {i % 3}" for i in range(rows)],
        "finished_on": [DAY + dt.timedelta(days=i % 50) for i in range(rows)],
    }).rename({"finished_on": "finished_month"})
