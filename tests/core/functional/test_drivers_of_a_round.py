"""Drivers as a round seals and discloses them."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sipas.rounds.editions import round_edition
from sipas.rounds.folder import Folder
from sipas.rounds.published import read_published
from sipas.rounds.settings import load_round
from sipas.rounds.steps.drivers import LEAST_PER_ITEM, least_complete
from sipas.tables import DRIVERS


def test_drivers_are_the_weighted_model_of_the_complete_forms(finished: Path) -> None:
    """R² again by plain least squares from the answers; value and interval are those of the index."""
    root = finished / "r2026"
    sealed = DRIVERS.check(pl.read_parquet(root / "drivers.parquet"))
    assert sealed.equals(pl.read_parquet(root / "disclosed" / "drivers.parquet"))
    items = [q.name for q in round_edition(Folder(root), load_round(root)).items()]
    answers = (
        pl.read_parquet(root / "responses.parquet").filter("valid").select("case_id", "overall_satisfaction", *items)
    )
    rows = answers.join(pl.read_parquet(root / "weights.parquet").select("case_id", "final"), on="case_id").drop_nulls()
    assert sealed["used"].unique().to_list() == [rows.height]
    root_of_weight = rows["final"].sqrt().to_numpy()
    x = np.column_stack([np.ones(rows.height), rows.select(items).to_numpy()]) * root_of_weight[:, None]
    y = rows["overall_satisfaction"].to_numpy() * root_of_weight
    left = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    about = y - root_of_weight * (root_of_weight @ y) / (root_of_weight @ root_of_weight)
    assert sealed["r_squared"][0] == pytest.approx(1 - (left @ left) / (about @ about), abs=2e-6)
    assert sealed["importance"].sum() == pytest.approx(100, abs=1e-4)
    whole = pl.read_parquet(root / "index.parquet").filter(pl.col("domain_kind") == "all")
    both = sealed.join(whole, on="node")
    for name in ("percent", "low", "high"):
        assert both[name].equals(both[f"{name}_right"])
    weak = sealed.filter((pl.col("importance") >= 100 / sealed.height) & (pl.col("percent") < pl.col("percent").mean()))
    assert set(weak["node"]) == set(sealed.filter(pl.col("quadrant") == "concentrate")["node"])


def test_a_reader_gets_the_disclosed_drivers(finished: Path) -> None:
    assert read_published(finished / "r2026").drivers.height == 22
    assert read_published(finished / "r2026", whole_only=True).drivers.is_empty()


def test_an_edition_without_an_overall_question_has_none(residents: Path) -> None:
    assert DRIVERS.check(pl.read_parquet(residents / "drivers.parquet")).is_empty()
    assert read_published(residents).drivers.is_empty()


def test_each_item_needs_its_complete_forms(finished: Path) -> None:
    root = finished / "r2026"
    edition = round_edition(Folder(root), load_round(root))
    assert least_complete(edition) == LEAST_PER_ITEM * len(edition.items()) == 220
