"""A check sample: known chances, no case without one, and a draw that anyone can repeat."""

from __future__ import annotations

import json

import polars as pl
import pytest

from sipas.errors import SipasError
from sipas.sampling import (
    certificate_json,
    check_design,
    check_list,
    draw_check_sample,
    list_digest,
    verify_check_sample,
)

SALT = "0f" * 16
ROWS = pl.DataFrame({
    "unit_id": [f"C{n:03d}" for n in range(60)],
    "interviewer": [("A", "B", "C")[n % 3] if n % 7 else None for n in range(60)],
})


def drawn(listed: pl.DataFrame, text: str = "lá rụng về cội", **design: object) -> pl.DataFrame:
    plan = check_design(listed.height, listed["interviewer"].n_unique(), 0.2, **design)  # type: ignore[arg-type]
    return draw_check_sample(listed, plan, supervisor="Lụa", text=text, operator="SIPAS", version="0").sample


def test_sizes_follow_the_risk_and_never_fall_to_nothing() -> None:
    listed = check_list(ROWS, salt=SALT, risk={"C000": 30.0, "C001": 10.0}, floor=0.25)
    sizes = dict(listed.select("unit_id", "size").iter_rows())
    mean = 40 / 60
    assert sizes["C000"] == round(1000 * (0.25 + 0.75 * 30 / mean))
    assert sizes["C001"] == round(1000 * (0.25 + 0.75 * 10 / mean))
    assert {sizes[c] for c in sizes if c not in {"C000", "C001"}} == {250}


@pytest.mark.parametrize("floor", [0.0, -1.0, 1.5])
def test_a_floor_that_would_leave_somebody_without_a_chance_is_refused(floor: float) -> None:
    with pytest.raises(SipasError, match=r"sampling\.number_out_of_range"):
        check_list(ROWS, salt=SALT, risk={}, floor=floor)


@pytest.mark.parametrize("score", [-1.0, float("nan"), float("inf")])
def test_a_score_that_is_no_size_is_refused(score: float) -> None:
    with pytest.raises(SipasError, match=r"sampling\.number_out_of_range"):
        check_list(ROWS, salt=SALT, risk={"C005": score})


@pytest.mark.parametrize("by_risk", [False, True])
def test_the_chances_add_up_to_the_sample_and_are_met_over_many_texts(by_risk: bool) -> None:
    risk = {c: float(n % 5) for n, c in enumerate(ROWS["unit_id"])} if by_risk else None
    listed = check_list(ROWS, salt=SALT, balance="interviewer", risk=risk, floor=0.3)
    taken: dict[str, int] = dict.fromkeys(ROWS["unit_id"], 0)
    chance: dict[str, float] = {}
    times = 400
    for n in range(times):
        sample = drawn(listed, f"văn bản số {n}", balance="interviewer", by_risk=by_risk)
        assert sample.height == 12
        for code, probability in sample.select("unit_id", "probability").iter_rows():
            taken[code] += 1
            assert chance.setdefault(code, probability) == pytest.approx(probability)
    assert len(chance) == 60  # everybody is drawn some time
    assert sum(chance.values()) == pytest.approx(12)
    for code, probability in chance.items():
        spread = (probability * (1 - probability) / times) ** 0.5
        assert abs(taken[code] / times - probability) < 4.5 * spread + 1e-9, code


def test_each_group_has_two_cases_where_there_is_room() -> None:
    listed = check_list(ROWS, salt=SALT, balance="interviewer")
    sample = drawn(listed, balance="interviewer")
    assert sample.group_by("stratum").len()["len"].min() >= 2  # type: ignore[operator]
    assert set(sample["stratum"]) == {"A", "B", "C", "–"}


@pytest.mark.parametrize("by_risk", [False, True])
def test_where_there_are_more_groups_than_cases_to_draw_every_case_keeps_a_chance(by_risk: bool) -> None:
    rows = pl.DataFrame({"unit_id": [f"C{n:03d}" for n in range(60)], "agency": [f"A{n % 47:02d}" for n in range(60)]})
    risk = {f"C{n:03d}": float(n % 3) for n in range(60)} if by_risk else None
    listed = check_list(rows, salt=SALT, balance="agency", risk=risk)
    plan = check_design(60, 47, 0.2, balance="agency", by_risk=by_risk)
    chance: dict[str, float] = {}
    for n in range(150):
        text = f"văn bản số {n}"
        sample = draw_check_sample(listed, plan, supervisor="Lụa", text=text, operator="SIPAS", version="0").sample
        assert sample.height == 12
        assert listed.join(sample, on="unit_id", how="semi")["agency"].n_unique() >= 11  # spread over the groups
        chance |= dict(sample.select("unit_id", "probability").iter_rows())
    assert len(chance) == 60
    assert sum(chance.values()) == pytest.approx(12)
    assert by_risk or set(chance.values()) == {0.2}


def test_the_salt_is_in_the_hash_and_every_change_is_found() -> None:
    listed = check_list(ROWS, salt=SALT, balance="interviewer")
    assert list_digest(listed) != list_digest(check_list(ROWS, salt="1f" * 16, balance="interviewer"))
    plan = check_design(60, 4, 0.2, balance="interviewer")
    made = draw_check_sample(listed, plan, supervisor="Lụa", text="lá rụng về cội", operator="SIPAS", version="0")
    certificate = certificate_json(made.certificate)
    assert list(verify_check_sample(listed, made.sample, certificate)) == []
    for wrong in (
        (listed.head(59), made.sample, certificate),
        (listed.with_columns(salt=pl.lit("00" * 16)), made.sample, certificate),
        (listed, made.sample.head(11), certificate),
        (listed, made.sample.with_columns(pl.col("probability") / 2), certificate),
        (listed, made.sample, certificate.replace("lá rụng".encode(), "lá bay".encode())),
    ):
        assert list(verify_check_sample(*wrong))


def test_the_certificate_names_no_case() -> None:
    listed = check_list(ROWS, salt=SALT)
    plan = check_design(60, 1, 0.2)
    made = draw_check_sample(listed, plan, supervisor="Lụa", text="lá rụng về cội", operator="SIPAS", version="0")
    text = json.dumps(made.certificate, ensure_ascii=False)
    assert not any(code in text for code in ROWS["unit_id"])
    assert SALT not in text


@pytest.mark.parametrize("share", [0.0, -0.1, 1.01])
def test_a_share_out_of_range_is_refused(share: float) -> None:
    with pytest.raises(SipasError, match=r"sampling\.number_out_of_range"):
        check_design(10, 1, share)


def test_a_share_rounds_up_to_whole_cases_and_a_whole_list_is_a_census() -> None:
    assert check_design(480, 1, 0.2).stages[0].size.n == 96  # type: ignore[union-attr]
    assert check_design(481, 1, 0.2).stages[0].size.n == 97  # type: ignore[union-attr]
    listed = check_list(ROWS, salt=SALT)
    plan = check_design(60, 1, 1.0)
    made = draw_check_sample(listed, plan, supervisor="Lụa", text="lá rụng về cội", operator="SIPAS", version="0")
    assert made.sample.height == 60
    assert set(made.sample["probability"]) == {1.0}
