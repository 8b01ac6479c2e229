"""A round with planted copies and forms filled in at night: flagged, told why, decided by a person alone."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from tests.web import cast
from tests.web.conftest import PASSWORD

from sipas import rounds as library
from sipas.rounds.folder import file_hash
from sipas.rounds.published import quality_summary
from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.capture import actions as capture
from sipas_web.capture.models import Response
from sipas_web.fieldwork import actions as fieldwork
from sipas_web.fieldwork.models import Case, Visit
from sipas_web.jobs.worker import work_off
from sipas_web.privacy import actions as privacy
from sipas_web.privacy.identity import Place
from sipas_web.quality import actions, queries, wording
from sipas_web.quality.held import HELD
from sipas_web.quality.models import Check, Decision, Flag, Suspect, Verdict
from sipas_web.results import actions as results
from sipas_web.rounds.folders import folder_of
from sipas_web.rounds.models import Round, State
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
Hire = Callable[..., Person]
COPIES, NIGHTS = 8, 7


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> None:
    settings.ROUNDS_FOLDER, settings.MEDIA_ROOT = tmp_path / "rounds", tmp_path / "uploads"


@pytest.fixture
def collected(tuyen_quang: Unit, by: Actor) -> Round:
    """A round whose simulated forms have come in; interviewers "A" to "F" carried them in the day, far apart."""
    round_ = cast.drawn(cast.new_round(tuyen_quang, by))
    fieldwork.ask_issue(round_id=round_.pk, by=by)
    work_off()
    capture.ask_simulation(round_id=round_.pk, by=by)
    work_off()
    visits = Visit.objects.filter(case__round=round_).order_by("case__agency", "case__case_id", "number")
    cases = list(dict.fromkeys(visits.values_list("case_id", flat=True)))
    chance = random.Random(5)
    for visit in visits:
        place = cases.index(visit.case_id)
        visit.interviewer = "ABCDEF"[place * 6 // len(cases)]
        visit.day = dt.date(2026, 10, 5) + dt.timedelta(days=place % 20 + visit.number)
        visit.at = at(visit.day, 8 + place // 20 % 9, chance.randrange(0, 20))
    Visit.objects.bulk_update(visits, ["interviewer", "day", "at"])
    round_.refresh_from_db()
    return round_


def at(day: dt.date, hour: int, minute: int) -> dt.datetime:
    """A moment by the clock of Việt Nam."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour, minute)))


def forms_of(round_: Round, interviewer: str) -> list[Response]:
    """The valid forms of an interviewer, in the order of their visits."""
    last = Visit.objects.filter(case__round=round_, interviewer=interviewer, outcome="1.1").order_by("day", "at")
    order = list(last.values_list("case_id", flat=True))
    valid = Response.objects.filter(case__in=order, is_valid=True, is_chosen=True).select_related("case")
    return sorted(valid, key=lambda r: order.index(r.case_id))


@pytest.fixture
def planted(collected: Round) -> tuple[Round, set[str], set[str]]:
    """Interviewer C copies earlier forms; F writes forms down in the night, minutes apart. Gives the codes of each."""
    chance = random.Random(9)
    own = forms_of(collected, "C")
    varied = max(own[:-COPIES], key=lambda r: len(set(list(r.answers.values())[5:25])))
    copied = set()
    for response in own[-COPIES:]:
        answers = dict(varied.answers)
        answers[chance.choice(["polite", "listening", "seats"])] = 4
        Response.objects.filter(pk=response.pk).update(answers=answers, content_sha256=f"copy {response.pk}")
        copied.add(response.case.case_id)
    nightly = forms_of(collected, "F")[-NIGHTS:]
    day = dt.date(2026, 10, 28)
    for number, response in enumerate(nightly):
        Visit.objects.filter(case=response.case, outcome="1.1").update(day=day, at=at(day, 22, 3 * number))
    return collected, copied, {r.case.case_id for r in nightly}


def looked_through(round_: Round, by: Actor) -> Check:
    actions.ask_check(round_id=round_.pk, by=by)
    work_off()
    check = queries.check_of(round_)
    assert check is not None
    return check


def everything() -> set[tuple[Any, ...]]:
    flags = Flag.objects.values_list("suspect__case__case_id", "suspect__interviewer", "sign", "points")
    return set(flags) | set(Suspect.objects.values_list("case__case_id", "interviewer", "points", "is_flagged"))


def flagged(round_: Round) -> set[str]:
    rows = Suspect.objects.filter(round=round_, kind="form", is_flagged=True)
    return set(rows.values_list("case__case_id", flat=True))


def test_what_was_planted_is_flagged_and_little_else_and_each_form_says_why(
    planted: tuple[Round, set[str], set[str]], by: Actor
) -> None:
    round_, copied, nightly = planted
    check = looked_through(round_, by)
    found = flagged(round_)
    valid = Response.objects.filter(case__round=round_, is_valid=True, is_chosen=True).count()
    assert check.forms == valid > 90
    assert check.flagged_forms == len(found)
    assert check.interviewers == 6
    assert len(found & copied) >= COPIES - 1
    assert found >= nightly
    honest = {r.case.case_id for who in "ABDE" for r in forms_of(round_, who)}
    assert len(found & honest) <= 0.1 * len(honest)  # in one small round; the rates over many are measured elsewhere
    copy = queries.form_of(round_, sorted(found & copied)[0])
    assert copy is not None
    reason = queries.flags_of(copy).get(family="likeness")
    assert reason.numbers["partner"] in {r.case.case_id for r in forms_of(round_, "C")}
    assert reason.numbers["count"] >= reason.numbers["of"] - 4
    night = queries.form_of(round_, sorted(nightly)[0])
    assert night is not None
    assert queries.flags_of(night).get(family="visits").sign in {"night", "burst"}
    people = {s.interviewer: s for s in queries.interviewers_of(round_)}
    compared = Flag.objects.get(suspect=people["C"], family="likeness")
    assert compared.numbers["shown"] >= COPIES > 3 * compared.numbers["elsewhere"] * compared.numbers["forms"] / 2
    assert compared.points == people["C"].points >= 7
    assert people["C"].forms == len(forms_of(round_, "C"))
    points = queries.scores_of(round_)
    assert {code for code, value in points.items() if value >= check.flag_form} == found


def test_a_second_look_changes_nothing_keeps_first_days_and_lets_go_of_what_is_gone(
    planted: tuple[Round, set[str], set[str]], by: Actor
) -> None:
    round_, copied, _nightly = planted
    first = looked_through(round_, by)
    Flag.objects.update(day=dt.date(2026, 10, 30))
    before = everything()
    looked_through(round_, by)
    assert Record.objects.filter(action="quality.nothing_new").count() == 1
    Check.objects.update(fingerprint="")
    again = looked_through(round_, by)
    assert again.made > first.made
    assert everything() == before
    assert set(Flag.objects.values_list("day", flat=True)) == {dt.date(2026, 10, 30)}
    kept, gone = sorted(copied & flagged(round_))[:2]
    actions.decide(
        suspect_id=Suspect.objects.get(case__case_id=kept).pk, verdict="confirmed", reason="đã đến hỏi lại", by=by
    )
    Response.objects.filter(case__case_id__in=[kept, gone]).update(is_valid=False)
    looked_through(round_, by)
    assert not Suspect.objects.filter(case__case_id=gone).exists()
    left = Suspect.objects.get(case__case_id=kept)
    assert (left.points, left.is_flagged, left.verdict) == (0, False, "confirmed")


def test_a_look_killed_between_its_parts_ends_as_if_it_had_not_been(
    planted: tuple[Round, set[str], set[str]], by: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sipas_web.quality import tasks

    round_, _copied, _nightly = planted
    monkeypatch.setattr(tasks, "AT_ONCE", 10)
    store, parts = actions.store_found, []

    def dies(**given: Any) -> None:
        if len(parts) == 2:
            parts.append(1)
            raise KeyboardInterrupt
        parts.append(1)
        store(**given)

    monkeypatch.setattr(actions, "store_found", dies)
    actions.ask_check(round_id=round_.pk, by=by)
    with pytest.raises(KeyboardInterrupt):
        work_off()
    assert queries.check_of(round_) is None
    monkeypatch.setattr(actions, "store_found", store)
    from sipas_web.jobs.models import Job

    Job.objects.filter(kind=actions.KIND).update(lease_until=timezone.now() - dt.timedelta(seconds=5))
    work_off()
    whole = everything()
    Suspect.objects.all().delete()
    Check.objects.all().delete()
    looked_through(round_, by)
    assert everything() == whole


def test_a_decision_needs_its_right_and_a_reason_and_stands_in_the_record(
    planted: tuple[Round, set[str], set[str]], by: Actor, hire: Hire, acting: Callable[[Person], Actor]
) -> None:
    round_, copied, nightly = planted
    looked_through(round_, by)
    one = Suspect.objects.get(case__case_id=sorted(nightly)[0])
    inspector = acting(hire("inspector", round_.unit))
    with pytest.raises(PermissionDenied):
        actions.decide(suspect_id=one.pk, verdict="cleared", reason="đã gọi điện hỏi lại", by=inspector)
    with pytest.raises(ValidationError):
        actions.decide(suspect_id=one.pk, verdict="cleared", reason="  ", by=by)
    with pytest.raises(ValidationError):
        actions.decide(suspect_id=one.pk, verdict="", reason="đã gọi điện hỏi lại", by=by)
    assert Decision.objects.count() == 0
    actions.decide(suspect_id=one.pk, verdict="cleared", reason="đã gọi điện hỏi lại", by=by)
    other = Suspect.objects.get(case__case_id=sorted(flagged(round_) & copied)[0])
    actions.decide(suspect_id=other.pk, verdict="recheck", reason="giống hệt phiếu khác", by=by)
    details = Record.objects.filter(action="quality.decided").latest("pk").details
    assert json.loads(details) == {"verdict": "recheck", "points": other.points, "kind": "form"}
    rows = queries.checks_table(round_)
    assert ("quality.decided_cleared", float(one.points)) in set(
        rows.filter(case_id=sorted(nightly)[0]).select("flag", "value").iter_rows()
    )
    assert rows.filter(flag="quality.suspicion").height == len(flagged(round_))
    (line,) = HELD.see(round_, sorted(nightly)[0])
    assert str(one.points) in line[1]
    assert HELD.see(round_, "0000000000") == ()
    figures = queries.figures_of(round_, "form")
    assert (figures.cleared, figures.recheck, figures.waiting) == (1, 1, figures.flagged - 2)
    Suspect.objects.filter(pk=one.pk).update(points=one.points + 5)
    assert queries.figures_of(round_, "form").waiting == figures.waiting + 1
    Round.objects.filter(pk=round_.pk).update(state=State.PUBLISHED)
    with pytest.raises(ValidationError):
        actions.decide(suspect_id=one.pk, verdict="confirmed", reason="đã gọi điện hỏi lại", by=by)


def test_places_that_no_car_could_join_are_told(collected: Round, by: Actor) -> None:
    first, second = forms_of(collected, "B")[:2]
    day = dt.date(2026, 10, 29)
    for response, minute, latitude in ((first, 0, 21.8), (second, 20, 22.6)):
        visit = Visit.objects.get(case=response.case, outcome="1.1")
        Visit.objects.filter(pk=visit.pk).update(day=day, at=at(day, 9, minute))
        place = Place(latitude=latitude, longitude=105.2, accuracy_m=20.0)
        privacy.put_visit_secret(
            round_=collected, case_code=response.case.case_id, visit=visit.number, place=place, note="", by=by
        )
    check = looked_through(collected, by)
    assert check.placed_visits == 2
    flag = Flag.objects.get(suspect__case=second.case, family="visits")
    assert flag.sign == "speed"
    assert flag.numbers["partner"] == first.case.case_id
    assert 265 < flag.numbers["value"] < 268  # 88.96 km less 40 m in 20 minutes
    with translation.override("vi"):
        assert "267" in wording.said(flag).text or "266" in wording.said(flag).text


def signed_in(person: Person) -> Client:
    client = Client()
    assert client.login(username=person.username, password=PASSWORD)
    return client


def test_the_pages_tell_numbers_in_sentences_hide_names_and_take_a_decision(
    planted: tuple[Round, set[str], set[str]], by: Actor, hire: Hire
) -> None:
    round_, _copied, nightly = planted
    carrier = hire("interviewer", round_.unit, name="Bàn Thị Mây")
    Visit.objects.filter(case__round=round_, interviewer="F").update(interviewer=carrier.username, person=carrier)
    looked_through(round_, by)
    ministry = signed_in(hire("ministry", round_.unit))
    code = sorted(nightly)[0]
    home = ministry.get(reverse("quality_home", args=[round_.pk])).content.decode()
    assert "Bàn Thị Mây" in home
    page = ministry.get(reverse("quality_form", args=[round_.pk, code])).content.decode()
    assert "phiếu" in page
    assert "<textarea" not in page
    assert ministry.post(reverse("quality_form", args=[round_.pk, code]), {}).status_code == 403
    listed = ministry.get(reverse("quality_forms", args=[round_.pk]), {"interviewer": carrier.username, "state": "all"})
    assert listed.content.decode().count('class="mono"') >= len(nightly)
    person = Suspect.objects.get(round=round_, kind="interviewer", interviewer=carrier.username)
    assert ministry.get(reverse("quality_interviewer", args=[round_.pk, person.pk])).status_code == 200
    assert ministry.get(reverse("quality_form", args=[round_.pk, "0000000000"])).status_code == 404


def test_a_decision_is_taken_through_the_page_and_shown_with_its_reason(
    planted: tuple[Round, set[str], set[str]], by: Actor, hire: Hire, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sipas_web.accounts.queries.has_second_factor", lambda someone: True)
    round_, _copied, nightly = planted
    looked_through(round_, by)
    client.force_login(hire("department", round_.unit))
    url = reverse("quality_form", args=[round_.pk, sorted(nightly)[0]])
    refused = client.post(url, {"verdict": "confirmed", "reason": "ngắn"})
    assert refused.status_code == 200
    assert "errorlist" in refused.content.decode() or "error" in refused.content.decode()
    assert not Decision.objects.exists()
    assert client.post(url, {"verdict": "confirmed", "reason": "người dân nói không nhận phiếu"}).status_code == 302
    page = client.get(url).content.decode()
    assert "người dân nói không nhận phiếu" in page
    person = Suspect.objects.get(round=round_, kind="interviewer", interviewer="F")
    url = reverse("quality_interviewer", args=[round_.pk, person.pk])
    assert client.post(url, {"verdict": "recheck", "reason": "phúc tra các phiếu còn lại"}).status_code == 302
    assert Suspect.objects.get(pk=person.pk).verdict == "recheck"
    assert Suspect.objects.get(case__case_id=sorted(nightly)[0]).verdict == "confirmed"


def test_what_was_decided_goes_into_the_frozen_round_and_is_verified(
    planted: tuple[Round, set[str], set[str]], by: Actor, settings: Any, tmp_path: Path
) -> None:
    settings.PUBLICATIONS_FOLDER = tmp_path / "publications"
    round_, _copied, nightly = planted
    looked_through(round_, by)
    one = Suspect.objects.get(case__case_id=sorted(nightly)[0])
    actions.decide(suspect_id=one.pk, verdict="confirmed", reason="người dân nói không nhận phiếu", by=by)
    frozen = results.freeze(round_id=round_.pk, by=by)
    work_off()
    frozen.refresh_from_db()
    assert frozen.state == "review"
    root = folder_of(round_)
    assert file_hash(root / frozen.checks_file) == frozen.checks_sha256
    checks = pl.read_parquet(root / "checks.parquet")
    assert ("quality.decided_confirmed", one.points) in set(
        checks.filter(case_id=sorted(nightly)[0]).select("flag", "value").iter_rows()
    )
    assert checks.filter(flag="quality.suspicion").height == len(flagged(round_)) == frozen.checks - 1
    assert library.verify(root) == []
    told = json.loads(quality_summary(root))["flags"]
    assert told["quality.decided_confirmed"] == 1
    assert told["quality.suspicion"] == len(flagged(round_))


def test_a_round_elsewhere_has_no_page_and_a_role_without_the_right_none_at_all(
    planted: tuple[Round, set[str], set[str]], by: Actor, hire: Hire, dong_nai: Unit
) -> None:
    round_, _copied, nightly = planted
    looked_through(round_, by)
    stranger = signed_in(hire("ministry", dong_nai))
    person = Suspect.objects.filter(round=round_, kind="interviewer").first()
    assert person is not None
    pages = [
        reverse("quality_home", args=[round_.pk]),
        reverse("quality_forms", args=[round_.pk]),
        reverse("quality_form", args=[round_.pk, sorted(nightly)[0]]),
        reverse("quality_interviewer", args=[round_.pk, person.pk]),
    ]
    assert [stranger.get(url).status_code for url in pages] == [404] * 4
    post = signed_in(hire("post_province", round_.unit))
    assert [post.get(url).status_code for url in pages] == [403] * 4


def test_each_day_every_round_in_the_field_is_asked_for_once(collected: Round, by: Actor) -> None:
    today = timezone.localdate()
    assert actions.ask_daily_checks(on=today, by=by) == 1
    assert actions.ask_daily_checks(on=today, by=by) == 1  # not done yet: the same job
    work_off()
    assert actions.ask_daily_checks(on=today, by=by) == 0
    assert actions.ask_daily_checks(on=today + dt.timedelta(days=1), by=by) == 1


def test_every_sign_says_a_sentence_with_its_numbers() -> None:
    from sipas.quality import FAMILIES

    numbers = {"value": 3.4, "typical": 12.0, "count": 20, "of": 22, "partner": "ABCDEFGH12", "others_points": 5,
               "others_with": 4, "others": 9, "elsewhere": 0.05, "own_points": 3}  # fmt: skip
    assert set(FAMILIES) == set(wording.FAMILIES)
    for language in ("vi", "en"):
        with translation.override(language):
            for family, signs in FAMILIES.items():
                for sign in signs:
                    text = wording.said(
                        Flag(family=family, sign=sign, points=8, numbers=numbers, day=dt.date(2026, 10, 1))
                    )
                    assert text.text.endswith("."), sign
                    assert "%" not in text.text.replace("%.", "").replace("% of", "").replace("% số", "")
                    assert "4" in text.others


def test_verdicts_are_those_of_the_form() -> None:
    assert {v.value for v in Verdict if v} == {"confirmed", "cleared", "recheck"}
    assert Case._meta.get_field("suspect") is not None
