"""Inclusion probabilities and selections against R `sampling`.

R 4.2.2, sampling 2.9. Tolerance 1e-12 (both are a few roundings from the exact fraction); selections exactly.
(`UPopips` of this version gives one unit only, so the Pareto ranking is R's own line of that function.)

    library(sampling); options(digits = 17)
    a <- c(120, 45, 30, 22, 18, 15, 12, 10, 9, 8, 7, 4)
    for (n in c(3, 4, 6)) print(inclusionprobabilities(a, n))
    print(UPsystematicpi2(inclusionprobabilities(c(6, 5, 4, 4, 3, 2, 1), 3)))
    p <- inclusionprobabilities(a[2:12], 4)
    for (s in 1:5) { set.seed(s); u <- runif(1); set.seed(s)
                     print(u * 2^53); print(which(UPsystematic(p) == 1)) }
    for (s in 1:4) { set.seed(s); u <- runif(11)
                     print(u * 2^53); print(order(u * (1 - p) / ((1 - u) * p))) }
    exact <- function(p, n) sapply(seq_along(p), function(i) {
      fewer <- Vectorize(function(u) {            # P(fewer than n of the others have a smaller q)
        t <- u * (1 - p[i]) / ((1 - u) * p[i]); F <- t * p[-i] / (1 - p[-i] + t * p[-i])
        d <- 1; for (f in F) d <- c(d * (1 - f), 0) + c(0, d * f); sum(d[1:n]) })
      integrate(fewer, 0, 1, rel.tol = 1e-10, subdivisions = 2000)$value })
    print(exact(p, 4))
"""

import numpy as np
import polars as pl
import pytest

from sipas.sampling import inclusion_probabilities, systematic_joint
from sipas.sampling.probabilities import Certainty, certainty
from sipas.sampling.selection import Listing, select

SIZES = [120, 45, 30, 22, 18, 15, 12, 10, 9, 8, 7, 4]
R_PROBABILITIES = {
    3: "1 0.5 0.333333333333333315 0.244444444444444436 0.199999999999999983 0.166666666666666657 "
    "0.133333333333333331 0.111111111111111119 0.099999999999999992 0.088888888888888892 "
    "0.077777777777777779 0.044444444444444446",
    4: "1 0.75 0.5 0.366666666666666696 0.300000000000000044 0.25 0.200000000000000011 0.166666666666666685 "
    "0.150000000000000022 0.133333333333333331 0.116666666666666669 0.066666666666666666",
    6: "1 1 0.88888888888888895 0.6518518518518519 0.53333333333333333 0.44444444444444448 "
    "0.35555555555555557 0.29629629629629634 0.26666666666666666 0.23703703703703707 0.20740740740740743 "
    "0.11851851851851854",
}
R_JOINT = [
    [0.72, 0.32, 0.40, 0.28, 0.36, 0.08, 0.00],
    [0.32, 0.60, 0.08, 0.48, 0.04, 0.16, 0.12],
    [0.40, 0.08, 0.48, 0.00, 0.32, 0.16, 0.00],
    [0.28, 0.48, 0.00, 0.48, 0.00, 0.08, 0.12],
    [0.36, 0.04, 0.32, 0.00, 0.36, 0.00, 0.00],
    [0.08, 0.16, 0.16, 0.08, 0.00, 0.24, 0.00],
    [0.00, 0.12, 0.00, 0.12, 0.00, 0.00, 0.12],
]
# start of the list (u · 2^53) and what UPsystematic took, of SIZES without the first, n = 4
R_SYSTEMATIC = [
    (2391489432780800, [1, 2, 4, 7]),
    (1665271353835520, [1, 2, 4, 7]),
    (1513583510814720, [1, 2, 4, 7]),
    (5276420070703104, [1, 2, 5, 9]),
    (1803371468029952, [1, 2, 4, 7]),
]
R_PARETO = [
    (
        (
            "2391489432780800 3351794111479808 5159804387459072 8180408529190912 1816589338935296 8091974900908032 "
            "8508878375354368 5951937384022016 5666555547353088 556521249308672 1855254037528576"
        ),
        [1, 2, 10, 5, 3, 11, 8, 9, 4, 6, 7],
    ),
    (
        (
            "1665271353835520 6326422893232128 5164064535740416 1513677131874304 8501348989403136 8498066944425984 "
            "1163360638861312 7507039550963712 4215536024027136 4953813148499968 4978045444161536"
        ),
        [1, 4, 7, 2, 3, 9, 10, 11, 8, 5, 6],
    ),
    (
        (
            "1513583510814720 7273461107916800 3467252460421120 2951968297320448 5423240748990464 5443897673121792 "
            "1122598266077184 2653529225297920 5202647632052224 5683356050128896 4611829210808320"
        ),
        [1, 7, 3, 4, 8, 2, 5, 6, 9, 10, 11],
    ),
    (
        (
            "5276420070703104 80576564428800 2645771214127104 2498371514269696 7328025062408192 2345724828188672 "
            "6524868216487936 8161352549924864 8548194371764224 658826810359808 6797508340613120"
        ),
        [1, 2, 10, 3, 4, 6, 5, 7, 11, 8, 9],
    ),
]
R_PARETO_EXACT = [
    1.0,
    0.671642561136124305,
    0.491745397497075742,
    0.400819294760855205,
    0.332815269045778572,
    0.265322768706096612,
    0.220669388037708081,
    0.198443599815937011,
    0.176279833507546557,
    0.154171808358549878,
    0.088090079134327676,
]


def listing(sizes: list[int], n: int, *, reserve: int = 0, start: int = 0) -> Listing:
    sure = certainty(np.array(sizes), n)
    return Listing("", "all", len(sizes), n, reserve, sum(sizes), sure, start, start)


def units(sizes: list[int], numbers: list[int] | np.ndarray) -> pl.DataFrame:
    ids = [f"{i:03d}" for i in range(1, len(sizes) + 1)]
    columns = {"id": ids, "path": ids, "size": sizes, "number": numbers}
    table = pl.DataFrame(columns, schema_overrides={"number": pl.Int64})
    return table.with_columns(parent=pl.lit(""), stratum=pl.lit("all"))


@pytest.mark.parametrize("n", [3, 4, 6])
def test_probabilities_by_size(n: int) -> None:
    wanted = np.array(R_PROBABILITIES[n].split(), dtype=float)
    assert np.abs(inclusion_probabilities(SIZES, n) - wanted).max() < 1e-12


def test_joint_probabilities_of_systematic_selection() -> None:
    assert np.abs(systematic_joint([6, 5, 4, 4, 3, 2, 1], 3) - np.array(R_JOINT)).max() < 1e-12


@pytest.mark.parametrize(("start", "taken"), R_SYSTEMATIC)
def test_systematic_selection_by_size(start: int, taken: list[int]) -> None:
    sizes = SIZES[1:]
    made = select(units(sizes, [0] * 11), [listing(sizes, 4, start=start)], "pps_systematic")
    # the first unit is certain here as in R (π = 1); R's one walk over all of them and ours over the rest agree
    assert made["id"].cast(pl.Int64).to_list() == taken


@pytest.mark.parametrize(("numbers", "order"), R_PARETO)
def test_pareto_ranking(numbers: str, order: list[int]) -> None:
    sizes = SIZES[1:]
    table = units(sizes, [int(x) for x in numbers.split()])
    made = select(table, [listing(sizes, 4, reserve=7)], "pareto")
    made = made.sort("role", "order")
    assert made["id"].cast(pl.Int64).to_list() == order
    assert made["role"].to_list() == ["official"] * 4 + ["reserve"] * 7


def test_pareto_takes_units_as_often_as_the_exact_integral_says() -> None:
    """4 000 draws with NumPy's numbers; 4.5 standard errors. The target π is off by 0.005 at most, as known."""
    sizes = SIZES[1:]
    source = np.random.default_rng(20261015)
    counts = np.zeros(11)
    repeats = 4000
    plan = listing(sizes, 4)
    for _ in range(repeats):
        made = select(units(sizes, source.integers(0, 2**53, 11)), [plan], "pareto")
        counts[made["id"].cast(pl.Int64).to_numpy() - 1] += 1
    exact = np.array(R_PARETO_EXACT)
    errors = np.sqrt(np.maximum(exact * (1 - exact), 1e-12) / repeats)
    assert (np.abs(counts / repeats - exact) <= 4.5 * errors).all()
    assert np.abs(exact - inclusion_probabilities(sizes, 4)).max() < 0.005


def test_certain_units_are_found_turn_by_turn() -> None:
    """In R 1, 1, then shares: 45 becomes certain only after 120 is taken out."""
    assert certainty(np.array(SIZES), 6) == Certainty(36, 2, 135)
