"""What designs of several stages and of unequal probabilities refuse, with the column and the row."""

import numpy as np
import polars as pl
import pytest

from sipas.errors import SipasError
from sipas.estimation import Design, Mean, Stage, collapse, estimate, joint_pairs, merge

X = (Mean("x", "x"),)


def rows(**changed: list[object]) -> pl.DataFrame:
    data: dict[str, list[object]] = {
        "h": ["s"] * 4 + ["t"] * 4,
        "i": ["1", "1", "2", "2", "3", "3", "4", "4"],
        "g": ["u", "v"] * 4,
        "j": ["a", "b", "a", "b", "a", "b", "a", "b"],
        "w": [1.0] * 8,
        "x": [1.0, 2.0, 4.0, 3.0, 7.0, 1.0, 2.0, 2.0],
        "N1": [5.0] * 8,
        "N2": [6.0] * 8,
        "p": [0.5, 0.5, 0.25, 0.25, 0.5, 0.5, 0.4, 0.4],
    }
    return pl.DataFrame({**data, **changed}, strict=False)


def design(**changed: object) -> Design:
    stage = Stage(ids="j", population="N2")
    return Design(**{"weight": "w", "strata": "h", "psu": "i", "population": "N1", "later": (stage,), **changed})


def pps(**changed: object) -> Design:
    return Design(**{"weight": "w", "strata": "h", "psu": "i", "rate": "p", "pps": "brewer", **changed})


def refused(data: pl.DataFrame, by: Design, **more: object) -> SipasError:
    with pytest.raises(SipasError) as caught:
        estimate(collapse(data, by, X, **more))
    return caught.value


def contradictory(**changed: object) -> str:
    with pytest.raises(SipasError) as caught:
        design(**changed)
    return caught.value.code


def test_designs_that_contradict_themselves() -> None:
    assert contradictory(psu=None) == "estimation.stage_without_units"
    assert contradictory(later=(Stage(), Stage(ids="j"))) == "estimation.stage_without_units"
    assert contradictory(later=(Stage(ids="j", population="N2", rate="p"),)) == "estimation.population_and_rate"
    assert contradictory(pps="brewer") == "estimation.pps_needs_rate"
    assert contradictory(pps="joint") == "estimation.pps_needs_rate"
    assert contradictory(population=None, pps="overton") == "estimation.pps_needs_rate"
    for kind in (None, "brewer", "poisson"):
        rate = {} if kind is None else {"population": None, "rate": "p"}
        assert contradictory(variance="YG", pps=kind, **rate) == "estimation.variance_not_possible"


@pytest.mark.parametrize(
    ("column", "values", "code", "row"),
    [
        ("j", ["a", "b", "a", None, "a", "b", "a", "b"], "estimation.key_missing", 4),
        ("N2", [6.0, 6.0, 0.0, 6.0, 6.0, 6.0, 6.0, 6.0], "estimation.size_not_valid", 3),
        ("N2", [6.0, 6.0, 6.0, -2.0, 6.0, 6.0, 6.0, 6.0], "estimation.size_not_valid", 4),
        ("N2", [6.0, 6.0, 6.0, float("nan"), 6.0, 6.0, 6.0, 6.0], "estimation.size_not_valid", 4),
        ("N2", [6.0, 6.0, 6.0, None, 6.0, 6.0, 6.0, 6.0], "estimation.size_not_valid", 4),
        ("N2", [6.0, 6.0, 6.0, 5.0, 6.0, 6.0, 6.0, 6.0], "estimation.population_varies", 4),
        ("N2", [6.0, 6.0, 6.0, 6.0, 1.0, 1.0, 6.0, 6.0], "estimation.population_too_small", 5),
        ("N1", [5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 4.0, 4.0], "estimation.population_varies", 7),
        ("N1", [5.0, 5.0, 5.0, 5.0, 1.0, 1.0, 1.0, 1.0], "estimation.population_too_small", 5),
        ("w", [1.0, 1.0, -1.0, 1.0, 1.0, 1.0, 1.0, 1.0], "estimation.weight_not_valid", 3),
    ],
)
def test_rows(column: str, values: list[object], code: str, row: int) -> None:
    error = refused(rows(**{column: values}), design())
    assert (error.code, error.place.column, error.place.row) == (code, column, row)


@pytest.mark.parametrize(
    ("value", "code"), [(1.5, "rate_not_valid"), (0.0, "size_not_valid"), (-1.0, "size_not_valid")]
)
def test_rates(value: float, code: str) -> None:
    data = rows(p=[0.5, 0.5, 0.25, 0.25, 0.5, value, 0.4, 0.4])
    for by in (pps(), design(later=(Stage(ids="j", rate="p"),))):
        error = refused(data, by)
        assert (error.code, error.place.column, error.place.row) == (f"estimation.{code}", "p", 6)
    assert refused(data, pps()).got == value


def test_unknown_columns_offer_names_like_them() -> None:
    error = refused(rows().rename({"N2": "N_2"}), design())
    assert (error.code, error.parameter, error.hint) == ("estimation.column_unknown", "N2", ["N_2"])
    assert refused(rows(N2=["many"] * 8), design()).code == "estimation.column_not_numeric"


def test_a_unit_of_two_strata_in_one_parent() -> None:
    data = rows(j=["a", "a", "a", "b", "a", "b", "a", "b"])
    by = design(later=(Stage(ids="j", strata="g"),))
    error = refused(data, by)
    assert (error.code, error.place.column, error.place.row) == ("estimation.unit_in_two_strata", "j", 2)
    assert (error.got, error.hint) == ("a", ["u", "v"])
    nested = design(nested=True, later=(Stage(ids="j", strata="g"),))
    assert estimate(collapse(data, nested, X)).height == 1


def test_codes_of_later_units_are_read_inside_their_parent() -> None:
    """Wards a and b stand in every district: eight wards, not two."""
    apart = rows(j=[str(number) for number in range(8)])
    one, other = (estimate(collapse(data, design(), X)).drop("n") for data in (rows(), apart))
    assert one.equals(other)


def test_the_rule_fail_looks_at_every_stage() -> None:
    by = design(lonely="fail", later=(Stage(ids="j", strata="g", population="N2"),))
    error = refused(rows(), by)
    assert (error.code, error.got[0], error.hint) == ("estimation.lonely_stratum", "s / 1 / u", 8)
    assert estimate(collapse(rows(), design(lonely="fail"), X))["lonely"].to_list() == [0]


def test_parts_that_contradict_each_other() -> None:
    halves = [collapse(rows().filter(i=["1", "2", "3", "4"][k]), design(), X, part=str(k)) for k in range(4)]
    other = rows(N1=[4.0] * 8).filter(i="2")
    with pytest.raises(SipasError, match=r"estimation\.population_varies"):
        estimate(merge([halves[0], collapse(other, design(), X, part="1")]))
    assert estimate(merge(halves))["se"][0] == pytest.approx(
        estimate(collapse(rows(), design(), X))["se"][0], rel=1e-12
    )


def test_parts_that_only_together_are_at_fault() -> None:
    small = rows(N1=[1.0] * 8)
    alone = [collapse(small.filter(i=psu), design(), X, part=psu) for psu in ("1", "2")]
    with pytest.raises(SipasError, match=r"estimation\.population_too_small"):
        estimate(merge(alone))
    moved = rows(h=["t"] * 8).filter(i="1", j="b")
    with pytest.raises(SipasError) as caught:
        estimate(merge([collapse(rows().filter(j="a"), design(), X, part="1"), collapse(moved, design(), X, part="2")]))
    assert (caught.value.code, caught.value.got, caught.value.hint) == ("estimation.psu_in_two_strata", "1", ["s", "t"])
    by = design(later=(Stage(ids="j", strata="g"),))
    moved = rows(g=["v"] * 8).filter(i="1", j="a")
    with pytest.raises(SipasError, match=r"estimation\.unit_in_two_strata"):
        estimate(merge([collapse(rows().filter(j="a"), by, X, part="1"), collapse(moved, by, X, part="2")]))


def test_rates_of_the_list_of_units() -> None:
    units = pl.DataFrame({
        "stratum": ["s", "s", "t", "t"],
        "psu": ["1", "2", "3", "4"],
        "psu_rate": [1.2, 1.2, 0.5, 0.5],
    })
    error = refused(rows(), design(population=None), psus=units)
    assert (error.code, error.got, error.hint) == ("estimation.rate_not_valid", 1.2, "s")


def test_lists_of_units_drawn() -> None:
    units = pl.DataFrame({"stratum": ["s"], "psu": ["1"], "unit_2": ["a"], "sample_2": [None]})
    assert refused(rows(), design(), psus=units).code == "estimation.psu_unknown"
    assert refused(rows(), design(), psus=pl.concat([units, units])).code == "estimation.psu_repeated"
    drawn = pl.DataFrame({"stratum": ["s", "s", "t", "t"], "psu": ["1", "2", "3", "4"], "psu_sample": [3, 3, 2, 2]})
    error = refused(rows(), pps(), psus=drawn)
    assert (error.code, error.expected, error.got) == ("estimation.pps_unit_missing", 3, 2)
    silent = pl.DataFrame({"stratum": ["s", "s", "s", "t", "t"], "psu": ["1", "2", "9", "3", "4"]})
    assert refused(rows(), pps(), psus=silent).code == "estimation.pps_unit_missing"
    known = silent.with_columns(psu_rate=pl.Series([0.5, 0.25, 0.3, 0.5, 0.4]))
    assert estimate(collapse(rows(), pps(), X, psus=known))["se"][0] > 0


def pairs(**changed: float) -> pl.DataFrame:
    data = pl.concat([
        joint_pairs(np.array([[0.5, 0.1], [0.1, 0.25]]), ["1", "2"], "s"),
        joint_pairs(np.array([[0.5, 0.15], [0.15, 0.4]]), ["3", "4"], "t"),
    ])
    for place, value in changed.items():
        a, b = place[1:].split("_")
        here = (pl.col("psu") == a) & (pl.col("other") == b)
        data = data.with_columns(probability=pl.when(here).then(value).otherwise("probability"))
    return data


JOINT = pps(pps="joint")


@pytest.mark.parametrize(
    ("joint", "code"),
    [
        (None, "joint_missing"),
        (pairs(p1_2=0.0), "joint_not_valid"),
        (pairs(p1_2=float("nan")), "joint_not_valid"),
        (pairs(p1_2=0.12), "joint_not_symmetric"),
        (pairs(p1_1=0.6), "joint_diagonal"),
        (pairs(p1_2=0.3, p2_1=0.3), "joint_impossible"),
        (pairs().filter(pl.col("stratum") == "s"), "joint_pair_missing"),
        (pairs().filter(pl.col("psu") == pl.col("other")), "joint_pair_missing"),
        (pairs().rename({"other": "second"}), "column_unknown_without_like"),
    ],
)
def test_probabilities_of_pairs(joint: pl.DataFrame | None, code: str) -> None:
    assert refused(rows(), JOINT, joint=joint).code == f"estimation.{code}"


def test_pairs_name_what_is_at_fault() -> None:
    error = refused(rows(), JOINT, joint=pairs(p1_2=0.0))
    assert (error.place.column, error.place.row, error.got) == ("probability", 2, 0.0)
    missing = refused(
        rows(),
        JOINT,
        joint=pairs().filter(pl.col("psu") + pl.col("other") != "34", pl.col("psu") + pl.col("other") != "43"),
    )
    assert (missing.expected, missing.got) == ("t", ["3", "4"])
    own = refused(rows(), pps(pps="joint", rate=None), joint=pairs().filter(pl.col("psu") != pl.col("other")))
    assert (own.code, own.got) == ("estimation.joint_pair_missing", ["1", "1"])
    assert refused(rows(), pps(pps="joint", rate=None)).code == "estimation.joint_missing"


def test_a_pair_may_stand_once() -> None:
    once = pairs().filter(pl.col("psu") <= pl.col("other"))
    one, other = (estimate(collapse(rows(), JOINT, X, joint=joint)) for joint in (once, pairs()))
    assert one.equals(other)


def test_what_is_told_of_pairs_must_be_wanted() -> None:
    assert refused(rows(), pps(), joint=pairs()).code == "estimation.joint_not_wanted"
    squares = pl.DataFrame({"stratum": ["s"], "squares": [0.3]})
    assert refused(rows(), pps(pps="hartley-rao"), joint=squares).code == "estimation.joint_stratum_missing"
    with pytest.raises(SipasError, match=r"estimation\.joint_shape"):
        joint_pairs(np.ones((2, 3)), ["1", "2"])


@pytest.mark.parametrize("by", [design(), pps(), pps(pps="overton"), design(later=(Stage(),))])
def test_no_rows(by: Design) -> None:
    assert estimate(collapse(rows().clear(), by, X)).height == 0


def test_poisson_knows_no_lonely_unit() -> None:
    data = rows().filter(pl.col("i") != "2")
    assert estimate(collapse(data, pps(pps="poisson"), X))["lonely"].to_list() == [0]
    assert estimate(collapse(data, pps(pps="overton"), X))["lonely"].to_list() == [1]
