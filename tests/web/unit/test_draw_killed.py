"""A draw whose process is killed at random moments: one draw, counted once, the same sample in the end."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.web.functional.installation import START, Installation

ROOT = Path(__file__).parents[3]
PREPARE = """
from django.core.management import call_command
from tests.web import cast
from sipas_web.accounts.actions import load_roles
from sipas_web.accounts.actions.assigning import write_assignment
from sipas_web.accounts.actions.people import new_person
from sipas_web.accounts.models import Role
from sipas_web.audit.actors import Actor, command_line
from sipas_web.rounds.actions import draw as actions
from sipas_web.units import actions as units
from sipas_web.units import queries
call_command("migrate", verbosity=0)
call_command("createcachetable", verbosity=0)
units.load_register(by=command_line(), provinces=("08", "02"))
load_roles(by=command_line())
unit = queries.by_code("08", queries.today())
made = {}
for name, role in (("dieu-hanh", "department"), ("mat-tran", "supervisor")):
    person = new_person(username=name, full_name=name, email="", password="một câu dài để nhớ")
    write_assignment(person=person, role=Role.objects.get(code=role), unit=unit, since=unit.valid_from, until=None)
    made[role] = Actor(f"person:{person.pk}", name, "", "web 127.0.0.1", person)
round_ = cast.framed(cast.new_round(unit, made["department"]))
named = [(int(made["supervisor"].key[7:]), "Bà Lụa, Mặt trận Tổ quốc")]
draw = actions.open_draw(round_id=round_.pk, named=named, public_source="", reason="", by=made["department"])
actions.type_text(draw_id=draw.pk, text="mưa thuận gió hòa", by=made["supervisor"])
actions.carry_out(draw_id=draw.pk, base_url="https://x.vn/", by=made["department"])
print(draw.pk)
"""
WORK = """
import sys
from sipas_web.audit.actors import command_line
from sipas_web.jobs.registry import Work
from sipas_web.rounds.tasks.draw import carry_out
from sipas.reporting import draw_certificate as loaded
work = Work(0, {"draw": int(sys.argv[1]), "base_url": "https://x.vn/"}, command_line(), 1, lambda share, note: None)
print("begins", flush=True)
carry_out(work)
print("ended", flush=True)
"""
TELL = """
import json
from sipas import rounds
from sipas_web.audit.models import Record
from sipas_web.rounds.folders import folder_of
from sipas_web.rounds.models import Draw
draw = Draw.objects.select_related("round").get()
root = folder_of(draw.round)
lines = [json.loads(line) for line in (root / "journal.jsonl").read_text().splitlines()]
print(json.dumps({
    "state": [draw.state, draw.round.state],
    "done": sum(line["event"] == "done" and line["step"] == "sample" for line in lines),
    "texts": sum(line["event"] == "witnesses" for line in lines),
    "records": Record.objects.filter(action="rounds.draw_done").count(),
    "draws": json.loads(draw.certificate)["draws"],
    "faults": [str(e) for e in (*rounds.verify(root, recompute=True), *rounds.verify_sample(root))],
    "same": draw.certificate.encode() == (root / "certificate.json").read_bytes(),
    "head": draw.journal_head == "{}:{}".format(*rounds.journal_head(root)),
}))
"""


class Here(Installation):
    """An installation whose scripts know the cast of the tests."""

    @property
    def environment(self) -> dict[str, str]:
        paths = f"{ROOT / 'src'}{os.pathsep}{ROOT}"
        return super().environment | {"PYTHONPATH": paths, "SIPAS_SECRET_KEY": "for-tests"}


def worked(place: Installation, draw: str, kill_after: float | None) -> bool:
    """Carry the draw out; killed so many seconds after it began. Says whether it ended by itself."""
    program = [sys.executable, "-c", START + WORK, draw]
    with subprocess.Popen(program, env=place.environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begins\n"
        if kill_after is not None:
            time.sleep(kill_after)
            process.send_signal(signal.SIGKILL)
        return "ended" in process.stdout.read()


def test_a_draw_killed_at_random_moments_is_one_draw(tmp_path: Path) -> None:
    place = Here(tmp_path)
    place.lay_schema()
    draw = place.script(PREPARE).strip().splitlines()[-1]
    moments = random.Random(7)
    ended = [worked(place, draw, moments.uniform(0.0, 0.35)) for _attempt in range(4)]
    assert not all(ended), "nothing was killed: choose earlier moments"
    assert worked(place, draw, None)
    assert worked(place, draw, None), "safe to run again when all is done"
    told = json.loads(place.script(TELL).splitlines()[-1])
    assert told == {
        "state": ["done", "drawn"], "done": 1, "texts": 1, "records": 1, "draws": {"trials": 0, "redraws": 0},
        "faults": [], "same": True, "head": True,
    }, (told, ended)  # fmt: skip
