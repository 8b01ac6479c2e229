"""Targets against published rounds and entered values: the library's rule, who sees them, series never mixed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from tests.web import cast, results_cast

from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.improvement.actions import series as series_actions
from sipas_web.improvement.actions import targets as actions
from sipas_web.improvement.models import SeriesValue, Target
from sipas_web.improvement.queries import targets as reads
from sipas_web.improvement.series_register import shipped
from sipas_web.improvement.target_rule import Asked, verdicts
from sipas_web.results.models import Publication
from sipas_web.results.queries import reading
from sipas_web.results.queries.of_units import of_units
from sipas_web.rounds.models import MeasuredUnit, TargetValue
from sipas_web.units import actions as units
from sipas_web.units.models import Unit

Hire = Callable[..., Person]
Acting = Callable[[Person], Actor]
LETTER = "1565/UBND-NC ngày 16/4/2026"


@pytest.fixture(autouse=True)
def _folders_of_this_test(settings: Any, tmp_path: Any, monkeypatch: Any) -> None:
    settings.ROUNDS_FOLDER, settings.MEDIA_ROOT = tmp_path / "rounds", tmp_path / "uploads"
    settings.PUBLICATIONS_FOLDER = tmp_path / "publications"
    monkeypatch.setattr("sipas_web.accounts.queries.has_second_factor", lambda someone: True)


@pytest.fixture
def publication(tuyen_quang: Unit, by: Actor) -> Publication:
    return results_cast.published(tuyen_quang, by)


def set_for(unit: Unit, threshold: str, by: Actor, **more: Any) -> Target:
    given_ = {"year": 2026, "issuer_name": "UBND tỉnh", "source": LETTER} | more
    return actions.set_target(unit=unit, threshold=Decimal(threshold), by=by, **given_)


def verdict_of(target: Target, by: Actor | None = None) -> str:
    (standing,) = reads.standings([target], by)
    return standing.verdict


# The rule


def slow_verdict(relation: str, threshold: float, low: float, high: float) -> str:
    """Ask every whole and quarter point of the interval whether it keeps the relation."""
    points = [low + (high - low) * k / 64 for k in range(65)]
    keeps = {
        "ge": lambda x: x >= threshold,
        "gt": lambda x: x > threshold,
        "le": lambda x: x <= threshold,
        "lt": lambda x: x < threshold,
    }[relation]
    held = [keeps(x) for x in points]
    return "met" if all(held) else "not_met" if not any(held) else "undecided"


QUARTERS = st.integers(0, 400).map(lambda n: n / 4)


@given(st.sampled_from(["ge", "gt", "le", "lt"]), QUARTERS, QUARTERS, QUARTERS)
def test_a_verdict_says_whether_the_whole_interval_keeps_the_relation(
    relation: str, threshold: float, one: float, other: float
) -> None:
    low, high = min(one, other), max(one, other)
    asked = Asked(relation, Decimal(str(threshold)), (low + high) / 2, low, high)
    assert verdicts([asked]) == [slow_verdict(relation, threshold, low, high)]


@given(st.sampled_from(["ge", "gt", "le", "lt"]), st.integers(0, 80), st.integers(0, 80))
def test_points_of_another_scale_are_judged_as_they_stand(relation: str, threshold: int, value: int) -> None:
    asked = Asked(relation, Decimal(threshold), float(value), float(value), float(value), Decimal(80))
    assert verdicts([asked]) == [slow_verdict(relation, threshold, value, value)]


def test_without_a_value_or_an_interval_nothing_is_decided() -> None:
    nothing, alone = Asked("ge", Decimal(80), None, None, None), Asked("lt", Decimal(80), 85.0, None, None)
    assert verdicts([nothing, alone, nothing]) == ["no_data", "no_interval", "no_data"]


# Against a published round


@pytest.mark.django_db
def test_targets_of_a_published_round_are_judged_by_its_intervals(publication: Publication, by: Actor) -> None:
    province, opened = publication.round.unit, reading.opened(by, publication.round_id)
    assert opened is not None
    told = 0
    for node, _parent in opened.results.edition.nodes()[:6]:
        value = opened.results.figures.whole(node.name)
        assert value is not None
        assert value.low is not None
        assert value.high is not None
        edges = [value.low - 0.5, (value.low + value.high) / 2, value.high + 0.5]
        for edge in edges:
            threshold = Decimal(f"{min(max(edge, 0), 100):.3f}")
            expected = slow_verdict("ge", float(threshold), value.low, value.high)
            target = set_for(province, str(threshold), by, part=node.name, issuer_name=f"{node.name} {edge}")
            (standing,) = reads.standings([target], by)
            assert standing.verdict == expected, node.name
            assert standing.reached is not None
            assert (standing.reached.value, standing.reached.n) == (value.percent, value.n)
            assert standing.reached.is_simulated
            assert standing.method is not None
            told += 1
    assert told == 18
    assert {reads.standings([t], by)[0].verdict for t in Target.objects.all()} >= {"met", "not_met", "undecided"}


@pytest.mark.django_db
def test_an_agencys_target_takes_the_agencys_value_and_only_its_readers_see_items(
    publication: Publication, by: Actor, hire: Hire, acting: Acting
) -> None:
    province = publication.round.unit
    results = of_units([province], [2026], None)[province.pk, 2026].results
    domain = results.figures.domains("agency", "index")[0].domain
    agency = units.add(
        kind="agency", code="A-1", name="Cơ quan một", parent=province, valid_from=province.valid_from, by=by
    )
    MeasuredUnit.objects.create(round=publication.round, unit=agency, name_in_lists=domain)
    index, access = set_for(agency, "50", by), set_for(agency, "50", by, part="access")
    value = results.figures.values["agency", domain, "index"]
    (standing, _below) = reads.standing(agency, 2026)
    assert standing.reached is not None
    assert standing.reached.value == value.percent
    other = units.add(kind="agency", code="A-2", name="Khác", parent=province, valid_from=province.valid_from, by=by)
    stranger = acting(hire("agency", other))
    assert reads.target_for(stranger, index.pk) is None
    own, leader = acting(hire("agency", agency)), acting(hire("department", province))
    for reader in (own, leader):
        assert verdict_of(index, reader) == verdict_of(index)
        assert verdict_of(access, reader) == verdict_of(access)
    assert reads.standings([access], stranger)[0].reached is None  # below the index: never another agency's


@pytest.mark.django_db
def test_no_round_no_verdict_and_an_entered_value_stands_in_until_one_is_published(
    tuyen_quang: Unit, by: Actor
) -> None:
    target = set_for(tuyen_quang, "85", by, year=2025)
    assert verdict_of(target, by) == "no_data"
    series_actions.enter(
        code="sipas", unit=tuyen_quang, year=2025, value=Decimal("86.1"), source="Báo cáo của Bộ Nội vụ", by=by
    )
    assert verdict_of(target, by) == "no_interval"  # a sample without its error decides nothing
    series_actions.enter(
        code="sipas", unit=tuyen_quang, year=2025, value=Decimal("86.1"), low=Decimal("85.2"), high=Decimal("87"),
        source="Báo cáo của Bộ Nội vụ", reason="Bổ sung khoảng tin cậy", by=by,
    )  # fmt: skip
    assert verdict_of(target, by) == "met"


# Setting and withdrawing


@pytest.mark.django_db
def test_targets_of_two_issuers_both_stand_and_one_issuer_sets_one(tuyen_quang: Unit, by: Actor) -> None:
    first = set_for(tuyen_quang, "80", by, issuer_name="Bộ Nội vụ")
    set_for(tuyen_quang, "85", by, issuer_name="UBND tỉnh")
    assert [s.target.threshold for s in reads.standing(tuyen_quang, 2026)] == [80, 85]
    with pytest.raises(ValidationError) as refused:
        set_for(tuyen_quang, "90", by, issuer_name="Bộ Nội vụ")
    assert "threshold" in refused.value.message_dict
    actions.withdraw(target_id=first.pk, reason="Đặt lại", by=by)
    set_for(tuyen_quang, "90", by, issuer_name="Bộ Nội vụ")
    assert [s.target.threshold for s in reads.standing(tuyen_quang, 2026)] == [85, 90]
    with pytest.raises(ValidationError):
        actions.withdraw(target_id=first.pk, reason="Lần nữa", by=by)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("threshold", {"threshold": "101"}),
        ("year", {"year": 2005}),
        ("part", {"part": "no-such"}),
        ("source", {"source": ""}),
        ("issuer", {"issuer_name": ""}),
        ("series", {"series": "no-such"}),
    ],
)
def test_what_is_wrong_is_said_at_its_field(tuyen_quang: Unit, by: Actor, field: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        set_for(tuyen_quang, wrong.pop("threshold", "80"), by, **wrong)
    assert field in refused.value.message_dict
    assert not Target.objects.exists()


@pytest.mark.django_db
def test_a_round_judges_a_target_put_into_it_and_keeps_one_for_a_value(tuyen_quang: Unit, by: Actor) -> None:
    round_ = cast.new_round(tuyen_quang, by)
    target = set_for(tuyen_quang, "85", by)
    assert [r.pk for r in reads.rounds_for(target, by)] == [round_.pk]
    actions.put_into_round(target_id=target.pk, round_=round_, by=by)
    actions.put_into_round(target_id=target.pk, round_=round_, by=by)  # once more changes nothing
    value = TargetValue.objects.get(round=round_)
    assert (value.unit, value.node, value.percent) == (None, "index", 85)
    assert LETTER in value.source
    other = set_for(tuyen_quang, "80", by, issuer_name="Bộ Nội vụ")
    with pytest.raises(ValidationError):
        actions.put_into_round(target_id=other.pk, round_=round_, by=by)
    papi = set_for(tuyen_quang, "42", by, series="papi")
    with pytest.raises(ValidationError):
        actions.put_into_round(target_id=papi.pk, round_=round_, by=by)
    assert TargetValue.objects.filter(round=round_).count() == 1


@pytest.mark.django_db
def test_only_who_may_set_targets_there_sets_them(
    tuyen_quang: Unit, dong_nai: Unit, hire: Hire, acting: Acting
) -> None:
    tracker = acting(hire("tracker", tuyen_quang))
    set_for(tuyen_quang, "85", tracker)
    for someone, unit in ((tracker, dong_nai), (acting(hire("agency", tuyen_quang)), tuyen_quang)):
        with pytest.raises(PermissionDenied):
            set_for(unit, "85", someone)
        with pytest.raises(PermissionDenied):
            series_actions.enter(code="papi", unit=unit, year=2024, value=Decimal(40), source="x", by=someone)
    stranger = acting(hire("tracker", dong_nai))
    with pytest.raises(PermissionDenied):
        actions.withdraw(target_id=Target.objects.get().pk, reason="x", by=stranger)


# Series


def test_every_shipped_series_has_methods_without_gaps_or_overlaps() -> None:
    for series in shipped().values():
        for before, after in zip(series.methods, series.methods[1:], strict=False):
            assert before.last is not None
            assert after.first == before.last + 1, series.code
        assert all(m.denominator and m.source for m in series.methods)
    assert shipped()["sipas"].method(2021) != shipped()["sipas"].method(2022)
    lines = [shipped()["sipas"].method(year).line for year in (2019, 2021, 2022, 2024)]  # type: ignore[union-attr]
    assert lines[0] == lines[1] != lines[2] == lines[3]


@pytest.mark.django_db
def test_a_value_is_corrected_by_a_version_with_its_reason_and_never_overwritten(tuyen_quang: Unit, by: Actor) -> None:
    def enter(value: str, reason: str = "") -> SeriesValue:
        return series_actions.enter(
            code="par_index", unit=tuyen_quang, year=2024, value=Decimal(value), source="QĐ 1", reason=reason, by=by
        )

    enter("86.98")
    with pytest.raises(ValidationError) as refused:
        enter("87")
    assert "reason" in refused.value.message_dict
    enter("87", "Bộ đính chính")
    assert list(SeriesValue.objects.values_list("value", "version")) == [(Decimal("86.98"), 1), (Decimal(87), 2)]
    target = set_for(tuyen_quang, "87", by, series="par_index", year=2024)
    assert verdict_of(target) == "met"  # no sample: the value itself
    assert Record.objects.filter(action="improvement.series_value_entered").count() == 2


@pytest.mark.django_db
def test_a_places_own_series_is_not_used_elsewhere(
    tuyen_quang: Unit, dong_nai: Unit, by: Actor, hire: Hire, acting: Acting
) -> None:
    values = {
        "measures": "Chấm điểm", "denominator": "Điểm tối đa", "measure_unit": "%", "maximum": Decimal(100),
        "has_error": False, "source": "QĐ 5/QĐ-UBND", "first_year": 2025,
    }  # fmt: skip
    made = series_actions.register(unit=tuyen_quang, name="Chỉ số CCHC nội bộ", values=values, by=by)
    code = f"own-{made.pk}"
    series_actions.enter(code=code, unit=tuyen_quang, year=2025, value=Decimal(91), source="QĐ 6", by=by)
    with pytest.raises(ValidationError):
        series_actions.enter(code=code, unit=dong_nai, year=2025, value=Decimal(91), source="QĐ 6", by=by)
    from sipas_web.improvement.queries.series import every

    assert code in every(acting(hire("tracker", tuyen_quang)))
    assert code not in every(acting(hire("tracker", dong_nai)))


# Pages


def page(client: Client, person: Person, name: str, *arguments: Any, **query: Any) -> Any:
    client.force_login(person)
    return client.get(reverse(name, args=arguments), query)


@pytest.mark.django_db
def test_pages_show_one_series_at_a_time_and_say_where_the_method_breaks(
    tuyen_quang: Unit, by: Actor, client: Client, hire: Hire
) -> None:
    reader = hire("tracker", tuyen_quang)
    for year, value in ((2020, "85.48"), (2021, "87.16"), (2022, "80.08"), (2023, "82.66")):
        series_actions.enter(
            code="sipas", unit=tuyen_quang, year=year, value=Decimal(value), source=f"QĐ {year}", by=by
        )
    series_actions.enter(code="papi", unit=tuyen_quang, year=2022, value=Decimal("41.777"), source="PAPI", by=by)
    for year in (2021, 2022):
        set_for(tuyen_quang, "85", by, year=year)
    set_for(tuyen_quang, "42.125", by, year=2022, series="papi")
    one_year = page(client, reader, "target_list", year="2022").content.decode()
    assert "80,08" in one_year
    assert "41,7" not in one_year
    assert "42,1" not in one_year
    both = page(client, reader, "target_list", year="").content.decode()
    assert "phương pháp" in both
    assert "r-drawn" not in both  # no axis under values of two methods
    over_years = page(client, reader, "series_detail", "sipas", unit=tuyen_quang.code).content.decode()
    assert over_years.count('class="r-break"') == 1
    rows = over_years[over_years.index("<tbody>") :]
    assert rows.index("87,16") < rows.index('class="r-break"') < rows.index("80,08")
    lines = over_years.count('class="p-line')
    assert lines == 2  # 2020–2021 and 2022–2023: nothing drawn between
    for text in (one_year, both, over_years):
        assert " style=" not in text


@pytest.mark.django_db
def test_a_target_is_set_and_withdrawn_on_its_pages(tuyen_quang: Unit, client: Client, hire: Hire) -> None:
    client.force_login(hire("tracker", tuyen_quang))
    form = {
        "unit": tuyen_quang.code, "year": "2026", "node": "access", "relation": "ge", "threshold": "85,5",
        "directive": "", "source": LETTER, "issuer": "UBND tỉnh", "note": "",
    }  # fmt: skip
    wrong = client.post(reverse("target_add"), form | {"threshold": "850"})
    assert wrong.status_code == 200
    assert LETTER in wrong.content.decode()  # what was typed stays
    answer = client.post(reverse("target_add"), form, follow=True)
    target = Target.objects.get()
    assert (target.part, target.threshold) == ("access", Decimal("85.5"))
    assert "85,50" in answer.content.decode()
    client.post(reverse("target_withdraw", args=[target.pk]), {"reason": "Nhập nhầm"})
    target.refresh_from_db()
    assert target.withdrawn is not None
    assert client.get(reverse("target_list"), {"withdrawn": "on"}).content.decode().count("Nhập nhầm") == 0
    book = client.get(reverse("target_export", args=["csv"]), {"withdrawn": "on"})
    assert LETTER in b"".join(book.streaming_content).decode()


@pytest.mark.django_db
def test_a_target_of_another_area_has_no_page(
    tuyen_quang: Unit, dong_nai: Unit, by: Actor, client: Client, hire: Hire
) -> None:
    target = set_for(tuyen_quang, "85", by)
    stranger = hire("department", dong_nai)
    assert page(client, stranger, "target_detail", target.pk).status_code == 404
    for name in ("target_withdraw", "target_into_round"):
        assert client.post(reverse(name, args=[target.pk]), {"reason": "x", "round": "1"}).status_code == 404
    target.refresh_from_db()
    assert target.withdrawn is None
    assert "85,00" not in page(client, stranger, "target_list", year="2026").content.decode()


@pytest.mark.django_db
def test_targets_are_counted_by_verdict_for_reports(publication: Publication, by: Actor) -> None:
    province = publication.round.unit
    for threshold in ("0", "100"):
        set_for(province, threshold, by, issuer_name=threshold)
    set_for(province, "40", by, series="papi")
    counted = reads.counts_of([province.pk], dt.date(2026, 12, 31))
    assert counted == {province.pk: {"targets": 3, "targets_met": 1, "targets_not_met": 1, "targets_no_data": 1}}
    assert reads.counts_of([province.pk], dt.date(2025, 12, 31)) == {}
