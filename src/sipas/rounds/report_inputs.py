"""Everything the report is made from, gathered from the round's files."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from sipas.geography import unit_at
from sipas.instrument import Edition
from sipas.publication import national_line
from sipas.quality import disposition_table
from sipas.reporting import (
    DrawSummary,
    FieldFigures,
    NationalFigure,
    ReportInputs,
    Target,
    TitleData,
    WeightingLine,
)
from sipas.rounds.folder import Folder
from sipas.rounds.settings import Round
from sipas.rounds.simulated import NATION
from sipas.rounds.tables_io import read_json, read_table
from sipas.sampling import read_certificate
from sipas.tables import FRAME, SAMPLE

STEPS = {
    "base": "Quyền số gốc",
    "nonresponse": "Hiệu chỉnh không trả lời",
    "calibrated": "Hiệu chỉnh theo khung mẫu",
    "final": "Quyền số cuối cùng",
}
MODES = {"paper": "Phiếu giấy", "face_to_face": "Phỏng vấn trực tiếp", "phone": "Điện thoại", "web": "Trực tuyến"}
LEVELS = {
    "central": "Cơ quan trung ương tại địa phương",
    "province": "Cấp tỉnh",
    "district": "Cấp huyện",
    "commune": "Cấp xã",
}
KINDS = {"person": "Cá nhân", "organisation": "Tổ chức"}
# The Ministry's method of each population; the round's own bases come first.
BASIS = {
    "transactions": (
        "Quyết định số 2640/QĐ-BNV ngày 10 tháng 10 năm 2017 của Bộ trưởng Bộ Nội vụ phê duyệt Đề án Đo lường sự hài "
        "lòng của người dân, tổ chức đối với sự phục vụ của cơ quan hành chính nhà nước giai đoạn 2017 - 2020",
    ),
    "residents": (
        "Quyết định số 1001/QĐ-BNV ngày 11 tháng 12 năm 2023 của Bộ trưởng Bộ Nội vụ về Phương pháp Đo lường sự hài "
        "lòng của người dân đối với sự phục vụ của cơ quan hành chính nhà nước giai đoạn 2023 - 2026",
    ),
}


def report_inputs(folder: Folder, settings: Round, edition: Edition) -> ReportInputs:
    """Gather the inputs of the report.

    Parameters
    ----------
    folder : Folder
        A round whose results are disclosed.
    settings : Round
        Its settings.
    edition : Edition
        Its edition.

    Returns
    -------
    ReportInputs
        Checked by the report itself.
    """
    index = pl.read_parquet(folder.path("disclosed/index.parquet"))
    return ReportInputs(
        title=_title(settings, edition),
        edition=edition,
        index=index,
        estimates=pl.read_parquet(folder.path("disclosed/estimates.parquet")),
        field=_field(folder),
        unit_kinds=settings.estimates.rank_by,
        units=_units(folder, index, settings),
        weighting=_weighting(folder),
        targets=tuple(Target(t.label, _node(t.node, edition), t.threshold, source=t.source) for t in settings.targets),
        national=_national(edition),
        draw=_draw(folder),
        minimum_cell=edition.minimum_cell,
        simulated=settings.simulated is not None,
    )


def _node(name: str, edition: Edition) -> str:
    return edition.index.name if name == "index" else name


def _title(settings: Round, edition: Edition) -> TitleData:
    documents = settings.documents
    return TitleData(
        territory=territory(settings),
        parent_agency=documents.parent,
        agency=documents.department,
        place=documents.place,
        date=documents.date,
        period=f"năm {settings.year}",
        previous_period=f"năm {settings.year - 1}" if settings.previous else "",
        position=(documents.signer,),
        addressees=documents.addressees,
        recipients=documents.recipients or ("Như trên", "Lưu: VT"),
        basis=(*documents.basis, *BASIS[edition.population]),
    )


def territory(settings: Round) -> str:
    """Name the area of a round: ``tỉnh Tuyên Quang``.

    Parameters
    ----------
    settings : Round
        Its settings.

    Returns
    -------
    str
        Kind in lower case and name, or ``cả nước``.
    """
    if settings.province == NATION:
        return "cả nước"
    unit = unit_at(settings.province, date(settings.year, 9, 30))
    return f"{unit.kind} {unit.name}"


def _field(folder: Folder) -> FieldFigures:
    data: dict[str, Any] = read_json(folder, "fieldwork.json")
    forms = data["forms"][0]
    rates = {name: value for name, value in data["rates"][0].items() if name[:3] in {"COO", "REF", "CON"} or name[:2] == "RR"}
    labels = dict(disposition_table().select("disposition", "vi").iter_rows())
    dispositions = [(d["disposition"], labels[d["disposition"]], d["cases"]) for d in data["dispositions"]]
    by_unit = [(u["agency"], u["issued"], u["returned"], u["valid"]) for u in data["forms_by_agency"]]
    empty = FieldFigures(0, 0, 0)
    return FieldFigures(
        issued=forms["issued"],
        returned=forms["returned"],
        valid=forms["valid"],
        replacements=sum(r["replaced"] for r in data["replacements"]),
        rates=pl.DataFrame(list(rates.items()), schema=empty.rates.schema, orient="row"),
        dispositions=pl.DataFrame(dispositions, schema=empty.dispositions.schema, orient="row"),
        by_unit=pl.DataFrame(by_unit, schema=empty.by_unit.schema, orient="row"),
        modes=pl.DataFrame(
            [(MODES[m["mode"]], m["cases"]) for m in data["modes"]], schema=empty.modes.schema, orient="row"
        ),
    )


def _units(folder: Folder, index: pl.DataFrame, settings: Round) -> pl.DataFrame:
    """Name domains and give the attributes by which they are compared."""
    frame = read_table(folder, FRAME)
    levels = dict(frame.select("agency", "agency_level").unique().iter_rows())
    rows = []
    for kind, domain in index.select("domain_kind", "domain").unique().sort("domain_kind", "domain").iter_rows():
        label, level = domain, None
        if kind == "agency":
            level = LEVELS.get(levels.get(domain, ""), None)
        elif kind == "agency_level":
            label = LEVELS.get(domain, domain)
        elif kind == "respondent_kind":
            label = KINDS.get(domain, domain)
        elif kind in {"province", "commune"} and domain:
            label = unit_at(domain, _register_day(settings)).full_name
        rows.append((kind, domain, label, level))
    return pl.DataFrame(rows, schema=dict.fromkeys(("domain_kind", "domain", "label", "level"), pl.String), orient="row")


def _register_day(settings: Round) -> date:
    return settings.window.last


def _weighting(folder: Folder) -> tuple[WeightingLine, ...]:
    steps: list[dict[str, Any]] = read_json(folder, "weighting.json")["steps"]  # type: ignore[assignment]
    return tuple(WeightingLine(STEPS[s["step"]], s["sum"], s["min"], s["max"], s["deff"]) for s in steps)


def _national(edition: Edition) -> tuple[NationalFigure, ...]:
    line = national_line().filter(pl.col("percent").is_not_null())
    return tuple(NationalFigure(*row) for row in line.select("year", "series", "percent", "source").iter_rows())


def _draw(folder: Folder) -> DrawSummary:
    made = read_certificate(folder.path("certificate.json").read_bytes())
    roles = dict(read_table(folder, SAMPLE)["role"].value_counts().iter_rows())
    draws = made["draws"]
    return DrawSummary(
        frame_sha256=made["frame"]["sha256"],
        sample_sha256=made["sample"]["sha256"],
        seed=made["seed"]["sha256"],
        public_texts=tuple(f"{part['name']}: {part['text']}" for part in made["seed"]["parts"]),
        draws=1 + draws["trials"] + draws["redraws"],
        frame_size=made["frame"]["rows"],
        sample_size=roles.get("official", 0),
        reserve_size=roles.get("reserve", 0),
        design=" ".join(made["rule"]) if isinstance(made["rule"], list) else made["rule"],
    )
