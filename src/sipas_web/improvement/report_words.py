"""Vietnamese words of reports: data of documents and lists, no message of the interface."""

from __future__ import annotations

import datetime as dt

PERIODS = {
    "quarter_1": "quý I năm {year}",
    "half_year": "6 tháng đầu năm {year}",
    "quarter_3": "quý III năm {year}",
    "nine_months": "9 tháng đầu năm {year}",
    "year": "năm {year}",
}
STATES = {
    "on_time": "hoàn thành đúng hạn",
    "late": "hoàn thành quá hạn",
    "in_time": "đang thực hiện, trong hạn",
    "overdue": "chưa hoàn thành, quá hạn",
    "done": "hoàn thành (không đặt hạn)",
    "open": "đang thực hiện (không đặt hạn)",
    "dropped": "thôi thực hiện",
    "no_task": "chưa giao thành nhiệm vụ",
}
LEVELS = {
    "country": "cả nước",
    "province": "cấp tỉnh",
    "district": "cấp huyện",
    "commune": "cấp xã",
    "agency": "sở, ban, ngành, cơ quan",
    "one_stop": "Bộ phận Một cửa",
}


def period_of(kind: str, year: int) -> str:
    """Name a period: ``quý I năm 2026``."""
    return PERIODS[kind].format(year=year)


def title_of(kind: str, year: int, unit: str) -> str:
    """Name a report."""
    return f"báo cáo {period_of(kind, year)} của {unit}"


def day(on: dt.date) -> str:
    """Write a day."""
    return f"{on.day}/{on.month}/{on.year}"
