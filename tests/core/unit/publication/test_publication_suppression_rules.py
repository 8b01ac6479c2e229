"""The rules of suppression on a round one can check by hand."""

import polars as pl
import pytest
from results_round import DOMAINS, EDITION, estimates, index

from sipas.errors import SipasError
from sipas.publication import (
    Plan,
    plan_suppression,
    suppress_drivers,
    suppress_estimates,
    suppress_index,
)
from sipas.publication.cells import domain_sums
from sipas.tables import DRIVERS, ESTIMATES, INDEX

WHOLE_KINDS = {"all", "agency_level"}


def hidden_domains(plan: Plan, node: str = "index") -> set[str]:
    return set(plan.nodes.filter(pl.col("node") == node)["domain"])


def test_a_small_agency_takes_the_next_smallest_of_its_level_with_it() -> None:
    """UBND xã Đông has 4 of at least 10. Sở Xây dựng is of another level and gives no cover."""
    plan = plan_suppression(estimates(), index(), EDITION, domains=DOMAINS)
    assert hidden_domains(plan) == {"UBND xã Đông", "UBND xã Tây"}
    reasons = dict(plan.nodes.filter(pl.col("node") == "index").select("domain", "reason").rows())
    assert reasons == {"UBND xã Đông": "small", "UBND xã Tây": "domain"}


def test_every_node_of_a_hidden_domain_is_hidden() -> None:
    plan = plan_suppression(estimates(), index(), EDITION, domains=DOMAINS)
    shown = suppress_index(index(), plan)
    per_domain = shown.group_by("domain_kind", "domain").agg(pl.col("suppressed").n_unique())
    assert per_domain["suppressed"].to_list() == [1] * per_domain.height
    gone = shown.filter("suppressed").drop("domain_kind", "domain", "node", "parent", "level", "rule", "suppressed")
    assert gone.null_count().row(0) == (gone.height,) * gone.width


def test_what_is_shown_is_unchanged_and_no_row_is_lost() -> None:
    plan = plan_suppression(estimates(), index(), EDITION, domains=DOMAINS)
    shown = suppress_estimates(estimates(), plan)
    assert shown.height == estimates().height
    kept = shown.with_row_index().filter(~pl.col("suppressed"))
    whole = kept.filter(pl.col("domain_kind") == "all")
    assert whole.drop("index", "suppressed").equals(estimates()[whole["index"]])
    counted = ["domain_kind", "domain", "variable", "statistic", "category", "n"]
    assert kept.select(counted).equals(estimates()[kept["index"]].select(counted))
    assert set(kept["domain_kind"]) >= WHOLE_KINDS


def test_one_thin_item_goes_with_a_sibling_and_with_another_domain() -> None:
    few = {("UBND xã Nam", "polite"): 3}
    sizes = {"Sở Tư pháp": 40, "Sở Xây dựng": 35, "UBND xã Tây": 22, "UBND xã Nam": 60, "UBND xã Bắc": 31}
    few |= {("", "polite"): 188 - 57, ("commune", "polite"): 113 - 57}
    plan = plan_suppression(estimates(sizes, few), index(sizes, few), EDITION, domains=DOMAINS)
    cells = set(plan.nodes.select("domain", "node").rows())
    assert ("UBND xã Nam", "polite") in cells
    assert ("UBND xã Tây", "polite") in cells
    for domain in ("UBND xã Nam", "UBND xã Tây"):
        assert len({node for where, node in cells if where == domain}) == 2
    assert len(cells) == 4


def test_ranks_are_counted_anew_among_the_shown() -> None:
    plan = plan_suppression(estimates(), index(), EDITION, domains=DOMAINS)
    top = suppress_index(index(), plan).filter(pl.col("node") == "index", pl.col("domain_kind") == "agency")
    ranks = {d: (r, m, p) for d, r, m, p in top.select("domain", "rank", "ranked", "previous_rank").rows()}
    assert ranks == {
        "Sở Tư pháp": (4, 4, 1),
        "Sở Xây dựng": (3, 4, 2),
        "UBND xã Đông": (None, None, None),
        "UBND xã Tây": (None, None, None),
        "UBND xã Nam": (2, 4, 3),
        "UBND xã Bắc": (1, 4, 4),
    }


def test_rank_sets_follow_klein_wright_and_wieczorek() -> None:
    """Values 70, 74, 86 and 90 with standard error 3, joint intervals at 1 - 0.05/4 each.

    R 4.2.2: ``3 * qt(1 - 0.05/8, c(39, 34, 59, 30))`` gives 7.856591 7.912811 7.729763 7.972066. So 70 + 7.86 =
    77.86 lies below 86 - 7.73 = 78.27, and 74 + 7.91 = 81.91 below 90 - 7.97 = 82.03 but not below 78.27.
    """
    plan = plan_suppression(estimates(), index(), EDITION, domains=DOMAINS)
    top = suppress_index(index(), plan).filter(pl.col("node") == "index", pl.col("domain_kind") == "agency")
    sets = {d: (low, high) for d, low, high in top.select("domain", "rank_low", "rank_high").drop_nulls().rows()}
    assert sets == {"Sở Tư pháp": (3, 4), "Sở Xây dựng": (2, 4), "UBND xã Nam": (1, 3), "UBND xã Bắc": (1, 2)}


def test_ranks_stay_where_nothing_ranked_is_hidden() -> None:
    sizes = {"Sở Tư pháp": 40, "Sở Xây dựng": 35, "UBND xã Tây": 22, "UBND xã Nam": 60}
    plan = plan_suppression(estimates(sizes), index(sizes), EDITION, domains=DOMAINS)
    assert plan.nodes.is_empty()
    places = ["domain", "node", "n", "answers", "rank", "ranked", "rank_low", "rank_high", "previous_rank"]
    assert suppress_index(index(sizes), plan).select(places).equals(index(sizes).select(places))


def test_a_value_hidden_last_time_does_not_come_back_as_a_change() -> None:
    sizes = {"Sở Tư pháp": 40, "Sở Xây dựng": 35, "UBND xã Tây": 22, "UBND xã Nam": 60}
    plan = plan_suppression(estimates(sizes), index(sizes), EDITION, domains=DOMAINS)
    before = pl.DataFrame({"domain_kind": ["agency"], "domain": ["UBND xã Tây"], "node": ["index"]})
    shown = suppress_index(index(sizes), plan, previously_hidden=before)
    gone = shown.filter(pl.col("previous").is_null())
    assert gone.select("domain", "node").rows() == [("UBND xã Tây", "index")]
    assert gone.select("change", "change_se", "change_low", "change_high", "previous_rank").row(0) == (None,) * 5
    assert gone["percent"].is_not_null().all()


def test_cases_without_an_agency_are_protected_too() -> None:
    """4 cases of the province's level have no agency: level minus agencies would give them back."""
    sizes = {"Sở Tư pháp": 40, "Sở Xây dựng": 35, "UBND xã Tây": 22, "UBND xã Nam": 60}
    plan = plan_suppression(estimates(sizes, rest=4), index(sizes, rest=4), EDITION, domains=DOMAINS)
    assert hidden_domains(plan, "polite") == {"Sở Xây dựng"}
    many = plan_suppression(estimates(sizes, rest=14), index(sizes, rest=14), EDITION, domains=DOMAINS)
    assert many.nodes.is_empty()


def test_a_sensitive_answer_given_by_everyone_is_hidden() -> None:
    everyone = estimates().with_columns(
        estimate=pl.when(variable="extra_money", category=1, domain="UBND xã Nam").then(1.0)
        .when(variable="extra_money", category=2, domain="UBND xã Nam").then(0.0).otherwise("estimate"))  # fmt: skip
    usual = plan_suppression(everyone, index(), EDITION, domains=DOMAINS)
    plan = plan_suppression(everyone, index(), EDITION, domains=DOMAINS, sensitive={"extra_money": [1]})
    one = pl.col("domain") == "UBND xã Nam"
    assert usual.variables.filter(one).is_empty()
    assert plan.variables.filter(one).select("variable", "reason").rows() == [("extra_money", "sensitive")]


def test_nesting_is_read_from_crossed_kinds_when_nothing_else_is_given() -> None:
    keys = [("all", ""), ("level", "X"), ("level", "Y"), ("agency", "a"), ("agency", "b"),
            ("level × agency", "X × a"), ("level × agency", "Y × b")]  # fmt: skip
    sums = domain_sums(keys, None)
    assert (1, [3]) in sums
    assert (0, [3, 4]) in sums
    assert (3, [5]) in sums


def test_one_table_may_be_empty() -> None:
    alone = plan_suppression(estimates(), INDEX.empty(), EDITION, domains=DOMAINS)
    assert set(alone.variables.filter(pl.col("variable") == "polite")["domain"]) == {"UBND xã Đông", "UBND xã Tây"}
    assert alone.nodes.is_empty()
    tree = plan_suppression(ESTIMATES.empty(), index(), EDITION, domains=DOMAINS)
    assert hidden_domains(tree) == {"UBND xã Đông", "UBND xã Tây"}
    assert plan_suppression(ESTIMATES.empty(), INDEX.empty(), EDITION).variables.is_empty()


@pytest.mark.parametrize("minimum", [0, 1])
def test_a_minimum_of_one_hides_nothing_and_is_refused(minimum: int) -> None:
    with pytest.raises(SipasError) as caught:
        plan_suppression(estimates(), index(), EDITION, minimum=minimum)
    assert caught.value.code == "publication.minimum_too_low"


def test_a_name_that_holds_the_crossing_sign_is_refused() -> None:
    odd = estimates().with_columns(domain=pl.col("domain").replace("UBND xã Nam", "xã Nam × xã Bắc"))
    with pytest.raises(SipasError) as caught:
        plan_suppression(odd, index(), EDITION)
    assert caught.value.code == "publication.domain_unreadable"


def test_a_corrected_version_shows_nothing_that_the_version_before_withheld() -> None:
    """Eleven forms more lift UBND xã Đông over the minimum: shown now, Tây would give Đông's earlier 4 back."""
    before = plan_suppression(estimates(), index(), EDITION, domains=DOMAINS)
    sizes = {"Sở Tư pháp": 40, "Sở Xây dựng": 35, "UBND xã Đông": 15, "UBND xã Tây": 22, "UBND xã Nam": 60}
    sizes |= {"UBND xã Bắc": 31}
    after = {"estimates": estimates(sizes), "index": index(sizes), "edition": EDITION, "domains": DOMAINS}
    assert plan_suppression(**after).nodes.is_empty()  # type: ignore[arg-type]
    plan = plan_suppression(**after, withheld=before)  # type: ignore[arg-type]
    key = ["domain_kind", "domain", "node"]
    assert before.nodes.join(plan.nodes, on=key, how="anti").is_empty()
    assert before.variables.join(plan.variables, on=["domain_kind", "domain", "variable"], how="anti").is_empty()
    assert set(plan.nodes["reason"]) == {"earlier"}
    shown = suppress_index(after["index"], plan).filter("suppressed").select(key)  # type: ignore[arg-type]
    assert set(shown.rows()) == set(before.nodes.select(key).rows())


@pytest.mark.parametrize(
    ("hidden", "used", "shown"),
    [(("commune", "polite"), 200, True), (("all", "polite"), 200, False), (("all", "other"), 200, True),
     (("commune", "polite"), 9, False), (("commune", "polite"), 10, True)],
)  # fmt: skip
def test_drivers_leave_whole_or_not_at_all(hidden: tuple[str, str], used: int, shown: bool) -> None:
    about = {"outcome": "overall", "r_squared": 0.5, "rows": 250, "used": used, "sure": False}
    drivers = pl.concat([
        DRIVERS.empty(),
        pl.DataFrame([{"node": node, "importance": 50.0, "percent": 80.0, **about} for node in ("polite", "seats")]),
    ], how="diagonal")  # fmt: skip
    nodes = {"domain_kind": [hidden[0]], "domain": [""], "node": [hidden[1]], "reason": ["small"]}
    plan = Plan(10, pl.DataFrame(), pl.DataFrame(nodes))
    found = suppress_drivers(DRIVERS.check(drivers), plan)
    assert found.height == (2 if shown else 0)
    assert found.columns == drivers.columns
