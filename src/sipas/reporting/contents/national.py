"""The national line the Ministry published, with its break and its years without a value."""

from __future__ import annotations

import itertools

from sipas.reporting.blocks import Block, Column, Figure, Table
from sipas.reporting.charts.series import national_line
from sipas.reporting.figures import Figures
from sipas.reporting.inputs import NationalFigure
from sipas.reporting.wording import number

CAPTION = "Chỉ số hài lòng cả nước do Bộ Nội vụ công bố"
# Source: the notes of publication's national line; for 2016 no page was found.
WITHOUT_VALUE = {
    2015: "năm 2015 chỉ thí điểm tại 10 tỉnh, không có chỉ số cả nước",
    2016: "năm 2016 không tìm thấy số liệu công bố",
}


def national(figures: Figures) -> list[Block]:
    """Draw the published national values; series of two methods are never joined.

    Parameters
    ----------
    figures : Figures
        Tables of the report, with at least one published year.

    Returns
    -------
    list of Block
        One figure; empty where no year has a value.
    """
    given = sorted(figures.inputs.national, key=lambda f: (f.year, f.series))
    valued = [(f, f.percent) for f in given if f.percent is not None]
    if not valued:
        return []
    spans: dict[str, list[int]] = {}
    for figure, _ in valued:
        spans.setdefault(figure.series, []).append(figure.year)
    labels = {s: f"Phương pháp dùng {min(y)}–{max(y)}" for s, y in spans.items()}
    order = sorted(spans, key=lambda s: min(spans[s]))
    breaks = [
        ((max(spans[a]) + min(spans[b])) / 2, f"đổi phương pháp {max(spans[a])}/{min(spans[b])}")
        for a, b in itertools.pairwise(order)
    ]
    rows = [{"year": f.year, "series": labels[f.series], "percent": percent} for f, percent in valued]
    years = [f.year for f in given]
    spec = national_line(rows, breaks, "Tỷ lệ hài lòng (%)", (min(years), max(years)))
    alt = f"Biểu đồ đường chỉ số cả nước {years[0]}–{years[-1]}, ngắt đoạn tại chỗ đổi phương pháp."
    return [Figure(CAPTION, spec, alt, _table(given, labels), _note(given), published=True)]


def _table(given: list[NationalFigure], labels: dict[str, str]) -> Table:
    columns = (
        Column("Năm", 0.4, "center"),
        Column("Chỉ số (%)", 0.6),
        Column("Phương pháp", 1.4, "left"),
        Column("Nguồn", 2.4, "left"),
    )
    rows = tuple((str(f.year), number(f.percent), _method(f, labels), f.source) for f in given)
    return Table(CAPTION, columns, rows)


def _method(figure: NationalFigure, labels: dict[str, str]) -> str:
    return "–" if figure.percent is None else labels[figure.series]


def _note(given: list[NationalFigure]) -> str:
    known = {f.year for f in given if f.percent is not None}
    missing = [year for year in range(given[0].year, given[-1].year + 1) if year not in known]
    told = "; ".join(WITHOUT_VALUE.get(year, f"năm {year} không có giá trị cả nước") for year in missing)
    gaps = f"{told[:1].upper()}{told[1:]}. " if told else ""
    return (
        "Số liệu công bố của Bộ Nội vụ, không phải kết quả của kỳ đo này; nguồn không công bố n và sai số theo năm; "
        f"trục không bắt đầu từ 0. {gaps}Từ năm 2022 đổi đối tượng, phiếu và nội dung nên hai đoạn không nối và không "
        "so sánh với nhau."
    )
