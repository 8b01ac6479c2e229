"""Error rates of keying equal a slow count of who typed what; differences are those of the library."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import polars as pl
import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.web.keying_cast import EDITION, Acting, Hire, _folders, issued, keyers, official, whole

from sipas.capture import compare_keyings, import_responses
from sipas.rounds import respondent_kind
from sipas_web.audit.actors import Actor
from sipas_web.capture.actions.keying import Sent, open_keying
from sipas_web.capture.actions.keying_end import finish_keying
from sipas_web.capture.actions.reconciling import reconcile
from sipas_web.capture.keying_form import PaperForm
from sipas_web.capture.models import KeyedForm, KeyingCount
from sipas_web.capture.queries.keying_rates import Rate, rates_of
from sipas_web.fieldwork.models import Case
from sipas_web.rounds.folders import folder_of
from sipas_web.rounds.models import Round
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
__all__ = ["_folders", "issued", "keyers"]  # fixtures
PAPER = PaperForm(EDITION, "person")
CHOICES = [f.name for f in PAPER.fields if f.kind == "choice"]
SLIPS = st.dictionaries(st.sampled_from(CHOICES), st.sampled_from("1234TK"), max_size=3)
FORMS = st.lists(st.tuples(SLIPS, SLIPS, SLIPS, st.permutations([0, 1, 2])), min_size=1, max_size=4)


@contextmanager
def undone() -> Iterator[None]:
    """Take back what an example did."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def three(keyers: list[Actor], tuyen_quang: Unit, hire: Hire, acting: Acting) -> list[Actor]:
    """Three keyers, then who reconciles."""
    return [*keyers[:2], acting(hire("keyer", tuyen_quang)), keyers[2]]


def fitting(typed: dict[str, str]) -> dict[str, str]:
    """Make what a careful reader types of a paper: what hangs on an answer follows it; what is no answer is kept."""
    form = dict(typed)
    for name, keys in (("ethnicity", 2), ("education", 6), ("occupation", 7), ("gender", 2)):
        if form[name] == str(keys) and name != "gender":
            form[f"{name}_other"] = "T"
    entries, _faults = PAPER.read(form)
    if PAPER.asked(entries)["apology"] is False:
        form["apology"] = ""
    elif not form["apology"]:
        form["apology"] = "T"
    for _round in range(3):  # what is kept as the paper has it may open a question that is wrong in its turn
        entries, _faults = PAPER.read(form)
        for name in PAPER.faults(entries):
            form[name] = f"{form[name]}G" if form[name] else "T"
    return form


def key(case: Case, typed: dict[str, str], by: Actor) -> KeyedForm:
    opened = open_keying(round_id=case.round_id, code=case.case_id, by=by)
    return finish_keying(keying_id=opened.pk, sent=Sent(typed=typed), by=by)


def settled(typed: dict[str, str]) -> dict[str, Any]:
    entries, _faults = PAPER.read(typed)
    return PAPER.settled(entries)


def played(cases: list[Case], forms: Any, people: list[Actor]) -> tuple[Counter[Any], Counter[Any]]:
    """Key and settle forms as told; gives fields and errors by person and field as a slow count finds them."""
    fields: Counter[Any] = Counter()
    errors: Counter[Any] = Counter()
    for case, (paper, first, second, order) in zip(cases, forms, strict=False):
        says = fitting(whole() | paper)
        typed = [fitting(says | slips) for slips in (first, second)]
        pair = [people[n] for n in order[:2]]
        for one, by in zip(typed, pair, strict=True):
            form = key(case, one, by)
        if form.state == "differs":
            reconcile(form_id=form.pk, typed=says, by=people[3])
            truth = {**settled(typed[0]), **{n: settled(says).get(n) for n in form.differing}}
            truth = {name: entry for name, entry in truth.items() if entry is not None}
        else:
            truth = settled(typed[0])
        asked = PAPER.asked(truth)
        for one, by in zip(typed, pair, strict=True):
            own = settled(one)
            for name in PAPER.by_name:
                if name in own or name in truth or asked[name] is not False:
                    fields[by.key, name] += 1
                    errors[by.key, name] += own.get(name) != truth.get(name)
    return fields, errors


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(forms=FORMS)
def test_rates_equal_a_slow_count(issued: Round, three: list[Actor], forms: Any) -> None:
    cases = [official(issued, n) for n in range(len(forms))]
    with undone():
        fields, errors = played(cases, forms, three)
        rates = rates_of(issued)
        found = {(f"person:{who}", name): (r.fields, r.errors) for (who, name), r in rates.cells.items()}
        assert found == {cell: (n, errors[cell]) for cell, n in fields.items()}
        assert (rates.total.fields, rates.total.errors) == (fields.total(), errors.total())
        for row in rates.keyers:
            own = sum(n for (who, _name), n in errors.items() if who == f"person:{row.person}")
            assert row.rate.errors == own
        for line in rates.fields:
            assert line.rate.errors == sum(n for (_who, name), n in errors.items() if name == line.name)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(forms=st.lists(st.tuples(SLIPS, SLIPS), min_size=1, max_size=4))
def test_what_differs_is_what_the_library_finds(issued: Round, three: list[Actor], forms: Any) -> None:
    """Compared as two files of answers: every difference in an answer is one here; beyond it only marks differ."""
    cases = [official(issued, n) for n in range(len(forms))]
    typed = [[fitting(whole() | slips) for slips in pair] for pair in forms]
    with undone():
        for case, pair in zip(cases, typed, strict=True):
            for one, by in zip(pair, three, strict=False):
                key(case, one, by)
        tables = []
        for n in (0, 1):
            rows = [PAPER.taken(settled(pair[n])).answers for pair in typed]
            schema = {c.name: c.dtype for c in EDITION.columns()}
            cells = pl.DataFrame(rows, schema=schema).with_columns(case_id=pl.Series([c.case_id for c in cases]))
            sample = pl.DataFrame({"case_id": [c.case_id for c in cases], "respondent_kind": ["person"] * len(cases)})
            tables.append(import_responses(cells, EDITION, sample, mode="paper").responses)
        differences = compare_keyings(tables[0], tables[1], EDITION).differences
        question = {c.name: c.name if c.name.endswith("_other") else c.question for c in EDITION.columns()}
        for case, pair in zip(cases, typed, strict=True):
            own = differences.filter(pl.col("case_id") == case.case_id)["column"]
            library = {question[column] for column in own}
            ours = set(KeyedForm.objects.get(case=case).differing)
            assert library <= ours
            first, second = (settled(one) for one in pair)
            for name in ours - library:
                marks = {e.mark for e in (first.get(name), second.get(name)) if e}
                assert marks - {""}, name


def test_an_interval_is_wilsons(issued: Round) -> None:
    assert Rate(0, 0).interval is None
    low, high = Rate(5, 1_000).interval or (0, 0)
    assert (low, high) == pytest.approx((2.1377, 11.6506), abs=1e-3)
    assert Rate(5, 1_000).is_high
    assert not Rate(4, 100).is_high, "too few to say anything"
    assert not Rate(8, 8_000).is_high


def test_who_sees_which_rates(
    issued: Round, three: list[Actor], client: Client, monkeypatch: pytest.MonkeyPatch, hire: Hire
) -> None:
    monkeypatch.setattr("sipas_web.accounts.queries.has_second_factor", lambda someone: True)
    case = official(issued)
    key(case, whole(seats="1"), three[0])
    form = key(case, whole(seats="2"), three[1])
    reconcile(form_id=form.pk, typed={"seats": "2"}, by=three[3])
    client.force_login(three[3].holder)  # type: ignore[arg-type]  # a person
    page = client.get(reverse("keying_progress", args=[issued.pk]))
    assert {row.rate.errors for row in page.context["rates"].keyers} == {0, 1}
    exported = client.get(reverse("keying_export", args=[issued.pk, "csv"])).getvalue().decode("utf-8-sig")
    rows = [row for row in csv.reader(io.StringIO(exported)) if row[2] == "seats"]
    assert sorted((row[4], row[5]) for row in rows) == [("1", "0"), ("1", "1")]
    assert all(row[-1] for row in rows), "a simulated round says so beside each row"
    assert client.get(reverse("keying_export", args=[issued.pk, "xlsx"])).getvalue().startswith(b"PK")
    client.force_login(three[0].holder)  # type: ignore[arg-type]  # a person
    own = client.get(reverse("keying_own", args=[issued.pk]))
    assert [row.person for row in own.context["rates"].keyers] == [int(three[0].key[7:])]
    assert own.context["rates"].total.errors == 1
    assert str(three[1].holder.full_name) not in own.content.decode()  # type: ignore[attr-defined]  # a person
    assert client.get(reverse("keying_progress", args=[issued.pk])).status_code == 403


def test_counts_are_of_kinds_of_forms_too(issued: Round, three: list[Actor]) -> None:
    case = official(issued, 0, "organisation")
    assert respondent_kind(folder_of(issued), case.case_id) == "organisation"
    for by in three[:2]:
        key(case, whole("organisation"), by)
    fields = set(KeyingCount.objects.values_list("field", flat=True))
    assert "organisation_kind" in fields
    assert "gender" not in fields
