"""Everything the report is made from, gathered from the round's files."""

from __future__ import annotations

from datetime import date

import polars as pl

from sipas.geography import region, unit_at
from sipas.instrument import Edition
from sipas.reporting import (
    FieldFigures,
    ReportInputs,
    Target,
    TitleData,
    WeightingLine,
    gather_draw,
    gather_field,
    gather_national,
    gather_weighting,
)
from sipas.rounds.domain_labels import PLACES, domain_label, place_of
from sipas.rounds.editions import round_edition
from sipas.rounds.folder import Folder
from sipas.rounds.runner import Context
from sipas.rounds.settings import NATION, Round
from sipas.rounds.steps.weigh import dispositions
from sipas.rounds.tables_io import read_json, read_table
from sipas.sampling import read_certificate
from sipas.tables import FRAME

About = tuple[str | None, ...]
METHOD_2017 = (
    "Quyết định số 2640/QĐ-BNV ngày 10 tháng 10 năm 2017 của Bộ trưởng Bộ Nội vụ phê duyệt Đề án Đo lường sự hài lòng "
    "của người dân, tổ chức đối với sự phục vụ của cơ quan hành chính nhà nước giai đoạn 2017 - 2020"
)
METHOD_2023 = (
    "Quyết định số 1001/QĐ-BNV ngày 11 tháng 12 năm 2023 của Bộ trưởng Bộ Nội vụ về Phương pháp Đo lường sự hài lòng "
    "của người dân đối với sự phục vụ của cơ quan hành chính nhà nước giai đoạn 2023 - 2026"
)
# The Ministry's methods by the years they hold for; other years name their own basis in round.yaml.
BASIS = ((range(2017, 2022), "transactions", METHOD_2017), (range(2023, 2027), "residents", METHOD_2023))


def report_inputs(context: Context) -> ReportInputs:
    """Gather the inputs of the report.

    Parameters
    ----------
    context : Context
        A round whose results are disclosed.

    Returns
    -------
    ReportInputs
        Checked by the report itself.
    """
    folder, settings = context.folder, context.round
    edition = round_edition(folder, settings)
    index = pl.read_parquet(folder.path("disclosed/index.parquet"))
    return ReportInputs(
        title=_title(settings, edition),
        edition=edition,
        index=index,
        estimates=pl.read_parquet(folder.path("disclosed/estimates.parquet")),
        field=_field(context),
        unit_kinds=settings.estimates.rank_by,
        units=_units(folder, index, settings),
        weighting=_weighting(folder),
        targets=_targets(settings, edition),
        national=gather_national(),
        draw=gather_draw(read_certificate(folder.path("certificate.json").read_bytes())),
        minimum_cell=edition.minimum_cell,
        simulated=settings.simulated is not None,
    )


def _targets(settings: Round, edition: Edition) -> tuple[Target, ...]:
    """Give the targets; one of a unit says whose it is."""
    return tuple(
        Target(
            t.label if t.domain_kind == "all" else f"{t.label}, {domain_label(t.domain_kind, t.domain, settings)}",
            _node(t.node, edition),
            t.threshold,
            t.domain_kind,
            t.domain,
            t.source,
        )
        for t in settings.targets
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
        report_number=documents.report_number,
        letter_number=documents.letter_number,
        period=f"năm {settings.year}",
        previous_period=f"năm {settings.year - 1}" if settings.previous else "",
        position=(documents.signer,),
        addressees=documents.addressees,
        recipients=documents.recipients or ("Như trên", "Lưu: VT"),
        basis=(
            *documents.basis,
            *(b for years, who, b in BASIS if settings.year in years and who == edition.population),
        ),
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


def _field(context: Context) -> FieldFigures:
    unit = context.round.estimates.rank_by[0]
    units = read_table(context.folder, FRAME).select("unit_id", unit)
    return gather_field(dispositions(context).join(units, on="unit_id", how="left"), unit)


def _units(folder: Folder, index: pl.DataFrame, settings: Round) -> pl.DataFrame:
    """Name domains and give what they are compared by: tier and kind of an agency, region and class of a place."""
    frame = read_table(folder, FRAME)
    agencies = {
        agency: (level, commune)
        for agency, level, commune in frame
        .group_by("agency")
        .agg(pl.col("agency_level").min(), pl.col("commune").min())
        .sort("agency")
        .iter_rows()
    }
    pairs = index.select("domain_kind", "domain").unique().sort("domain_kind", "domain").iter_rows()
    rows = [
        (kind, domain, domain_label(kind, domain, settings), *_about(kind, domain, agencies, settings))
        for kind, domain in pairs
    ]
    names = ("domain_kind", "domain", "label", "level", "kind", "region", "class", "region_status")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def _about(kind: str, domain: str, agencies: dict[str, tuple[str, str | None]], settings: Round) -> About:
    """Give level, kind, region, class and the standing of the region; missing where a domain has none."""
    if kind == "agency" and domain in agencies:
        level, commune = agencies[domain]
        place = place_of(commune, settings) if level == "commune" and commune else None
        return domain_label("agency_level", level, settings), place.kind if place else None, None, None, None
    place = place_of(domain, settings) if kind in PLACES and domain else None
    if place is None:
        return None, None, None, None, None
    found = region(place.code, settings.window.last)
    status = found.status if found else None
    return None, place.kind, found.name if found else None, place.unit_class, status


def _weighting(folder: Folder) -> tuple[WeightingLine, ...]:
    steps = read_json(folder, "weighting.json")["steps"]
    return gather_weighting(pl.DataFrame(steps, infer_schema_length=None))
