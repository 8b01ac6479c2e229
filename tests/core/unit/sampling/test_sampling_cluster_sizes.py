"""Clusters drawn by size: the size of a cluster is its rows, and chances go with it."""

import polars as pl
import pytest
from sampling_cases import frame

from sipas.sampling import draw, parse_design

SIZES = {"A": 40, "B": 100, "C": 60, "D": 200, "E": 100}


def clustered(sizes: dict[str, int]) -> pl.DataFrame:
    communes = [name for name, rows in sizes.items() for _ in range(rows)]
    return frame(len(communes)).with_columns(pl.Series("commune", communes))


@pytest.mark.parametrize("method", ["pps_systematic", "pareto"])
def test_chances_of_clusters_go_with_their_rows(method: str) -> None:
    stages = [{"unit": "commune", "size": {"rule": "fixed", "n": 2}, "method": method}]
    stages.append({"unit": "unit_id", "size": {"rule": "fixed", "n": 5}})
    drawn = draw(clustered(SIZES), parse_design({"stages": stages, "reserve": 0}), "ab" * 32)
    chances = dict(drawn.sample.select("psu", "stage_1_probability").unique().iter_rows())
    total = sum(SIZES.values())
    assert len(chances) == 2
    assert all(chances[name] == pytest.approx(2 * SIZES[name] / total) for name in chances)
    assert drawn.lists.filter(pl.col("stage") == 1)["total_size"].to_list() == [total]


def test_a_cluster_larger_than_a_step_is_certain() -> None:
    stages = [{"unit": "commune", "size": {"rule": "fixed", "n": 2}, "method": "pps_systematic"}]
    stages.append({"unit": "unit_id", "size": {"rule": "fixed", "n": 5}})
    sizes = {"A": 1000, "B": 50, "C": 20, "D": 30}
    drawn = draw(clustered(sizes), parse_design({"stages": stages, "reserve": 0}), "cd" * 32)
    chances = dict(drawn.sample.select("psu", "stage_1_probability").unique().iter_rows())
    assert chances["A"] == 1
