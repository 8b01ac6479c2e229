"""Released weights: the intruder with the certificate names nobody's agency; totals and the index stay."""

from math import fsum

import polars as pl
import pytest
import weight_intruder
from weighted_round import EDITION, KEY, answered, domains, frame, responses, strata, weights

from sipas.publication import Release, release, release_id
from sipas.publication.anonymity import class_sizes
from sipas.publication.weight_loss import largest_changes

K = 10


def make(**changed) -> Release:
    given = {"key": KEY, "simulated": True, "strata": strata()} | changed
    return release(responses(), weights(), domains(), EDITION, **given)


@pytest.fixture(scope="module")
def made() -> Release:
    return make()


def opened(made: Release) -> pl.DataFrame:
    """Put what the intruder must not know beside each released row."""
    ids = {release_id(KEY, case): case for case in answered()["case_id"]}
    rows = made.table.with_columns(case_id=pl.col("release_id").replace_strict(ids))
    return rows.join(answered().select("case_id", "agency", "final"), on="case_id", maintain_order="left")


def public() -> pl.DataFrame:
    sizes = frame().group_by("agency").agg(population=pl.len())
    counts = answered().group_by("agency").agg(count=pl.len())
    return sizes.join(counts, on="agency").sort("agency")


def test_the_intruder_succeeds_on_exact_weights_so_the_attack_is_real(made: Release) -> None:
    rows = opened(made)
    named, right = weight_intruder.told(rows["final"], rows["agency"], public())
    assert named == right > 0.5 * rows.height
    assert (class_sizes(rows, [*made.keys, "final"]) == 1).sum() > 0.3 * rows.height


def test_the_intruder_names_no_agency_from_released_weights(made: Release) -> None:
    rows = opened(made)
    assert weight_intruder.told(rows["weight"], rows["agency"], public()) == (0, 0)


def test_without_strata_each_weight_counts_as_one_and_the_intruder_fails_too() -> None:
    rows = opened(make(strata=None))
    assert weight_intruder.told(rows["weight"], rows["agency"], public()) == (0, 0)


def test_the_weight_is_no_further_key(made: Release) -> None:
    rows = opened(made)
    assert class_sizes(rows, [*made.keys, "weight"]).min() >= K
    assert class_sizes(rows, [*made.keys, "weight"]).equals(class_sizes(rows, made.keys))


def test_each_weight_is_shared_by_k_rows_and_k_agencies_or_by_a_whole_level(made: Release) -> None:
    shown = (
        opened(made)
        .group_by("weight")
        .agg(
            rows=pl.len(),
            agencies=pl.col("agency").n_unique(),
            largest=pl.col("agency").unique_counts().max(),
            levels=pl.col("agency_level").unique(),
        )
    )
    levels = made.table["agency_level"].value_counts()
    whole = dict(levels.rows())
    assert shown["rows"].min() >= K
    assert shown.height > levels.height
    for _, rows, agencies, largest, (level,) in shown.rows():
        assert rows == whole[level] or (agencies >= K and 2 * largest <= rows)


def test_totals_of_levels_are_kept_and_no_level_is_lost(made: Release) -> None:
    rows = opened(made)
    assert rows["agency_level"].null_count() == 0
    for (_,), level in rows.group_by("agency_level"):
        assert fsum(level["weight"]) == pytest.approx(fsum(level["final"]), rel=1e-12)


def test_the_loss_is_reported_as_the_index_has_it(made: Release) -> None:
    rows = opened(made)
    released = rows.select(pl.all().exclude("final"))
    exact = released.with_columns(rows["final"].alias("weight"))
    whole, domain = largest_changes(exact, released, EDITION, ("agency_level",), K)
    assert 0 < whole.points < 0.5
    assert 0 < domain.points < 1.5
    detail = made.treated.filter(pl.col("treatment") == "averaged")["detail"].item()
    assert f"{whole.points:.2f} điểm (nút {whole.node})".replace(".", ",", 1) in detail
    assert "sai số" in made.notes[-1]


def test_the_loss_by_hand() -> None:
    items = {c.name: [None] * 4 for c in EDITION.columns()} | {"seats": [5, 1, 5, 1]}
    schema = {c.name: c.dtype for c in EDITION.columns()}
    rows = pl.DataFrame(items, schema=schema).with_columns(place=pl.Series(["a", "a", "b", "b"]))
    exact = rows.with_columns(weight=pl.Series([3.0, 1.0, 1.0, 1.0]))
    released = rows.with_columns(weight=pl.Series([2.0, 2.0, 1.0, 1.0]))
    whole, domain = largest_changes(exact, released, EDITION, ("place",), 1)
    assert whole.points == pytest.approx(100 * (4 / 6 - 3 / 6))
    assert (domain.points, domain.where) == (pytest.approx(25), "place = a")
    assert largest_changes(exact, released, EDITION, ("place",), 3)[1].node == ""
