from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from reporting_example import example

from sipas.errors import SipasError
from sipas.reporting import ReportInputs, build_report


def refused(inputs: ReportInputs) -> str:
    with pytest.raises(SipasError) as caught:
        build_report(inputs)
    return caught.value.code


def test_the_whole_must_be_in_the_index(inputs: ReportInputs) -> None:
    assert (
        refused(replace(inputs, index=inputs.index.filter(pl.col("domain_kind") != "all"))) == "reporting.index_missing"
    )


def test_a_ranked_kind_must_be_in_the_index(inputs: ReportInputs) -> None:
    assert refused(replace(inputs, unit_kinds=("agencies",))) == "reporting.kind_unknown"


def test_no_more_forms_return_than_went_out(inputs: ReportInputs) -> None:
    field = replace(inputs.field, returned=inputs.field.issued + 1)
    assert refused(replace(inputs, field=field)) == "reporting.forms_order"


def test_the_tables_are_checked_as_at_every_door(inputs: ReportInputs) -> None:
    broken = inputs.index.with_columns(percent=pl.lit(140.0))
    assert refused(replace(inputs, index=broken)) == "tables.value"


def test_results_without_suppression_are_taken_too(inputs: ReportInputs) -> None:
    kept = inputs.index.filter(~pl.col("suppressed")).drop("suppressed")
    estimates = inputs.estimates.drop("suppressed")
    assert build_report(replace(inputs, index=kept, estimates=estimates)).blocks


def test_an_unranked_round_and_a_first_round_can_be_told() -> None:
    first = example(previous=False)
    titles = " ".join(getattr(b, "text", "") for b in build_report(first).blocks)
    assert "THAY ĐỔI SO VỚI" not in titles
