"""What functions of estimates refuse, and what they say where little is known."""

import math
from dataclasses import replace

import polars as pl
import pytest

from sipas.errors import SipasError
from sipas.estimation import (
    Design,
    Linearised,
    Mean,
    beside,
    collapse,
    contrast,
    expression,
    function_of,
    grids,
    ratios,
)
from sipas.estimation.functions.gradients import gradient_of

ROWS = pl.DataFrame(
    [("a", 1.0, 4.0, "x"), ("b", 2.0, None, "x"), ("c", -3.0, 1.0, "x"), ("d", 1.0, 2.0, "y"), ("e", 5.0, None, "z")],
    schema=["u", "v", "t", "d"],
    orient="row",
)
MEASURES = (Mean("v", "v"), Mean("t", "t"))


def means(kind: str = "d") -> Linearised:
    (grid,) = grids(collapse(ROWS, Design(psu="u"), MEASURES, (("d",),)), (kind,))
    return ratios(grid, MEASURES)


def refused(code: str, parameter: str | None, **options: object) -> SipasError:
    function = options.pop("function", None)
    call = contrast if function is None else function_of
    given = options if function is None else {"functions": {"f": function}, **options}
    with pytest.raises(SipasError) as caught:
        call(means(), **given)
    assert (caught.value.code, caught.value.parameter) == (code, parameter)
    return caught.value


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("__import__('os')", "Call"),
        ("v.real", "Attribute"),
        ("v if t else 1", "IfExp"),
        ("abs(v)", "Call"),
        ("log(v, 2)", "Call"),
        ("log(x=v)", "Call"),
        ("v // t", "BinOp"),
        ("v < t", "Compare"),
        ("~v", "UnaryOp"),
        ("[v]", "List"),
        ("'v'", "Constant"),
        ("True", "Constant"),
        ("1e999", "Constant"),
        ("1j", "Constant"),
        ("9" * 400, "Constant"),
        ("v +", "SyntaxError"),
        ("", "SyntaxError"),
        ("v; t", "SyntaxError"),
        ("(lambda: 1)()", "Call"),
    ],
)
def test_text_that_is_not_arithmetic(text: str, piece: str) -> None:
    with pytest.raises(SipasError) as caught:
        expression(text)
    assert (caught.value.code, caught.value.got) == ("estimation.expression_not_allowed", piece)


def test_text_that_is_too_long_or_too_deep_or_too_great() -> None:
    for text in ("v+" * 600 + "v", "(" * 400 + "v" + ")" * 400):
        with pytest.raises(SipasError) as caught:
            expression(text)
        assert caught.value.code == "estimation.expression_not_allowed"
    assert refused("estimation.function_not_finite", "f", function="9**9**9**(v + 1)").hint == "x"


def test_names_in_backquotes() -> None:
    one = expression("-`mean of v` / (2 * w) + `mean of v`")
    assert one.names == ("mean of v", "w")
    assert one({"mean of v": 6.0, "w": 3.0}) == 5.0


def test_names_and_domains_that_are_not_there() -> None:
    assert refused("estimation.estimate_unknown", "name", function="v / q").got == "q"
    assert refused("estimation.estimate_unknown", "name", contrasts={"c": {"q": 1}}).expected == ["v", "t"]
    assert refused("estimation.domain_unknown", "domain", contrasts={"c": {("w", "v"): 1}}).got == "w"
    assert refused("estimation.domain_unknown", "domain", function="a", of={"a": ("w", "v")}).got == "w"


@pytest.mark.parametrize("coefficients", [{}, {"v": math.nan}, {"v": 1, ("x", "v"): -1}])
def test_contrasts_that_are_none(coefficients: dict[object, float]) -> None:
    refused("estimation.contrast_not_valid", "c", contrasts={"c": coefficients})


def test_levels_and_degrees_that_are_none() -> None:
    refused("estimation.level_not_valid", "level", contrasts={"c": {"v": 1}}, level=0.0)
    refused("estimation.degrees_not_valid", "df", contrasts={"c": {("x", "v"): 1}}, df=0)


def test_functions_without_a_value_or_a_slope() -> None:
    assert refused("estimation.function_not_finite", "f", function="v / (v - v)").hint == "x"
    refused("estimation.function_not_finite", "f", function=lambda e: "much")
    refused("estimation.function_not_finite", "f", function="log(0 - t)")
    got = refused("estimation.function_not_differentiable", "f", function=lambda e: abs(e["v"]))
    assert (got.got, got.hint) == ("v", "x")  # the mean of v in x is 0
    refused("estimation.function_not_differentiable", "f", function="sqrt(v)")
    refused("estimation.function_not_differentiable", "f", function=lambda e: max(e["t"], 2.5))


@pytest.mark.parametrize(
    ("function", "slope"),
    [
        (lambda e: abs(e["a"]), -1.0),
        (lambda e: math.fabs(e["a"]) ** 3, -12.0),
        (lambda e: e["a"] ** 2 if e["a"] < 0 else 0.0, -4.0),
        (lambda e: (e["a"] + 2) ** 2, 0.0),
        (lambda e: 1e9 * e["a"], 1e9),
        (lambda e: e["a"].real * 3, 3.0),
        (lambda e: 7.0 + 0 * e["a"], 0.0),
    ],
)
def test_slopes_of_python_functions(function: object, slope: float) -> None:
    value, slopes = gradient_of(function, {"a": -2.0, "b": math.nan}, "f", "")
    assert value == function({"a": -2.0})
    assert slopes == {"a": pytest.approx(slope, rel=1e-7, abs=1e-7)}


def test_where_a_part_is_unknown_so_is_the_whole() -> None:
    table = contrast(means(), {"gap": {"v": 1, "t": -1}, "one": {"v": 2}})
    # y: one unit, no error. z: nobody answered t.
    assert table["estimate"].to_list() == [-2.5, 0.0, -1.0, 2.0, None, 10.0]
    assert table["n"].to_list() == [3, 3, 1, 1, 1, 1]
    assert table["se"].is_null().to_list() == [False, False, True, True, True, True]
    between = contrast(means(), {"a": {("x", "v"): 1, ("z", "t"): -1}, "b": {("x", "v"): 1, ("y", "v"): -1}})
    assert between.select("domain", "n", "estimate", "se", "df").rows() == [
        ("x; z", 3, None, None, None),
        ("x; y", 4, -1.0, None, 3.0),
    ]
    smooth = function_of(means(), {"ratio": "v / t"})
    assert smooth["estimate"].to_list() == [0.0, 0.5, None]


def test_a_constant_has_no_error() -> None:
    assert function_of(means(), {"two": "1 + 1"})["se"].fill_null(0).to_list() == [0, 0, 0]
    of = function_of(means(), {"two": "1 + 1"}, of={"a": ("x", "v")})
    assert of.select("estimate", "se").row(0) == (2.0, 0.0)


def test_estimates_that_cannot_stand_side_by_side() -> None:
    one = means()
    with pytest.raises(SipasError) as caught:
        beside({"": one, "other ": means("all")})
    assert (caught.value.code, caught.value.got) == ("estimation.grids_differ", ["d", "all"])
    with pytest.raises(SipasError) as caught:
        beside({"v": one, "": replace(one, names=("vv", "t"))})
    assert (caught.value.code, caught.value.got) == ("estimation.estimate_repeated", ["vv"])
