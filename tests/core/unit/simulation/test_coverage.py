"""Intervals hold the truth about as often as they say, over whole synthetic rounds with a known index.

Each run draws a new sample from one population, carries the questionnaires out and reads the forms, loses answers to
nonresponse that depends on what is known of every case, weighs, and estimates. With 95 % intervals and R runs the
number of hits is Binomial(R, 0.95): the bound below holds with probability above 0.999 when the coverage is true. With
40 runs it is 32 hits: a coverage of 0.70 fails with probability 0.89, one of 0.80 with 0.41 only; so few runs find what
is broken, not what is a little wrong. With 1000 runs it is 925: 0.90 fails with probability above 0.99, 0.92 with 0.70.
Domains, ranks, change and designs of several stages: ``test_coverage_designs``.
"""

from datetime import date

import polars as pl
import pytest
from scipy.stats import binom

from sipas.capture import import_responses
from sipas.estimation import Design, collapse
from sipas.instrument import load
from sipas.quality import case_dispositions
from sipas.sampling import draw, parse_design
from sipas.scoring import measures_of, score
from sipas.simulation import load_profile, simulate_fieldwork, synthetic_frame, transactions, true_answers, true_index
from sipas.simulation.people import Population
from sipas.simulation.profile import Profile
from sipas.weighting import WeightingPlan, weigh

EDITION = load("sipas-2017")
NODES = ("index", "access", "seats")


def small_population(profile: Profile) -> Population:
    whole = transactions("08", profile, seed=3, first=date(2026, 1, 1), last=date(2026, 9, 30), mean_load=60)
    kept = whole.rows["agency"].unique().sort()[:24]
    return Population(whole.rows.filter(pl.col("agency").is_in(kept.implode())), "transactions", whole.title)


def estimate_once(
    frame: pl.DataFrame, answers: pl.DataFrame, profile: Profile, run: int, *, spread: bool
) -> pl.DataFrame:
    stage = {"unit": "unit_id", "strata": ["agency"], "size": {"rule": "fixed", "n": 12, "per": ["agency"]}}
    design = {"stages": [stage if spread else {**stage, "size": {"rule": "fixed", "n": 288}}], "reserve": 1.0}
    sample = draw(frame, parse_design(design), f"{run:064x}").sample
    field = simulate_fieldwork(sample, frame, answers, EDITION, profile, seed=run, first=date(2026, 10, 10))
    known = sample.join(frame.select("unit_id", "respondent_kind"), on="unit_id")
    responses = import_responses(field.forms, EDITION, known, mode="paper").responses
    settled = case_dispositions(sample, field.visits, responses)
    plan = WeightingPlan(classes=("stratum",), smallest_class=3)
    weights = weigh(sample, frame, settled, plan, visits=field.visits).weights
    rows = weights.select("case_id", weight="final").join(responses, on="case_id")
    rows = rows.join(sample.select("case_id", "stratum", "psu_population"), on="case_id").sort("case_id")
    survey = Design(weight="weight", strata="stratum", population="psu_population")
    return score(EDITION, collapse(rows, survey, measures_of(EDITION))).index


def hits(runs: int, *, spread: bool) -> dict[str, int]:
    profile = load_profile("transactions")
    quiet = profile.fieldwork.__class__(straightliners=0.0, invalid=0.0)
    profile = Profile(**{**{f: getattr(profile, f) for f in profile.__struct_fields__}, "fieldwork": quiet})
    frame = synthetic_frame(small_population(profile), seed=3, province="08")
    answers = true_answers(frame, EDITION, profile, seed=3, year=2026)
    truth = true_index(answers, EDITION)
    found = dict.fromkeys(NODES, 0)
    for run in range(1, runs + 1):
        index = estimate_once(frame, answers, profile, run, spread=spread)
        for node, low, high in index.select("node", "low", "high").filter(pl.col("node").is_in(NODES)).iter_rows():
            found[node] += low <= truth[node] <= high
    return found


def check(found: dict[str, int], runs: int) -> None:
    least, most = binom.ppf(0.0003, runs, 0.95), runs
    assert all(least <= count <= most for count in found.values()), found


@pytest.mark.parametrize("spread", [True, False])
def test_intervals_cover_the_truth(spread: bool) -> None:
    check(hits(40, spread=spread), 40)


@pytest.mark.long
@pytest.mark.parametrize("spread", [True, False])
def test_intervals_cover_the_truth_in_many_runs(spread: bool) -> None:
    found = hits(1000, spread=spread)
    check(found, 1000)
    assert max(found.values()) <= 990, found
