"""Visits at night, too fast, at one place, in the wrong order."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from sipas.errors import SipasError
from sipas.quality import VisitLimits, same_texts, visit_marks

DAY = dt.date(2026, 10, 5)


def visits(*rows: tuple[Any, ...]) -> pl.DataFrame:
    """Case, visit, interviewer, (hour, minute), latitude, longitude, accuracy."""
    told = [
        (case, number, who, dt.datetime.combine(DAY, dt.time(*at)) if at else None, True, lat, lon, accuracy)
        for case, number, who, at, lat, lon, accuracy in rows
    ]
    schema = {
        "case_id": pl.String, "visit": pl.Int64, "interviewer": pl.String, "at": pl.Datetime("us"),
        "is_form": pl.Boolean, "latitude": pl.Float64, "longitude": pl.Float64, "accuracy_m": pl.Float64,
    }  # fmt: skip
    return pl.DataFrame(told, schema=schema, orient="row")


def marks(table: pl.DataFrame, sign: str, **limits: Any) -> list[tuple[Any, ...]]:
    found = visit_marks(table, VisitLimits(**limits)).filter(sign=sign)
    return list(found.select("case_id", "value", "partner").iter_rows())


def test_night_goes_over_midnight_and_ends_in_the_morning() -> None:
    table = visits(*[(f"C{h}", 1, "A", (h, 30), None, None, None) for h in (20, 21, 0, 5, 6)])
    assert marks(table, "night") == [("C0", 0.5, None), ("C21", 21.5, None)]
    assert marks(table, "night", night_from=dt.time(5, 0), night_to=dt.time(6, 0)) == [("C5", 5.5, None)]


def test_a_way_too_fast_is_told_with_where_it_came_from() -> None:
    """One degree of latitude is 111.195 km on the sphere; half an hour for it is 222 km/h, an hour and a half 74."""
    table = visits(
        ("B", 1, "A", (9, 30), 22.0, 105.0, None),
        ("A", 1, "A", (9, 0), 21.0, 105.0, None),
        ("C", 1, "A", (11, 0), 23.0, 105.0, None),
        ("D", 1, "X", (9, 5), 25.0, 105.0, None),
    )
    (found,) = marks(table, "speed")
    assert found[0] == "B"
    assert found[1] == pytest.approx(222.39, abs=0.01)
    assert found[2] == "A"
    assert len(marks(table, "speed", fastest_kmh=70.0)) == 2
    rough = table.with_columns(accuracy_m=pl.lit(60_000.0))
    assert marks(rough, "speed") == []


def test_two_forms_in_the_same_minute_far_apart_are_too_fast_and_near_ones_are_not() -> None:
    table = visits(("A", 1, "A", (9, 0), 21.0, 105.0, 10.0), ("B", 1, "A", (9, 0), 21.1, 105.0, 10.0))
    assert [m[0] for m in marks(table, "speed")] == ["B"]
    near = table.with_columns(latitude=pl.lit(21.0))
    assert marks(near, "speed") == []
    assert marks(near, "still") == [("A", 2.0, None), ("B", 2.0, None)]
    assert marks(near.with_columns(is_form=pl.lit(False)), "still") == []


def test_visits_of_other_days_or_without_a_place_are_not_at_one_place() -> None:
    table = visits(("A", 1, "A", (9, 0), 21.0, 105.0, 0.0), ("B", 1, "A", (10, 0), 21.0, 105.0, 0.0))
    other = table.with_columns(at=pl.when(case_id="B").then(pl.col("at").dt.offset_by("1d")).otherwise("at"))
    assert marks(other, "still") == []
    assert marks(table.with_columns(latitude=pl.lit(None, pl.Float64)), "still") == []


def test_a_later_visit_that_stands_before_is_told_in_seconds() -> None:
    table = visits(("A", 1, "A", (9, 0), None, None, None), ("A", 2, "B", (8, 58), None, None, None))
    assert marks(table, "clock") == [("A", 120.0, None)]


def test_without_times_there_are_no_marks_and_a_missing_column_is_named() -> None:
    table = visits(("A", 1, "A", None, 21.0, 105.0, None), ("B", 1, None, (22, 0), 21.0, 105.0, None))
    assert [row[0] for row in marks(table, "night")] == ["B"]
    assert visit_marks(table).height == 1
    with pytest.raises(SipasError) as error:
        visit_marks(table.drop("accuracy_m"))
    assert error.value.code == "quality.visit_column_missing"
    assert error.value.got == ["accuracy_m"]


def test_remarks_are_the_same_whatever_case_spaces_and_points_and_short_ones_say_nothing() -> None:
    rows = pl.DataFrame({
        "case_id": ["A", "B", "C", "D", "E"],
        "who": ["x", "x", "y", "x", "x"],
        "remark": ["Cán bộ rất nhiệt tình!", "cán  bộ rất nhiệt tình", "Cán bộ rất nhiệt tình", "Tốt", "Tốt."],
    })
    within = same_texts(rows, ["remark"], within="who")
    assert list(within.iter_rows()) == [("A", "remark", 2), ("B", "remark", 2)]
    assert same_texts(rows, ["remark"])["forms"].to_list() == [3, 3, 3]
