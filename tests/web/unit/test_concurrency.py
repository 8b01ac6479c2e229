"""Several people at once, each in a thread with a connection of its own: nothing doubled, no fault, no long wait."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, transaction
from django.test import Client
from django.utils import timezone
from tests.web.functional.installation import Installation
from tests.web.settings import start_postgresql

from sipas_web.audit.actors import command_line
from sipas_web.jobs import registry
from sipas_web.jobs.actions import start
from sipas_web.jobs.actions.leasing import MOST_DEATHS
from sipas_web.jobs.models import Job
from sipas_web.jobs.registry import Work
from sipas_web.jobs.worker import work_off

ROOT = Path(__file__).parents[3]
SECONDS = 20.0 if os.environ.get("SIPAS_TEST_KILLS") == "many" else 4.0
MOST_WAIT = 10.0  # s; half of what SQLite waits before it gives up
PREPARE = """
from django.core.management import call_command
from sipas_web.accounts.actions import load_roles
from sipas_web.accounts.actions.assigning import write_assignment
from sipas_web.accounts.actions.people import new_person
from sipas_web.accounts.models import Role
from sipas_web.audit.actors import command_line
from sipas_web.units import actions as units, queries
call_command("migrate", verbosity=0)
call_command("createcachetable", verbosity=0)
units.load_register(by=command_line())
load_roles(by=command_line())
for name in ("ba-lua", "ong-an"):
    person = new_person(username=name, full_name=name, email="", password="một câu dài để nhớ")
    unit = queries.by_code("08", queries.today())
    write_assignment(person=person, role=Role.objects.get(code="supervisor"), unit=unit, since=unit.valid_from,
        until=None)
"""
CAST = """
import copy, json, sys, threading, time
from django.core.exceptions import ValidationError
from django.db import connection
from sipas.errors import SipasError
from sipas import rounds as library
from sipas_web.accounts.models import Person
from sipas_web.audit import queries as audit
from sipas_web.audit.actors import Actor, command_line
from sipas_web.capture import actions as capture
from sipas_web.fieldwork import actions as fieldwork
from sipas_web.fieldwork.models import Case, FileImport, Visit
from sipas_web.fieldwork.stored_files import store
from sipas_web.jobs.models import Job
from sipas_web.jobs.worker import work_off
from sipas_web.results import actions as results
from sipas_web.results.models import Publication, Snapshot
from sipas_web.rounds.actions import design, draw, frame
from sipas_web.rounds.folders import folder_of, settings_of
from sipas_web.rounds.models import Draw, Round
from sipas_web.units import queries as units
from tests.web import cast, results_cast

by, unit = command_line(), units.by_code("08", units.today())
people = {p.username: Actor(f"person:{p.pk}", p.username, "", "web", p) for p in Person.objects.all()}
named = [(int(actor.key[7:]), name) for name, actor in people.items()]

def race(*acts):
    "Let all begin at one moment; gives done, the sentence of a refusal, or a fault."
    barrier, out = threading.Barrier(len(acts)), [""] * len(acts)
    def one(place, act):
        try:
            connection.ensure_connection()
            barrier.wait()
            act()
            out[place] = "done"
        except ValidationError as error:
            out[place] = "refused: " + " ".join(error.messages)
        except BaseException as error:
            out[place] = f"fault: {type(error).__name__} {error}"
        finally:
            connection.close()
    threads = [threading.Thread(target=one, args=pair) for pair in enumerate(acts)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    return out

def jobs_of(round_, kind):
    return Job.objects.filter(subject=f"rounds.round:{round_.pk}", kind=kind)

def opened(round_, reason="thử lại"):
    return draw.open_draw(round_id=round_.pk, named=named, public_source="", reason=reason, by=by)

told = {}
def tell(name, out, **more):
    told[name] = {"out": out, **more}
"""
DRAWING = """
round_ = cast.with_lists(cast.new_round(unit, by))
out = race(*[lambda: frame.start_import(round_=round_, by=by)] * 4)
tell("import", out, jobs=jobs_of(round_, "rounds.import_frame").count())
try:
    opened(round_)
    tell("draw beside import", "done")
except ValidationError as error:
    tell("draw beside import", " ".join(error.messages))
work_off()
out = race(lambda: frame.start_import(round_=round_, by=by), lambda: opened(round_))
is_waiting = jobs_of(round_, "rounds.import_frame").filter(state="waiting").exists()
both = is_waiting and Draw.objects.filter(round=round_).exists()
tell("import and draw", out, both=both)
work_off()
for one in Draw.objects.filter(round=round_):
    draw.abandon(draw_id=one.pk, reason="thử", by=by)
before = Draw.objects.filter(round=round_).count()

other = copy.deepcopy(round_.settings["design"])
other["stages"][0]["size"]["n"] = 130
out = race(lambda: opened(round_), lambda: opened(round_), lambda: opened(round_),
    lambda: design.save_design(round_id=round_.pk, changed={"design": other}, planning={}, by=by))
held = Draw.objects.get(round=round_, state="open")
stands = Round.objects.select_related("unit", "previous").get(pk=round_.pk)
now = library.before_draw(folder_of(stands), settings_of(stands))
made = Draw.objects.filter(round=round_).count() - before
tell("draw and design", out, draws=made, same=held.design_sha256 == now.design_sha256)

text = lambda who, what: lambda: draw.type_text(draw_id=held.pk, text=what, by=people[who])
out = race(text("ba-lua", "mưa thuận gió hòa"), text("ong-an", "mưa thuận gió hòa"), text("ba-lua", "đường xa vạn dặm"))
tell("same text", out)
waiting = [w for w in held.witnesses.all() if w.typed is None]
if waiting:
    text(waiting[0].printed_name, "một câu khác hẳn")()
out = race(*[lambda: draw.carry_out(draw_id=held.pk, base_url="https://x.vn/", by=by)] * 4)
tell("carry out", out, jobs=Job.objects.filter(kind="rounds.draw", subject=f"rounds.draw:{held.pk}").count())
work_off()
held.refresh_from_db()
tell("drawn", held.state)

round_.refresh_from_db()
out = race(lambda: fieldwork.ask_issue(round_id=round_.pk, by=by), lambda: opened(round_, "thử lại"))
again = Draw.objects.filter(state="open", round=round_).first()
asked = jobs_of(round_, "fieldwork.issue").filter(state="waiting").exists()
tell("issue and redraw", out, both=again is not None and asked)
if again is None:
    jobs_of(round_, "fieldwork.issue").delete()
    again = opened(round_, "thử lại")
try:
    fieldwork.ask_issue(round_id=round_.pk, by=by)
    tell("issue beside redraw", "done")
except ValidationError as error:
    tell("issue beside redraw", " ".join(error.messages))
draw.abandon(draw_id=again.pk, reason="thử", by=by)
out = race(*[lambda: fieldwork.ask_issue(round_id=round_.pk, by=by)] * 4)
tell("issue", out, jobs=jobs_of(round_, "fieldwork.issue").filter(state="waiting").count())
work_off()
tell("cases", Case.objects.filter(round=round_).count(), official=library.drawn_cases(folder_of(round_)).height)
"""
PUBLISHING = """
round_ = results_cast.in_field(unit, by)
visits = store("them.csv", [b"x"])
visits_job = fieldwork.receive_visits(round_id=round_.pk, stored=visits, by=by)
try:
    results.freeze(round_id=round_.pk, by=by)
    tell("freeze beside file", "done")
except ValidationError as error:
    tell("freeze beside file", " ".join(error.messages))
work_off()

rows = [v for v in Visit.objects.filter(case__round=round_).select_related("case").order_by("pk")[:1]]
def bring():
    content = "case_id,visit,date,mode,outcome,interviewer,replaced_by\\n"
    fieldwork.receive_visits(round_id=round_.pk, stored=store("muon.csv", [content.encode()]), by=by)
out = race(lambda: results.freeze(round_id=round_.pk, by=by), bring, lambda: results.freeze(round_id=round_.pk, by=by))
frozen = Snapshot.objects.filter(round=round_).exists()
waiting = Job.objects.filter(kind="fieldwork.visits", state="waiting").exists()
tell("freeze and file", out, both=frozen and waiting)
work_off()
if not frozen:
    results.freeze(round_id=round_.pk, by=by)
out = race(*[lambda: results.freeze(round_id=round_.pk, by=by)] * 3)
tell("freeze again", out, snapshots=Snapshot.objects.filter(round=round_).count())
threads = [threading.Thread(target=lambda: (work_off(), connection.close())) for _ in range(2)]
for thread in threads: thread.start()
for thread in threads: thread.join()
time.sleep(0.1)
work_off()
snapshot = Snapshot.objects.get(round=round_)
out = race(*[lambda: results.approve(snapshot_id=snapshot.pk, note="", by=by)] * 3)
tell("approve", out)
out = race(*[lambda: results.publish(snapshot_id=snapshot.pk, by=by)] * 4)
tell("publish", out, jobs=jobs_of(round_, "results.publish").count())
threads = [threading.Thread(target=lambda: (work_off(), connection.close())) for _ in range(3)]
for thread in threads: thread.start()
for thread in threads: thread.join()
tell("published", list(Publication.objects.filter(round=round_).values_list("version", flat=True)))
tell("open", list(Job.objects.filter(state__in=["waiting", "running"]).values_list("kind", flat=True)))
tell("chain", [str(fault) for fault in audit.verified().faults])
"""
WRITERS = """
seconds, round_ = float(sys.argv[1]), cast.drawn(cast.new_round(unit, by))
waits, faults = [], []
fieldwork.ask_issue(round_id=round_.pk, by=by)
work_off()
prices = [cast.new_round(unit, by) for _ in range(7)]
until = time.monotonic() + seconds
def write(mine):
    try:
        while time.monotonic() < until:
            began = time.monotonic()
            design.save_prices(round_id=mine.pk, prices={}, by=by)
            waits.append(time.monotonic() - began)
            time.sleep(0.005)
    except BaseException as error:
        faults.append(f"{type(error).__name__} {error}")
    finally:
        connection.close()
def work():
    capture.ask_simulation(round_id=round_.pk, by=by)
    work_off()
    connection.close()
threads = [threading.Thread(target=write, args=(one,)) for one in prices] + [threading.Thread(target=work)]
for thread in threads: thread.start()
for thread in threads: thread.join()
waits.sort()
shares = {"median": 0.5, "p95": 0.95}
found = {name: waits[int(len(waits) * share)] for name, share in shares.items()}
tell("waits", faults, writes=len(waits), most=waits[-1], **found)
tell("chain", [str(fault) for fault in audit.verified().faults])
"""
END = "\nprint(json.dumps(told, ensure_ascii=False))\n"


class Here(Installation):
    """An installation whose scripts know the cast of the tests."""

    @property
    def environment(self) -> dict[str, str]:
        known = {"SIPAS_SECRET_KEY": "for-tests", "SIPAS_PROVINCES": "08,02"}
        return super().environment | known | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}

    def told(self, script: str, *arguments: str) -> dict[str, Any]:
        return dict(json.loads(self.script(CAST + script + END, *arguments).splitlines()[-1]))


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Here:
    is_postgresql = os.environ.get("SIPAS_TEST_DATABASE") == "postgresql"
    made = Here(tmp_path_factory.mktemp("here"), start_postgresql() if is_postgresql else "")
    made.lay_schema()
    made.script(PREPARE)
    return made


def no_faults(told: dict[str, Any]) -> None:
    faults = [
        line for row in told.values() if isinstance(row["out"], list) for line in row["out"] if "fault:" in str(line)
    ]
    assert not faults, faults


def test_two_people_set_up_draw_and_issue_at_once(here: Here) -> None:
    told = here.told(DRAWING)
    no_faults(told)
    assert told["import"] == {"out": ["done"] * 4, "jobs": 1}
    assert "đang được nhập" in told["draw beside import"]["out"]
    assert not told["import and draw"]["both"]
    assert told["import and draw"]["out"].count("done") == 1
    assert told["draw and design"]["draws"] == 1
    assert told["draw and design"]["same"], "the draw is of the design that stands"
    assert told["draw and design"]["out"][:3].count("done") == 1
    assert told["same text"]["out"].count("done") in {1, 2}
    assert told["same text"]["out"][:2] != ["done", "done"], "the same text twice"
    assert (told["same text"]["out"][0], told["same text"]["out"][2]) != ("done", "done"), "one witness twice"
    assert told["carry out"] == {"out": ["done"] * 4, "jobs": 1}
    assert told["drawn"]["out"] == "done"
    assert told["issue and redraw"]["out"].count("done") == 1
    assert not told["issue and redraw"]["both"]
    assert "bốc mẫu" in told["issue beside redraw"]["out"]
    assert told["issue"] == {"out": ["done"] * 4, "jobs": 1}
    assert told["cases"]["out"] == told["cases"]["official"] > 0


def test_two_people_freeze_and_publish_at_once(here: Here) -> None:
    told = here.told(PUBLISHING)
    no_faults(told)
    assert "chưa" in told["freeze beside file"]["out"]
    assert not told["freeze and file"]["both"]
    assert told["freeze and file"]["out"].count("done") == 1
    assert told["freeze again"]["out"].count("done") == 0
    assert told["freeze again"]["snapshots"] == 1
    assert told["approve"]["out"].count("done") == 1
    assert told["publish"] == {"out": ["done"] * 4, "jobs": 1}
    assert told["published"]["out"] == [1]
    assert told["open"]["out"] == []
    assert told["chain"]["out"] == []


def test_eight_writers_wait_for_each_other_and_none_is_turned_away(here: Here) -> None:
    told = here.told(WRITERS, str(SECONDS))
    assert told["waits"]["out"] == []
    assert told["waits"]["writes"] > 20
    assert told["waits"]["most"] < MOST_WAIT, told["waits"]
    assert told["chain"]["out"] == []


def test_a_busy_database_is_said(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_args: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr("sipas_web.portal.views.render", busy)
    client.raise_request_exception = False
    answer = client.get("/xac-minh/")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "10"
    assert "Máy chủ đang bận" in answer.content.decode()
    assert "locked" not in answer.content.decode()


@pytest.mark.django_db
def test_work_that_the_database_broke_off_is_tried_again_until_it_is_hopeless(monkeypatch: pytest.MonkeyPatch) -> None:
    hopeless = 99

    def broken_off(work: Work) -> None:
        if work.attempt < work.arguments["good"]:
            raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setitem(registry._handlers, "tests.broken_off", broken_off)
    for subject, good in (("once", 2), ("for ever", hopeless)):
        with transaction.atomic():
            start(kind="tests.broken_off", subject=subject, unit=None, by=command_line(), arguments={"good": good})
    for _ in range(MOST_DEATHS + 1):
        work_off()
        Job.objects.filter(state="running").update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    once, for_ever = Job.objects.order_by("pk")
    assert (once.state, once.deaths, once.attempts) == ("done", 1, 2)
    assert (for_ever.state, for_ever.error) == ("failed", {"code": "jobs.died"})
