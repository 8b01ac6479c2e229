"""Pages of keying: blind to each other, sound without a script, limited by area; what was typed goes in time."""

from __future__ import annotations

import datetime as dt
import json
import re

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.web.keying_cast import Acting, Hire, _folders, issued, keyed, keyers, official, share, whole

from sipas_web.audit.actors import Actor
from sipas_web.capture.actions.keying import open_keying
from sipas_web.capture.actions.reconciling import reconcile
from sipas_web.capture.keying_held import HELD, KEYED
from sipas_web.capture.models import KeyedForm, Keying, KeyingError, Response
from sipas_web.capture.queries.keying import standing, waiting_for
from sipas_web.capture.queries.keying_rates import rates_of
from sipas_web.fieldwork import actions as fieldwork
from sipas_web.rounds.models import Round
from sipas_web.rounds.models import State as RoundState
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
__all__ = ["_folders", "issued", "keyers"]  # fixtures


def test_the_queue_tells_nothing_of_a_first_keying(issued: Round, keyers: list[Actor], by: Actor) -> None:
    first, second = (int(k.key[7:]) for k in keyers[:2])
    cases = [official(issued, n) for n in range(3)]
    for case in cases[:2]:
        fieldwork.step_form(case_pk=case.pk, step="received", by=by)
    assert waiting_for(issued, first).codes == waiting_for(issued, second).codes == [c.case_id for c in cases[:2]]
    keyed(cases[0], keyers[0])
    assert waiting_for(issued, first).codes == [cases[1].case_id]
    assert waiting_for(issued, second).codes == [c.case_id for c in cases[:2]], "as if nobody had keyed it"
    open_keying(round_id=issued.pk, code=cases[1].case_id, by=keyers[0])
    assert waiting_for(issued, second).codes == [cases[0].case_id], "it lies in another's hands"


def test_the_second_keyer_sees_nothing_of_the_first(issued: Round, keyers: list[Actor]) -> None:
    """Both see the same page to the letter, apart from what names the page; and nobody opens another's keying."""
    case = official(issued)
    pages = []
    for keyer in keyers[:2]:
        client = Client()
        client.force_login(keyer.holder)  # type: ignore[arg-type]  # a person
        desk = reverse("keying_desk", args=[issued.pk])
        opened = client.post(desk, {"code": case.case_id}, follow=True)
        assert opened.redirect_chain
        text = opened.content.decode()
        pages.append([
            line for line in text.splitlines() if "csrfmiddlewaretoken" not in line and 'name="page"' not in line
        ])
        keying = Keying.objects.get(person=int(keyer.key[7:]))
        form = {"k-" + n: t for n, t in whole(seats="5", remark="đúng là của tôi").items()}
        client.post(reverse("keying_form", args=[keying.pk]), {**form, "act": "finish", "page": "x"})
        keying.refresh_from_db()
        assert keying.is_done
        others = Keying.objects.exclude(pk=keying.pk).values_list("pk", flat=True)
        for address in ("keying_form", "keying_put_back"):
            for other in others:
                assert client.post(reverse(address, args=[other]), {}).status_code == 404
                assert client.get(reverse("keying_form", args=[other])).status_code == 404
    assert strip(pages[0]) == strip(pages[1])


def strip(lines: list[str]) -> list[str]:
    return [re.sub(r"/phieu/\d+/|Người \d+|\?v=\w+", "", line) for line in lines]


def test_without_a_script_a_form_is_keyed_by_hand(issued: Round, keyers: list[Actor], client: Client) -> None:
    share(issued, 0)
    client.force_login(keyers[0].holder)  # type: ignore[arg-type]  # a person
    opened = client.post(reverse("keying_desk", args=[issued.pk]), {"code": official(issued).case_id})
    url = opened.headers["Location"]
    page = client.get(url)
    form = {"k-" + name: typed for name, typed in whole(seats="9").items()}
    hidden = {"page": page.context["page"], "saves": "1", "version": "0"}
    answer = client.post(url, {**form, **hidden, "act": "finish"})
    assert answer.status_code == 422
    assert 'id="f-seats"' in answer.content.decode()
    assert Keying.objects.get().draft["seats"] == "9", "kept though it is wrong"
    form["k-seats"] = "9G"
    again = {"page": hidden["page"], "saves": "2", "version": "1"}
    assert client.post(url, {**form, **again, "act": "finish"}).status_code == 302
    assert Response.objects.count() == 1
    assert client.get(url).status_code == 302, "done: back to the desk"


def test_the_script_is_answered_in_json(issued: Round, keyers: list[Actor], client: Client) -> None:
    client.force_login(keyers[0].holder)  # type: ignore[arg-type]  # a person
    opened = open_keying(round_id=issued.pk, code=official(issued).case_id, by=keyers[0])
    url, page = reverse("keying_form", args=[opened.pk]), {"X-Keying": "page"}
    form = {"k-" + name: typed for name, typed in whole(seats="9").items()}
    saved = client.post(url, {**form, "act": "save", "page": "a", "saves": "1"}, headers=page)
    assert json.loads(saved.content) == {"version": 1}
    faulty = client.post(url, {**form, "act": "finish", "page": "a", "saves": "2"}, headers=page)
    assert (faulty.status_code, list(json.loads(faulty.content)["faults"])) == (422, ["seats"])
    other = client.post(url, {**form, "act": "save", "page": "b", "saves": "1", "version": "0"}, headers=page)
    assert (other.status_code, list(json.loads(other.content))) == (409, ["said"])
    good = {**form, "k-seats": "9G", "act": "finish", "page": "a", "saves": "3", "milliseconds": "41500"}
    done = client.post(url, good, headers=page)
    assert json.loads(done.content) == {"next": reverse("keying_desk", args=[issued.pk])}
    assert Keying.objects.get().seconds == 41.5
    gone = client.post(reverse("keying_form", args=[opened.pk + 1]), good, headers=page)
    assert (gone.status_code, list(json.loads(gone.content))) == (409, ["said"]), "let go of by who reconciles"


def test_a_keyer_of_another_province_keys_nothing_here(
    issued: Round,
    dong_nai: Unit,
    hire: Hire,
    acting: Acting,
    client: Client,
    keyers: list[Actor],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sipas_web.accounts.queries.has_second_factor", lambda someone: True)
    stranger = acting(hire("keyer", dong_nai))
    with pytest.raises(PermissionDenied):
        open_keying(round_id=issued.pk, code=official(issued).case_id, by=stranger)
    client.force_login(stranger.holder)  # type: ignore[arg-type]  # a person
    assert client.get(reverse("keying_desk", args=[issued.pk])).status_code == 404
    supervisor = acting(hire("department", dong_nai))
    form = keyed(official(issued), keyers[0], seats="1")
    keyed(official(issued), keyers[1], seats="2")
    client.force_login(supervisor.holder)  # type: ignore[arg-type]  # a person
    assert client.get(reverse("keying_reconcile", args=[form.pk])).status_code == 404


def test_what_was_typed_goes_when_its_person_asks_or_its_time_is_over(
    issued: Round, keyers: list[Actor], by: Actor
) -> None:
    def texts() -> set[str]:
        rows = [*Keying.objects.values_list("entries", "draft"), *KeyedForm.objects.values_list("entries", "marks")]
        return {json.dumps(part) for row in rows for part in row} - {"{}"}

    taken, open_ = official(issued), official(issued, 1)
    keyed(taken, keyers[0], seats="1", remark="tên tôi là")
    form = keyed(taken, keyers[1], seats="2", remark="ten toi la")
    reconcile(form_id=form.pk, typed={"seats": "2", "remark": "tên tôi là"}, by=keyers[2])
    keyed(open_, keyers[0])
    before = rates_of(issued).total
    assert [line[1] for line in HELD.see(issued, taken.case_id)]
    assert HELD.delete(issued, taken.case_id, "", by)
    assert HELD.see(issued, taken.case_id) == []
    assert KeyedForm.objects.get(pk=form.pk).state == "accepted"
    assert set(KeyingError.objects.values_list("typed", "taken")) == {("", "")}
    assert HELD.withdraw(issued, open_.case_id, "", by)
    assert KeyedForm.objects.count() == 1, "not taken yet: nothing of it stays"
    assert HELD.delete(issued, open_.case_id, "", by) == ""
    assert rates_of(issued).total == before
    keyed(official(issued, 2), keyers[0])
    later = timezone.now() + dt.timedelta(days=1)
    assert (KEYED.oldest(), KEYED.delete(later, by)) == (None, 0), "the round is still in the field"
    Round.objects.filter(pk=issued.pk).update(state=RoundState.PUBLISHED)
    assert KEYED.oldest() is not None
    assert KEYED.delete(timezone.now() - dt.timedelta(days=1), by) == 0
    assert texts()
    assert KEYED.delete(later, by) == 1
    assert not texts()
    assert KEYED.oldest() is None


def test_where_the_forms_of_a_round_stand(issued: Round, keyers: list[Actor], by: Actor) -> None:
    cases = [official(issued, n) for n in range(5)]
    for case in cases:
        fieldwork.step_form(case_pk=case.pk, step="received", by=by)
    open_keying(round_id=issued.pk, code=cases[1].case_id, by=keyers[0])
    keyed(cases[2], keyers[0])
    for keyer, seats in zip(keyers[:2], "12", strict=True):
        keyed(cases[3], keyer, seats=seats)
        keyed(cases[4], keyer)
    assert standing(issued) == {"waiting": 1, "first": 1, "second": 1, "differs": 1, "accepted": 1}
    fieldwork.withdraw(case_pk=cases[2].pk, outcome="2.11", because="theo yêu cầu", by=by)
    assert standing(issued)["second"] == 0
    assert waiting_for(issued, int(keyers[1].key[7:])).codes == [cases[0].case_id]


def test_the_third_settles_on_a_page_that_names_nobody(
    issued: Round, keyers: list[Actor], client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sipas_web.accounts.queries.has_second_factor", lambda someone: True)
    keyed(official(issued), keyers[0], seats="3", lateness="1")
    form = keyed(official(issued), keyers[1], seats="9G", lateness="2")
    client.force_login(keyers[2].holder)  # type: ignore[arg-type]  # a person
    listed = client.get(reverse("keying_reconcile_list", args=[issued.pk]))
    url = reverse("keying_reconcile", args=[form.pk])
    assert url in listed.content.decode()
    page = client.get(url).content.decode()
    assert "Người 0" not in page
    assert "Người 1" not in page
    assert page.count("<fieldset") == 2
    both = client.post(url, {"c-seats": "1", "k-seats": "4", "c-lateness": "2"})
    assert "f-seats" in both.content.decode(), "a keying or what is typed, not both"
    opened = client.post(url, {"c-seats": "2", "c-lateness": "own", "k-lateness": "3"})
    assert 'name="k-apology"' in opened.content.decode(), "what it opens is asked for"
    assert not Response.objects.exists()
    done = {"c-seats": "2", "c-lateness": "own", "k-lateness": "3", "c-apology": "own", "k-apology": "2"}
    assert client.post(url, done).status_code == 302
    form.refresh_from_db()
    assert form.marks["seats"] == {"mark": "kept", "text": "9", "code": "capture.option_unknown"}
    answers = Response.objects.get().answers
    assert (answers["lateness"], answers["apology"], "seats" in answers) == (3, 2, False)
    assert client.get(url).status_code == 302, "settled"


def test_no_post_however_odd_breaks_a_page(issued: Round, keyers: list[Actor], client: Client) -> None:
    client.force_login(keyers[0].holder)  # type: ignore[arg-type]  # a person
    desk = reverse("keying_desk", args=[issued.pk])
    odd = ["", "😀" * 50, "A" * 5_000, "' OR 1=1 --", "<script>"]
    for text in odd:
        assert client.post(desk, {"code": text, "keystrokes": text}).status_code == 200
    opened = open_keying(round_id=issued.pk, code=official(issued).case_id, by=keyers[0])
    url = reverse("keying_form", args=[opened.pk])
    for text in odd:
        names = ("page", "saves", "version", "keystrokes", "milliseconds", "act", "k-seats", "k-nothing", "k-remark")
        answer = client.post(url, dict.fromkeys(names, text) | {"act": "finish"})
        assert answer.status_code in {302, 422}
        assert b"<script>" not in answer.content.replace(b"<script src", b"")
    assert not Response.objects.exists()
