"""Nothing hidden can be had back from what is shown: an intruder with a linear program tries."""

import polars as pl
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from intruder import EDITION, FIELDS, ITEMS, LEVEL, attack, below, estimates_of, index_of

from sipas.publication import plan_suppression, suppress_estimates, suppress_index

NESTING = pl.DataFrame({"agency": list(LEVEL), "level": list(LEVEL.values())})
ANSWER = st.sampled_from([5, 4, 3, 2, 5, 4, None])
PERSON = st.fixed_dictionaries({
    "agency": st.sampled_from(list(LEVEL)),
    "field": st.sampled_from(FIELDS),
    "gender": st.sampled_from([1, 2]),
    **dict.fromkeys(ITEMS, ANSWER),
})
SLOW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck),
                phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink])  # fmt: skip


def person(agency: str, field: str, answer: int | None = 4) -> dict:
    return {"agency": agency, "field": field, "gender": 1, **dict.fromkeys(ITEMS, answer)}


@SLOW
@given(people=st.lists(PERSON, min_size=1, max_size=40), minimum=st.integers(2, 6))
@example([person("Sở A", "Hộ tịch")] * 3 + [person("Xã C", "Hộ tịch")] * 20 + [person("Xã D", "Hộ tịch")] * 9, 5)
@example([person("Sở A", "Hộ tịch")] * 2 + [person("Sở A", "Hộ tịch", None)] * 9 + [person("Xã C", "Đầu tư")] * 9, 5)
def test_no_small_cell_comes_back(people: list[dict], minimum: int) -> None:
    estimates, index = estimates_of(people), index_of(people)
    plan = plan_suppression(estimates, index, EDITION, minimum=minimum, domains=NESTING)
    shown_estimates, shown_index = suppress_estimates(estimates, plan), suppress_index(index, plan)
    assert_nothing_small_is_shown(shown_estimates, shown_index, minimum)
    intruder = attack(shown_estimates, shown_index)
    small = pl.col("n").is_between(1, minimum - 1)
    for kind, domain, variable in estimates.filter(small).select(estimates.columns[:3]).iter_rows():
        cell = intruder.cell(kind, domain, [variable])
        assert not intruder.computes(cell)
        assert intruder.highest(cell) >= minimum - 1e-6
    for kind, domain, node in index.filter(small).select("domain_kind", "domain", "node").iter_rows():
        assert not intruder.computes(intruder.cell(kind, domain, below(node)))
        if node not in ITEMS:
            assert not intruder.computes(intruder.cell(kind, domain, [f"n:{node}"]))


def assert_nothing_small_is_shown(estimates: pl.DataFrame, index: pl.DataFrame, minimum: int) -> None:
    for table in (estimates, index):
        shown = table.filter(~pl.col("suppressed"))
        assert shown.filter((pl.col("n") > 0) & (pl.col("n") < minimum)).is_empty()
        hidden = table.filter("suppressed")
        value = "estimate" if "estimate" in table.columns else "percent"
        assert hidden.select(pl.col("n", "se", value).is_not_null().any()).row(0) in {(False,) * 3, (None,) * 3}


@SLOW
@given(people=st.lists(PERSON, min_size=20, max_size=40))
def test_without_protection_the_intruder_succeeds(people: list[dict]) -> None:
    """The attack is a real one: hiding only the small cells themselves is not enough."""
    lone = [person("Xã C", "Hộ tịch", p["gender"] + 3) for p in people] + [person("Sở A", "Hộ tịch")]
    estimates = estimates_of(lone).with_columns(suppressed=pl.col("n") == 1)
    index = index_of(lone).with_columns(suppressed=pl.col("n") == 1)
    intruder = attack(estimates, index)
    cell = intruder.cell("agency", "Sở A", ["seats"])
    assert intruder.computes(cell)
    assert round(intruder.highest(cell), 6) == 1


@SLOW
@given(people=st.lists(PERSON, min_size=1, max_size=40))
def test_row_order_does_not_matter_to_what_is_hidden_of_small_cells(people: list[dict]) -> None:
    estimates, index = estimates_of(people), index_of(people)
    plan = plan_suppression(estimates, index, EDITION, minimum=4, domains=NESTING)
    again = plan_suppression(estimates.reverse(), index.reverse(), EDITION, minimum=4, domains=NESTING)
    small = ["domain_kind", "domain", "variable"]
    first = plan.variables.filter(pl.col("reason") == "small").select(small).sort(small)
    assert first.equals(again.variables.filter(pl.col("reason") == "small").select(small).sort(small))
