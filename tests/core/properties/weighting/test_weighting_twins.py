"""Each weighting step against a slow, obvious twin."""

import itertools

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from sipas.weighting import Cap, Distance, Margin, adjust_nonresponse, calibrate, collapse_classes, rake, trim

settings.register_profile("weighting", deadline=None)
WEIGHT = st.floats(0.5, 20.0)


@st.composite
def raking_problems(draw: st.DrawFn) -> tuple[pl.DataFrame, list[Margin]]:
    """Rows in every combination of two margins, and totals that some positive weights meet."""
    cells = list(itertools.product("ab", "xyz"))
    rows = cells + draw(st.lists(st.sampled_from(cells), max_size=12))
    weights = [draw(WEIGHT) for _ in rows]
    true = [draw(WEIGHT) for _ in rows]
    frame = pl.DataFrame(rows, schema=["g", "h"], orient="row").with_columns(
        nonresponse=pl.Series(weights), true=pl.Series(true)
    )
    margins = [Margin((c,), frame.group_by(c).agg(total=pl.col("true").sum()).sort(c)) for c in ("g", "h")]
    return frame, margins


def slow_rake(frame: pl.DataFrame, margins: list[Margin]) -> list[float]:
    weights = frame["nonresponse"].to_list()
    for _ in range(3000):
        for margin in margins:
            (column,) = margin.columns
            for category, total in margin.totals.iter_rows():
                rows = [i for i, value in enumerate(frame[column]) if value == category]
                reached = sum(weights[i] for i in rows)
                for i in rows:
                    weights[i] *= total / reached
    return weights


@settings(max_examples=20, deadline=None)
@given(raking_problems())
def test_raking_on_cells_equals_raking_row_by_row(problem: tuple[pl.DataFrame, list[Margin]]) -> None:
    frame, margins = problem
    np.testing.assert_allclose(rake(frame, margins, tolerance=1e-13).weights, slow_rake(frame, margins), rtol=1e-9)


@settings(max_examples=60, deadline=None)
@given(raking_problems())
def test_newton_on_the_dual_equals_iterative_fitting(problem: tuple[pl.DataFrame, list[Margin]]) -> None:
    frame, margins = problem
    by_newton = calibrate(frame, margins, distance=Distance("raking"), tolerance=1e-12)
    np.testing.assert_allclose(by_newton.weights, rake(frame, margins, tolerance=1e-13).weights, rtol=1e-8)


@settings(max_examples=60, deadline=None)
@given(raking_problems())
def test_linear_calibration_equals_generalised_regression_on_dense_rows(
    problem: tuple[pl.DataFrame, list[Margin]],
) -> None:
    frame, margins = problem
    marks = [
        np.column_stack([(frame[m.columns[0]] == c).to_numpy() for c in m.totals[m.columns[0]]]).astype(float)
        for m in margins
    ]
    x = np.hstack(marks)
    start = frame["nonresponse"].to_numpy()
    totals = np.concatenate([m.totals["total"].to_numpy() for m in margins])
    lam = np.linalg.pinv(x.T @ (x * start[:, None])) @ (totals - x.T @ start)
    expected = start * (1 + x @ lam)
    np.testing.assert_allclose(
        calibrate(frame, margins, distance=Distance("linear")).weights, expected, rtol=1e-8, atol=1e-8
    )


@settings(max_examples=15, deadline=None)
@given(raking_problems())
def test_bounded_linear_calibration_is_the_nearest_point_in_the_box(
    problem: tuple[pl.DataFrame, list[Margin]],
) -> None:
    frame, margins = problem
    start, low, high = frame["nonresponse"].to_numpy(), 0.4, 2.5
    inside = frame.with_columns(true=pl.col("true").clip(start * (low + 0.1), start * (high - 0.1)))
    margins = [
        Margin(m.columns, inside.group_by(m.columns).agg(total=pl.col("true").sum()).sort(m.columns)) for m in margins
    ]
    got = calibrate(inside, margins, distance=Distance("linear", low, high), tolerance=1e-11).weights
    sums = [((frame[m.columns[0]] == c).to_numpy(), t) for m in margins for c, t in m.totals.iter_rows()]
    constraints = [
        {"type": "eq", "fun": lambda w, rows=rows, t=t: (w[rows].sum() - t) / t}
        for rows, t in sums[:-1]  # the last follows from the others
    ]
    best = minimize(
        lambda w: (((w - start) ** 2) / start).sum(),
        inside["true"].to_numpy(),
        jac=lambda w: 2 * (w - start) / start,
        bounds=[(low * s, high * s) for s in start],
        constraints=constraints,
        method="SLSQP",
        options={"maxiter": 500, "ftol": 1e-13},
    )
    assume(best.success)
    assert (got / start).min() >= low - 1e-12
    assert (got / start).max() <= high + 1e-12
    assert (((got - start) ** 2) / start).sum() == pytest.approx(best.fun, rel=1e-5, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(raking_problems(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(problem: tuple[pl.DataFrame, list[Margin]], random) -> None:
    frame, margins = problem
    order = list(range(frame.height))
    random.shuffle(order)
    straight, mixed = rake(frame, margins).weights, rake(frame[order], margins).weights
    np.testing.assert_allclose(mixed, straight[order], rtol=1e-12)


@settings(deadline=None)
@given(st.lists(WEIGHT, min_size=2, max_size=30), st.floats(1.05, 4.0), st.sampled_from(["proportional", "equal"]))
def test_trimming_keeps_the_sum_and_the_order(weights: list[float], times: float, how: str) -> None:
    start = np.array(weights)
    cap = Cap("value", times * float(start.mean()), "equal" if how == "equal" else "proportional")
    trimmed = trim(start, cap).weights
    assert trimmed.sum() == pytest.approx(start.sum(), rel=1e-9)
    assert trimmed.max() <= max(start.max(), cap.number) * (1 + 1e-9)
    assert trimmed.max() <= cap.number * (1 + 1e-9)
    assert all(np.diff(trimmed[np.argsort(start, kind="stable")]) >= -1e-9)


def slow_trim(weights: list[float], cap: float) -> list[float]:
    """Raise all weights by one common factor, found by halving, that keeps the sum under the cap."""
    low, high = 0.0, 1e6
    for _ in range(200):
        factor = (low + high) / 2
        low, high = (factor, high) if sum(min(cap, factor * w) for w in weights) < sum(weights) else (low, factor)
    return [min(cap, low * w) for w in weights]


@settings(deadline=None)
@given(st.lists(WEIGHT, min_size=2, max_size=30), st.floats(1.05, 4.0))
def test_trimming_in_proportion_is_one_common_factor_under_a_cap(weights: list[float], times: float) -> None:
    cap = times * sum(weights) / len(weights)
    np.testing.assert_allclose(trim(np.array(weights), Cap("value", cap)).weights, slow_trim(weights, cap), rtol=1e-7)


CASE = st.tuples(
    st.sampled_from("pqr"), st.sampled_from(["respondent", "nonrespondent", "ineligible", "unknown"]), WEIGHT
)


@settings(deadline=None)
@given(st.lists(CASE, min_size=1, max_size=40), st.integers(1, 6))
def test_nonresponse_keeps_the_eligible_weight_of_each_class(rows: list[tuple[str, str, float]], smallest: int) -> None:
    assume(any(status == "respondent" for _, status, _ in rows))
    frame = pl.DataFrame(
        [(f"C{i:03}", *row) for i, row in enumerate(rows)], schema=["case_id", "k", "status", "base"], orient="row"
    )
    adjusted = adjust_nonresponse(frame, ["k"], smallest=smallest)
    counted = frame.group_by("k").agg(
        respondents=(pl.col("status") == "respondent").sum().cast(pl.Int64),
        eligible_weight=pl.col("base").filter(pl.col("status") != "ineligible").sum(),
        respondent_weight=pl.col("base").filter(pl.col("status") == "respondent").sum(),
    )
    label = dict(collapse_classes(counted, ["k"], smallest=smallest, largest_factor=5.0).iter_rows())
    for name in set(label.values()):
        total = {s: sum(w for k, status, w in rows if label[k] == name and status == s) for s in {r[1] for r in rows}}
        known = sum(total.get(s, 0.0) for s in ("respondent", "nonrespondent", "ineligible"))
        eligible = total.get("respondent", 0.0) + total.get("nonrespondent", 0.0)
        expected = eligible * (known + total.get("unknown", 0.0)) / known
        mine = {f"C{i:03}" for i, (k, _, _) in enumerate(rows) if label[k] == name}
        got = adjusted.weights.filter(pl.col("case_id").is_in(list(mine)))["nonresponse"].sum()
        assert got == pytest.approx(expected, rel=1e-9)


def slow_collapse(counts: list[tuple[str, str, int]], smallest: int) -> list[tuple[int, ...]]:
    """The rule of the docstring, looked up in full at every turn."""
    groups = [[row] for row in sorted(counts)]
    size = lambda g: sum(r[2] for r in g)  # noqa: E731 - one line says it
    while len(groups) > 1 and any(size(g) < smallest for g in groups):
        at = min((i for i, g in enumerate(groups) if size(g) < smallest), key=lambda i: (size(groups[i]), i))

        def near(o: int, at: int = at) -> tuple[int, int, int]:
            left, right = groups[min(at, o)][-1], groups[max(at, o)][0]
            return (0 if left[0] == right[0] else 1, size(groups[o]), o)

        other = min((o for o in (at - 1, at + 1) if 0 <= o < len(groups)), key=near)
        first = min(at, other)
        groups[first : first + 2] = [groups[first] + groups[first + 1]]
    return [tuple(r[2] for r in g) for g in groups]


@settings(deadline=None)
@given(
    st.dictionaries(st.tuples(st.sampled_from("pqr"), st.sampled_from("12345")), st.integers(0, 12), min_size=1),
    st.integers(1, 15),
)
def test_collapsing_equals_the_rule_written_out(counts: dict[tuple[str, str], int], smallest: int) -> None:
    assume(sum(counts.values()) > 0)
    rows = [(a, b, n) for (a, b), n in counts.items()]
    frame = pl.DataFrame(rows, schema=["a", "b", "respondents"], orient="row").with_columns(
        eligible_weight=pl.lit(1.0), respondent_weight=pl.lit(1.0)
    )
    joined = (
        collapse_classes(frame, ["a", "b"], smallest=smallest).join(frame, on=["a", "b"], how="left").sort("a", "b")
    )
    runs = joined.group_by("class", maintain_order=True).agg("respondents")["respondents"].to_list()
    assert [tuple(r) for r in runs] == slow_collapse(rows, smallest)
