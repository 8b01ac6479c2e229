"""A round in the field with a post office, its head and two interviewers, each with two cases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.fieldwork import actions
from sipas_web.fieldwork.models import Case, Visit
from sipas_web.units.models import Unit
from tests.web import field_cast

Hire = Callable[..., Person]
Acting = Callable[[Person], Actor]


class Field:
    """A round in the field with an office, its head and two interviewers, each with two cases."""

    def __init__(self, province: Unit, by: Actor, hire: Hire, acting: Acting) -> None:
        self.office = field_cast.post_office("BC-1", province, by)
        self.other_office = field_cast.post_office("BC-2", province, by)
        self.commune = field_cast.communes_of(province, 1)[0]
        self.head_person, self.carrier = hire("post_branch", self.office), hire("interviewer", self.office)
        self.other_person = hire("interviewer", self.office)
        self.head, self.me, self.other = acting(self.head_person), acting(self.carrier), acting(self.other_person)
        self.round = field_cast.in_field(province, by, {self.commune.code: 4}, reserves=2)
        self.codes = list(Case.objects.filter(round=self.round, role="official").values_list("case_id", flat=True))
        given: dict[str, Any] = {"round_id": self.round.pk, "office": self.office, "by": by}
        actions.assign(codes=self.codes[:2], interviewer=self.carrier, **given)
        actions.assign(codes=self.codes[2:], interviewer=self.other_person, **given)

    def case(self, n: int = 0) -> Case:
        return Case.objects.get(round=self.round, case_id=self.codes[n])

    def visit(self, n: int = 0, outcome: str = "2.22", **more: Any) -> Visit:
        given: dict[str, Any] = {"mode": "paper", "by": self.me} | more
        return actions.log_visit(case_pk=self.case(n).pk, outcome=outcome, **given)
