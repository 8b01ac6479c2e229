"""Who answered, what they said of facts, and what they expect: every question with its shares."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sipas.instrument.model import Option, Question, Role
from sipas.reporting.blocks import Block, Column, Figure, Heading, Table, paragraph
from sipas.reporting.charts.bars import sorted_bars
from sipas.reporting.charts.stacked import stacked_answers
from sipas.reporting.charts.theme import wrap
from sipas.reporting.contents.phrases import HALF_NOTE, marked, notes, share_cells
from sipas.reporting.figures import NOTHING, Estimate, Figures
from sipas.reporting.wording import SUPPRESSED, count, number, share, sizes

MOST_STACKED = 11  # two charts to a page
FACTS = "Nhận định, đánh giá: phân bố câu trả lời theo mức"
WANTS = "Mong đợi: phân bố câu trả lời theo mức"
MOST_BARS = 44
SHARE_COLUMNS = (Column("n", 0.5), Column("Tỷ lệ (%)", 0.62), Column("±", 0.55))


def questions(figures: Figures, *roles: Role) -> list[Question]:
    """List the closed questions of some roles that were estimated.

    Parameters
    ----------
    figures : Figures
        Tables of the report.
    *roles : str
        Roles of the edition.

    Returns
    -------
    list of Question
        In the order of the form.
    """
    return [
        q
        for q in figures.inputs.edition.questions()
        if q.role in roles and q.kind != "text" and answered(figures, q) is not None
    ]


def option_estimate(figures: Figures, question: Question, option: Option) -> Estimate:
    """Give the share of those who chose an option.

    Parameters
    ----------
    figures : Figures
        Tables of the report.
    question : Question
        Closed.
    option : Option
        One of its answers; of a multiple question each option is a column of 0 and 1.

    Returns
    -------
    Estimate
        Of the whole; all missing where it was not estimated.
    """
    if question.kind != "multiple":
        return figures.estimate(question.name, "share", option.value)
    column = f"{question.name}_{option.value}"
    for statistic, category in (("share", 1), ("share", None), ("mean", None)):
        found = figures.estimate(column, statistic, category)
        if found is not NOTHING:
            return found
    return NOTHING


def answered(figures: Figures, question: Question) -> int | None:
    """Give the number of answers to a question.

    Parameters
    ----------
    figures : Figures
        Tables of the report.
    question : Question
        Any but text.

    Returns
    -------
    int or None
        None where the question was not estimated.
    """
    if question.kind == "integer":
        return figures.estimate(question.name, "mean", None).n
    known = (option_estimate(figures, question, o).n for o in figures.inputs.edition.options(question.name))
    return next((n for n in known if n is not None), None)


def wording(question: Question) -> str:
    """Write a question, marked where its wording is not official.

    Parameters
    ----------
    question : Question
        Any.

    Returns
    -------
    str
        As printed.
    """
    return marked(question.text, question.status)


def shares_table(figures: Figures, asked: Sequence[Question], caption: str) -> Table:
    """Set every answer of some questions in one table.

    Parameters
    ----------
    figures : Figures
        Tables of the report.
    asked : sequence of Question
        In order.
    caption : str
        Of the table.

    Returns
    -------
    Table
        A row per question with its n, then a row per answer.
    """
    rows: list[tuple[str, ...]] = []
    levels: list[int] = []
    for question in asked:
        rows.append((wording(question), count(answered(figures, question)), *_mean(figures, question)))
        levels.append(0)
        for option, estimate in _options(figures, question):
            rows.append((option.label, "", *share_cells(estimate)))
            levels.append(1)
    several = any(q.kind == "multiple" for q in asked)
    hint = "Câu được chọn nhiều phương án: tổng tỷ lệ có thể vượt 100%. " if several else ""
    note = notes(figures, "n: số câu trả lời của câu hỏi; tỷ lệ có quyền số. ", HALF_NOTE, hint)
    return Table(
        caption, (Column("Câu hỏi, phương án trả lời", 3.4, "left"), *SHARE_COLUMNS), tuple(rows), note, tuple(levels)
    )


def profile(figures: Figures, section: str) -> list[Block]:
    """Tell who answered.

    Parameters
    ----------
    figures : Figures
        Tables of the report.
    section : str
        Roman number of the section.

    Returns
    -------
    list of Block
        Empty where nothing of it was estimated.
    """
    asked = questions(figures, "demographic")
    if not asked:
        return []
    return [
        Heading(1, f"{section}. ĐẶC ĐIỂM NGƯỜI TRẢ LỜI"),
        paragraph("Tỷ lệ dưới đây đã có quyền số, tức ước lượng cho tổng thể được đo; n là số người trả lời thực tế."),
        shares_table(figures, asked, "Đặc điểm người trả lời"),
    ]


def facts(figures: Figures, section: str) -> list[Block]:
    """Tell what people said of the facts they met.

    Parameters
    ----------
    figures : Figures
        Tables of the report.
    section : str
        Roman number of the section.

    Returns
    -------
    list of Block
        Empty where nothing of it was estimated.
    """
    asked = questions(figures, "fact", "perception")
    if not asked:
        return []
    blocks: list[Block] = [
        Heading(1, f"{section}. NHẬN ĐỊNH, ĐÁNH GIÁ CỦA NGƯỜI TRẢ LỜI"),
        shares_table(figures, asked, "Nhận định, đánh giá: tỷ lệ của từng phương án trả lời"),
    ]
    return blocks + list(stacked_figures(figures, [q for q in asked if q.kind == "scale"], FACTS))


def stacked_figures(figures: Figures, asked: Sequence[Question], caption: str) -> Iterable[Figure]:
    """Draw the spread of the answers of questions that share a scale.

    Parameters
    ----------
    figures : Figures
        Tables of the report.
    asked : sequence of Question
        Kind scale.
    caption : str
        Of the figures.

    Yields
    ------
    Figure
        One per scale and at most 11 questions.
    """
    parts: list[list[Question]] = []
    for scale in dict.fromkeys(q.scale for q in asked):
        same = [q for q in asked if q.scale == scale and _complete(figures, q)]
        drawn = -(-len(same) // MOST_STACKED)
        size = -(-len(same) // max(drawn, 1))  # charts of one length: they find room sooner
        parts += [same[start : start + size] for start in range(0, len(same), max(size, 1))]
    for place, part in enumerate(parts, start=1):
        yield _stacked(figures, part, f"{caption} ({place}/{len(parts)})" if len(parts) > 1 else caption)


def expectations(figures: Figures, section: str) -> list[Block]:
    """Tell what people expect, the most wanted first.

    Parameters
    ----------
    figures : Figures
        Tables of the report.
    section : str
        Roman number of the section.

    Returns
    -------
    list of Block
        Empty where nothing of it was estimated.
    """
    asked = questions(figures, "expectation")
    if not asked:
        return []
    blocks: list[Block] = [Heading(1, f"{section}. MONG ĐỢI CỦA NGƯỜI TRẢ LỜI")]
    for question in (q for q in asked if q.kind == "multiple"):
        blocks += [_wanted_words(figures, question), _wanted(figures, question)]
    scales = [q for q in asked if q.kind == "scale"]
    blocks.append(shares_table(figures, asked, "Mong đợi: tỷ lệ của từng phương án trả lời"))
    return blocks + list(stacked_figures(figures, scales, WANTS))


def _options(figures: Figures, question: Question) -> list[tuple[Option, Estimate]]:
    if question.kind == "integer":
        return []
    options = figures.inputs.edition.options(question.name)
    found = [(o, option_estimate(figures, question, o)) for o in options]
    return _sorted(found) if question.role == "expectation" and question.kind == "multiple" else found


def _sorted(found: list[tuple[Option, Estimate]]) -> list[tuple[Option, Estimate]]:
    return sorted(found, key=lambda pair: (pair[1].estimate is None, -(pair[1].estimate or 0), pair[0].value))


def _mean(figures: Figures, question: Question) -> tuple[str, str]:
    if question.kind != "integer":
        return "", ""
    mean = figures.estimate(question.name, "mean", None)
    half = "–" if mean.low is None or mean.high is None else f"±{number((mean.high - mean.low) / 2)}"
    return (SUPPRESSED, SUPPRESSED) if mean.suppressed else (f"TB {number(mean.estimate)}", half)


def _complete(figures: Figures, question: Question) -> bool:
    return all(e.estimate is not None for _, e in _options(figures, question))


def _stacked(figures: Figures, asked: Sequence[Question], caption: str) -> Figure:
    rows: list[dict[str, Any]] = []
    table: list[tuple[str, ...]] = []
    options = figures.inputs.edition.options(asked[0].name)
    for question in asked:
        label = marked(question.short_label, question.status)
        name, start = wrap(label, 40), 0.0
        estimates = [e for _, e in _options(figures, question)]
        for order, (option, estimate) in enumerate(zip(options, estimates, strict=True)):
            percent = 100 * (estimate.estimate or 0.0)
            rows.append({
                "name": name,
                "answer": option.label,
                "order": order,
                "start": start,
                "end": start + percent,
                "percent": percent,
            })
            start += percent
        table.append((
            label,
            count(answered(figures, question)),
            *(share(e.estimate) for e in estimates),
        ))
    columns = (Column("Câu hỏi", 2.4, "left"), Column("n", 0.6), *(Column(o.label, 0.8) for o in options))
    counts = [n for q in asked if (n := answered(figures, q)) is not None]
    least = f"{sizes(counts)} câu trả lời mỗi câu. "
    return Figure(
        caption,
        stacked_answers(rows, [o.label for o in options], "Tỷ lệ câu trả lời (%)"),
        f"Biểu đồ cột chồng 100%: phân bố các mức trả lời của {len(asked)} câu hỏi.",
        Table(caption, columns, tuple(table), ""),
        notes(figures, least, "Tỷ lệ có quyền số; sai số của từng tỷ lệ nêu tại bảng và phụ lục. "),
    )


def _wanted(figures: Figures, question: Question) -> Figure:
    found = [(o, e) for o, e in _options(figures, question) if e.estimate is not None]
    rows = [
        {
            "name": wrap(o.label, 36),
            "percent": 100 * (e.estimate or 0.0),
            "low": None if e.low is None else 100 * e.low,
            "high": None if e.high is None else 100 * e.high,
        }
        for o, e in found
    ]
    caption = "Nội dung được mong đợi cải thiện, xếp từ nhiều đến ít"
    table = Table(
        caption,
        (Column("Nội dung", 3, "left"), Column("Tỷ lệ (%)"), Column("±")),
        tuple((o.label, *share_cells(e)) for o, e in found),
    )
    return Figure(
        caption,
        sorted_bars(rows, "Tỷ lệ người chọn (%)"),
        f"Biểu đồ cột ngang: tỷ lệ người chọn từng nội dung mong đợi, {len(rows)} nội dung.",
        table,
        notes(figures, f"n = {count(answered(figures, question))}; vạch ngang là khoảng tin cậy 95%. "),
    )


def _wanted_words(figures: Figures, question: Question) -> Block:
    named = [(o.label, e) for o, e in _options(figures, question) if e.estimate is not None][:3]
    parts = [f"{label} ({share(e.estimate)}%, {share_cells(e)[1]} điểm)" for label, e in named]
    return paragraph(
        f"Ba nội dung được chọn nhiều nhất theo ước lượng điểm: {'; '.join(parts)}; "
        f"n = {count(answered(figures, question))}."
    )
