"""Microdata: nobody is named, rare people are not alone, what was done is reported."""

import polars as pl
import pytest
from release_round import EDITION, KEY, domains, responses, weights

from sipas.errors import SipasError
from sipas.publication import Release, anonymity, release, release_id


def make(**changed) -> Release:
    given = {"key": KEY, "simulated": True} | changed
    return release(responses(), weights(), domains(), EDITION, **given)


def test_no_case_no_day_no_text_no_invalid_row() -> None:
    made = make(keys=["agency"])
    assert made.table.height == 114
    assert "case_id" not in made.table.columns
    assert "received_on" not in made.table.columns
    assert set(made.table["finished_month"].drop_nulls()) == {"2025-10", "2025-11"}
    cells = [str(v) for row in made.table.rows() for v in row]
    assert not [c for c in cells if "CASE" in c or "Nguyễn" in c]


def test_each_combination_of_keys_is_shared_by_the_minimum() -> None:
    made = make()
    assert made.minimum == EDITION.minimum_cell == 10
    assert anonymity(made) >= 10
    counts = made.table.group_by(made.keys).len()["len"]
    assert counts.min() == anonymity(made)
    assert {"agency_level", "gender"} <= set(made.keys)
    assert make(keys=["agency", "ethnicity", "agency_level"]).keys[:2] == ("agency_level", "agency")


def test_what_was_done_is_counted() -> None:
    made = make(keys=["agency", "gender"])
    done = {(v, t): n for v, t, n, _ in made.treated.rows()}
    assert done["agency", "grouped"] == 2  # 3 valid rows of UBND xã Nhỏ do not make 10: the next smallest joins
    assert done["remark", "left_out"] == 1
    before = responses().filter("valid")["gender"].null_count()
    assert made.table["gender"].null_count() == before + done["gender", "suppressed"]


def test_answers_that_are_no_keys_are_untouched() -> None:
    made = make()
    ids = {release_id(KEY, case): case for case in responses()["case_id"]}
    back = made.table.with_columns(case_id=pl.col("release_id").replace_strict(ids)).sort("case_id")
    wanted = responses().filter("valid").sort("case_id")
    assert back["seats"].equals(wanted["seats"])
    assert set(back["weight"]).isdisjoint(weights()["final"])


def test_order_of_rows_does_not_matter() -> None:
    again = release(responses().reverse(), weights(), domains().reverse(), EDITION, key=KEY, simulated=True)
    assert again.table.equals(make().table)


def test_columns_stand_in_the_order_of_the_form_with_its_labels() -> None:
    made = make(free_text=True, keys=["agency_level", "agency"])
    answers = [c for c in EDITION.columns() if c.name in made.table.columns]
    names = [v.name for v in made.variables]
    assert names == made.table.columns
    assert names == ["release_id", "agency_level", "agency", "finished_month", "mode",
                     *[c.name for c in answers], "weight", "data_status"]  # fmt: skip
    assert {v.name: v.label for v in made.variables}["seats"] == EDITION.question("seats").short_label
    assert "remark" in names
    assert "ethnicity_other" not in names


def test_simulated_data_say_so_in_each_row() -> None:
    assert make().table["data_status"].unique().to_list() == ["mô phỏng"]
    assert make(simulated=False).table["data_status"].unique().to_list() == ["khảo sát"]
    assert make().marks == ("mô phỏng", "câu chữ nhớ lại, chưa phải mẫu chính thức")


def test_a_whole_number_is_cut_at_ends_that_enough_people_share() -> None:
    columns = tuple(c for c in EDITION.columns() if c.name != "trips")
    assert len(columns) == len(EDITION.columns()) - 1
    from sipas.publication.anonymity import end_codes

    assert end_codes(pl.Series([1] * 9 + [2] * 30 + [7, 8, 9]), 10) == (2, 2)
    assert end_codes(pl.Series([1] * 12 + [3] * 5 + [4] * 10), 10) == (1, 4)
    assert end_codes(pl.Series(range(19)), 10) is None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"key": b"short"}, "publication.key_short"),
        ({"minimum": 1}, "publication.minimum_too_low"),
        ({"minimum": 500}, "publication.too_few"),
        ({"keys": ["nowhere"]}, "publication.column_unknown"),
    ],
)
def test_refusals(change: dict, code: str) -> None:
    with pytest.raises(SipasError) as caught:
        make(**change)
    assert caught.value.code == code


def test_identity_in_domains_is_refused() -> None:
    named = domains().with_columns(phone=pl.lit("0912"), unit_id=pl.lit("X"))
    with pytest.raises(SipasError) as caught:
        release(responses(), weights(), named, EDITION, key=KEY, simulated=True)
    assert (caught.value.code, caught.value.got) == ("publication.identity", ["phone", "unit_id"])


def test_a_response_without_weight_is_refused() -> None:
    with pytest.raises(SipasError) as caught:
        release(responses(), weights(100), domains(), EDITION, key=KEY, simulated=True)
    assert caught.value.code == "publication.weight_missing"
