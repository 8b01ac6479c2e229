"""Annexes: every unit by every node, every item's answers, forms by unit, the draw, the formulas in words."""

from __future__ import annotations

from collections.abc import Callable

from sipas.instrument.model import Node
from sipas.reporting.blocks import Annex, Block, BulletList, Column, Heading, Table, paragraph
from sipas.reporting.contents.answers import questions, shares_table, wording
from sipas.reporting.contents.fieldwork import by_unit
from sipas.reporting.contents.phrases import HALF_NOTE, node_title, notes
from sipas.reporting.figures import Figures, Value
from sipas.reporting.wording import SUPPRESSED, count, half_width, number, roman, sentence, share

MOST_COLUMNS = 8


ERRORS = (
    "Quyền số gốc là nghịch đảo xác suất được chọn; các bước hiệu chỉnh nêu tại mục về quyền số.",
    (
        "Sai số chuẩn tính theo thiết kế mẫu: phương sai giữa các đơn vị mẫu cấp một trong từng tầng của đại lượng "
        "tuyến tính hóa (Taylor), có hệ số hiệu chỉnh tổng thể hữu hạn ở cấp một."
    ),
    (
        "Khoảng tin cậy 95% của tỷ lệ và chỉ số tính trên thang logit với phân phối t (bậc tự do "
        "bằng số đơn vị mẫu cấp "
        "một trừ số tầng), nên không đối xứng và không vượt quá 0 hoặc 100%. Khi mọi câu trả lời giống nhau thì dùng "
        "khoảng Clopper - Pearson với cỡ mẫu hiệu dụng."
    ),
    ("Mẫu hai kỳ bốc độc lập: phương sai của thay đổi bằng tổng phương sai của hai kỳ, bậc tự do theo Satterthwaite."),
    (
        "Hạng tốt nhất có thể của một đơn vị bằng 1 cộng số đơn vị chắc chắn cao hơn; hạng thấp nhất "
        "có thể bằng số đơn "
        "vị xếp hạng trừ số đơn vị chắc chắn thấp hơn, theo khoảng tin cậy đồng thời 95% (Klein, "
        "Wright và Wieczorek 2020)."
    ),
)


def annexes(figures: Figures) -> list[Block]:
    """Make the annexes that have something to show, numbered in Roman.

    Parameters
    ----------
    figures : Figures
        Tables of the report.

    Returns
    -------
    list of Block
        Each annex begins a page.
    """
    makers: list[tuple[str, Callable[[Figures], list[Block]]]] = [
        ("CHỈ SỐ THEO CƠ QUAN VÀ YẾU TỐ", _units),
        ("PHÂN BỐ CÂU TRẢ LỜI CỦA TỪNG TIÊU CHÍ", _answers),
        ("TÌNH HÌNH PHIẾU THEO ĐƠN VỊ", _forms),
        ("BIÊN BẢN BỐC MẪU", _draw),
        ("PHƯƠNG PHÁP VÀ CÔNG THỨC", _method),
    ]
    made = [(title, blocks) for title, maker in makers if (blocks := maker(figures))]
    symbol = figures.inputs.title.symbol.split("-")[0]
    number = figures.inputs.title.report_number or "…"
    attached = f"(Kèm theo Báo cáo số {number}/BC-{symbol} của {figures.inputs.title.agency})"
    found: list[Block] = []
    for place, (title, blocks) in enumerate(made, start=1):
        label = f"Phụ lục {roman(place)}" if len(made) > 1 else "Phụ lục"
        found += [Annex(label, title, attached), *blocks]
    return found


def _units(figures: Figures) -> list[Block]:
    blocks: list[Block] = []
    branches = [node for node, _ in figures.inputs.edition.nodes() if node.question is None]
    for kind in figures.inputs.unit_kinds:
        for part in _parts(branches):
            blocks.append(_matrix(figures, kind, part))
    return blocks


def _parts(nodes: list[Node]) -> list[list[Node]]:
    """Split the nodes over tables narrow enough for a page; the root stands first in each."""
    root, rest = nodes[0], nodes[1:]
    pages = -(-len(rest) // (MOST_COLUMNS - 1)) or 1
    size = -(-len(rest) // pages) or 1
    return [[root, *rest[k : k + size]] for k in range(0, max(len(rest), 1), size)]


def _matrix(figures: Figures, kind: str, nodes: list[Node]) -> Table:
    rows = []
    for value in figures.domains(kind, figures.root):
        cells = [_two(figures.values.get((kind, value.domain, node.name))) for node in nodes]
        size = SUPPRESSED if value.suppressed else count(value.n)
        rows.append((figures.label(kind, value.domain), size, *cells))
    return Table(
        f"Chỉ số hài lòng của từng {figures.kind_label(kind)} theo nội dung, yếu tố (%)",
        (
            Column(sentence(figures.kind_label(kind)), 2.3, "left"),
            Column("n", 0.5),
            *(
                Column("Chỉ số chung" if n.name == figures.root else node_title(figures, n.name), 1, "center")
                for n in nodes
            ),
        ),
        tuple(rows),
        notes(figures, "Mỗi ô: chỉ số (%) và ± nửa độ dài khoảng tin cậy 95%. n: số người trả lời. "),
        small=True,
    )


def _two(value: Value | None) -> str:
    if value is None:
        return "–"
    if value.suppressed:
        return SUPPRESSED
    return f"{number(value.percent)}\n{half_width(value.low, value.high)}"


def _answers(figures: Figures) -> list[Block]:
    items = questions(figures, "item", "overall")
    blocks: list[Block] = []
    for scale in dict.fromkeys(q.scale for q in items if q.kind == "scale"):
        asked = [q for q in items if q.scale == scale]
        options = figures.inputs.edition.options(asked[0].name)
        titles = {n.question: n.name for n, _ in figures.inputs.edition.nodes() if n.question}
        rows = []
        for q in asked:
            named = node_title(figures, titles[q.name]) if q.name in titles else wording(q)
            found = [figures.estimate(q.name, "share", o.value) for o in options]
            cells = [
                SUPPRESSED if e.suppressed else f"{share(e.estimate)}\n{half_width(e.low, e.high, shares=True)}"
                for e in found
            ]
            sizes = [e.n for e in found if e.n is not None]
            rows.append((named, count(sizes[0] if sizes else None), *cells))
        blocks.append(
            Table(
                "Phân bố câu trả lời của từng tiêu chí (%)",
                (
                    Column("Tiêu chí", 2.4, "left"),
                    Column("n", 0.55),
                    *(Column(o.label, 0.95, "center") for o in options),
                ),
                tuple(rows),
                notes(figures, "n: số câu trả lời của tiêu chí; tỷ lệ có quyền số. ", HALF_NOTE),
                small=True,
            )
        )
    single = [q for q in items if q.kind != "scale"]
    if single:
        blocks.append(shares_table(figures, single, "Phân bố câu trả lời của từng câu hỏi"))
    return blocks


def _forms(figures: Figures) -> list[Block]:
    table = by_unit(figures)
    return [] if table is None else [table]


def _draw(figures: Figures) -> list[Block]:
    draw = figures.inputs.draw
    if draw is None:
        return []
    rows = [
        ("Số đơn vị trong danh sách gốc", count(draw.frame_size)),
        ("Mẫu chính thức", count(draw.sample_size)),
        ("Danh sách dự phòng", count(draw.reserve_size)),
        ("Số lần bốc đã ghi nhật ký (kể cả bốc thử, bốc lại)", count(draw.draws)),
        ("SHA-256 của danh sách gốc", _hash(draw.frame_sha256)),
        ("SHA-256 của mẫu", _hash(draw.sample_sha256)),
        ("Hạt giống", _hash(draw.seed)),
        *((f"Chuỗi công khai {k}", text) for k, text in enumerate(draw.public_texts, start=1)),
    ]
    return [
        paragraph(
            "Bất kỳ ai có danh sách gốc (chỉ gồm mã, không có danh tính) và các chuỗi công khai dưới "
            "đây đều bốc lại được "
            "đúng mẫu này bằng chương trình kiểm chứng công bố kèm tài liệu."
        ),
        Table(
            "Thông tin kiểm chứng việc bốc mẫu",
            (Column("Nội dung", 1.4, "left"), Column("Giá trị", 2.6, "left")),
            tuple(rows),
            notes(figures, "Số đếm và mã băm, không có sai số. "),
        ),
        paragraph("Quy tắc bốc mẫu:"),
        BulletList(draw.rule),
    ]


def _hash(text: str) -> str:
    """Put a space after every eight digits, so that a long hash can be read and broken over lines."""
    return " ".join(text[k : k + 8] for k in range(0, len(text), 8))


def _method(figures: Figures) -> list[Block]:
    edition = figures.inputs.edition
    return [
        Heading(2, "1. Giá trị của một tiêu chí"),
        paragraph(
            "Lấy tổng quyền số của những người chọn mức hài lòng (các mức được tính là hài lòng do phiên bản phiếu quy "
            "định) chia cho tổng quyền số của những người có câu trả lời cho tiêu chí đó, nhân 100. "
            "Người không trả lời "
            "tiêu chí nào thì không tính vào tiêu chí đó."
        ),
        Heading(2, "2. Giá trị của yếu tố, nội dung và chỉ số chung"),
        BulletList(tuple(_rules(figures))),
        Heading(2, "3. Quyền số và sai số"),
        BulletList(ERRORS),
        Heading(2, "4. Bảo vệ người trả lời"),
        paragraph(
            f"Ô có ít hơn {figures.inputs.minimum_cell or edition.minimum_cell} câu trả lời không "
            f"công bố, cùng với các ô "
            "có thể dùng để tính ngược lại."
        ),
        Heading(2, "5. Phiên bản phiếu"),
        paragraph(f"{edition.name}. Nguồn: {edition.source}."),
    ]


def _rules(figures: Figures) -> list[str]:
    lines = []
    words = {
        "pooled_answers": "gộp mọi câu trả lời của các tiêu chí bên dưới rồi mới tính tỷ lệ",
        "mean_of_children": "trung bình cộng giản đơn của các thành phần ngay bên dưới",
        "fixed_weights": "trung bình của các thành phần ngay bên dưới theo trọng số",
    }
    same: dict[str, list[str]] = {}
    for node, _ in figures.inputs.edition.nodes():
        if node.rule == "fixed_weights":
            weights = ", ".join(number(w) for w in node.weights)
            lines.append(f"{node.title}: {words[node.rule]} ({weights}).")
        elif node.rule is not None:
            same.setdefault(node.rule, []).append(node.title)
    return lines + [f"{sentence(words[rule])}, áp dụng cho: {'; '.join(titles)}." for rule, titles in same.items()]
