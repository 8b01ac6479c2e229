"""The ranking of units, with the places each could hold, and comparisons of other kinds of domains."""

from __future__ import annotations

import polars as pl

from sipas.intake.vietnamese import sort_key
from sipas.reporting.blocks import Block, BulletList, Column, Figure, Heading, Table, paragraph
from sipas.reporting.charts.bars import sorted_bars
from sipas.reporting.charts.dots import rank_intervals
from sipas.reporting.charts.theme import wrap
from sipas.reporting.contents.phrases import (
    METHOD_NOTE,
    VALUE_COLUMNS,
    notes,
    rank_cells,
    value_cells,
)
from sipas.reporting.figures import REGION_MARK, Figures, Value
from sipas.reporting.inputs import ATTRIBUTES
from sipas.reporting.wording import SUPPRESSED, count, interval, number, places, sentence, sizes

MOST_DRAWN = 48  # bars that fill one page
MOST_RANKED = 70  # with more units the sets of places are wide and fill pages; the table has them
MOST_WRAPPED = 32
NAMED = 8
NAME_WIDTH = 40
ATTRIBUTE_WORDS = {
    "class": "loại đơn vị hành chính",
    "region": "vùng",
    "kind": "nhóm đơn vị",
    "level": "cấp",
}
RANK_NOTE = (
    "Hạng có thể: tập các hạng mà số liệu cho phép, đồng thời cho mọi đơn vị ở mức tin cậy 95%; hai đơn vị có tập hạng "
    "giao nhau thì chưa thể phân biệt thứ tự. "
)


def ranking(figures: Figures, section: str) -> list[Block]:
    """Tell the ranking of each ranked kind of units.

    Parameters
    ----------
    figures : Figures
        Tables of the report.
    section : str
        Roman number of the section.

    Returns
    -------
    list of Block
        The section on ranks.
    """
    blocks: list[Block] = [Heading(1, f"{section}. XẾP HẠNG")]
    several = len(figures.inputs.unit_kinds) > 1
    for place, kind in enumerate(figures.inputs.unit_kinds, start=1):
        if several:
            blocks.append(Heading(2, f"{place}. {sentence(figures.kind_label(kind))}"))
        values = figures.domains(kind, figures.root)
        blocks += [*_summary(figures, kind, values), _table(figures, kind, values)]
        blocks += [*_groups(figures, kind, values), *_bars(figures, kind, values)]
        if len(values) <= MOST_RANKED:
            blocks += _ranks(figures, kind, values)
    return blocks


def halves(values: list[Value]) -> tuple[list[Value], list[Value]]:
    """Find the units that surely stand in the upper and in the lower half.

    Parameters
    ----------
    values : list of Value
        Units of one ranking.

    Returns
    -------
    tuple of list
        Units whose worst possible place lies in the upper half; units whose best lies in the lower.
    """
    ranked = [v for v in values if v.rank_low is not None and v.rank_high is not None and v.ranked]
    upper = [v for v in ranked if (v.rank_high or 0) * 2 <= (v.ranked or 0)]
    lower = [v for v in ranked if (v.rank_low or 0) * 2 > (v.ranked or 0) + 1]
    return upper, lower


def comparisons(figures: Figures, section: str) -> list[Block]:
    """Compare the domains that are not ranked: field, level, region and the like.

    Parameters
    ----------
    figures : Figures
        Tables of the report.
    section : str
        Roman number of the section.

    Returns
    -------
    list of Block
        Empty where there are none.
    """
    kinds = [k for k in figures.kinds() if figures.domains(k, figures.root)]
    if not kinds:
        return []
    blocks: list[Block] = [
        Heading(1, f"{section}. SO SÁNH THEO NHÓM"),
        paragraph(
            "Các bảng dưới đây mô tả từng nhóm; khoảng tin cậy giao nhau thì chưa thể khẳng định các nhóm khác nhau."
        ),
    ]
    for place, kind in enumerate(kinds, start=1):
        blocks += [Heading(2, f"{place}. Theo {figures.kind_label(kind)}"), _domains_table(figures, kind)]
        values = figures.domains(kind, figures.root)
        if len(values) > 2:
            blocks += _bars(figures, kind, values)
    return blocks


def _summary(figures: Figures, kind: str, values: list[Value]) -> list[Block]:
    shown = [v for v in values if v.percent is not None]
    hidden = len(values) - len(shown)
    upper, lower = halves(values)
    told = f"Có {len(shown)} {figures.kind_label(kind)} được công bố chỉ số"
    told += f", {hidden} không công bố do ít phiếu. " if hidden else ". "
    if not upper and not lower:
        told += "Số liệu chưa đủ để xếp chắc chắn đơn vị nào vào nửa trên hay nửa dưới bảng xếp hạng."
        return [paragraph(told)]
    told += (
        "Ở mức tin cậy 95% đồng thời cho mọi đơn vị, chỉ có thể khẳng định như sau; với các đơn vị còn lại, số liệu "
    )
    told += "chưa đủ để phân biệt."
    halves_named = (("nửa trên", upper), ("nửa dưới", lower))
    lines = (f"Thuộc {words} bảng xếp hạng: {_named(figures, kind, v)}." for words, v in halves_named if v)
    return [paragraph(told), BulletList(tuple(lines))]


def _named(figures: Figures, kind: str, values: list[Value]) -> str:
    named = [f"{figures.label(kind, v.domain)} (hạng {places(v.rank_low, v.rank_high)})" for v in values[:NAMED]]
    more = f" và {len(values) - NAMED} đơn vị khác" if len(values) > NAMED else ""
    return ", ".join(named) + more


def _table(figures: Figures, kind: str, values: list[Value]) -> Table:
    rows = []
    for value in values:
        rank, could = (SUPPRESSED, SUPPRESSED) if value.suppressed else rank_cells(value)
        rows.append((rank, figures.label(kind, value.domain), *value_cells(value), could))
    return Table(
        f"Xếp hạng {figures.kind_label(kind)} theo chỉ số hài lòng",
        (
            Column("Hạng", 0.42, "center"),
            Column(sentence(figures.kind_label(kind)), 2.6, "left"),
            *VALUE_COLUMNS,
            Column("Hạng có thể", 0.75, "center"),
        ),
        tuple(rows),
        notes(figures, METHOD_NOTE, RANK_NOTE),
        name_column=1,
    )


def _chunks(figures: Figures, kind: str, values: list[Value]) -> list[list[Value]]:
    wrapped = any(len(figures.label(kind, v.domain)) > NAME_WIDTH for v in values)
    pages = -(-len(values) // (MOST_WRAPPED if wrapped else MOST_DRAWN))
    size = -(-len(values) // pages) if pages else 1
    return [values[k : k + size] for k in range(0, len(values), size)]


def _bars(figures: Figures, kind: str, values: list[Value]) -> list[Block]:
    shown = [v for v in values if v.percent is not None]
    whole = figures.whole(figures.root)
    lines = [] if whole is None or whole.percent is None else [(f"Chung: {number(whole.percent)}", whole.percent)]
    lines += [
        (f"Chỉ tiêu: {number(t.threshold)}", t.threshold)
        for t in figures.inputs.targets[:1]
        if t.node == figures.root and t.domain_kind == "all"
    ]
    parts = _chunks(figures, kind, shown)
    blocks: list[Block] = []
    for part, chunk in enumerate(parts, start=1):
        which = f" ({part}/{len(parts)})" if len(parts) > 1 else ""
        caption = f"Chỉ số hài lòng theo {figures.kind_label(kind)}{which}"
        rows = [
            {
                "name": wrap(figures.label(kind, v.domain), NAME_WIDTH),
                "percent": v.percent,
                "low": v.low,
                "high": v.high,
            }
            for v in chunk
        ]
        table = Table(
            caption,
            (Column(sentence(figures.kind_label(kind)), 2.5, "left"), *VALUE_COLUMNS),
            tuple((figures.label(kind, v.domain), *value_cells(v)) for v in chunk),
        )
        counts = [v.n for v in chunk if v.n is not None]
        each = f"{sizes(counts)} mỗi đơn vị. " if counts else ""
        blocks.append(
            Figure(
                caption,
                sorted_bars(rows, "Chỉ số hài lòng (%)", lines),
                f"Biểu đồ cột ngang xếp từ cao đến thấp, {len(chunk)} đơn vị, có khoảng tin cậy 95%.",
                table,
                notes(figures, f"Vạch ngang: khoảng tin cậy 95%. {each}"),
            )
        )
    return blocks


def _ranks(figures: Figures, kind: str, values: list[Value]) -> list[Block]:
    shown = [v for v in values if v.rank is not None and v.rank_low is not None]
    parts = _chunks(figures, kind, shown)
    blocks: list[Block] = []
    for part, chunk in enumerate(parts, start=1):
        which = f" ({part}/{len(parts)})" if len(parts) > 1 else ""
        caption = f"Hạng và các hạng có thể của từng {figures.kind_label(kind)}{which}"
        rows = [
            {
                "name": wrap(figures.label(kind, v.domain), NAME_WIDTH),
                "rank": v.rank,
                "rank_low": v.rank_low,
                "rank_high": v.rank_high,
            }
            for v in chunk
        ]
        table = Table(
            caption,
            (Column("Đơn vị", 3, "left"), Column("Hạng"), Column("Hạng có thể")),
            tuple((figures.label(kind, v.domain), *rank_cells(v)) for v in chunk),
        )
        spec = rank_intervals(rows, max(v.ranked or 1 for v in chunk))
        alt = f"Biểu đồ khoảng hạng của {len(chunk)} đơn vị."
        note = notes(figures, "Điểm: hạng theo ước lượng; vạch: các hạng có thể (đồng thời, 95%). ")
        blocks.append(Figure(caption, spec, alt, table, note))
    return blocks


def _groups(figures: Figures, kind: str, values: list[Value]) -> list[Block]:
    """Set the units in groups by their attributes: how many, the lowest and the highest."""
    units = figures.inputs.units.filter(pl.col("domain_kind") == kind)
    blocks: list[Block] = []
    for attribute in (a for a in ATTRIBUTES if a in units.columns):
        group_of = dict(units.select("domain", attribute).drop_nulls().iter_rows())
        groups: dict[str, list[Value]] = {}
        for value in values:
            if value.percent is not None and value.domain in group_of:
                groups.setdefault(group_of[value.domain], []).append(value)
        if len(groups) < 2:
            continue
        rows = tuple(
            _group_row(figures, kind, _group_name(figures, kind, attribute, name, groups[name]), groups[name])
            for name in sorted(groups, key=sort_key)
        )
        blocks.append(
            Table(
                (
                    f"{sentence(figures.kind_label(kind))} theo {ATTRIBUTE_WORDS[attribute]}: thấp nhất "
                    f"và cao nhất trong nhóm"
                ),
                (
                    Column("Nhóm", 1.2, "left"),
                    Column("Số đơn vị", 0.6),
                    Column("Thấp nhất", 2, "left"),
                    Column("Cao nhất", 2, "left"),
                ),
                rows,
                notes(figures, "Theo ước lượng điểm; trong ngoặc là khoảng tin cậy 95%. "),
            )
        )
    return blocks


def _group_name(figures: Figures, kind: str, attribute: str, name: str, members: list[Value]) -> str:
    recalled = attribute == "region" and any((kind, v.domain) in figures.recalled_regions for v in members)
    return name + REGION_MARK if recalled else name


def _group_row(figures: Figures, kind: str, name: str, members: list[Value]) -> tuple[str, ...]:
    def told(value: Value) -> str:
        ends = interval(value.low, value.high)
        return f"{figures.label(kind, value.domain)}: {number(value.percent)} ({ends}; n = {count(value.n)})"

    return sentence(name), str(len(members)), told(members[-1]), told(members[0])


def _domains_table(figures: Figures, kind: str) -> Table:
    rows = tuple((figures.label(kind, v.domain), *value_cells(v)) for v in figures.domains(kind, figures.root))
    return Table(
        f"Chỉ số hài lòng theo {figures.kind_label(kind)}",
        (Column(sentence(figures.kind_label(kind)), 3, "left"), *VALUE_COLUMNS),
        rows,
        notes(figures, METHOD_NOTE),
    )
