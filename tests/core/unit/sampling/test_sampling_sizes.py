"""Sizes and allocations: known values, bounds, errors."""

from fractions import Fraction

import pytest

from sipas.errors import SipasError
from sipas.sampling import (
    allocate,
    equal,
    margin_of_size,
    neyman,
    power,
    proportional,
    size_for_proportion,
    sizes_by_class,
    yamane,
)
from sipas.sampling.size import raise_to_minimum


@pytest.mark.parametrize(
    ("population", "up", "nearest"),
    [(500, 223, 222), (1000, 286, 286), (5000, 371, 370), (20_000, 393, 392), (1_000_000, 400, 400)],
)
def test_yamane_gives_the_values_of_the_fact_sheet(population: int, up: int, nearest: int) -> None:
    assert yamane(population, 0.05) == up
    assert yamane(population, 0.05, rounding="nearest") == nearest


def test_yamane_rounds_exact_values_to_themselves() -> None:
    assert yamane(400, 0.05) == 200  # 400 / 2 exactly; binary 0.05 would give 199.99… or 200.00…1
    assert yamane(1, 0.05) == 1


def test_precision_of_the_textbook() -> None:
    """Cochran (1977) 4.4, with z = 1.96: n0 = 384.1; for N = 4000 n0 / (1 + (n0 - 1) / N) = 350.6."""
    assert size_for_proportion(4000, 0.05) == 351
    assert size_for_proportion(10**9, 0.05) == 385
    assert size_for_proportion(10**9, 0.05, design_effect=2, response=0.8) == 961


@pytest.mark.parametrize("population", [2, 10, 400, 36_630])
@pytest.mark.parametrize("effect", [0.7, 1, 2.5])
def test_size_is_the_least_that_buys_the_margin(population: int, effect: float) -> None:
    size = size_for_proportion(population, 0.04, proportion=0.84, design_effect=effect)
    assert margin_of_size(size, population, proportion=0.84, design_effect=effect) <= 0.04 + 1e-9
    if size > 1:
        assert margin_of_size(size - 1, population, proportion=0.84, design_effect=effect) > 0.04


def test_margin_of_everyone_is_nothing() -> None:
    assert margin_of_size(300, 300) == 0
    assert margin_of_size(1, 1) == 0
    assert margin_of_size(300, 300, response=0.9) > 0


@pytest.mark.parametrize(
    "wrong", [{"margin": 0}, {"margin": 1}, {"margin": 0.1, "response": 0}, {"margin": 0.1, "design_effect": 0}]
)
def test_size_refuses_what_cannot_be(wrong: dict[str, float]) -> None:
    with pytest.raises(SipasError) as caught:
        size_for_proportion(100, **wrong)
    assert caught.value.code == "sampling.number_out_of_range"


def test_sizes_by_class_and_minimum_of_a_domain() -> None:
    assert sizes_by_class({"A": "I", "B": "II"}, {"I": 600, "II": 480}) == {"A": 600, "B": 480}
    with pytest.raises(SipasError) as caught:
        sizes_by_class({"A": "III"}, {"I": 600})
    assert (caught.value.code, caught.value.hint) == ("sampling.class_unknown", "A")
    assert raise_to_minimum({"a": 5, "b": 40, "c": 2}, {"a": 100, "b": 100, "c": 20}, 30) == {"a": 30, "b": 40, "c": 20}


POPULATIONS = {"a": 1000, "b": 3000, "c": 6000}


def test_allocations_by_hand() -> None:
    assert allocate(100, POPULATIONS, proportional(POPULATIONS)) == {"a": 10, "b": 30, "c": 60}
    assert allocate(100, POPULATIONS, equal(POPULATIONS)) == {"a": 34, "b": 33, "c": 33}  # the tie goes to the first id
    weights = neyman(POPULATIONS, {"a": 0.5, "b": 0.3, "c": 0.1})
    assert weights == {"a": 500, "b": 900, "c": 600}
    assert allocate(100, POPULATIONS, weights) == {"a": 25, "b": 45, "c": 30}
    squares = {"a": 100, "b": 400, "c": 900}
    assert allocate(60, POPULATIONS, power(squares)) == {"a": 10, "b": 20, "c": 30}
    assert allocate(60, POPULATIONS, power(squares, variations={"a": 3, "b": 1, "c": 0.5})) == {
        "a": 28,
        "b": 18,
        "c": 14,
    }


def test_power_lies_between_equal_and_proportional() -> None:
    assert power(POPULATIONS, exponent=0) == equal(POPULATIONS)
    assert power(POPULATIONS, exponent=1) == proportional(POPULATIONS)


def test_allocation_holds_bounds_and_gives_the_rest_to_the_others() -> None:
    few = {"a": 3, "b": 50, "c": 1000}
    assert allocate(60, few, equal(few)) == {"a": 3, "b": 29, "c": 28}
    assert allocate(60, few, proportional(few), minimum=5) == {"a": 3, "b": 5, "c": 52}
    assert allocate(1053, few, equal(few)) == few


@pytest.mark.parametrize(
    ("total", "minimum", "code"), [(5, 2, "sampling.total_too_small"), (10_001, 0, "sampling.total_too_large")]
)
def test_allocation_refuses_totals_that_do_not_fit(total: int, minimum: int, code: str) -> None:
    with pytest.raises(SipasError) as caught:
        allocate(total, POPULATIONS, equal(POPULATIONS), minimum=minimum)
    assert caught.value.code == code


def test_allocation_by_weights_of_nothing_is_refused() -> None:
    with pytest.raises(SipasError) as caught:
        allocate(10, POPULATIONS, dict.fromkeys(POPULATIONS, Fraction(0)))
    assert caught.value.code == "sampling.allocation_empty"
    with pytest.raises(SipasError) as caught:
        neyman(POPULATIONS, {"a": 1.0})
    assert (caught.value.code, caught.value.expected) == ("sampling.stratum_not_given", ["b", "c"])
