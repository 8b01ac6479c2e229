"""A small form with every kind of question, and a sample of five cases, for the tests of capture and quality."""

import polars as pl

from sipas.instrument.edition import Edition
from sipas.instrument.model import Answered, Node, Option, Question, Scale, Section, Validity
from sipas.sampling.case_codes import check_characters

MARK = {"status": "recalled", "source": "phiếu thử"}
CASES = [body + check_characters(body) for body in ("AAAAAAA1", "AAAAAAA2", "AAAAAAA3", "AAAAAAA4", "AAAAAAA5")]
KINDS = ["person", "person", "person", "organisation", "person"]
LEVELS = ("Rất không hài lòng", "Không hài lòng", "Bình thường", "Hài lòng", "Rất hài lòng")


def options(*labels: str, **marks: dict[int, bool]) -> tuple[Option, ...]:
    return tuple(
        Option(value=i, label=label, **{name: i in values for name, values in marks.items()})
        for i, label in enumerate(labels, start=1)
    )


def question(name: str, kind: str, text: str, **rest: object) -> Question:
    role = "item" if kind == "scale" else "fact"
    return Question(name=name, kind=kind, role=role, text=text, short_label=text, **rest, **MARK)  # type: ignore[arg-type]  # keywords of one call


QUESTIONS = (
    question("late", "single", "Có bị trễ hẹn không", options=options("Không trễ", "Trễ hẹn", "Khác", specify={3})),
    question(
        "apology",
        "single",
        "Có được xin lỗi không",
        options=options("Có", "Không"),
        relevant=(Answered(question="late", values=(2,)),),
    ),
    question("visits", "integer", "Số lần đi lại", low=1, high=20),
    question("i1", "scale", "Thái độ lịch sự", scale="level"),
    question("i2", "scale", "Đúng thời hạn", scale="level"),
    question("i3", "scale", "Xin lỗi kịp thời", scale="level", relevant=(Answered(question="apology", values=(1,)),)),
    question(
        "wish",
        "multiple",
        "Mong đợi",
        options=options(
            "Đơn giản thủ tục", "Rút ngắn thời gian", "Ý kiến khác", "Không có", specify={3}, exclusive={4}
        ),
        most=2,
    ),
    question("gender", "single", "Giới tính", options=options("Nam", "Nữ"), asked_of=("person",)),
    question("remark", "text", "Góp ý"),
    question("name", "text", "Họ và tên", personal=True),
)


def leaf(name: str) -> Node:
    return Node(name=f"n_{name}", level="item", title=name, question=name, **MARK)  # type: ignore[arg-type]  # keywords of one call


FORM = Edition(
    name="thu",
    year=2026,
    title="Phiếu thử",
    population="transactions",
    series="thu",
    method="thu",
    minimum_cell=1,
    scales=(Scale(name="level", options=options(*LEVELS), top_box=(4, 5), **MARK),),  # type: ignore[arg-type]  # keywords of one call
    sections=(Section(name="all", title="Phiếu", questions=QUESTIONS),),
    index=Node(
        name="index",
        level="index",
        title="Chỉ số",
        rule="pooled_answers",
        children=(leaf("i1"), leaf("i2"), leaf("i3")),
        **MARK,  # type: ignore[arg-type]  # keywords of one call
    ),
    validity=Validity(least_items_share=0.5, **MARK),  # type: ignore[arg-type]  # keywords of one call
    **MARK,  # type: ignore[arg-type]  # keywords of one call
)

SAMPLE = pl.DataFrame({
    "case_id": CASES,
    "role": ["official"] * 4 + ["reserve"],
    "respondent_kind": KINDS,
})


def sheet(*rows: dict[str, object]) -> pl.DataFrame:
    """Rows of a file; a row without a case gets the first; missing cells are empty."""
    names = list({"case_id": None} | {name: None for row in rows for name in row})
    cells = [{name: row.get(name, CASES[0] if name == "case_id" else None) for name in names} for row in rows]
    return pl.DataFrame(cells, schema=dict.fromkeys(names, pl.String))
