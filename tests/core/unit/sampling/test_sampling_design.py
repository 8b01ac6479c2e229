"""Designs as data: what is read, and where a mistake is."""

import msgspec
import pytest
import yaml
from sampling_cases import THREE_STAGES

from sipas.errors import SipasError
from sipas.sampling import Design, parse_design

PROVINCE = """
stages:
  - unit: unit_id
    strata: [agency_level, field]
    size: {rule: by_class, per: [agency_level], column: unit_class, sizes: {I: 600, II: 480}}
    allocation: {rule: power, exponent: 0.5, minimum: 4}
    method: systematic
    order: [commune]
    minimum_per_domain: {per: [field], n: 30}
reserve: 0.5
"""


def test_a_design_is_read_and_written_back() -> None:
    for mapping in (yaml.safe_load(PROVINCE), THREE_STAGES):
        design = parse_design(mapping)
        assert parse_design(msgspec.to_builtins(design)) == design
    assert parse_design(yaml.safe_load(PROVINCE)).reserve_of(3) == 2
    assert Design(stages=(), reserve=1.1).reserve_of(10) == 11  # binary 1.1 × 10 would round up to 12


@pytest.mark.parametrize(
    ("old", "new", "code", "node"),
    [
        ("stages:", "stage:", "design_field_unknown", "design"),
        ("strata:", "stratum:", "design_field_unknown", "design.stages[0]"),
        ("rule: by_class", "rule: by_clas", "design_value", "design.stages[0].size.rule"),
        ("systematic", "sistematic", "design_value", "design.stages[0].method"),
        ("reserve: 0.5", "reserve: half", "design_type", "design.reserve"),
        ("exponent: 0.5", "exponent: 1.5", "design_type", "design.stages[0].allocation.exponent"),
        ("I: 600", "I: -1", "design_type", "design.stages[0].size.sizes[...]"),
        ("column: unit_class, ", "", "design_field_missing", "design.stages[0].size"),
        ("unit: unit_id", "unit: commune", "design_last_stage", "design.stages[0].unit"),
        ("per: [agency_level]", "per: [district]", "design_per", "design.stages[0].size.per"),
        ("per: [field]", "per: [town]", "design_per", "design.stages[0].minimum_per_domain.per"),
        ("rule: power, exponent: 0.5, minimum: 4", "rule: table, sizes: {}", "design_size", "design.stages[0].size"),
    ],
)
def test_a_mistake_is_named_with_its_node(old: str, new: str, code: str, node: str) -> None:
    assert old in PROVINCE
    with pytest.raises(SipasError) as caught:
        parse_design(yaml.safe_load(PROVINCE.replace(old, new)))
    assert (caught.value.code, caught.value.place.node) == (f"sampling.{code}", node)


def test_stages_need_a_size_and_their_own_units() -> None:
    with pytest.raises(SipasError) as caught:
        parse_design({"stages": [{"unit": "unit_id"}]})
    assert caught.value.code == "sampling.design_size"
    everyone = {"rule": "all"}
    with pytest.raises(SipasError) as caught:
        parse_design({"stages": [{"unit": "unit_id", "size": everyone}, {"unit": "unit_id", "size": everyone}]})
    assert (caught.value.code, caught.value.place.node) == ("sampling.design_unit_twice", "design.stages[1].unit")
