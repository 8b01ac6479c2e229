"""Calibrate the score of suspicion on planted fabrications, and measure what it finds; fixed seeds, some minutes.

python scripts/fabrication_rates.py --write   makes src/sipas/quality/suspicion.yaml anew, then measures
python scripts/fabrication_rates.py           measures what is shipped; prints the tables of the documentation
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from sipas.instrument import Edition, load
from sipas.quality import FAMILIES, SuspicionPoints, form_signs, suspicion_points, suspicions
from sipas.quality.other_forms import other_forms, shows_sign, sizes_of
from sipas.quality.suspicion import Steps
from sipas.simulation import WAYS, Way, honest_round, load_profile, people_who_answer, plant

TARGET = Path("src/sipas/quality/suspicion.yaml")
ROUNDS, FORMS, INTERVIEWERS = 120, 480, 20
LEARN, TEST, OTHER = 1000, 20_000, 9000  # first seeds: populations, people and cheats never meet
UNKNOWN = 0.3  # share of fabrications thought to be of a way nobody has thought of
FALSE_ALARMS = 0.018  # of honest forms, where the threshold is set
HONEST_INTERVIEWERS = 0.01
ALIKE = 0.03  # of a sign between honest interviewers; their people live near each other
CAP = 20  # points at most of one reason: a hundred times
STEPS: dict[str, tuple[float, ...]] = {
    "same_as_own": (1, 1.5, 2, 2.5, 3, 4, 6),
    "same_as_any": (1.5, 2, 2.5, 3, 4, 6),
    "straight": (0.8, 0.9, 0.95, 1),
    "scattered": (1.2, 1.4, 1.6, 1.8, 2.1, 2.5, 3),
    "missing": (1, 1.5, 2, 2.5),
    "gaps": (2, 3, 5),
    "remark": (2, 3, 5),
    "pace": (1.4, 1.8, 2.2, 2.7, 3.5, 5),
    "night": (0,),
    "burst": (4, 5, 6, 8),
    "still": (2, 3, 4, 5),
    "speed": (90, 150),
    "clock": (0,),
}
SHOWN = {
    "same_as_own": 1.1, "same_as_any": 2.2, "straight": 0.9, "scattered": 1.4, "missing": 1.3, "gaps": 2.0,
    "remark": 2.0, "pace": 1.8, "night": 0.0, "burst": 4.0, "still": 2.0, "speed": 90.0, "clock": 0.0,
}  # fmt: skip
OTHERS = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0)
Counts = npt.NDArray[np.float64]
NOBODY = 10**9


def rounds(
    edition: Edition,
    first_seed: int,
    number: int,
    *,
    forms: int = FORMS,
    interviewers: int = INTERVIEWERS,
    of_own: tuple[float, float] = (0.3, 0.9),
    knows_times: bool = True,
) -> Iterator[pl.DataFrame]:
    """Measure the signs of rounds with fabrications; two ways in each, dealt in turn. Column ``way`` is the truth."""
    profile = load_profile("transactions")
    for k in range(number):
        if k % 9 == 0:
            people = people_who_answer(edition, profile, province="08", seed=first_seed + k)
        if k % 3 == 0:
            honest = honest_round(
                people, edition, profile, forms=forms, interviewers=interviewers, seed=first_seed * 7 + k
            )
        ways = (WAYS[k % 6], WAYS[(k + 1 + k // 6 % 5) % 6])
        planted = plant(honest, edition, ways=ways, of_own=of_own, seed=first_seed + k)
        yield signs_of(planted.forms, edition, knows_times).hstack([planted.truth["way"]]).with_columns(round=k)


def country(edition: Edition, provinces: int = 8) -> pl.DataFrame:
    """Measure one round of some tens of thousands of forms: provinces side by side, each with its own people."""
    profile, parts = load_profile("transactions"), []
    for k in range(provinces):
        people = people_who_answer(edition, profile, province="08", seed=300 + k)
        part = honest_round(people, edition, profile, forms=5_000, interviewers=100, seed=k)
        names = [pl.format("{}-{}", pl.lit(k), name).alias(name) for name in ("case_id", "interviewer", "agency")]
        parts.append(part.with_columns(names))
    planted = plant(pl.concat(parts), edition, seed=1)
    return signs_of(planted.forms, edition, knows_times=True).hstack([planted.truth["way"]]).with_columns(round=0)


def signs_of(forms: pl.DataFrame, edition: Edition, knows_times: bool) -> pl.DataFrame:
    """Measure forms as the application would, with or without times and places."""
    moment = pl.col("at") if knows_times else pl.col("at").cast(pl.Date)
    seconds = pl.col("seconds") if knows_times else pl.lit(None, pl.Float64)
    rows = forms.with_columns(moment=moment, seconds=seconds, mode=pl.lit("face_to_face"), place="agency")
    visits = forms.select(
        "case_id", "interviewer", "at", "latitude", "longitude", visit=1, is_form=True, accuracy_m=15.0
    )
    return form_signs(rows, edition, visits if knows_times else None)


def learn(measured: pl.DataFrame, ways: Sequence[Way]) -> SuspicionPoints:
    """Give points: ten times the decimal logarithm of how much more frequent a size is among the planted."""
    honest = measured["way"].is_null().to_numpy()
    planted = [(measured["way"] == way).fill_null(value=False).to_numpy() for way in ways]
    signs = {name: _steps(sizes_of(measured, name), steps, honest, planted) for name, steps in STEPS.items()}
    made = _points(signs, Steps((1.0,), (0,)), NOBODY, NOBODY)
    made = _points(signs, _others_steps(measured, made, ways), NOBODY, NOBODY)
    forms, interviewers = scored(measured, made)
    of_form = _least(forms.filter(pl.col("way").is_null())["points"], FALSE_ALARMS)
    of_interviewer = _least(interviewers.filter(pl.col("made_up") == 0)["points"], HONEST_INTERVIEWERS)
    return _points(signs, made.others, of_form, of_interviewer)


def _points(signs: dict[str, Steps], others: Steps, form: int, interviewer: int) -> SuspicionPoints:
    how = f"scripts/fabrication_rates.py --write: {ROUNDS} simulated rounds of {FORMS} forms, seeds from {LEARN}"
    return SuspicionPoints(datetime.now(UTC).date(), how, signs, SHOWN, others, ALIKE, form, interviewer)


def _steps(
    sizes: Counts, steps: tuple[float, ...], honest: npt.NDArray[np.bool_], planted: list[npt.NDArray[np.bool_]]
) -> Steps:
    """Compare honest and planted step by step; a way nobody thought of may raise any family of signs, to any step."""
    places = np.searchsorted(steps, np.nan_to_num(sizes, nan=-np.inf), side="right")
    count = len(steps) + 1
    of_honest = (np.bincount(places[honest], minlength=count) + 0.5) / (honest.sum() + 0.5 * count)
    of_planted = np.mean([np.bincount(places[m], minlength=count) / m.sum() for m in planted], axis=0)
    raised = np.arange(count) >= min(2, count - 1)
    unknown = (1 - 1 / len(FAMILIES)) * of_honest + raised / raised.sum() / len(FAMILIES)
    return _read(steps, ((1 - UNKNOWN) * of_planted + UNKNOWN * unknown) / of_honest)


def _read(steps: tuple[float, ...], ratio: Counts) -> Steps:
    points = np.clip(np.maximum.accumulate(np.round(10 * np.log10(np.maximum(ratio, 1e-9)))), 0, CAP)
    return Steps(tuple(float(s) for s in steps), tuple(int(p) for p in points[1:]))


def _others_steps(measured: pl.DataFrame, points: SuspicionPoints, ways: Sequence[Way]) -> Steps:
    """Compare, among forms that show a sign, how many of the interviewer's others do; one curve for all families."""
    honest, planted = np.zeros(len(OTHERS) + 1), np.zeros(len(OTHERS) + 1)
    for _key, group in measured.group_by("round", maintain_order=True):
        codes = group["interviewer"].rank("dense").cast(pl.Int64).to_numpy() - 1
        is_honest = group["way"].is_null().to_numpy()
        is_planted = group["way"].is_in(list(ways)).fill_null(value=False).to_numpy()
        for family, members in FAMILIES.items():
            shows = shows_sign(group, members, points.shown)
            excess = other_forms(group, codes, family, shows, ALIKE).excess()
            places = np.searchsorted(OTHERS, excess, side="right")
            honest += np.bincount(places[shows & is_honest], minlength=len(honest))
            planted += np.bincount(places[shows & is_planted], minlength=len(honest))
    of_honest = (honest + 0.5) / (honest.sum() + 0.5 * len(honest))
    mixed = (1 - UNKNOWN) * planted / planted.sum() + UNKNOWN / len(honest)
    return _read(OTHERS, mixed / of_honest)


def scored(measured: pl.DataFrame, points: SuspicionPoints) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Score round by round."""
    forms, interviewers = [], []
    for key, group in measured.group_by("round", maintain_order=True):
        made = suspicions(group, points)
        forms.append(made.forms.hstack([group["way"], group["round"]]))
        truth = group.group_by("interviewer").agg(made_up=pl.col("way").count(), way=pl.col("way").drop_nulls().first())
        told = made.interviewer_scores.join(truth, on="interviewer")
        interviewers.append(told.with_columns(round=pl.lit(key[0], pl.Int32)))
    return pl.concat(forms), pl.concat(interviewers)


def _least(points: pl.Series, share: float) -> int:
    return next(k for k in range(1, 500) if float((points >= k).mean() or 0.0) <= share)  # type: ignore[arg-type]


def rate(rows: pl.DataFrame) -> str:
    """Tell the share flagged, in percent, with a 95 % interval that treats rounds as clusters."""
    by_round = rows.group_by("round").agg(n=pl.len(), hit=pl.col("flagged").sum())
    n, hit = by_round["n"].to_numpy().astype(float), by_round["hit"].to_numpy().astype(float)
    share = hit.sum() / n.sum()
    residual = hit - share * n
    if len(n) == 1:
        return f"{100 * share:.1f}"
    error = float(np.sqrt(len(n) / (len(n) - 1) * (residual**2).sum())) / n.sum()
    low, high = max(0.0, share - 1.96 * error), min(1.0, share + 1.96 * error)
    return f"{100 * share:.1f} ({100 * low:.1f}–{100 * high:.1f})"


def table(title: str, measured: pl.DataFrame, points: SuspicionPoints) -> None:
    """Print one table."""
    forms, interviewers = scored(measured, points)
    honest = forms.filter(pl.col("way").is_null())
    print(f"\n{title}: {forms['round'].n_unique()} rounds, {forms.height} forms, {forms['way'].count()} made up\n")
    print("| way | forms made up | found, % |\n|---|---:|---:|")
    for way in WAYS:
        rows = forms.filter(pl.col("way") == way)
        if rows.height:
            print(f"| `{way}` | {rows.height} | {rate(rows)} |")
    print(f"| all | {forms['way'].count()} | {rate(forms.filter(pl.col('way').is_not_null()))} |")
    print(f"| honest forms flagged | {honest.height} | {rate(honest)} |")
    print(f"| cheating interviewers | | {rate(interviewers.filter(pl.col('made_up') > 0))} |")
    print(f"| honest interviewers flagged | | {rate(interviewers.filter(pl.col('made_up') == 0))} |", flush=True)


def left_out(learning: pl.DataFrame, test: pl.DataFrame) -> None:
    """Print what is found of each way by coefficients made without any round that holds it."""
    print("\n| way left out of the calibration | found, % | honest forms flagged, % |\n|---|---:|---:|")
    for way in WAYS:
        with_it = learning.filter(pl.col("way") == way)["round"].unique()
        others = learning.filter(~pl.col("round").is_in(with_it.implode()))
        forms, _people = scored(test, learn(others, [w for w in WAYS if w != way]))
        found, false = forms.filter(pl.col("way") == way), forms.filter(pl.col("way").is_null())
        print(f"| `{way}` | {rate(found)} | {rate(false)} |", flush=True)


def write(points: SuspicionPoints) -> None:
    """Write the coefficients."""
    lines = ["# Hệ số của điểm nghi vấn: điểm = 10·log10 của số lần gặp nhiều hơn ở phiếu bịa (mô phỏng).",
             f"made: {points.made}", f"how: '{points.how}'", "signs:"]  # fmt: skip
    steps = [*points.signs.items(), ("others", points.others)]
    for name, s in steps:
        indent = "  " if name != "others" else ""
        lines.append(f"{indent}{name}: {{at_least: {list(s.at_least)}, points: {list(s.points)}}}")
    lines.append("shown:")
    lines += [f"  {name}: {value}" for name, value in points.shown.items()]
    lines += [
        f"alike: {points.alike}",
        f"flag_form: {points.flag_form}",
        f"flag_interviewer: {points.flag_interviewer}",
    ]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Calibrate where asked, then measure."""
    edition = load("sipas-2017")
    test = pl.concat(rounds(edition, TEST, ROUNDS))
    learning = pl.concat(rounds(edition, LEARN, ROUNDS))
    points = suspicion_points()
    if "--write" in sys.argv:
        points = learn(learning, WAYS)
        write(points)
    print(points)
    table("Times and places known", test, points)
    left_out(learning, test)
    less = pl.concat(rounds(edition, OTHER, 60, knows_times=False))
    table("Answers and days alone", less, points)
    thin = pl.concat(rounds(edition, OTHER + 500, 60, of_own=(0.1, 0.25)))
    table("Each cheat makes up 10-25 % of the own forms", thin, points)
    large = pl.concat(rounds(edition, OTHER + 900, 12, forms=3000, interviewers=60))
    table("3 000 forms, 60 interviewers", large, points)
    table("One round, 800 interviewers, likeness to anybody within an agency", country(edition), points)


if __name__ == "__main__":
    main()
