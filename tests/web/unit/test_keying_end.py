"""Keyings that end at the same moment: one transaction, each with its own keyer, fault and language."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import translation
from tests.web.keying_cast import _folders, issued, keyed, keyers, official, share, whole
from tests.web.unit.test_fieldwork import counted, recount

from sipas_web.audit import queries as audit
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.capture.actions.keying import Sent, open_keying
from sipas_web.capture.actions.keying_end import Ending, finish_together
from sipas_web.capture.models import KeyedForm, Keying, Response
from sipas_web.fieldwork.models import Case, FormStep, State
from sipas_web.rounds.models import Round
from sipas_web.rounds.models import State as RoundState

pytestmark = pytest.mark.django_db
IN_ENGLISH = "Nothing was keyed here. If the paper is blank, type T."
__all__ = ["_folders", "issued", "keyers"]  # fixtures


def ending(round_: Round, n: int, by: Actor, language: str | None = "vi", **changes: str) -> Ending:
    opened = open_keying(round_id=round_.pk, code=official(round_, n).case_id, by=by)
    return Ending(opened.pk, Sent(typed=whole(**changes), page="p", saves=1), by, language)


def ended(round_: Round, *endings: Ending) -> list[KeyedForm | Exception]:
    return finish_together(round_id=round_.pk, arrived=lambda: list(endings))


def test_each_is_recorded_with_its_keyer_and_none_hinders_another(issued: Round, keyers: list[Actor]) -> None:
    share(issued, 0)
    first, second, third = (ending(issued, n, keyers[n % 2]) for n in range(3))
    short = ending(issued, 3, keyers[1], seats="")
    brief = ending(issued, 4, keyers[0], "en", seats="")
    gone = ending(issued, 5, keyers[0])
    withdrawn = Case.objects.filter(pk=official(issued, 5).pk)
    withdrawn.update(state=State.WITHDRAWN)
    foreign = Ending(second.keying_id, second.sent, keyers[0], "vi")
    told = ended(issued, first, short, second, first, foreign, gone, third, brief)
    assert [t.state if isinstance(t, KeyedForm) else type(t) for t in told] == [
        "accepted", ValidationError, "accepted", "accepted", PermissionDenied, ValidationError, "accepted",
        ValidationError,
    ]  # fmt: skip
    said = [t.message_dict["seats"] for t in told if isinstance(t, ValidationError) and hasattr(t, "error_dict")]
    assert said == [["Ô này chưa nhập. Nếu trên giấy để trống, gõ T."], [IN_ENGLISH]]
    records = Record.objects.filter(action="capture.keying_finished").order_by("sequence")
    assert [r.actor for r in records] == [keyers[n].key for n in (0, 1, 0)]
    assert not audit.verified().faults
    assert Response.objects.count() == 3
    assert FormStep.objects.filter(step=FormStep.Step.KEYED, by=keyers[1].name).count() == 1
    withdrawn.update(state=State.ISSUED)  # it was withdrawn behind the counts
    assert counted(issued) == recount(issued)
    assert Keying.objects.filter(is_done=True).count() == 3
    assert translation.get_language() == "vi"


def test_first_and_second_keyings_end_together(issued: Round, keyers: list[Actor]) -> None:
    same, other = official(issued, 0), official(issued, 1)
    keyed(same, keyers[0])
    keyed(other, keyers[0])
    again, differing = ending(issued, 0, keyers[1]), ending(issued, 1, keyers[1], seats="1")
    told = ended(issued, again, ending(issued, 2, keyers[0]), differing)
    assert [t.state for t in told if isinstance(t, KeyedForm)] == ["accepted", "second", "differs"]
    states = KeyedForm.objects.order_by("pk").values_list("state", "is_double", "differing")
    assert list(states) == [("accepted", True, []), ("differs", True, ["seats"]), ("second", True, [])]
    assert Response.objects.get().case == same
    assert counted(issued) == recount(issued)


def test_a_round_frozen_meanwhile_ends_none_of_them(issued: Round, keyers: list[Actor]) -> None:
    two = [ending(issued, n, keyers[n]) for n in range(2)]
    Round.objects.update(state=RoundState.FROZEN)
    assert [type(t) for t in ended(issued, *two)] == [ValidationError, ValidationError]
    assert not Keying.objects.filter(is_done=True).exists()
    assert not Response.objects.exists()
