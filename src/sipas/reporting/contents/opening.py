"""The head of the report, its bases, its purpose and its method."""

from __future__ import annotations

from sipas.reporting.blocks import (
    Addressees,
    Block,
    BulletList,
    Heading,
    Letterhead,
    Notice,
    Paragraph,
    Run,
    Title,
    paragraph,
)
from sipas.reporting.contents.phrases import (
    SIMULATED_NOTICE,
    UNDECIDED,
    change_in_words,
    in_words,
    verdict,
    wording_notice,
)
from sipas.reporting.figures import LEVEL_LABELS, RULE_WORDS, Figures
from sipas.reporting.wording import count, official_date, uncapital

POPULATIONS = {
    "transactions": "Người dân, tổ chức đã giải quyết xong công việc và nhận kết quả tại cơ quan hành chính nhà nước "
    "trong thời gian lấy danh sách.",
    "residents": "Người dân từ đủ 18 tuổi trở lên cư trú tại địa bàn được chọn mẫu.",
}
ASKED = {"transactions": "người dân, tổ chức", "residents": "người dân"}


def about(figures: Figures) -> str:
    """Give the trích yếu of the report.

    Parameters
    ----------
    figures : Figures
        Tables of the report.

    Returns
    -------
    str
        A sentence without a full stop.
    """
    title = figures.inputs.title
    asked = ASKED.get(figures.inputs.edition.population, "người dân")
    return (
        f"Kết quả đo lường sự hài lòng của {asked} đối với sự phục vụ của cơ quan hành chính nhà nước "
        f"{title.territory} {title.period}"
    )


def head(figures: Figures) -> list[Block]:
    """Make the head of the report and the notices that must be seen first.

    Parameters
    ----------
    figures : Figures
        Tables of the report.

    Returns
    -------
    list of Block
        Letterhead, title, addressees, notices.
    """
    title = figures.inputs.title
    blocks: list[Block] = [
        Letterhead(
            title.parent_agency.upper(),
            title.agency.upper(),
            f"{title.report_number or '…'}/BC-{title.symbol.split('-')[0]}",
            f"{title.place}, {official_date(title.date)}",
        ),
        Title("BÁO CÁO", about(figures)),
    ]
    if title.addressees:
        blocks.append(Addressees(title.addressees))
    return blocks + warnings(figures)


def warnings(figures: Figures) -> list[Block]:
    """List the boxed warnings of the first page.

    Parameters
    ----------
    figures : Figures
        Tables of the report.

    Returns
    -------
    list of Block
        Simulated data, wording that is not official; may be empty.
    """
    blocks: list[Block] = []
    if figures.inputs.simulated:
        blocks.append(Notice(SIMULATED_NOTICE))
    told = wording_notice(figures.inputs.edition)
    if told:
        blocks.append(Notice(told))
    return blocks


def bases(figures: Figures) -> list[Block]:
    """Set the legal bases (ô 6: italic, each ends with a semicolon, the last with a full stop).

    Parameters
    ----------
    figures : Figures
        Tables of the report.

    Returns
    -------
    list of Block
        One paragraph each, then the sentence that opens the report.
    """
    title = figures.inputs.title
    last = len(title.basis) - 1
    blocks: list[Block] = [
        Paragraph((Run(f"Căn cứ {uncapital_basis(basis)}{'.' if k == last else ';'}", italic=True),))
        for k, basis in enumerate(title.basis)
    ]
    subject = about(figures).replace("Kết quả", "kết quả", 1)
    blocks.append(paragraph(f"{title.agency} báo cáo {subject} như sau:"))
    return blocks


def uncapital_basis(basis: str) -> str:
    """Take away a leading "Căn cứ" that the caller may have typed.

    Parameters
    ----------
    basis : str
        A legal basis.

    Returns
    -------
    str
        Without the word and without an end mark.
    """
    return basis.removeprefix("Căn cứ ").rstrip(";. ")


def summary(figures: Figures) -> list[Block]:
    """State the main results in a few lines.

    Parameters
    ----------
    figures : Figures
        Tables of the report.

    Returns
    -------
    list of Block
        A heading-free list.
    """
    whole = figures.whole(figures.root)
    inputs = figures.inputs
    lines = []
    if whole is not None:
        lines.append(f"Chỉ số hài lòng chung: {in_words(whole)}.")
        if verdict(whole) != "–":
            told = verdict(whole)
            claim = "chưa đủ căn cứ để khẳng định có thay đổi" if told == UNDECIDED else told.lower()
            lines.append(f"So với {inputs.title.previous_period or 'kỳ trước'}: {change_in_words(whole)}, {claim}.")
    lines.append(
        f"Số phiếu: phát ra {count(inputs.field.issued)}, thu về {count(inputs.field.returned)}, "
        f"hợp lệ {count(inputs.field.valid)}."
    )
    lines += [line for kind in inputs.unit_kinds[:1] if (line := _extremes(figures, kind))]
    return [Paragraph((Run("Kết quả chính", bold=True),)), BulletList(tuple(lines))]


def _extremes(figures: Figures, kind: str) -> str:
    """Name the units whose place is sure to be the first or the last; else say how many could be."""
    ranked = [v for v in figures.domains(kind, figures.root) if v.rank_low is not None and v.rank_high is not None]
    if not ranked:
        return ""
    last = max(v.rank_high or 0 for v in ranked)
    ends = (
        ("đứng đầu", [v for v in ranked if v.rank_low == 1]),
        ("đứng cuối", [v for v in ranked if v.rank_high == last]),
    )
    told = "; ".join(
        f"{figures.label(kind, could[0].domain)} {place} ({in_words(could[0])})"
        if len(could) == 1
        else f"{count(len(could))} đơn vị cùng có thể {place}"
        for place, could in ends
        if could  # a suppressed unit may hold the end
    )
    return f"Theo {figures.kind_label(kind)}, {count(len(ranked))} đơn vị được xếp hạng, xét cả sai số: {told}."


def method(figures: Figures, section: str) -> list[Block]:
    """Tell what was measured, of whom, and how the index is made.

    Parameters
    ----------
    figures : Figures
        Tables of the report.
    section : str
        Roman number of the section.

    Returns
    -------
    list of Block
        The section on purpose, contents and method.
    """
    edition = figures.inputs.edition
    levels: dict[str, int] = {}
    rules: dict[str, str] = {}
    for node, _ in edition.nodes():
        levels[node.level] = levels.get(node.level, 0) + 1
        rules.setdefault(node.level, node.rule or "top_box")
    contents = ", ".join(f"{n} {LEVEL_LABELS[k].lower()}" for k, n in levels.items() if k != "index")
    return [
        Heading(1, f"{section}. MỤC ĐÍCH, NỘI DUNG VÀ PHƯƠNG PHÁP"),
        Heading(2, "1. Mục đích"),
        paragraph(
            "Đánh giá khách quan chất lượng phục vụ của cơ quan hành chính nhà nước qua ý kiến của "
            f"{ASKED.get(edition.population, 'người dân')}; làm cơ sở để các cơ quan xác định việc cần cải thiện và "
            "theo dõi kết quả cải thiện qua các kỳ đo."
        ),
        Heading(2, "2. Đối tượng và nội dung"),
        paragraph(POPULATIONS.get(edition.population, "")),
        paragraph(
            f"Phiếu hỏi: phiên bản {edition.name} ({uncapital(edition.title)}). Cây chỉ số gồm {contents}. "
            f"Phương pháp: {edition.method}."
        ),
        Heading(2, "3. Cách tính"),
        BulletList(
            tuple(
                f"{LEVEL_LABELS.get(level, level)}: {RULE_WORDS[rule]}."
                for level, rule in reversed(list(rules.items()))
            )
        ),
        paragraph(
            "Mỗi số liệu kèm số người trả lời (n) và khoảng tin cậy 95% tính theo thiết kế mẫu bằng phương pháp tuyến "
            "tính hóa Taylor. Hai số liệu chỉ được coi là khác nhau khi khoảng tin cậy của chênh lệch không chứa số 0. "
            "Hạng của mỗi cơ quan kèm tập các hạng mà số liệu cho phép, tính đồng thời cho mọi cơ quan ở mức tin cậy "
            "95%. Số liệu làm tròn một lần đến hai chữ số thập phân khi trình bày."
        ),
    ]
