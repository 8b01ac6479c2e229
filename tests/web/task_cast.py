"""A chain of four levels that give each other tasks: country, province, department, its one-stop desk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.improvement.actions.tasks import give
from sipas_web.improvement.models import Task
from sipas_web.units import actions as units
from sipas_web.units import queries
from sipas_web.units.models import Unit

DAY = dt.timedelta(days=1)


@dataclass
class Chain:
    """Units, and who acts for them."""

    country: Unit
    province: Unit
    home_affairs: Unit
    department: Unit
    ending: Unit  # a department that the other one takes over
    desk: Unit
    by: Actor
    people: dict[str, Person] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)

    def ago(self, days: int) -> dt.date:
        """Give a day so many days before today; below 0: after it."""
        return queries.today() - days * DAY

    def given(self, unit: Unit, title: str, *, giver: Unit, by: str, **more: Any) -> Task:
        """Give a task a hundred days ago."""
        told = {"given": self.ago(100)} | more
        return give(unit=unit, title=title, giver=giver, by=self.actors[by], **told)


def chain(province: Unit, by: Actor, hire: Callable[..., Person], acting: Callable[[Person], Actor]) -> Chain:
    """Make them; ``ministry``, ``head``, ``asker`` and ``clerk`` act for the four levels."""

    def unit(kind: str, code: str, name: str, parent: Unit) -> Unit:
        return units.add(kind=kind, code=code, name=name, parent=parent, valid_from=province.valid_from, by=by)

    department = unit("agency", "SXD", "Sở Xây dựng", province)
    made = Chain(
        queries.root(),
        province,
        unit("agency", "SNV", "Sở Nội vụ", province),
        department,
        unit("agency", "SGTVT", "Sở Giao thông vận tải", province),
        unit("one_stop", "SXD-MC", "Bộ phận Một cửa Sở Xây dựng", department),
        by,
    )
    wanted = (
        ("ministry", "ministry", made.country), ("head", "head", province), ("tracker", "tracker", province),
        ("home", "head", made.home_affairs), ("boss", "head", department), ("asker", "agency", department),
        ("old", "agency", made.ending), ("clerk", "onestop_clerk", made.desk),
    )  # fmt: skip
    for name, role, at in wanted:
        made.people[name] = hire(role, at, name=name)
        made.actors[name] = acting(made.people[name])
    return made
