"""A simulated province at work over HTTP: what the system says equals the script's own books, and cheats are flagged.

By default four interviewers work some 60 of the 480 official cases; in make test-long everybody works all of them.
"""

from __future__ import annotations

import json
import random
import sys
import urllib.parse
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from tests.web.functional.province import figures
from tests.web.functional.province.paper import ITEMS
from tests.web.functional.province.people import Stage
from tests.web.functional.province.preparing import SAMPLE, Province, ready
from tests.web.functional.province.script import SEED, Play, books_of
from tests.web.functional.province.supervisors import kappa
from tests.web.functional.province.truth import Case
from tests.web.functional.test_whole_chain_killed import Database

pytestmark = [pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")]
FOUND, FALSE_ALARMS = 0.8, 0.02  # shares of forms: least of the invented ones, most of the honest interviewers'
FLAGGED = "SELECT c.case_id, s.is_flagged FROM quality_suspect s JOIN fieldwork_case c ON c.id = s.case_id"
WHOLE = "whole"


@dataclass(frozen=True)
class Told:
    """What the system said before the answers were frozen."""

    register: dict[str, tuple[str, int, str, str, str]]
    agencies: dict[str, figures.Line]
    interviewers: dict[str, figures.Line]
    rates: dict[str, float]
    replacements: list[list[str]]
    keying: dict[tuple[str, str], tuple[int, int]]


@dataclass(frozen=True)
class Played:
    """Everything that happened, and what the system said of it."""

    play: Play
    province: Province
    told: Told


@pytest.fixture(scope="module", params=["some", pytest.param(WHOLE, marks=pytest.mark.long)])
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """Let everything happen once; the tests look at what came of it."""
    folder = tmp_path_factory.mktemp("province")
    database = Database()
    province = Province(folder / "data", database.uri)
    province.prepare()
    province.serve()
    stage = Stage(province.port, province.about, books_of(province.about), random.Random(SEED))
    play = Play(stage, is_whole=request.param == WHOLE)
    try:
        ready(province)
        told = _played(play)
        yield Played(play, province, told)
    finally:
        stage.close()
        province.stop()
        database.stop()


def _played(play: Play) -> Told:
    stage = play.stage
    for act in (play.assign, play.carry, play.receive, play.key, play.look_at_contacts, play.supervise):
        act()
    play.look_through()
    told = Told(
        figures.register(stage),
        figures.agencies(stage),
        figures.interviewers(stage),
        figures.rates(stage),
        figures.rows(stage, "post-province", f"/thuc-dia/{stage.round}/thay-the/xuat/csv/"),
        figures.keying(stage),
    )
    play.freeze()
    return told


def test_every_case_stands_where_the_books_say(played: Played) -> None:
    play = played.play
    assert Counter(c.role for c in play.books.cases.values()) == {"official": SAMPLE, "reserve": SAMPLE}
    told = {
        c.code: (c.state, len(c.visits), c.visits[-1].outcome if c.visits else "", c.replaces, c.replaced_by)
        for c in play.books.out()
    }
    assert played.told.register == told
    assert {"fills", "invented", "web"} <= set(play.fates.values())


def test_figures_of_agencies_and_interviewers_are_those_of_the_books(played: Played) -> None:
    play = played.play
    books, out = play.books, play.books.out()
    by_agency = {name: [c for c in out if c.agency == name] for name in {c.agency for c in out}} | {"": out}
    assert played.told.agencies == {name: figures.counted(books, cases) for name, cases in by_agency.items()}
    people = play.stage.about["people"]
    carried = {name: [c for c in out if c.interviewer == name] for name in {c.interviewer for c in out}}
    told = {people[name]["name"]: figures.counted(books, cases) for name, cases in carried.items()}
    assert played.told.interviewers == told


def test_rates_of_aapor_are_those_worked_out_by_hand(played: Played) -> None:
    play = played.play
    shown, own = played.told.rates, play.books.rates()
    assert shown == {name: pytest.approx(100 * (share or 0.0), abs=0.0501) for name, share in own.items()}


def test_register_of_replacements(played: Played) -> None:
    play = played.play
    found = played.told.replacements
    told = {(r[0], r[1], r[2], int(r[5])) for r in found}
    cases = play.books.cases
    assert told == {(a, b, cases[a].stratum, len(cases[a].visits)) for a, b in play.register}
    assert len(found) == len(play.register) > 0
    for stratum in {cases[b].stratum for _a, b in play.register}:  # always the next one, never by choice
        used = sorted(cases[b].order for _a, b in play.register if cases[b].stratum == stratum)
        every = sorted(c.order for c in cases.values() if c.role == "reserve" and c.stratum == stratum)
        assert used == every[: len(used)]


def test_error_rates_of_keyers_in_every_field(played: Played) -> None:
    play = played.play
    found = played.told.keying
    assert found == figures.keying_in_books(play.stage)
    rate = {name: errors / fields for (name, column), (errors, fields) in found.items() if not column}
    people = play.stage.about["people"]
    assert rate[people["keyer-2"]["name"]] > rate[people["keyer"]["name"]] > 0


def test_no_answer_is_lost_and_the_first_valid_one_counts(played: Played) -> None:
    play, province = played.play, played.province
    query = "SELECT c.case_id, r.answers, r.is_chosen, r.is_valid, r.mode FROM capture_response r"
    rows = province.rows(f"{query} JOIN fieldwork_case c ON c.id = r.case_id")
    chosen = {row[0]: row for row in rows if row[2]}
    answered = {c.code: c for c in play.books.out() if c.counts}
    assert chosen.keys() == answered.keys()
    for code, (_code, stored, _chosen, is_valid, mode) in chosen.items():
        answers = stored if isinstance(stored, dict) else json.loads(stored)
        case = answered[code]
        assert {n: answers.get(n) for n in ITEMS} == {n: case.answer.get(n) for n in ITEMS}, code
        assert (bool(is_valid), mode) == (case.is_valid, case.counts)
    beside = Counter(row[0] for row in rows if not row[2])
    assert beside == {c.code: len(c.sent) - 1 for c in play.books.out() if len(c.sent) > 1}


def test_reverification_finds_what_the_books_hold(played: Played) -> None:
    play, province = played.play, played.province
    books, checked = play.books, play.supervisor.drawn
    query = "SELECT c.case_id, k.verdict FROM supervision_checkcase k JOIN fieldwork_case c ON c.id = k.case_id"
    assert dict(province.rows(query)) == {code: books.verdicts.get(code, "") for code in checked}
    result = _result(province)
    rates = {(r["group_kind"], r["group"], r["measure"]): (r["count"], r["n"]) for r in result["rates"]}
    for name in {"", *(books.cases[code].interviewer for code in checked)}:
        verdicts = [v for code, v in books.verdicts.items() if name in {"", books.cases[code].interviewer}]
        if verdicts:
            key = ("interviewer", name, "fail") if name else ("all", "", "fail")
            assert rates[key] == (verdicts.count("fail"), len(verdicts))
    whole = next(r for r in result["rates"] if (r["group_kind"], r["measure"]) == ("all", "fail"))
    assert whole["low"] < whole["percent"] < whole["high"]
    failed = 100 * list(books.verdicts.values()).count("fail") / len(books.verdicts)
    shown = play.stage.browser("department").get(play.supervisor.path).words
    assert f"{failed:.2f}".replace(".", ",") in shown


def test_agreement_is_that_of_the_pairs_in_the_books(played: Played) -> None:
    play, province, cases = played.play, played.province, played.play.books.cases
    items = {row["item"]: row for row in _result(province)["items"]}
    assert len(items) == 5
    for name, row in items.items():
        pairs = [
            (first, said[name])
            for code, said in play.books.again.items()
            if name in said and cases[code].is_valid and (first := cases[code].answer.get(name)) is not None
        ]
        assert row["pairs"] == len(pairs)
        assert row["gross_difference"] == pytest.approx(sum(a != b for a, b in pairs) / len(pairs))
        own = kappa(pairs)
        assert row["kappa"] == (None if own is None else pytest.approx(own))
        assert row["inconsistency"] == (None if own is None else pytest.approx(1 - own))


def test_invented_forms_are_flagged_and_honest_interviewers_are_not(played: Played) -> None:
    play, province = played.play, played.province
    flagged = {code for code, is_flagged in province.rows(FLAGGED) if is_flagged}
    carried = [c for c in play.worked if c.counts == "paper" and c.is_valid]
    invented = [c for c in carried if c.made_up]
    assert len(invented) >= 15
    assert _share(invented, flagged) > FOUND
    cheats = {c.interviewer for c in invented}
    honest = [c for c in carried if c.interviewer not in cheats]
    assert sum(c.code in flagged for c in honest) <= max(1, FALSE_ALARMS * len(honest))  # one among few says nothing
    people = "SELECT interviewer, is_flagged, forms, flagged_forms FROM quality_suspect WHERE kind = 'interviewer'"
    rows = {name: (is_flagged, forms, found) for name, is_flagged, forms, found in province.rows(people)}
    for name in cheats:
        is_flagged, forms, found = rows[name]
        assert is_flagged or found > forms / 2, rows[name]
    assert not any(is_flagged for name, (is_flagged, _forms, _found) in rows.items() if name not in cheats)


def test_links_by_office_person_and_agency_lead_somewhere(played: Played) -> None:
    browser, round_ = played.play.stage.browser("department"), played.play.stage.round
    office = played.play.stage.about["offices"][0]["pk"]
    assert office > 999  # a key that a separator would break
    places = (f"don-vi/?office={office}", f"giao-phieu/{office}/", "don-vi/", "tien-do/")
    for place in places:
        page = browser.get(f"/thuc-dia/{round_}/{place}")
        asked = [
            link for link in page.links if link and ("?office=" in link or "?holder=" in link or "?agency=" in link)
        ]
        for link in asked[:3]:
            assert browser.get(urllib.parse.urljoin(page.path, link)).status == 200
            assert "." not in link.partition("?")[2]


def test_a_check_sample_is_seen_by_nobody_before_its_release(played: Played) -> None:
    play, province = played.play, played.province
    assert {key: trace for key, trace in play.peeks.items() if trace} == {}
    assert play.stage.browser("department").get(play.supervisor.path).status == 200  # afterwards it is
    hidden = "SELECT count(*) FROM audit_record WHERE action LIKE 'supervision.%' AND details LIKE '%{}%'"
    assert not any(province.value(hidden.format(code)) for code in play.supervisor.drawn[:5])


def test_a_name_is_shown_to_who_holds_the_open_case_and_to_nobody_else(played: Played) -> None:
    play, province = played.play, played.province
    expected = {"holder": True, "another": False, "no longer": False, "by now": True, "finished": False}
    assert play.contacts == expected
    opened = province.value("SELECT count(*) FROM audit_record WHERE action = 'privacy.contacts_opened'")
    assert opened == sum(expected.values())


def test_what_is_frozen_is_what_the_books_hold_and_names_nobody(played: Played) -> None:
    play, province = played.play, played.province
    out = play.books.out()
    visits, answered = sum(len(c.visits) for c in out), [c for c in out if c.counts]
    row = province.rows("SELECT cases, visits, responses, state FROM results_snapshot")
    assert row == [(len(out), visits, len(answered), "review")]
    root = province.folder / "rounds" / province.about["folder"]
    frozen = pl.read_parquet(root / "responses.parquet")
    assert set(frozen["case_id"]) == {c.code for c in answered}
    assert _names_in(root / "responses.parquet", province) == _names_in(root / "open-data/microdata.parquet", province)
    assert _names_in(root / "responses.parquet", province) == set()
    index = pl.read_parquet(root / "index.parquet")
    assert int(index["n"].max()) <= sum(c.is_valid for c in answered)  # type: ignore[arg-type]


def _share(cases: list[Case], flagged: set[str]) -> float:
    return sum(c.code in flagged for c in cases) / len(cases)


def _result(province: Province) -> dict[str, list[dict[str, object]]]:
    stored = province.value("SELECT result FROM supervision_checksample")
    found: dict[str, list[dict[str, object]]] = stored if isinstance(stored, dict) else json.loads(stored)
    return found


def _names_in(path: Path, province: Province) -> set[str]:
    """List the names and telephones of the drawn people that stand in a table."""
    table = pl.read_parquet(path)
    words = {str(v) for name in table.columns if table[name].dtype == pl.String for v in table[name].drop_nulls()}
    return words & set(province.about["identities"])
