"""Which keys leave, and how: no column of nothing, coarser before missing, in order of importance."""

import polars as pl
import pytest
from weighted_round import EDITION, KEY, domains, responses, strata, weights

from sipas.publication import Release, anonymity, release
from sipas.publication.key_choice import MOST_LOST, Candidate, by_importance, choose
from sipas.publication.recodes import recode_of

DEMOGRAPHICS = ("gender", "age_band", "ethnicity", "education", "occupation", "organisation_kind")


def make(rows: int, **changed) -> Release:
    given = {"key": KEY, "simulated": True, "strata": strata()} | changed
    kept = responses().sort(pl.col("case_id").hash(7)).head(rows)
    return release(kept, weights(), domains(), EDITION, **given)


@pytest.mark.parametrize("rows", [10, 40, 150, 406, 1200])
def test_no_column_of_nothing_leaves(rows: int) -> None:
    made = make(rows)
    assert made.table.height == rows
    assert [c for c in made.table.columns if made.table[c].null_count() == rows] == []
    assert anonymity(made) >= 10
    assert made.table.columns == [v.name for v in made.variables]


@pytest.mark.parametrize("rows", [150, 406, 1200])
def test_no_key_has_lost_more_than_a_quarter(rows: int) -> None:
    made = make(rows)
    lost = {v: n for v, t, n, _ in made.treated.rows() if t == "suppressed"}
    for name in made.keys:
        left = made.table[name].count()
        assert lost.get(name, 0) <= MOST_LOST * (left + lost.get(name, 0))
        assert made.table[name].drop_nulls().n_unique() > 1


def test_every_demographic_answer_is_released_or_said_to_be_gone() -> None:
    made = make(406)
    said = {(v, t) for v, t, _, _ in made.treated.rows()}
    for name in DEMOGRAPHICS:
        recoded = f"{name}_group" in made.table.columns
        assert (name in made.table.columns) + recoded + ((name, "left_out") in said) == 1
        assert recoded == ((name, "recoded") in said)


def test_larger_rounds_show_more() -> None:
    small, large = make(150).keys, make(1200).keys
    assert {"agency_level", "gender"} <= set(small)
    assert len(large) > len(small)


def test_a_recoded_answer_has_its_own_name_codes_and_labels() -> None:
    made = make(406)
    variables = {v.name: v for v in made.variables}
    groups = variables["age_band_group"]
    assert "age_band" not in variables
    assert set(made.table["age_band_group"].drop_nulls()) <= set(groups.values)
    assert groups.values[3] == "Từ 50 trở lên"
    assert groups.label == EDITION.question("age_band").short_label + " (gộp)"
    detail = made.treated.filter(variable="age_band", treatment="recoded")["detail"].item()
    assert detail.startswith("1 = 18–34 (18–24, 25–34); 2 = ")


def test_an_edition_with_another_wording_is_not_recoded() -> None:
    column = next(c for c in EDITION.columns() if c.name == "education")
    known = recode_of(column)
    assert known is not None
    assert known.codes == {1: 1, 2: 1, 3: 2, 4: 3, 5: 3, 6: 4}
    values = column.values | {7: "Tiến sĩ"}
    assert recode_of(type(column)(**{f: getattr(column, f) for f in column.__slots__} | {"values": values})) is None


def test_an_answer_nobody_gave_is_left_out_and_said_so() -> None:
    nobody = responses().with_columns(pl.lit(None, pl.Int16).alias(n) for n in ("gender", "apology"))
    made = release(nobody, weights(), domains(), EDITION, key=KEY, simulated=True, strata=strata())
    assert not {"gender", "apology"} & set(made.table.columns)
    assert set(made.treated.filter(treatment="empty")["variable"]) == {"gender", "apology"}


def test_order_of_importance() -> None:
    given = ["occupation", "gender", "village", "agency_level", "hamlet", "ethnicity"]
    assert by_importance(given) == ["agency_level", "gender", "village", "hamlet", "ethnicity", "occupation"]


def test_the_coarser_form_is_taken_only_where_the_finer_loses_too_much() -> None:
    fine = pl.Series("band", list(range(4)) * 10 + list(range(4, 24)))
    coarse = fine.clip(0, 4).rename("band_group")
    choice = choose([Candidate("band", (fine, coarse))], 10)
    assert (choice.taken, choice.table.columns) == ({"band": 1}, ["band_group"])
    assert choice.table["band_group"].null_count() == 0
    only = choose([Candidate("band", (fine,)), Candidate("gone", ())], 10)
    assert only.left_out == ("band", "gone")
