"""Conclusions and recommendations: neutral sentences, no difference claimed that the data do not carry."""

from __future__ import annotations

from sipas.reporting.blocks import Block, BulletList, Heading, paragraph
from sipas.reporting.contents.answers import option_estimate, questions
from sipas.reporting.contents.change import has_earlier, moved, whole_words
from sipas.reporting.contents.phrases import (
    FALLEN,
    MET,
    MISSED,
    RISEN,
    UNDECIDED,
    change_in_words,
    in_words,
    node_title,
    target_verdict,
)
from sipas.reporting.contents.ranking import halves
from sipas.reporting.contents.satisfaction import EXTREMES, items
from sipas.reporting.figures import Figures, Value
from sipas.reporting.inputs import Target
from sipas.reporting.wording import number, uncapital

NAMED = 5
WHOLE = "all"
VERDICTS = {MET: "đạt", MISSED: "chưa đạt", UNDECIDED: "chưa đủ căn cứ để kết luận đạt hay chưa đạt"}


def conclusion(figures: Figures, section: str) -> list[Block]:
    """Draw the conclusions and the recommendations.

    Parameters
    ----------
    figures : Figures
        Tables of the report.
    section : str
        Roman number of the section.

    Returns
    -------
    list of Block
        The last section of the report.
    """
    return [
        Heading(1, f"{section}. KẾT LUẬN VÀ KIẾN NGHỊ"),
        Heading(2, "1. Kết luận"),
        BulletList(tuple(_conclusions(figures))),
        Heading(2, "2. Kiến nghị"),
        BulletList(tuple(_recommendations(figures)), keep_last=True),
        paragraph(
            f"Trên đây là báo cáo kết quả đo lường sự hài lòng {figures.inputs.title.territory} "
            f"{figures.inputs.title.period}./."
        ),
    ]


def _conclusions(figures: Figures) -> list[str]:
    lines: list[str] = []
    whole = figures.whole(figures.root)
    if whole is not None:
        lines.append(f"Chỉ số hài lòng chung đạt {in_words(whole)}.")
        if has_earlier(figures):
            lines.append(whole_words(figures, whole))
    lines += _target_lines(figures)
    nodes = [v for n, _ in figures.inputs.edition.nodes() if n.question is None and (v := figures.whole(n.name))]
    for told, verb in ((RISEN, "tăng"), (FALLEN, "giảm")):
        found = [v for v in moved(nodes, told) if v.node != figures.root]
        if found:
            names = "; ".join(f"{_title(figures, v)} {change_in_words(v)}" for v in found)
            lines.append(f"Yếu tố {verb} có ý nghĩa thống kê: {names}.")
    for kind in figures.inputs.unit_kinds:
        upper, lower = halves(figures.domains(kind, figures.root))
        lines += _half_lines(figures, kind, upper, "nửa trên")
        lines += _half_lines(figures, kind, lower, "nửa dưới")
    return lines


def _target_lines(figures: Figures) -> list[str]:
    told = [
        (target, figures.values.get((target.domain_kind, target.domain, target.node)))
        for target in figures.inputs.targets
    ]
    known = [(target, value) for target, value in told if value is not None and not value.suppressed]
    units = [(target, value) for target, value in known if target.domain_kind != WHOLE]
    many = len(units) > NAMED  # they stand in the table of targets
    lines = []
    for target, value in known:
        if many and target.domain_kind != WHOLE:
            continue
        words = VERDICTS[target_verdict(value, target)]
        lines.append(f"Chỉ tiêu “{target.label}” từ {number(target.threshold)}%: {words}, kết quả {in_words(value)}.")
    return [*lines, _counted(units)] if many else lines


def _counted(units: list[tuple[Target, Value]]) -> str:
    told = [target_verdict(value, target) for target, value in units]
    parts = ", ".join(f"{told.count(verdict)} {words}" for verdict, words in VERDICTS.items())
    return f"Trong {len(told)} chỉ tiêu giao cho từng đơn vị: {parts}."


def _half_lines(figures: Figures, kind: str, values: list[Value], words: str) -> list[str]:
    if not values:
        return []
    named = ", ".join(figures.label(kind, v.domain) for v in values[:NAMED])
    more = f" và {len(values) - NAMED} đơn vị khác" if len(values) > NAMED else ""
    return [f"Chắc chắn thuộc {words} bảng xếp hạng {figures.kind_label(kind)} (mức tin cậy 95%): {named}{more}."]


def _recommendations(figures: Figures) -> list[str]:
    lines: list[str] = []
    weakest = items(figures)[:EXTREMES]
    if weakest:
        names = "; ".join(f"“{_title(figures, v)}” ({number(v.percent)}%)" for v in weakest)
        lines.append(f"Các cơ quan ưu tiên rà soát, cải thiện những tiêu chí có chỉ số thấp nhất: {names}.")
    for kind in figures.inputs.unit_kinds:
        values = figures.domains(kind, figures.root)
        _, lower = halves(values)
        if lower:
            lines.append(
                f"Các {figures.kind_label(kind)} chắc chắn thuộc nửa dưới bảng xếp hạng phân tích "
                f"nguyên nhân theo từng "
                "tiêu chí tại phụ lục, xây dựng biện pháp khắc phục có thời hạn và báo cáo kết quả trước kỳ đo sau."
            )
        fallen = moved(values, FALLEN)
        if fallen:
            named = ", ".join(figures.label(kind, v.domain) for v in fallen)
            lines.append(f"Rà soát nguyên nhân tại các đơn vị được ghi nhận giảm (xét riêng từng đơn vị): {named}.")
    lines += _wanted(figures)
    lines.append(
        "Việc so sánh, xếp loại, khen thưởng hoặc phê bình dựa trên chỉ số cần xét khoảng tin cậy; "
        "không phân biệt các đơn "
        "vị có khoảng hạng giao nhau."
    )
    return lines


def _wanted(figures: Figures) -> list[str]:
    lines = []
    for question in (q for q in questions(figures, "expectation") if q.kind == "multiple"):
        found = [(o, option_estimate(figures, question, o)) for o in figures.inputs.edition.options(question.name)]
        shown = sorted((p for p in found if p[1].estimate is not None), key=lambda p: -(p[1].estimate or 0.0))
        if shown:
            names = "; ".join(uncapital(option.label) for option, _ in shown[:3])
            lines.append(f"Bố trí nguồn lực theo những nội dung người trả lời mong đợi nhiều nhất: {names}.")
    return lines


def _title(figures: Figures, value: Value) -> str:
    return node_title(figures, value.node)
