"""Change since the earlier round, in points and in places; claimed only where its interval leaves out zero."""

from __future__ import annotations

from collections.abc import Iterable

from sipas.reporting.blocks import Block, Column, Heading, Table, paragraph
from sipas.reporting.contents.phrases import (
    FALLEN,
    RISEN,
    UNDECIDED,
    change_in_words,
    notes,
    short_title,
    verdict,
)
from sipas.reporting.figures import Figures, Value
from sipas.reporting.wording import (
    SUPPRESSED,
    between,
    count,
    number,
    place_change,
    sentence,
    signed,
)

LEVEL = 0.95  # of every interval
CHANGE_NOTE = (
    "Thay đổi tính bằng điểm phần trăm trên các tiêu chí so sánh được giữa hai kỳ. “Tăng”, “Giảm” "
    "chỉ ghi khi khoảng tin "
    "cậy 95% của thay đổi không chứa số 0; xét riêng từng dòng; “Chưa rõ”: chưa đủ căn cứ thống kê. "
)
POINTS = (Column("Kỳ trước", 0.68), Column("Kỳ này", 0.68), Column("Thay đổi", 0.72), Column("KTC 95%", 1.15, "center"))


def comparable(value: Value) -> float | None:
    """Give this round's value on the items that compare with the earlier round.

    Parameters
    ----------
    value : Value
        A row of the index.

    Returns
    -------
    float or None
        In percent.
    """
    if value.previous is None or value.change is None:
        return None
    return value.previous + value.change


def has_earlier(figures: Figures) -> bool:
    """Say whether there is an earlier round to compare with.

    Parameters
    ----------
    figures : Figures
        Tables of the report.

    Returns
    -------
    bool
        Whether the whole has a change.
    """
    whole = figures.whole(figures.root)
    return whole is not None and whole.change is not None


def change(figures: Figures, section: str) -> list[Block]:
    """Tell the change of the whole, of its nodes and of the units.

    Parameters
    ----------
    figures : Figures
        Tables of the report.
    section : str
        Roman number of the section.

    Returns
    -------
    list of Block
        Empty where there is no earlier round.
    """
    whole = figures.whole(figures.root)
    if whole is None or not has_earlier(figures):
        return []
    before = figures.inputs.title.previous_period or "kỳ trước"
    blocks: list[Block] = [
        Heading(1, f"{section}. THAY ĐỔI SO VỚI {before.upper()}"),
        paragraph(whole_words(figures, whole)),
        _nodes(figures),
    ]
    for kind in figures.inputs.unit_kinds:
        values = figures.domains(kind, figures.root)
        if any(v.change is not None for v in values):
            blocks += [paragraph(_tally(figures, kind, values)), _units(figures, kind, values)]
    return blocks


def whole_words(figures: Figures, whole: Value) -> str:
    """Tell the change of the whole in one sentence.

    Parameters
    ----------
    figures : Figures
        Tables of the report.
    whole : Value
        The root's value of the whole.

    Returns
    -------
    str
        A sentence that claims a change only where there is one.
    """
    before = figures.inputs.title.previous_period or "kỳ trước"
    told = {
        RISEN: "tăng, có ý nghĩa thống kê",
        FALLEN: "giảm, có ý nghĩa thống kê",
        UNDECIDED: "chưa đủ căn cứ thống kê để khẳng định có thay đổi",
    }.get(verdict(whole), "")
    return f"So với {before}, chỉ số chung thay đổi {change_in_words(whole)}: {told}."


def moved(values: Iterable[Value], told: str) -> list[Value]:
    """Pick the values with one verdict on their change.

    Parameters
    ----------
    values : iterable of Value
        Rows of the index.
    told : str
        ``Tăng``, ``Giảm`` or ``Chưa đủ căn cứ``.

    Returns
    -------
    list of Value
        In the order given.
    """
    return [v for v in values if verdict(v) == told]


def change_cells(value: Value | None) -> tuple[str, str, str, str, str]:
    """Write the earlier value, the comparable one, the change, its interval and the verdict.

    Parameters
    ----------
    value : Value or None
        A row of the index.

    Returns
    -------
    tuple of str
        Five cells; ``–*`` where suppressed.
    """
    if value is None or value.suppressed:
        cell = "–" if value is None else SUPPRESSED
        return cell, cell, cell, cell, cell
    return (
        number(value.previous),
        number(comparable(value)),
        signed(value.change),
        between(value.change_low, value.change_high),
        {UNDECIDED: "Chưa rõ"}.get(verdict(value), verdict(value)),
    )


def _nodes(figures: Figures) -> Table:
    rows, depths = [], []
    depth = {"": -1}
    for node, parent in figures.inputs.edition.nodes():
        depth[node.name] = depth[parent or ""] + 1
        value = figures.whole(node.name)
        rows.append((short_title(figures, node.name), count(value.n if value else None), *change_cells(value)))
        depths.append(depth[node.name])
    return Table(
        "Thay đổi theo nội dung, yếu tố, tiêu chí",
        (Column("Yếu tố, tiêu chí", 2.3, "left"), Column("n", 0.55), *POINTS, Column("Kết luận", 0.8, "center")),
        tuple(rows),
        notes(figures, CHANGE_NOTE, "n: số người trả lời kỳ này. "),
        tuple(depths),
    )


def _tally(figures: Figures, kind: str, values: list[Value]) -> str:
    compared = [v for v in values if v.change is not None]
    counts = {told: len(moved(compared, told)) for told in (RISEN, FALLEN, UNDECIDED)}
    chance = count(round(len(compared) * (1 - LEVEL)))
    return (
        f"{sentence(figures.kind_label(kind))}: {len(compared)} đơn vị so sánh được; {counts[RISEN]} tăng, "
        f"{counts[FALLEN]} giảm có ý nghĩa thống kê, {counts[UNDECIDED]} chưa đủ căn cứ. "
        f"Vì xét riêng từng đơn vị, dù không có thay đổi thật vẫn có thể có khoảng {chance} đơn vị được ghi tăng "
        "hoặc giảm do ngẫu nhiên."
    )


def _units(figures: Figures, kind: str, values: list[Value]) -> Table:
    rows = []
    for value in values:
        places = f"{count(value.previous_rank)}/{count(value.rank)}"
        ranks = (
            (SUPPRESSED, SUPPRESSED) if value.suppressed else (places, place_change(value.previous_rank, value.rank))
        )
        size = SUPPRESSED if value.suppressed else count(value.n)
        rows.append((figures.label(kind, value.domain), size, *change_cells(value), *ranks))
    return Table(
        f"Thay đổi về điểm và hạng của từng {figures.kind_label(kind)}",
        (
            Column(sentence(figures.kind_label(kind)), 1.9, "left"),
            Column("n", 0.5),
            *POINTS,
            Column("Kết luận", 0.8, "center"),
            Column("Hạng trước/ nay", 0.72, "center"),
            Column("Đổi hạng", 0.55, "center"),
        ),
        tuple(rows),
        notes(
            figures,
            CHANGE_NOTE,
            (
                "Đổi hạng là chênh lệch hạng theo ước lượng điểm (+: lên hạng); đọc cùng cột “Hạng có "
                "thể” ở bảng xếp hạng. "
            ),
        ),
    )
