"""The section on how the last index was used, as blocks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from sipas.reporting.blocks import Block, BulletList, Column, Table, paragraph
from sipas_web.improvement.report_words import STATES, day


def index_blocks(use: Mapping[str, Any], numbers: Iterator[int]) -> Iterator[Block]:
    """Set the index, the plans made from it and their measures."""
    if not use:
        yield paragraph("Chưa có kết quả đo lường nào được công bố cho địa bàn này.")
        return
    yield paragraph(index_sentence(use["index"]))
    plans, counts = use["plans"], use["counts"]
    if not plans:
        yield paragraph("Đến ngày chốt số liệu chưa có kế hoạch cải thiện nào được phê duyệt từ kết quả này.")
        return
    yield paragraph(
        f"Từ kết quả này có {len(plans)} kế hoạch cải thiện được phê duyệt, gồm {counts['measures']} biện pháp, "
        f"trong đó {counts['done']} biện pháp đã hoàn thành đến ngày chốt số liệu:"
    )
    yield BulletList(tuple(f"{p['title']} ({p['unit']}{', ' + p['act'] if p['act'] else ''});" for p in plans))
    if use["measures"]:
        yield _measures(use, next(numbers))


def index_sentence(index: Mapping[str, Any]) -> str:
    """Tell the index with its error and where it comes from."""
    from sipas.reporting.wording import count, interval, number

    simulated = " (số liệu mô phỏng)" if index["is_simulated"] else ""
    said = f"Kết quả gần nhất được công bố là “{index['title']}”, bản công bố {index['version']}{simulated}"
    if index.get("percent") is None:
        return f"{said}."
    between = interval(index["low"], index["high"])
    return (
        f"{said}: Chỉ số hài lòng chung {number(index['percent'])}% (khoảng tin cậy 95%: {between}; "
        f"{count(index['n'])} phiếu)."
    )


def _measures(use: Mapping[str, Any], number: int) -> Table:
    columns = (
        Column("Biện pháp", 2.6, "left"),
        Column("Tiêu chí cần nâng", 2.2, "left"),
        Column("Đơn vị thực hiện", 1.6, "left"),
        Column("Hạn", 0.9),
        Column("Tình trạng", 1.4, "left"),
    )
    rows = tuple(
        (
            m["title"],
            m["item"],
            m["owner"] or "–",
            day(dt.date.fromisoformat(m["due"])) if m["due"] else "–",
            STATES[m["state"]],
        )
        for m in use["measures"]
    )
    more = use["counts"]["measures"] - len(rows)
    note = f"Còn {more} biện pháp khác không nêu ở đây." if more else ""
    return Table(f"Bảng {number}. Biện pháp từ kết quả đo lường gần nhất", columns, rows, note=note, small=True)
