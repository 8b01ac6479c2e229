"""A made-up round of a province, two years, thirty agencies: inputs of a report with everything in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from sipas.instrument import Edition, load
from sipas.reporting import (
    DrawSummary,
    FieldFigures,
    NationalFigure,
    ReportInputs,
    Target,
    TitleData,
    WeightingLine,
)
from sipas.tables import ESTIMATES, INDEX

DEPARTMENTS = (
    "Sở Nội vụ",
    "Sở Tư pháp",
    "Sở Tài chính",
    "Sở Xây dựng",
    "Sở Y tế",
    "Sở Công Thương",
    "Sở Khoa học và Công nghệ",
    "Sở Giáo dục và Đào tạo",
    "Sở Nông nghiệp và Môi trường",
    "Sở Văn hóa, Thể thao và Du lịch",
    "Sở Dân tộc và Tôn giáo",
    "Ban Quản lý các khu công nghiệp tỉnh và các cửa khẩu quốc tế trên địa bàn tỉnh",
)
COMMUNES = (
    "phường Minh Xuân",
    "phường Mỹ Lâm",
    "phường Nông Tiến",
    "phường An Tường",
    "phường Bình Thuận",
    "phường Hà Giang 1",
    "phường Hà Giang 2",
    "xã Đồng Văn",
    "xã Mèo Vạc",
    "xã Yên Minh",
    "xã Quản Bạ",
    "xã Bắc Quang",
    "xã Hoàng Su Phì",
    "xã Xín Mần",
    "xã Na Hang",
    "xã Chiêm Hóa",
    "xã Sơn Dương",
    "xã Yên Sơn",
)
AGENCIES = (*DEPARTMENTS, *(f"Ủy ban nhân dân {name}" for name in COMMUNES))
FIELDS = ("Đất đai", "Hộ tịch, chứng thực", "Xây dựng", "Đăng ký kinh doanh", "Lý lịch tư pháp", "Y tế", "Giáo dục")
HIDDEN = AGENCIES[-1]
DATE = dt.date(2026, 12, 5)


@dataclass
class Maker:
    edition: Edition
    rng: np.random.Generator
    previous: bool = True

    def node_row(self, kind: str, domain: str, node: Any, parent: str | None, base: float, n: int) -> dict[str, Any]:
        percent = float(np.clip(base + self.rng.normal(0, 2.0), 40, 99.4))
        se = (percent * (100 - percent) / n) ** 0.5
        change = float(self.rng.normal(1.0, 2.5)) if self.previous else None
        change_se = se * 1.4
        earlier = None if change is None else float(np.clip(percent - change, 0, 100))
        change = None if earlier is None else percent - earlier
        return {
            "domain_kind": kind,
            "domain": domain,
            "node": node.name,
            "parent": parent,
            "level": node.level,
            "rule": node.rule or "top_box",
            "n": n,
            "answers": n * (1 if node.question else 4),
            "percent": percent,
            "se": se,
            "low": max(0.0, percent - 1.96 * se),
            "high": min(100.0, percent + 1.96 * se),
            "df": float(n - 1),
            "previous": earlier,
            "change": change,
            "change_se": None if change is None else change_se,
            "change_low": None if change is None else change - 1.96 * change_se,
            "change_high": None if change is None else change + 1.96 * change_se,
        }

    def domain(self, kind: str, domain: str, base: float, n: int) -> list[dict[str, Any]]:
        rows = []
        for node, parent in self.edition.nodes():
            size = n if node.question is None else max(1, n - int(self.rng.integers(0, max(2, n // 12))))
            rows.append(self.node_row(kind, domain, node, parent, base, size))
        return rows

    def index(self, agencies: tuple[str, ...], kind: str, fields: tuple[str, ...]) -> pl.DataFrame:
        rows = self.domain("all", "", 86.3, 1214)
        for name in agencies:
            rows += self.domain(kind, name, 86.3 + float(self.rng.normal(0, 4)), int(self.rng.integers(28, 61)))
        for field in fields:
            rows += self.domain("field", field, 86.0, int(self.rng.integers(60, 300)))
        frame = pl.DataFrame(rows, infer_schema_length=None)
        ranks = [
            ranked(frame.filter(pl.col("domain_kind") == k), k)
            for k in frame["domain_kind"].unique(maintain_order=True)
        ]
        wide = pl.concat(ranks).with_columns(suppressed=pl.lit(value=False))
        types = {c.name: c.dtype for c in INDEX.columns}
        return wide.select([*types, "suppressed"]).cast(types)

    def estimate(self, variable: str, statistic: str, category: int | None, share: float, n: int) -> dict[str, Any]:
        se = (share * (1 - share) / n) ** 0.5
        low, high = max(0.0, share - 1.96 * se), min(1.0, share + 1.96 * se)
        whole = {"domain_kind": "all", "domain": "", "variable": variable, "statistic": statistic, "category": category}
        rest = {"n": n, "weight_sum": n * 25.5, "estimate": share, "se": se, "low": low, "high": high}
        return {**whole, **rest, "df": float(n - 1), "deff": 1.1, "lonely": 0}

    def estimates(self) -> pl.DataFrame:
        rows: list[dict[str, Any]] = []
        for question in self.edition.questions():
            if question.kind == "text":
                continue
            options = self.edition.options(question.name)
            n = 1214 - int(self.rng.integers(0, 90))
            if question.kind == "multiple":
                for option in options:
                    share = float(self.rng.uniform(0.05, 0.7))
                    rows.append(self.estimate(f"{question.name}_{option.value}", "share", 1, share, n))
                continue
            alpha = [0.4, 0.8, 2.5, 12, 10] if len(options) == 5 and question.kind == "scale" else [3.0] * len(options)
            shares = self.rng.dirichlet(alpha)
            rows += [
                self.estimate(question.name, "share", o.value, float(s), n)
                for o, s in zip(options, shares, strict=True)
            ]
            if question.kind == "scale":
                top = min(1.0, float(sum(shares[-2:])))
                rows.append(self.estimate(question.name, "top_box", None, top, n))
        types = {c.name: c.dtype for c in ESTIMATES.columns}
        frame = pl.DataFrame(rows, infer_schema_length=None).cast(types)
        return frame.select(list(types)).with_columns(suppressed=pl.lit(value=False))


def ranked(frame: pl.DataFrame, kind: str) -> pl.DataFrame:
    size = frame["domain"].n_unique()
    if kind == "all":
        empty = [pl.lit(None, pl.Int64).alias(c) for c in ("rank", "ranked", "previous_rank", "rank_low", "rank_high")]
        return frame.with_columns(empty)
    place = pl.col("percent").rank("ordinal", descending=True).over("node").cast(pl.Int64)
    before = pl.col("previous").rank("ordinal", descending=True).over("node").cast(pl.Int64)
    frame = frame.with_columns(rank=place, ranked=pl.lit(size, pl.Int64), previous_rank=before)
    spread = size // 5
    return frame.with_columns(
        rank_low=(pl.col("rank") - spread).clip(1, size), rank_high=(pl.col("rank") + spread).clip(1, size)
    )


def hide(index: pl.DataFrame, domain: str) -> pl.DataFrame:
    kept = {"domain_kind", "domain", "node", "parent", "level", "rule", "n", "answers", "suppressed"}
    gone = [c for c in index.columns if c not in kept]
    flag = pl.col("domain") == domain
    return index.with_columns(*(pl.when(flag).then(None).otherwise(pl.col(c)).alias(c) for c in gone), suppressed=flag)


def field_figures(agencies: tuple[str, ...], rng: np.random.Generator) -> FieldFigures:
    valid = rng.integers(28, 61, len(agencies))
    returned = valid + rng.integers(0, 4, len(agencies))
    issued = returned + rng.integers(0, 6, len(agencies))
    by_unit = pl.DataFrame(
        {"domain": list(agencies), "issued": issued, "returned": returned, "valid": valid},
        schema={"domain": pl.String, "issued": pl.Int64, "returned": pl.Int64, "valid": pl.Int64},
    )
    rates = pl.DataFrame({"rate": ["RR1", "RR2", "RR5", "RR6"], "value": [0.9131, 0.94505, 0.9342, 0.9667]})
    dispositions = pl.DataFrame({
        "code": ["1.1", "1.2", "2.11", "2.2", "3.10", "4.10"],
        "label": [
            "Trả lời đủ",
            "Trả lời một phần",
            "Từ chối",
            "Không gặp được sau nhiều lần đến",
            "Chưa rõ có đủ điều kiện hay không",
            "Không thuộc đối tượng",
        ],
        "cases": [1180, 34, 21, 30, 12, 9],
    })
    modes = pl.DataFrame({"label": ["Phiếu giấy", "Trực tuyến"], "cases": [int(valid.sum()) - 200, 200]})
    sums = (int(issued.sum()), int(returned.sum()), int(valid.sum()))
    return FieldFigures(*sums, 37, rates, dispositions, by_unit, modes)


def title(previous: bool = True) -> TitleData:
    return TitleData(
        territory="tỉnh Tuyên Quang",
        parent_agency="UBND tỉnh Tuyên Quang",
        agency="Sở Nội vụ",
        place="Tuyên Quang",
        date=DATE,
        period="năm 2026",
        previous_period="năm 2025" if previous else "",
        position=("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"),
        addressees=("Bộ Nội vụ", "Ủy ban nhân dân tỉnh Tuyên Quang"),
        recipients=("Như trên", "Các sở, ban, ngành", "Ủy ban nhân dân các xã, phường", "Lưu: VT, CCHC"),
        basis=(
            (
                "Quyết định số 2640/QĐ-BNV ngày 10 tháng 10 năm 2017 của Bộ trưởng Bộ Nội vụ phê duyệt Đề án “Đo lường "
                "sự "
                "hài lòng của người dân, tổ chức đối với sự phục vụ của cơ quan hành chính nhà nước "
                "giai đoạn 2017–2020”"
            ),
            "Kế hoạch đo lường sự hài lòng năm 2026 của Ủy ban nhân dân tỉnh Tuyên Quang",
        ),
    )


DRAW = DrawSummary(
    frame_sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    sample_sha256="60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
    seed="fd61a03af4f77d870fc21e05e7e80678095c92d808cfb3b5c279ee04c74aca13",
    public_texts=("Ủy ban MTTQ Việt Nam tỉnh: 4417 hoa ban", "Hội Cựu chiến binh tỉnh: sông Lô mùa nước đầy"),
    draws=2,
    frame_size=31_480,
    sample_size=1_320,
    reserve_size=1_320,
    rule=("Chọn ngẫu nhiên đơn giản trong từng tầng (cơ quan × lĩnh vực).", "Dự phòng lấy theo thứ tự số ngẫu nhiên."),
)
WEIGHTING = (
    WeightingLine("Quyền số gốc", 31480.0, 12.4, 41.7, 1.18),
    WeightingLine("Hiệu chỉnh không trả lời", 31480.0, 12.9, 44.02, 1.2),
    WeightingLine("Hiệu chỉnh theo số đếm", 31480.0, 11.05, 46.3, 1.23),
)
NATIONAL_VALUES = (
    (2017, "transactions", 80.9),
    (2018, "transactions", 82.99),
    (2019, "transactions", 84.45),
    (2020, "transactions", 85.48),
    (2021, "transactions", 87.16),
    (2022, "residents", 80.08),
    (2023, "residents", 82.66),
    (2024, "residents", 83.94),
)
NATIONAL = tuple(NationalFigure(y, s, p, "Bộ Nội vụ, công bố SIPAS " + str(y)) for y, s, p in NATIONAL_VALUES)


def example(
    edition: str = "sipas-2017", *, agencies: tuple[str, ...] = AGENCIES, kind: str = "agency", previous: bool = True
) -> ReportInputs:
    loaded = load(edition)
    rng = np.random.default_rng(2026)
    maker = Maker(loaded, rng, previous)
    index = hide(maker.index(agencies, kind, FIELDS), agencies[-1])
    units = pl.DataFrame({
        "domain_kind": [kind] * len(agencies),
        "domain": list(agencies),
        "label": list(agencies),
        "level": ["Cấp tỉnh" if a in DEPARTMENTS else "Cấp xã" for a in agencies],
    })
    targets = (
        Target("Chỉ số hài lòng chung", loaded.index.name, 85.0, source="Kế hoạch cải cách hành chính năm 2026"),
        Target("Tiếp nhận, giải quyết góp ý", loaded.index.children[-1].name, 90.0, source="Kế hoạch năm 2026"),
    )
    return ReportInputs(
        title=title(previous),
        edition=loaded,
        index=index,
        estimates=maker.estimates(),
        field=field_figures(agencies, rng),
        unit_kinds=(kind,),
        units=units,
        weighting=WEIGHTING,
        targets=targets,
        national=NATIONAL,
        draw=DRAW,
        minimum_cell=loaded.minimum_cell,
        simulated=True,
    )


def without(inputs: ReportInputs, **changes: Any) -> ReportInputs:
    return replace(inputs, **changes)
