"""A round from its first line to the day before the draw: begun, left, taken up again."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from tests.web import cast

from sipas import rounds as library
from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.rounds import editions, parts
from sipas_web.rounds.actions import set_up, set_up_rows
from sipas_web.rounds.actions import settings as settings_actions
from sipas_web.rounds.folders import folder_of, settings_of
from sipas_web.rounds.models import Draw, MeasuredUnit, Milestone, Round, State
from sipas_web.rounds.queries import set_up as reads
from sipas_web.units import actions as unit_actions
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
Hire = Callable[..., Person]
Acting = Callable[[Person], Actor]


@pytest.fixture(autouse=True)
def _rounds_of_this_test(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.ROUNDS_FOLDER = tmp_path
    with translation.override("en"):  # sentences of actions called here; pages choose their own language
        yield


@pytest.fixture
def operator(hire: Hire, tuyen_quang: Unit, client: Client, monkeypatch: pytest.MonkeyPatch) -> Person:
    """Somebody of the department of Tuyên Quang, logged in."""
    monkeypatch.setattr("sipas_web.accounts.queries.has_second_factor", lambda someone: True)
    person = hire("department", tuyen_quang, name="Hoàng Thị Vận")
    client.force_login(person)
    return person


@pytest.fixture
def offices(by: Actor, tuyen_quang: Unit) -> list[Unit]:
    """Two agencies and a desk of the province."""
    given = [("agency", "SNV", "Sở Nội vụ"), ("agency", "STP", "Sở Tư pháp"), ("one_stop", "HCC", "Trung tâm HCC")]
    since = tuyen_quang.valid_from
    return [
        unit_actions.add(kind=kind, code=code, name=name, parent=tuyen_quang, valid_from=since, by=by)
        for kind, code, name in given
    ]


def begun(unit: Unit, by: Actor, **changes: Any) -> Round:
    given = {"title": "Đợt thử", "unit": unit, "year": 2026, "edition": "sipas-2017", "previous": None}
    return set_up.add(**given | {"is_simulated": True} | changes, by=by)


def last_record(action: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Record.objects.filter(action=action).latest("sequence").details)
    return found


def standings(root: Path) -> dict[str, str]:
    return {s.step: s.state for s in library.status(root)}


def test_the_cast_is_what_the_library_makes_of_the_lists(tuyen_quang: Unit, by: Actor) -> None:
    """Copied from the session's store the second time: the library still calls every step up to date."""
    twice = cast.framed(cast.new_round(tuyen_quang, by, folder="hai-lan"))
    shutil.rmtree(folder_of(twice))
    cast.framed(twice)
    assert standings(folder_of(twice))["frame"] == "up_to_date"
    drawn = cast.drawn(cast.new_round(tuyen_quang, by, folder="da-boc"))
    assert drawn.state == State.DRAWN
    assert standings(folder_of(drawn))["sample"] == "up_to_date"
    assert 300 < library.frame_report(folder_of(drawn))["counts"]["frame"] < 900
    done = cast.finished_files(cast.new_round(tuyen_quang, by, folder="da-xong"))
    assert set(standings(folder_of(done)).values()) == {"up_to_date"}


@pytest.mark.parametrize("edition", ["sipas-2017", "sipas-2022", "sipas-2023"])
@pytest.mark.parametrize("is_simulated", [True, False])
def test_a_new_round_is_one_that_the_library_takes(
    tuyen_quang: Unit, by: Actor, edition: str, is_simulated: bool
) -> None:
    """The settings written into a folder are opened by the library's own command."""
    round_ = begun(tuyen_quang, by, edition=edition, is_simulated=is_simulated)
    library.put_settings(folder_of(round_), settings_of(round_))
    assert standings(folder_of(round_))["frame"] == "waiting"
    assert ("MÔ PHỎNG" in round_.title) is is_simulated
    assert last_record("rounds.round_added")["simulated"] is is_simulated


def test_a_demonstration_knows_no_real_round(tuyen_quang: Unit, by: Actor, settings: Any) -> None:
    settings.DEMONSTRATION = True
    assert begun(tuyen_quang, by, is_simulated=False).is_simulated


def test_two_rounds_of_a_place_and_year_have_folders_of_their_own(tuyen_quang: Unit, by: Actor) -> None:
    assert len({begun(tuyen_quang, by).folder for _ in range(3)}) == 3


def test_nobody_begins_a_round_elsewhere(hire: Hire, acting: Acting, tuyen_quang: Unit, dong_nai: Unit) -> None:
    by = acting(hire("department", dong_nai))
    with pytest.raises(PermissionDenied):
        begun(tuyen_quang, by)
    assert [u.code for u in reads.places(by)] == ["75"]
    assert not Round.objects.exists()


def test_an_earlier_round_hands_on_choices_and_units_but_no_days(
    tuyen_quang: Unit, by: Actor, offices: list[Unit]
) -> None:
    earlier = begun(tuyen_quang, by, year=2025)
    settings_actions.change(
        round_=earlier, changes={"frame.most_per_person": 1, "documents.department": "Sở X"}, part="scope", by=by
    )
    set_up_rows.choose_units(round_=earlier, shown=[offices[0].pk], chosen={offices[0].pk: "SNV"}, by=by)
    later = begun(tuyen_quang, by, previous=Round.objects.get(pk=earlier.pk))
    assert later.settings["frame"]["most_per_person"] == 1
    assert later.settings["documents"]["department"] == "Sở X"
    assert later.settings["documents"]["date"] == "2026-11-20"
    assert [m.name_in_lists for m in reads.measured(later)] == ["SNV"]
    assert settings_of(later)["previous"] == f"../{earlier.folder}"
    assert later.confirmed == []


def test_a_change_is_recorded_with_both_values_and_only_where_something_changes(tuyen_quang: Unit, by: Actor) -> None:
    round_ = begun(tuyen_quang, by)
    changes = {"window_to": dt.date(2026, 8, 31), "frame.most_per_person": 2, "contacts_until": None}
    settings_actions.change(round_=round_, changes=changes, part="scope", by=by)
    told = last_record("rounds.setting_changed")
    assert told["window_to"] == {"before": "2026-09-30", "after": "2026-08-31"}
    assert told["contacts_until"]["after"] is None
    count = Record.objects.count()
    again = settings_actions.change(round_=round_, changes=changes, part="scope", by=by)
    assert Record.objects.count() == count
    assert "contacts_until" not in again.settings
    assert settings_of(again)["frame"]["most_per_person"] == 2


def test_what_the_library_would_refuse_is_not_kept(tuyen_quang: Unit, by: Actor) -> None:
    round_ = begun(tuyen_quang, by)
    with pytest.raises(ValidationError):
        settings_actions.change(round_=round_, changes={"frame.most_per_person": "hai"}, part="scope", by=by)
    assert "most_per_person" not in Round.objects.get(pk=round_.pk).settings["frame"]


def test_what_a_sample_was_drawn_from_stays_until_the_sample_is_set_aside(
    tuyen_quang: Unit, by: Actor, hire: Hire, acting: Acting
) -> None:
    round_ = cast.drawn(cast.new_round(tuyen_quang, by))
    binding = [{"window_to": dt.date(2026, 8, 31)}, {"frame.fields": ["Hộ tịch"]}, {"design.reserve": 0.5}]
    for changes in binding:
        with pytest.raises(ValidationError, match="aside"):
            settings_actions.change(round_=round_, changes=changes, part="scope", by=by)
    settings_actions.change(round_=round_, changes={"documents.place": "Hà Giang"}, part="scope", by=by)
    with pytest.raises(PermissionDenied):
        set_up.set_sample_aside(round_=round_, reason="x", by=acting(hire("supervisor", tuyen_quang)))
    set_up.set_sample_aside(round_=round_, reason="Danh sách thiếu một sở", by=by)
    for changes in binding:
        settings_actions.change(round_=round_, changes=changes, part="scope", by=by)
    assert last_record("rounds.sample_set_aside") == {"reason": "Danh sách thiếu một sở"}
    assert Draw.objects.filter(round=round_, state=Draw.State.DONE).count() == 1


def test_an_open_draw_binds_too(tuyen_quang: Unit, by: Actor) -> None:
    round_ = begun(tuyen_quang, by)
    Draw.objects.create(round=round_, number=1, frame_sha256="a", design_sha256="b", code="x", opened_by="y")
    with pytest.raises(ValidationError):
        settings_actions.choose_edition(round_=round_, edition="sipas-2022", by=by)
    with pytest.raises(ValidationError):
        set_up.abandon(round_=round_, reason="x", by=by)


def test_another_population_brings_its_own_design(tuyen_quang: Unit, by: Actor) -> None:
    names = {e.population: e.name for e in editions.choices()}
    round_ = begun(tuyen_quang, by, edition=names["transactions"])
    changed = settings_actions.choose_edition(round_=round_, edition=names["residents"], by=by)
    assert changed.settings["design"]["stages"][0]["unit"] == "commune"
    assert changed.settings["simulated"]["profile"] == "residents"
    library.put_settings(folder_of(changed), settings_of(changed))
    assert standings(folder_of(changed))["frame"] == "waiting"


def test_a_target_of_a_criterion_that_goes_away_stops_the_change_of_edition(tuyen_quang: Unit, by: Actor) -> None:
    round_ = begun(tuyen_quang, by)
    nodes = {e.name: {n.name for n, _ in e.nodes()} for e in editions.choices()}
    gone = sorted(nodes["sipas-2017"] - nodes["sipas-2023"])[0]
    target = set_up_rows.Target(None, gone, Decimal(90), "Tiêu chí", "")
    set_up_rows.put_targets(round_=round_, targets=[target], by=by)
    with pytest.raises(ValidationError, match="Tiêu chí"):
        settings_actions.choose_edition(round_=round_, edition="sipas-2023", by=by)


def test_chosen_units_limit_the_lists_by_the_name_they_have_there(
    tuyen_quang: Unit, by: Actor, offices: list[Unit]
) -> None:
    round_ = begun(tuyen_quang, by)
    set_up_rows.choose_all(round_=round_, kind="agency", by=by)
    shown = [offices[0].pk, offices[2].pk]
    set_up_rows.choose_units(round_=round_, shown=shown, chosen={offices[2].pk: "TT HCC tỉnh"}, by=by)
    assert settings_of(round_)["frame"]["agencies"] == ["TT HCC tỉnh", "Sở Tư pháp"]
    told = last_record("rounds.units_chosen")
    assert (len(told["added"]), len(told["removed"])) == (1, 1)
    with pytest.raises(ValidationError, match="Sở Tư pháp"):
        set_up_rows.choose_units(round_=round_, shown=shown, chosen={offices[2].pk: "Sở Tư pháp"}, by=by)
    set_up_rows.choose_all(round_=round_, kind="", by=by)
    assert "agencies" not in settings_of(round_).get("frame", {})


def test_units_of_another_province_cannot_be_chosen(tuyen_quang: Unit, dong_nai: Unit, by: Actor) -> None:
    since = dong_nai.valid_from
    foreign = unit_actions.add(kind="agency", code="X", name="Sở lạ", parent=dong_nai, valid_from=since, by=by)
    round_ = begun(tuyen_quang, by)
    set_up_rows.choose_units(round_=round_, shown=[foreign.pk], chosen={foreign.pk: ""}, by=by)
    assert not MeasuredUnit.objects.exists()


def test_targets_reach_the_library_and_need_a_letter_once_answers_are_frozen(
    tuyen_quang: Unit, by: Actor, offices: list[Unit]
) -> None:
    round_ = begun(tuyen_quang, by)
    whole = set_up_rows.Target(None, "index", Decimal("85.5"), "Chỉ số chung", "")
    one = set_up_rows.Target(offices[0], "index", Decimal(90), "Sở Nội vụ", "")
    set_up_rows.put_targets(round_=round_, targets=[whole, one], by=by)
    written, of_office = settings_of(round_)["targets"]
    assert written == {"label": "Chỉ số chung", "threshold": 85.5, "node": "index", "source": ""}
    assert (of_office["domain_kind"], of_office["domain"]) == ("agency", offices[0].full_name)
    with pytest.raises(ValidationError, match="already"):
        set_up_rows.put_targets(round_=round_, targets=[whole, whole], by=by)
    Round.objects.filter(pk=round_.pk).update(state=State.FROZEN)
    with pytest.raises(ValidationError, match="letter"):
        set_up_rows.put_targets(round_=round_, targets=[whole], by=by)
    Round.objects.filter(pk=round_.pk).update(state=State.PUBLISHED)
    with pytest.raises(ValidationError):
        set_up_rows.put_targets(round_=round_, targets=[], by=by)
    assert reads.targets(round_).count() == 2


def test_an_abandoned_round_stays_as_it_was(tuyen_quang: Unit, by: Actor) -> None:
    round_ = set_up.abandon(round_=begun(tuyen_quang, by), reason="Nhầm năm", by=by)
    for change in (
        lambda: settings_actions.change(round_=round_, changes={"title": "Khác"}, part="scope", by=by),
        lambda: set_up_rows.put_calendar(round_=round_, planned={}, by=by),
        lambda: set_up.abandon(round_=round_, reason="lần nữa", by=by),
    ):
        with pytest.raises(ValidationError):
            change()


def test_a_person_goes_through_the_set_up_page_by_page(
    client: Client, operator: Person, tuyen_quang: Unit, offices: list[Unit]
) -> None:
    """What was saved is there when the page is opened again; each part says it is done."""
    given = {"unit": tuyen_quang.pk, "year": 2026, "edition": "sipas-2017", "title": "", "previous": ""}
    assert client.post(reverse("round_add"), given).status_code == 302
    round_ = Round.objects.get()
    assert round_.title == f"Đo lường sự hài lòng của người dân, tổ chức {tuyen_quang.full_name} năm 2026"

    def url(name: str) -> str:
        return reverse(name, args=[round_.pk])

    client.post(url("round_edition"), {"edition": "sipas-2022"})
    scope = {
        "title": round_.title, "window_from": "01/02/2026", "window_to": "31/08/2026", "most_per_person": "1",
        "fields_of_procedure": "Hộ tịch\r\n\r\nĐất đai ", "contacts_until": "", "department": "Sở Nội vụ",
        "parent": "", "place": "Tuyên Quang", "date": "20/11/2026", "signer": "GIÁM ĐỐC", "addressees": "",
        "recipients": "Như trên\nLưu: VT", "basis": "",
    }  # fmt: skip
    assert client.post(url("round_scope"), scope).status_code == 302
    client.post(url("round_units"), {"shown": [u.pk for u in offices], "unit": [offices[0].pk]})
    days = {f"{edge}_{kind}": "" for kind in Milestone.Kind for edge in ("first", "last")}
    client.post(url("round_calendar"), days | {"first_field": "05/10/2026", "last_field": "13/11/2026"})
    rows = {"form-TOTAL_FORMS": 2, "form-INITIAL_FORMS": 2, "form-0-node": "index", "form-0-percent": "85,5"}
    assert client.post(url("round_targets"), rows | {"form-1-node": "index"}).status_code == 302

    round_ = Round.objects.get()
    assert (round_.edition, round_.window_from) == ("sipas-2022", dt.date(2026, 2, 1))
    assert round_.settings["frame"] == {
        "refuse_unknown_commune": False, "fields": ["Hộ tịch", "Đất đai"], "most_per_person": 1,
    }  # fmt: skip
    assert round_.settings["documents"]["recipients"] == ["Như trên", "Lưu: VT"]
    assert [m.unit for m in reads.measured(round_)] == [offices[0]]
    assert reads.planned(round_) == {"field": (dt.date(2026, 10, 5), dt.date(2026, 11, 13))}
    assert [t.percent for t in reads.targets(round_)] == [Decimal("85.5")]
    assert set(round_.confirmed) == {"edition", "scope", "units", "calendar", "targets"}
    library.put_settings(folder_of(round_), settings_of(round_))
    assert standings(folder_of(round_))["frame"] == "waiting"
    page = client.get(url("round_scope")).content.decode()
    assert "Hộ tịch\nĐất đai" in page
    assert 'value="31/08/2026"' in page
    home = client.get(url("round_detail")).content.decode()
    assert "05/10 – 13/11/2026" in home


@pytest.mark.parametrize(
    ("part", "given", "field"),
    [
        ("round_scope", {"window_from": "01/09/2026", "window_to": "01/02/2026"}, "id_window_to"),
        ("round_calendar", {"first_field": "05/10/2026"}, "id_last_field"),
        ("round_targets", {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, "form-0-node": "index",
                           "form-0-percent": "101"}, "id_form-0-percent"),
    ],
)  # fmt: skip
def test_a_fault_stands_beside_its_field_and_nothing_is_saved(
    client: Client, operator: Person, tuyen_quang: Unit, by: Actor, part: str, given: dict[str, Any], field: str
) -> None:
    round_ = begun(tuyen_quang, by)
    count = Record.objects.count()
    answer = client.post(reverse(part, args=[round_.pk]), given)
    assert answer.status_code == 200
    assert f'id="{field}_error"' in answer.content.decode()
    assert Record.objects.count() == count


def test_a_reader_sees_the_pages_and_cannot_change_them(
    client: Client, hire: Hire, tuyen_quang: Unit, by: Actor, offices: list[Unit]
) -> None:
    round_ = begun(tuyen_quang, by)
    client.force_login(hire("tracker", tuyen_quang))
    for name in ("round_edition", "round_scope", "round_units", "round_calendar", "round_targets"):
        url = reverse(name, args=[round_.pk])
        page = client.get(url).content.decode()
        assert 'name="home"' not in page
        posted = client.post(url, {"edition": "sipas-2022", "all": "agency", "form-TOTAL_FORMS": 0,
                                   "form-INITIAL_FORMS": 0})  # fmt: skip
        assert posted.status_code in {200, 403}
    after = Round.objects.get()
    assert (after.edition, after.confirmed, after.settings) == (round_.edition, [], round_.settings)
    assert not MeasuredUnit.objects.exists()


def test_questionnaire_and_codebook_can_be_downloaded(
    client: Client, operator: Person, tuyen_quang: Unit, by: Actor
) -> None:
    name, round_ = "round_edition_file", begun(tuyen_quang, by)
    book = client.get(reverse(name, args=[round_.pk, "csv"]))
    lines = book.content.decode("utf-8-sig").splitlines()
    assert len(lines) == len(editions.shipped("sipas-2017").columns()) + 1
    assert client.get(reverse(name, args=[round_.pk, "xlsx"])).content[:2] == b"PK"
    assert client.get(reverse(name, args=[round_.pk, "exe"])).status_code == 404


def test_the_list_asks_the_same_number_of_questions_however_long_it_is(
    client: Client, operator: Person, tuyen_quang: Unit, by: Actor
) -> None:
    client.get(reverse("round_list"))  # the first page of a login writes its session
    counts = []
    for _ in range(2):
        for _ in range(4):
            begun(tuyen_quang, by, previous=Round.objects.first())
        with CaptureQueriesContext(connection) as seen:
            assert client.get(reverse("round_list")).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 15  # the menu asks for what waits


def test_the_list_filters_sorts_and_keeps_to_the_area(
    client: Client, operator: Person, tuyen_quang: Unit, dong_nai: Unit, by: Actor
) -> None:
    for year in (2024, 2025, 2026):
        begun(tuyen_quang, by, year=year, title=f"Đợt năm {year}")
    begun(dong_nai, by, title="Đợt lạ")

    def titles(query: str) -> list[str]:
        page = client.get(reverse("round_list") + query).context["page"]
        return [r.title.removesuffix(set_up.SIMULATED) for r in page]

    assert titles("") == ["Đợt năm 2026", "Đợt năm 2025", "Đợt năm 2024"]
    assert titles("?sort=title") == ["Đợt năm 2024", "Đợt năm 2025", "Đợt năm 2026"]
    assert titles("?year=2025") == ["Đợt năm 2025"]
    assert titles("?text=dot+nam+2024") == ["Đợt năm 2024"]
    assert titles("?state=drawn") == []
    assert titles("?year=xyz") == ["Đợt năm 2026", "Đợt năm 2025", "Đợt năm 2024"]


def test_every_part_says_where_it_stands_in_few_queries(
    tuyen_quang: Unit, by: Actor, operator: Person, acting: Acting, django_assert_max_num_queries: Any
) -> None:
    round_ = cast.drawn(cast.new_round(tuyen_quang, by))
    with django_assert_max_num_queries(40):
        shown = parts.parts_of(round_, acting(operator))
    assert [s.url for s in shown] == sorted((s.url for s in shown), key=[s.url for s in shown].index)
    assert all(str(s.standing.text) for s in shown)
    assert len(shown) >= 5
