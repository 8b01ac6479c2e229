"""Takes what earlier rooms give into the form a report reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from sipas.publication import national_line
from sipas.quality import disposition_table, field_rates, response_rates
from sipas.reporting.domain_labels import shipped_label
from sipas.reporting.inputs import DrawSummary, FieldFigures, NationalFigure, WeightingLine

AAPOR_RATES = ("RR1", "RR2", "RR3", "RR4", "RR5", "RR6")
STEPS = {
    "base": "Quyền số gốc",
    "nonresponse": "Hiệu chỉnh không trả lời",
    "calibrated": "Hiệu chỉnh theo số đếm tổng thể",
    "final": "Sau khi chặn quyền số lớn (quyền số cuối cùng)",
}


def gather_field(cases: pl.DataFrame, unit: str) -> FieldFigures:
    """Take the field figures from the final dispositions.

    Parameters
    ----------
    cases : polars.DataFrame
        ``quality.case_dispositions``, with the column ``unit``.
    unit : str
        Column that holds the unit of a case, as ``agency``.

    Returns
    -------
    FieldFigures
        Counts, AAPOR rates, dispositions, forms by unit and by mode.

    Raises
    ------
    SipasError
        Those of ``quality``.
    """
    whole = field_rates(cases).row(0, named=True)
    rates = response_rates(cases).row(0, named=True)
    by_unit = field_rates(cases, [unit]).select(
        pl.col(unit).cast(pl.String).alias("domain"), "issued", "returned", "valid"
    )
    counts = cases.group_by("disposition").agg(cases=pl.len().cast(pl.Int64))
    labels = disposition_table().select("disposition", pl.col("vi").alias("label"))
    told = counts.join(labels, on="disposition").sort("disposition", "label")
    modes = cases.filter("valid").group_by("mode").agg(cases=pl.len().cast(pl.Int64)).sort("mode")
    names = [shipped_label("mode", str(m)) for m in modes["mode"]]
    return FieldFigures(
        issued=int(whole["issued"]),
        returned=int(whole["returned"]),
        valid=int(whole["valid"]),
        replacements=int(cases["replaced_by"].is_not_null().sum()),
        rates=pl.DataFrame({"rate": AAPOR_RATES, "value": [rates[name] for name in AAPOR_RATES]}),
        dispositions=told.select(pl.col("disposition").alias("code"), "label", "cases"),
        by_unit=by_unit,
        modes=modes.select(pl.Series("label", names, dtype=pl.String), "cases"),
    )


def gather_weighting(report: pl.DataFrame) -> tuple[WeightingLine, ...]:
    """Take the lines of the weighting report.

    Parameters
    ----------
    report : polars.DataFrame
        ``weighting.WEIGHTING_REPORT``.

    Returns
    -------
    tuple of WeightingLine
        In the order of the steps.
    """
    rows = report.select("step", "sum", "min", "max", "deff").iter_rows()
    return tuple(WeightingLine(STEPS.get(step, step), *rest) for step, *rest in rows)


def gather_national() -> tuple[NationalFigure, ...]:
    """Take the national line that the Ministry published.

    Returns
    -------
    tuple of NationalFigure
        From 2015, a year without a national value with None; never one series across 2021/2022.
    """
    rows = national_line().select("year", "series", "percent", "source").iter_rows()
    return tuple(NationalFigure(int(year), series, percent, source) for year, series, percent, source in rows)


def gather_draw(certificate: Mapping[str, Any]) -> DrawSummary:
    """Take what a report prints of the certificate of the draw.

    Parameters
    ----------
    certificate : Mapping
        ``sampling.read_certificate``.

    Returns
    -------
    DrawSummary
        Hashes, seed, counts and the rule in words.
    """
    draws, sample = certificate["draws"], certificate["sample"]
    return DrawSummary(
        frame_sha256=certificate["frame"]["sha256"],
        sample_sha256=sample["sha256"],
        seed=certificate["seed"]["sha256"],
        public_texts=tuple(f"{part['name']}: {part['text']}" for part in certificate["seed"]["parts"]),
        draws=1 + int(draws["trials"]) + int(draws["redraws"]),
        frame_size=int(certificate["frame"]["rows"]),
        sample_size=int(sample["official"]),
        reserve_size=int(sample["reserve"]),
        rule=tuple(certificate["rule"]),
    )
