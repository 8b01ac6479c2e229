"""Keying whose server is killed at random moments: what was said to be keyed is there, each form is taken once."""

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
FORMS = 14
PREPARE = """
from django.core.management import call_command
from tests.web import cast
from sipas_web.accounts.actions import load_roles
from sipas_web.accounts.actions.assigning import write_assignment
from sipas_web.accounts.actions.people import new_person
from sipas_web.accounts.models import Role
from sipas_web.audit.actors import command_line
from sipas_web.fieldwork import actions as fieldwork
from sipas_web.jobs.worker import work_off
from sipas_web.units import actions as units
from sipas_web.units import queries
call_command("migrate", verbosity=0)
call_command("createcachetable", verbosity=0)
units.load_register(by=command_line(), provinces=("08", "02"))
load_roles(by=command_line())
unit = queries.by_code("08", queries.today())
for name, role in (("nhap-1", "keyer"), ("nhap-2", "keyer"), ("doi-chieu", "department")):
    person = new_person(username=name, full_name=name, email="", password="một câu dài để nhớ")
    write_assignment(person=person, role=Role.objects.get(code=role), unit=unit, since=unit.valid_from, until=None)
round_ = cast.drawn(cast.new_round(unit, command_line()))
fieldwork.ask_issue(round_id=round_.pk, by=command_line())
work_off()
"""
# Two people key each form, in every fourth they differ and a third settles it. It goes on where it was killed.
WORK = """
from django.core.exceptions import ValidationError
from sipas.instrument import load
from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.capture.actions.keying import Sent, open_keying, save_keying
from sipas_web.capture.actions.keying_end import finish_keying
from sipas_web.capture.actions.reconciling import reconcile
from sipas_web.capture.keying_form import PaperForm
from sipas_web.capture.models import KeyedForm, Keying
from sipas_web.fieldwork.models import Case
edition = load("sipas-2017")
def actor(name):
    person = Person.objects.get(username=name)
    return Actor(f"person:{person.pk}", name, "", "web 127.0.0.1", person)
def typed(kind, **changes):
    fields = PaperForm(edition, kind).fields
    made = {f.name: "" if f.is_other else "T" if f.kind == "text" else "4" if f.question.scale else "1" for f in fields}
    return made | {"apology": ""} | changes
print("begins", flush=True)
cases = Case.objects.filter(role="official").order_by("case_id")[:int(sys.argv[1])]
for number, case in enumerate(cases):
    for name, seats in (("nhap-1", "4"), ("nhap-2", "2" if number % 4 == 0 else "4")):
        try:
            keying = open_keying(round_id=case.round_id, code=case.case_id, by=actor(name))
        except ValidationError:
            continue  # keyed before the kill
        form = typed(keying.form.kind, seats=seats)
        sent = Sent(typed=form, page=name, saves=keying.saves + 1, version=keying.version)
        save_keying(keying_id=keying.pk, sent=sent, by=actor(name))
        print("saved", keying.pk, flush=True)
        finish_keying(keying_id=keying.pk, sent=Sent(typed=form, page=name, saves=sent.saves + 1), by=actor(name))
        print("keyed", keying.pk, flush=True)
    form = KeyedForm.objects.get(case=case)
    if form.state == "differs":
        reconcile(form_id=form.pk, typed={"seats": "4"}, by=actor("doi-chieu"))
        print("settled", form.pk, flush=True)
print("ended", flush=True)
"""
# Both people, each in two windows, open and send the same forms at the same moment.
RACE = (
    WORK.split('print("begins"')[0]
    + """
import json, threading
from django.db import connection
found, forms = [], list(Case.objects.filter(role="official").order_by("-case_id")[:4])
def key(name, page, case, start):
    start.wait()
    try:
        keying = open_keying(round_id=case.round_id, code=case.case_id, by=actor(name))
        sent = Sent(typed=typed(keying.form.kind), page=page, saves=1, version=keying.version)
        save_keying(keying_id=keying.pk, sent=sent, by=actor(name))
        finish_keying(keying_id=keying.pk, sent=Sent(typed=sent.typed, page=page, saves=2), by=actor(name))
        found.append("done")
    except Exception as error:
        found.append(type(error).__name__)
    finally:
        connection.close()
for case in forms:
    start = threading.Barrier(4)
    who = [(name, name + window) for name in ("nhap-1", "nhap-2") for window in "ab"]
    threads = [threading.Thread(target=key, args=(name, page, case, start)) for name, page in who]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
keyings = Keying.objects.filter(form__case__in=forms)
answers = [case.responses.count() for case in forms]
accepted = [KeyedForm.objects.get(case=case).state == "accepted" for case in forms]
print(json.dumps([sorted(set(found)), list(keyings.values_list("form", "number", "is_done")), answers, accepted]))
"""
)
TELL = """
import json
from collections import Counter
from sipas_web.audit.models import Record
from sipas_web.capture.models import KeyedForm, Keying, KeyingCount, KeyingError, Response
from sipas_web.fieldwork.models import Case, CaseCount, DayCount, FormStep
states = Counter(Case.objects.values_list("state", flat=True))
kept = Counter()
for row in CaseCount.objects.all():
    kept[row.state] += row.count
print(json.dumps({
    "keyed": list(Keying.objects.filter(is_done=True).values_list("pk", flat=True)),
    "drafts": list(Keying.objects.exclude(draft={}).values_list("pk", flat=True)),
    "settled": list(KeyedForm.objects.filter(state="accepted").values_list("pk", flat=True)),
    "answers": Counter(Response.objects.values_list("case__case_id", flat=True)),
    "steps": FormStep.objects.count(),
    "errors": KeyingError.objects.count(),
    "counted": [sum(c.errors for c in KeyingCount.objects.all()), KeyingCount.objects.filter(field="seats").count()],
    "fields": sorted(KeyingCount.objects.filter(field="seats").values_list("fields", flat=True)),
    "records": Counter(Record.objects.filter(action__startswith="capture.").values_list("action", flat=True)),
    "counts_fit": {k: n for k, n in kept.items() if n} == dict(states),
    "days": sum(d.answers for d in DayCount.objects.all()),
}))
"""


class Here(Installation):
    """An installation whose scripts know the cast of the tests."""

    @property
    def environment(self) -> dict[str, str]:
        paths = f"{ROOT / 'src'}{os.pathsep}{ROOT}"
        return super().environment | {"PYTHONPATH": paths, "SIPAS_SECRET_KEY": "for-tests"}


def worked(place: Installation, kill_after: float | None) -> list[list[str]]:
    """Key on; killed so many seconds after it began. Gives what was said to be done."""
    program = [sys.executable, "-c", f"import sys\n{START}{WORK}", str(FORMS)]
    with subprocess.Popen(program, env=place.environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begins\n"
        if kill_after is not None:
            time.sleep(kill_after)
            process.send_signal(signal.SIGKILL)
        return [line.split() for line in process.stdout.read().splitlines()]


def test_keying_killed_or_raced_loses_nothing_and_takes_each_form_once(tmp_path: Path) -> None:
    place = Here(tmp_path)
    place.lay_schema()
    place.script(PREPARE)
    moments = random.Random(11)
    killed = 0
    for _attempt in range(3):
        said = worked(place, moments.uniform(0.05, 0.6))
        killed += ["ended"] not in said
        told = json.loads(place.script(TELL).splitlines()[-1])
        done = {(what, int(*rest)) for what, *rest in said if rest}
        assert {pk for what, pk in done if what == "keyed"} <= set(told["keyed"])
        assert {pk for what, pk in done if what == "settled"} <= set(told["settled"])
        saved = {pk for what, pk in done if what == "saved"}
        assert saved <= set(told["keyed"]) | set(told["drafts"])
        assert told["counts_fit"]
    assert killed, "nothing was killed: choose earlier moments"
    assert ["ended"] in worked(place, None)
    told = json.loads(place.script(TELL).splitlines()[-1])
    differing = (FORMS + 3) // 4
    assert len(told["settled"]) == len(told["answers"]) == told["steps"] == told["days"] == FORMS
    assert set(told["answers"].values()) == {1}
    assert told["errors"] == told["counted"][0] == differing
    assert told["fields"] == [FORMS, FORMS]
    keyings = dict.fromkeys(["capture.keying_begun", "capture.keying_finished"], 2 * FORMS)
    assert told["records"] == keyings | {"capture.keyings_reconciled": differing}
    assert told["counts_fit"]
    assert told["drafts"] == []
    among, keyings, answers, accepted = json.loads(place.script(f"import sys\n{RACE}").splitlines()[-1])
    assert set(among) <= {"done", "ValidationError"}, "refused with a sentence, or done; no fault"
    assert len({(form, number) for form, number, _done in keyings}) == len(keyings)
    assert all(done for _form, _number, done in keyings)
    assert answers == [int(is_accepted) for is_accepted in accepted]
