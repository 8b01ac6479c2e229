"""An improvement plan as a document by NĐ 30/2020: a draft; number, date, signature and stamp are left to văn thư.

Laid out as provinces lay out such plans: part A last year's results, part B the goal, part C tasks with owner, day and
money, part D carrying out. The document is Vietnamese whatever the reader's language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.utils import timezone, translation

from sipas.reporting.blocks import (
    Block,
    BulletList,
    Column,
    Document,
    Heading,
    Letterhead,
    Notice,
    Signature,
    Table,
    Title,
    paragraph,
)
from sipas.reporting.wording import SIMULATED, count, interval, number
from sipas_web.improvement.queries import measures as measure_reads
from sipas_web.improvement.queries.measures import Followed
from sipas_web.improvement.queries.plans import Plan, PlanItem
from sipas_web.improvement.report_bodies import Body, body_of, short_name_of
from sipas_web.results.queries.reading import Opened
from sipas_web.units.queries import parent_at

PDF, DOCX = "application/pdf", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FORMS = {"pdf": PDF, "docx": DOCX}
WORDS = Path(__file__).parent / "data" / "plan_document.yaml"


@cache
def words() -> dict[str, Any]:
    """Give the words of the document."""
    return dict(yaml.safe_load(WORDS.read_text(encoding="utf-8")))


def file_of(plan: Plan, opened: Opened | None, form: str) -> bytes:
    """Set the plan as PDF or DOCX; ``opened``: the results it was made from, where the reader may open them."""
    from sipas.reporting import render_docx, render_pdf

    render: Callable[[Any], bytes] = {"pdf": render_pdf, "docx": render_docx}[form]
    with translation.override("vi"):
        return render(built(plan, opened))


def built(plan: Plan, opened: Opened | None) -> Document:
    """Make the block tree."""
    is_simulated = plan.publication.round.is_simulated
    on = timezone.localdate(plan.approved or plan.created)
    body = body_of(plan.unit, parent_at(plan.unit, on))
    items = list(measure_reads.items_of(plan))
    rows = [row for row in measure_reads.followed(plan, on) if not row.measure.dropped]
    blocks = [
        *_head(plan, body, is_simulated=is_simulated),
        *_results(plan, items, opened),
        *_goal(plan),
        *_tasks(items, rows),
        *_end(body),
    ]
    mark = SIMULATED if is_simulated else ""
    return Document(plan.title, body.name, on, mark, draft=True, blocks=tuple(blocks))


def _head(plan: Plan, body: Body, *, is_simulated: bool) -> Iterator[Block]:
    dated = f"{body.place}, ngày … tháng … năm …"
    yield Letterhead(body.parent.upper(), body.name.upper(), f"…/KH-{body.symbol}", dated, draft=False)
    about = plan.title.removeprefix("Kế hoạch ")
    yield Title("KẾ HOẠCH", about[:1].upper() + about[1:])
    if is_simulated:
        yield Notice(words()["simulated"])
    round_, published = plan.publication.round, timezone.localdate(plan.publication.published)
    yield paragraph(
        f"Căn cứ kết quả “{round_.title}” (bản {plan.publication.version}, công bố ngày {published:%d/%m/%Y}), "
        f"{body.name} ban hành Kế hoạch với các nội dung sau:"
    )


def _results(plan: Plan, items: list[PlanItem], opened: Opened | None) -> Iterator[Block]:
    from sipas.reporting.contents.phrases import legend

    round_ = plan.publication.round
    whom = f" của {plan.domain}" if plan.domain else ""
    yield Heading(1, f"A. KẾT QUẢ ĐO LƯỜNG NĂM {round_.year}")
    if opened is not None:
        yield _factors(plan, opened, whom)
    yield paragraph(words()["chosen"][plan.basis])
    columns = (
        Column("TT", 0.3, "center"), Column("Tiêu chí", 2.6, "left"), Column("Hài lòng (%)", 0.7),
        Column("KTC 95%", 1.0, "center"), Column("n", 0.5), Column("Mức ảnh hưởng (%)", 0.8),
    )  # fmt: skip
    rows = tuple(
        (
            str(place), item.title, number(item.percent), interval(item.low, item.high), count(item.n),
            "–" if item.importance is None else number(item.importance),
        )
        for place, item in enumerate(items, start=1)
    )  # fmt: skip
    note = "n: số người trả lời. KTC 95%: khoảng tin cậy 95%, tính theo thiết kế mẫu."
    note = f"{note} {legend(item.title for item in items)}".strip()
    yield Table(f"Bảng 2. Các tiêu chí cần cải thiện{whom}", columns, rows, note=note, name_column=1)


def _factors(plan: Plan, opened: Opened, whom: str) -> Table:
    """The index, its contents and factors: what lies above the items."""
    from sipas.reporting.contents.phrases import node_title, value_cells

    figures = opened.results.figures
    nodes = [n for n, _ in opened.results.edition.nodes() if n.question is None]
    values = [figures.values.get((plan.domain_kind, plan.domain, n.name)) for n in nodes]
    rows = tuple((node_title(figures, n.name), *value_cells(v)) for n, v in zip(nodes, values, strict=True))
    columns = (
        Column("Chỉ số, yếu tố", 2.6, "left"), Column("n", 0.5), Column("Hài lòng (%)", 0.7),
        Column("KTC 95%", 1.0, "center"),
    )  # fmt: skip
    return Table(f"Bảng 1. Chỉ số hài lòng và các yếu tố{whom}", columns, rows)


def _goal(plan: Plan) -> Iterator[Block]:
    yield Heading(1, "B. MỤC TIÊU")
    lines = [line.strip() for line in plan.goal.splitlines() if line.strip()]
    yield from (paragraph(line) for line in lines or ["…"])


def _tasks(items: list[PlanItem], rows: list[Followed]) -> Iterator[Block]:
    yield Heading(1, "C. NHIỆM VỤ, BIỆN PHÁP")
    columns = (
        Column("TT", 0.35, "center"), Column("Biện pháp", 2.4, "left"), Column("Đơn vị chịu trách nhiệm", 1.3, "left"),
        Column("Thời hạn", 0.85, "center"), Column("Kinh phí (đồng); nguồn", 1.1, "left"),
    )  # fmt: skip
    lines: list[tuple[str, ...]] = []
    for place, item in enumerate(items, start=1):
        mine = [row for row in rows if row.measure.item_id == item.pk]
        lines += [(str(place), item.title, "", "", "")] if mine else []
        lines += [(f"{place}.{n}", *_cells(row)) for n, row in enumerate(mine, start=1)]
    levels = tuple(0 if "." not in line[0] else 1 for line in lines)
    yield Table("Bảng 3. Biện pháp theo từng tiêu chí", columns, tuple(lines), levels=levels, name_column=1)
    priced = [row.measure.cost for row in rows if row.measure.cost is not None]
    missing = f"; {len(rows) - len(priced)} biện pháp chưa ước tính" if len(priced) < len(rows) else ""
    yield paragraph(f"Tổng kinh phí dự kiến: {count(sum(priced))} đồng{missing}.")


def _cells(row: Followed) -> tuple[str, str, str, str]:
    one = row.measure
    name = f"{one.title}. {one.text}" if one.text else one.title
    money = "chưa ước tính" if one.cost is None else count(one.cost)
    due = f"{one.due:%d/%m/%Y}" if one.due else "…"
    return (
        " ".join(name.split()),
        short_name_of(one.owner) or "…",
        due,
        f"{money}; {one.funding}" if one.funding else money,
    )


def _end(body: Body) -> Iterator[Block]:
    yield Heading(1, "D. TỔ CHỨC THỰC HIỆN")
    yield BulletList(tuple(words()["carrying_out"]), keep_last=True)
    yield Signature(body.signer, "…", ("Như phần C", "Lưu: VT"))
