"""The library's register into the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from django.db import transaction

from sipas.geography.model import full_name
from sipas.geography.register import State
from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.units import register
from sipas_web.units.actions import ancestry, handing_over, placing
from sipas_web.units.closure import FOREVER, Period, Tree
from sipas_web.units.kinds import Kind
from sipas_web.units.models import Ancestry, Membership, Succession, Unit
from sipas_web.units.permissions import Permission
from sipas_web.units.register import BEGINNING, COUNTRY, Heir, Key

COUNTRY_NAME = "Việt Nam"


@transaction.atomic
def load_register(*, by: Actor, provinces: Collection[str] | None = None) -> int:
    """Bring the register of administrative units up to the library's; only at the server's terminal.

    Adds what is new, ends what has ended, never deletes; own units and their places stay. Written to the record with
    the counts. ``provinces`` limits it to some codes. Gives the number of units added.
    """
    by.require_everywhere(Permission.UNIT_CHANGE)
    states = register.chosen_states(provinces)
    before = _ids()
    keys = _store_units(states, before)
    _store_places(states, keys)
    steps = register.heirs(states)
    _store_heirs(steps, keys)
    _store_closure(states, steps, keys)
    stranded = placing.carry_over()
    own = Unit.objects.exclude(pk__in=keys.values()).values_list("pk", flat=True)
    ancestry.refresh(own)
    handing_over.tell(by)
    added = len(keys) - len(before.keys() & keys.keys())
    record(
        by=by,
        action="units.register_loaded",
        subject="units.register",
        details={
            "units": len(keys),
            "added": added,
            "without_place": stranded,
            "register": register.fingerprint(provinces),
        },
    )
    return added


def _ids() -> dict[Key, int]:
    return {(code, since): pk for code, since, pk in Unit.objects.values_list("code", "valid_from", "pk")}


def _store_units(states: list[State], before: dict[Key, int]) -> dict[Key, int]:
    """Write new states, end those that have ended since; give the ids of all."""
    country = Unit(kind=Kind.COUNTRY, code=COUNTRY[0], valid_from=BEGINNING, name=COUNTRY_NAME, full_name=COUNTRY_NAME)
    wanted = {COUNTRY: country} | {register.key_of(s): _unit(s) for s in states}
    Unit.objects.bulk_create((u for key, u in wanted.items() if key not in before), batch_size=1000)
    ended = Unit.objects.filter(valid_to__isnull=True, pk__in=[before[k] for k in wanted.keys() & before.keys()])
    for unit in ended:
        last = wanted[unit.code, unit.valid_from].valid_to
        if last is not None:
            Unit.objects.filter(pk=unit.pk).update(valid_to=last)
    now = _ids()
    return {key: now[key] for key in wanted}


def _unit(state: State) -> Unit:
    return Unit(
        kind=Kind(state.level),
        code=state.code,
        valid_from=state.valid_from,
        valid_to=state.valid_to,
        name=state.name,
        full_name=full_name(state.kind, state.name),
        legal_act=state.legal_act or "",
    )


def _store_places(states: list[State], keys: dict[Key, int]) -> None:
    Membership.objects.filter(unit__in=keys.values()).delete()
    Membership.objects.bulk_create(
        (
            Membership(
                unit_id=keys[register.key_of(state)], parent_id=keys[parent], valid_from=days[0], valid_to=days[1]
            )
            for state in states
            for parent, days in register.places(state)
        ),
        batch_size=2000,
    )


def _store_heirs(steps: list[Heir], keys: dict[Key, int]) -> None:
    Succession.objects.filter(unit__in=keys.values()).delete()
    Succession.objects.bulk_create(
        (
            Succession(
                unit_id=keys[s.unit],
                successor_id=keys[s.successor],
                on=s.on,
                extent=s.extent,
                share=s.share,
                legal_act=s.legal_act,
            )
            for s in steps
        ),
        batch_size=2000,
    )


def _store_closure(states: list[State], steps: list[Heir], keys: dict[Key, int]) -> None:
    parents: dict[int, list[tuple[int, Period]]] = {
        keys[register.key_of(s)]: [(keys[p], days) for p, days in register.places(s)] for s in states
    }
    successors: dict[int, list[int]] = defaultdict(list)
    for step in steps:
        successors[keys[step.unit]].append(keys[step.successor])
    periods = {keys[register.key_of(s)]: register.period_of(s) for s in states}
    periods[keys[COUNTRY]] = (BEGINNING, FOREVER)
    continues = ancestry.continued([
        ancestry.Step(keys[s.unit], keys[s.successor], s.extent == "whole", s.on == s.successor[1]) for s in steps
    ])
    tree = Tree(periods, parents, successors, continues)
    Ancestry.objects.filter(descendant__in=keys.values()).delete()
    ancestry.store({unit: tree.lines(unit) for unit in keys.values()})
