"""Rounds to try the application with: made by the same actions and work as real ones, by the demonstration accounts.

Simulated throughout, and marked so. Each step asks where the round stands, so that a start that was broken off goes on.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied

from sipas.simulation import load_profile, office_files, transactions
from sipas_web.accounts.demonstration import PROVINCE
from sipas_web.capture import actions as capture
from sipas_web.config import demonstration_field
from sipas_web.config.demonstration_people import actor_of, person_of
from sipas_web.fieldwork.actions import issuing
from sipas_web.fieldwork.queries import Case
from sipas_web.jobs.queries import Job, key_of
from sipas_web.jobs.queries import State as JobState
from sipas_web.jobs.worker import work_off
from sipas_web.results import actions as results
from sipas_web.results.queries import Publication, Snapshot
from sipas_web.rounds import frame_files
from sipas_web.rounds.actions import draw as draws
from sipas_web.rounds.actions import frame, set_up, set_up_rows
from sipas_web.rounds.actions import settings as choices
from sipas_web.rounds.queries import Draw, Round, State
from sipas_web.rounds.queries import frame as frames
from sipas_web.shared.uploads import Received
from sipas_web.units import queries as units

SEED = 8  # the rounds of one seed share the levels of their agencies
MEAN_LOAD = 45.0  # transactions of a commune
SAMPLE = 3200
WITNESSES = (
    ("supervisor", "Nguyễn Thị Lụa, Ủy ban Mặt trận Tổ quốc Việt Nam tỉnh (mô phỏng)", "mưa thuận gió hòa"),
    ("supervisor-2", "Trần Văn Ẩn, Hội Cựu chiến binh tỉnh (mô phỏng)", "đường xa vạn dặm"),
)
GOALS_OF_COMMUNES = (("02215", Decimal(70)), ("02296", Decimal(85)), ("02380", Decimal(88)), ("00694", Decimal(98)))
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A round to have, and how far it shall have come."""

    title: str
    year: int
    first: dt.date
    last: dt.date
    until: State
    sample: int = SAMPLE
    is_walked: bool = False  # carried by interviewers, not by files


ROUNDS = (
    Wanted("Đo lường sự hài lòng năm 2025", 2025, dt.date(2025, 7, 1), dt.date(2025, 9, 30), State.PUBLISHED),
    Wanted("Đo lường sự hài lòng năm 2026", 2026, dt.date(2026, 1, 1), dt.date(2026, 6, 30), State.PUBLISHED),
    Wanted("Đo lường bổ sung quý III năm 2026", 2026, dt.date(2026, 7, 1), dt.date(2026, 9, 30), State.IN_FIELD),
    Wanted("Đo lường bổ sung quý IV năm 2026", 2026, dt.date(2026, 10, 1), dt.date(2026, 11, 15), State.SET_UP),
    Wanted("Đo lường thử trên thực địa tháng 10 năm 2026", 2026, dt.date(2026, 10, 1), dt.date(2026, 10, 31),
           State.IN_FIELD, sample=480, is_walked=True),
)  # fmt: skip


def make_rounds(say: Say, base_url: str) -> None:
    """Bring every demonstration round as far as it shall be; refused outside demonstration mode."""
    if not settings.DEMONSTRATION:
        raise PermissionDenied
    previous: Round | None = None
    for wanted in ROUNDS:
        round_ = _begun(wanted, previous)
        if not _is_ready(round_, wanted):
            say(wanted.title)
            _advance(round_, wanted, base_url)
        if wanted.until == State.PUBLISHED:
            previous = round_


def _is_ready(round_: Round, wanted: Wanted) -> bool:
    """Say whether a round has once come so far: what people do with it afterwards is theirs."""
    if wanted.until == State.PUBLISHED:
        return Publication.objects.filter(round=round_).exists()
    if wanted.is_walked:
        return Case.objects.filter(round=round_, office__isnull=False).exists()
    if wanted.until == State.IN_FIELD:
        return Job.objects.filter(subject=key_of(round_), kind=capture.SIMULATION, state=JobState.DONE).exists()
    return frames.lists_of(round_).exists()


def _advance(round_: Round, wanted: Wanted, base_url: str) -> None:
    if not frames.lists_of(round_).exists():
        _hand_in(round_)
    if wanted.until == State.SET_UP:
        return
    if _state(round_) == State.SET_UP:
        _draw(round_, base_url)
    if _state(round_) == State.DRAWN:
        _issue(round_)
    if _state(round_) == State.IN_FIELD:
        (demonstration_field.walk if wanted.is_walked else _answers)(round_)
    if wanted.until == State.PUBLISHED:
        _publish(round_)


def _begun(wanted: Wanted, previous: Round | None) -> Round:
    by = actor_of("department")
    title = wanted.title + set_up.SIMULATED
    found = Round.objects.filter(title=title).first()
    if found is not None:
        return found
    province = units.by_code(PROVINCE, units.today())
    assert province is not None, "the register is loaded before"
    made = set_up.add(
        title=title, unit=province, year=wanted.year, edition="sipas-2017", previous=previous, is_simulated=True, by=by
    )
    changes = {"window_from": wanted.first, "window_to": wanted.last, **_choices(wanted.sample)}
    made = choices.change(round_=made, changes=changes, part="design", by=by)
    goal = set_up_rows.Target(None, "index", Decimal(85), "Chỉ số hài lòng chung", "Kế hoạch (mô phỏng) của UBND tỉnh")
    return set_up_rows.put_targets(round_=made, targets=[goal, *_goals_of_units()], by=by)


def _goals_of_units() -> list[set_up_rows.Target]:
    letter = "Công văn (mô phỏng) của UBND tỉnh giao chỉ tiêu"
    found = ((units.by_code(code, units.today()), percent) for code, percent in GOALS_OF_COMMUNES)
    label = "Chỉ số hài lòng của đơn vị"
    return [set_up_rows.Target(unit, "index", percent, label, letter) for unit, percent in found if unit is not None]


def _choices(sample: int) -> dict[str, Any]:
    stage = {
        "unit": "unit_id",
        "strata": ["agency"],
        "size": {"rule": "fixed", "n": sample},
        "allocation": {"rule": "power", "exponent": 0.5, "minimum": min(15, sample // 200)},
    }
    domains = [["agency"], ["agency_level"], ["field"], ["respondent_kind"], ["agency_level", "respondent_kind"]]
    return {
        "simulated": {"seed": SEED, "profile": "transactions", "witnesses": "given", "field": "given"},
        "design": {"stages": [stage], "reserve": 1.0},
        "weights": {"classes": ["respondent_kind", "stratum"], "margins": [["agency"], ["respondent_kind"]]},
        "estimates": {"domains": [*domains, ["commune"]], "rank_by": ["agency"], "least_to_rank": 12},
    }


def _hand_in(round_: Round) -> None:
    by = actor_of("department")
    made = transactions(
        round_.unit.code,
        load_profile("transactions"),
        seed=SEED,
        first=round_.window_from,
        last=round_.window_to,
        mean_load=MEAN_LOAD,
    )
    for name, content in office_files(made, made_on=round_.window_to + dt.timedelta(days=5)).items():
        sha256 = hashlib.sha256(content).hexdigest()
        file = Received(io.BytesIO(content), name, "", len(content), sha256)
        frame.add_list(round_=round_, staged=frame_files.stage(round_, file), province="", by=by)
    frame.start_import(round_=round_, by=by)
    work_off()


def _draw(round_: Round, base_url: str) -> None:
    by = actor_of("department")
    held = Draw.objects.filter(round=round_, state=Draw.State.OPEN).first()
    if held is None:
        named = [(person_of(username).pk, name) for username, name, _text in WITNESSES]
        held = draws.open_draw(round_id=round_.pk, named=named, public_source="", reason="", by=by)
    for username, _name, text in WITNESSES:
        if held.witnesses.filter(person=person_of(username), typed__isnull=True).exists():
            draws.type_text(draw_id=held.pk, text=text, by=actor_of(username))
    draws.carry_out(draw_id=held.pk, base_url=base_url, by=by)
    work_off()


def _issue(round_: Round) -> None:
    issuing.ask_issue(round_id=round_.pk, by=actor_of("department"))
    work_off()


def _answers(round_: Round) -> None:
    capture.ask_simulation(round_id=round_.pk, by=actor_of("department"))
    work_off()


def _publish(round_: Round) -> None:
    by = actor_of("department")
    if _state(round_) == State.IN_FIELD:
        results.freeze(round_id=round_.pk, by=by)
        work_off()
    snapshot = Snapshot.objects.filter(round=round_).latest("number")
    if snapshot.state == Snapshot.State.REVIEW:
        snapshot = results.approve(snapshot_id=snapshot.pk, note="Đã đối chiếu (mô phỏng)", by=by)
    if snapshot.state == Snapshot.State.APPROVED:
        results.publish(snapshot_id=snapshot.pk, by=by)
    work_off()


def _state(round_: Round) -> State:
    return State(Round.objects.get(pk=round_.pk).state)
