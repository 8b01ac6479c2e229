"""Intervals, changes and joint rank sets hold the truth about as often as they say, in domains and designs of a round.

The populations are small and made here, with a truth that is counted: shares that differ by agency or commune, an item
near 100 % (in some agencies all are satisfied), and organisations that are less satisfied and answer half as often as
persons; the weighting knows the kind of respondent. Drawing, weighing and estimating are those of a round.

A check counts hits over runs (and over agencies, which are strata of their own and so independent) and asks for as
many as a coverage of 0.95 gives in all but 3 of 10 000 such checks. The probability that a check fails:

======  ==========================================
trials  true coverage 0.80, 0.85, 0.88, 0.90, 0.92
======  ==========================================
60      0.68, 0.28, 0.10, 0.03, 0.01
100     0.92, 0.54, 0.22, 0.07, 0.01
720     1.00, 1.00, 1.00, 0.96, 0.44
1000    1.00, 1.00, 1.00, 1.00, 0.70
======  ==========================================

Selection by size is systematic and its variance that of a draw with replacement, and joint sets of ranks are safe
rather than exact: there more hits than 95 % are right.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.stats import binom

from sipas.estimation import collapse
from sipas.instrument import load
from sipas.rounds.settings import Documents, EstimateSettings, Round, Window
from sipas.rounds.steps.survey_design import survey_design, variance_units
from sipas.sampling import draw, parse_design
from sipas.scoring import Score, change, measures_of, places, rank, score
from sipas.simulation import true_index
from sipas.weighting import WeightingPlan, weigh

EDITION = load(Path(__file__).parents[2] / "reference" / "data" / "scoring_edition.yaml")
NODES = ("index", "a", "b", "c")
PLAN = WeightingPlan(classes=("stratum", "respondent_kind"), smallest_class=3)
DAY = date(2026, 1, 1)
AGENCIES = [f"A{i:02}" for i in range(12)]
COMMUNES = [f"C{i:02}" for i in range(40)]
STRATIFIED = {
    "stages": [{"unit": "unit_id", "strata": ["agency"], "size": {"rule": "fixed", "n": 60, "per": ["agency"]}}]
}
CLUSTERED = {
    "stages": [
        {"unit": "commune", "method": "pps_systematic", "size": {"rule": "fixed", "n": 14}},
        {"unit": "unit_id", "size": {"rule": "fixed", "n": 20}},
    ]
}
EVERY_COMMUNE = {
    "stages": [
        {"unit": "commune", "size": {"rule": "all"}},
        {"unit": "unit_id", "size": {"rule": "fixed", "n": 8}},
    ]
}


@dataclass(frozen=True)
class World:
    """A population with its answers and true values, by domain; the whole is ""."""

    frame: pl.DataFrame
    answers: pl.DataFrame
    truth: dict[str, dict[str, float]]


def world(seed: int, *, drift: float = 0.0) -> World:
    random = np.random.default_rng(seed)
    sizes = random.integers(150, 400, len(AGENCIES))
    agency = np.repeat(np.arange(len(AGENCIES)), sizes)
    n = agency.size
    commune = random.integers(0, len(COMMUNES), n)
    firm = random.random(n) < 0.3
    by_agency, by_commune = np.linspace(-0.4, 1.6, len(AGENCIES)), random.normal(0, 0.4, len(COMMUNES))
    mood = by_agency[agency] + by_commune[commune] - 1.2 * firm + drift + random.logistic(size=n)
    near_all = np.where(agency % 3 == 0, 1.0, 0.985)
    shares = {
        "a": mood > 0,
        "b": random.random(n) < near_all,
        "c": mood + random.logistic(size=n) > -0.5,
    }
    unit = [f"{i:016}" for i in range(n)]
    frame = pl.DataFrame({
        "unit_id": unit,
        "respondent_kind": np.where(firm, "organisation", "person"),
        "commune": [COMMUNES[i] for i in commune],
        "agency": [AGENCIES[i] for i in agency],
    })
    answers = pl.DataFrame({"unit_id": unit, **{k: np.where(v, 4, 2).astype(np.int16) for k, v in shares.items()}})
    truth = {"": true_index(answers, EDITION)}
    for name in AGENCIES:
        truth[name] = true_index(answers.filter(frame["agency"] == name), EDITION)
    return World(frame, answers, truth)


def estimated(one: World, design: dict[str, object], run: int, seed: int = 0) -> Score:
    drawn = draw(one.frame, parse_design({**design, "reserve": 0.0}), f"{seed * 100_000 + run:064x}").sample
    random = np.random.default_rng([seed, run])
    cases = drawn.join(one.frame.select("unit_id", "respondent_kind", "agency"), on="unit_id").sort("case_id")
    answers = random.random(cases.height) < np.where(cases["respondent_kind"] == "organisation", 0.45, 0.9)
    status = cases.select("case_id", status=pl.Series(np.where(answers, "respondent", "nonrespondent")))
    weights = weigh(drawn, one.frame, status, PLAN).weights.select("case_id", "final")
    units = variance_units(drawn).select("case_id", "unit_id", "stratum", "psu", "psu_population")
    rows = weights.join(units, on="case_id").join(one.answers, on="unit_id")
    rows = rows.join(one.frame.select("unit_id", "agency"), on="unit_id").sort("case_id")
    survey, psus = survey_design(drawn, settings(design))
    kinds = (("agency",),) if design is STRATIFIED else ()
    return score(EDITION, collapse(rows, survey, measures_of(EDITION), kinds, psus=psus))


def settings(design: dict[str, object]) -> Round:
    return Round(
        name="r",
        title="r",
        year=2026,
        edition="",
        province="08",
        window=Window(first=DAY, last=DAY),
        documents=Documents(date=DAY, place="", department="", parent="", signer=""),
        design=design,
        estimates=EstimateSettings(),
    )


def holds(low: float | None, value: float, high: float | None) -> bool:
    return low is not None and high is not None and low - 1e-9 <= value <= high + 1e-9


def cells(index: pl.DataFrame, columns: tuple[str, ...]) -> list[tuple[str, str, tuple[float, ...]]]:
    """Domain, node and numbers; the whole is "" and each agency its own."""
    rows = index.filter(pl.col("node").is_in(NODES)).select("domain", "node", *columns).iter_rows()
    return [(domain, node, tuple(numbers)) for domain, node, *numbers in rows]


def place(domain: str, node: str, truth: dict[str, dict[str, float]]) -> str:
    """What is counted together; agencies where all are satisfied are easy to cover and apart."""
    full = " at 100" if truth[domain][node] == 100 else ""
    return f"{'agency' if domain else 'whole'} {node}{full}"


def count_values(found: Score, truth: dict[str, dict[str, float]], hits: Counter[str]) -> None:
    for domain, node, (low, high) in cells(found.index, ("low", "high")):
        key = place(domain, node, truth)
        hits[key] += holds(low, truth[domain][node], high)
        hits[f"of {key}"] += 1


def count_changes(found: Score, now: World, before: World, hits: Counter[str]) -> None:
    for domain, node, (low, high) in cells(found.index, ("change_low", "change_high")):
        key = f"change of {place(domain, node, now.truth)}"
        hits[key] += holds(low, now.truth[domain][node] - before.truth[domain][node], high)
        hits[f"of {key}"] += 1


def count_ranks(found: Score, truth: dict[str, dict[str, float]], hits: Counter[str]) -> None:
    for node in NODES:
        true = dict(zip(AGENCIES, places(np.array([truth[a][node] for a in AGENCIES])), strict=True))
        sets = found.index.filter(domain_kind="agency", node=node).select("domain", "rank_low", "rank_high").rows()
        hits[f"ranks by {node}"] += all(holds(low, true[domain], high) for domain, low, high in sets)
        hits[f"of ranks by {node}"] += 1


def stratified(runs: int) -> Counter[str]:
    before, now = world(1), world(2, drift=0.3)
    hits: Counter[str] = Counter()
    for run in range(1, runs + 1):
        early, late = estimated(before, STRATIFIED, run, 1), estimated(now, STRATIFIED, run, 2)
        late = change(rank(late, "agency"), early).score
        count_values(late, now.truth, hits)
        count_changes(late, now, before, hits)
        count_ranks(late, now.truth, hits)
    return hits


def clustered(runs: int, design: dict[str, object]) -> Counter[str]:
    one = world(3)
    hits: Counter[str] = Counter()
    for run in range(1, runs + 1):
        count_values(estimated(one, design, run, 3), one.truth, hits)
    return hits


def check(hits: Counter[str]) -> None:
    low = {}
    for key in (key for key in hits if not key.startswith("of ")):
        trials = hits[f"of {key}"]
        if hits[key] < binom.ppf(0.0003, trials, 0.95):
            low[key] = (hits[key], trials)
    assert hits
    assert not low


def test_agencies_changes_and_ranks() -> None:
    check(stratified(60))


@pytest.mark.parametrize("design", [CLUSTERED, EVERY_COMMUNE], ids=["by size", "every commune"])
def test_communes(design: dict[str, object]) -> None:
    check(clustered(100, design))


@pytest.mark.long
def test_agencies_changes_and_ranks_in_many_runs() -> None:
    hits = stratified(1000)
    check(hits)
    for key in ("agency a", "agency c", "agency index", "whole a", "whole index", "change of whole index"):
        assert hits[key] < 0.98 * hits[f"of {key}"]


@pytest.mark.long
@pytest.mark.parametrize("design", [CLUSTERED, EVERY_COMMUNE], ids=["by size", "every commune"])
def test_communes_in_many_runs(design: dict[str, object]) -> None:
    check(clustered(1000, design))
