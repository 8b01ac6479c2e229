"""People send, keyers key and files come in while server, worker and database are killed: what was said stands."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.web.functional.chain import ROOT, TOKEN, Chain, urlencoded
from tests.web.functional.test_answers_killed import Citizens, benchmark
from tests.web.functional.test_serving import answers, free_port
from tests.web.functional.test_whole_chain_killed import IS_LONG, IS_POSTGRESQL, Database

pytestmark = [pytest.mark.skipif(sys.platform != "linux", reason="kills a group of processes")]
PATIENCE = 300.0  # s; a machine under load
DRAFTS, FORMS, FILES, ROWS = (600, 80, 12, 30) if IS_LONG else (80, 16, 3, 20)
TWINS = 10  # codes that two people answer otherwise, in two browsers at the same moment
SAMPLE = ["web", "worker", "all"]
VICTIMS = (SAMPLE + ["database"] * IS_POSTGRESQL) * (3 if IS_LONG else 1)
PREPARE = """
import json, sys
from pathlib import Path
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
import polars as pl
from sipas.instrument import load
from sipas.tables import FRAME, SAMPLE
from sipas_web.accounts import demonstration, queries as people
from sipas_web.accounts.actions import load_roles
from sipas_web.audit.actors import command_line
from sipas_web.capture.keying_form import PaperForm
from sipas_web.fieldwork.models import Case, FieldRules
from sipas_web.rounds.folders import folder_of
from sipas_web.rounds.models import Round
from sipas_web.units import actions as units
sys.path.insert(0, sys.argv[1])
told, sys.argv[1:] = [int(n) for n in sys.argv[2:]], []
import web_answers
call_command("migrate", verbosity=0)
call_command("createcachetable", verbosity=0)
units.load_register(by=command_line(), provinces=("08", "02"))
load_roles(by=command_line())
demonstration.make_accounts(by=command_line())
made = web_answers.prepare(Path("."), told[0], told[1])
round_ = Round.objects.get()
for table in (FRAME, SAMPLE):  # a file of answers is judged by whole tables
    path = folder_of(round_) / f"{table.name}.parquet"
    rows = pl.read_parquet(path)
    lacking = [pl.lit(None if c.nullable else c.allowed[0] if c.allowed else "1").cast(c.dtype).alias(c.name)
        for c in table.columns if c.name not in rows.columns]
    table.check(rows.with_columns(lacking)).write_parquet(path)
codes, ready = [c for c, cookie in made if not cookie], [pair for pair in made if pair[1]]
pairs = [Case.objects.get(case_id=code) for code, _cookie in ready[:told[2]]]
others = dict(web_answers.write_drafts(pairs[1:] + pairs[:1]))  # in another order: with other answers
drafts = [one for pair in ready for one in (pair, (pair[0], others.get(pair[0]))) if one[1]]
FieldRules.objects.create(round=round_, second_keying=0)
fields = PaperForm(load("sipas-2017"), "person").fields
typed = {f.name: "" if f.is_other else "T" if f.kind == "text" else "4" if f.question.scale else "1" for f in fields}
sessions = {}
for name in ("keyer", "department"):
    person = people.by_username(name)
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(person.pk), settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    sessions[name] = session.session_key
print(json.dumps({"round": round_.pk, "sessions": sessions, "typed": typed | {"apology": ""},
    "items": [q.name for q in load("sipas-2017").items()],
    "codes": codes, "drafts": drafts}))
"""
FOUND = """
import json
from sipas_web.audit.queries import verified
from sipas_web.capture.models import Draft, KeyedForm, Response, WebAnswer
from sipas_web.fieldwork.models import Case, CaseCount, DayCount, FileImport
chosen = Response.objects.filter(is_chosen=True)
print(json.dumps({
    "receipts": {r: c for c, r in WebAnswer.objects.values_list("response__case__case_id", "receipt")},
    "keyed": list(KeyedForm.objects.filter(state="accepted").values_list("case__case_id", flat=True)),
    "files": {f.name: [f.finished is not None, f.report.get("taken"), f.error] for f in FileImport.objects.all()},
    "answers": list(chosen.values_list("case__case_id", flat=True)),
    "responses": Response.objects.count(),
    "answered": Case.objects.filter(state="answered").count(),
    "counted": sum(CaseCount.objects.filter(state="answered").values_list("count", flat=True)),
    "days": sum(DayCount.objects.values_list("answers", flat=True)),
    "drafts": Draft.objects.count(),
    "faults": len(verified().faults),
}))
"""
OPEN_JOBS = "SELECT count(*) FROM jobs_job WHERE state NOT IN ('done', 'failed', 'stopped')"


class Burst(Chain):
    """An installation with a round in the field, its server and its worker."""

    def prepare(self) -> None:
        self.lay_schema()
        counts = str(DRAFTS), str(FORMS + FILES * ROWS), str(TWINS)
        self.about = json.loads(self.script(PREPARE, str(ROOT / "benchmarks"), *counts).splitlines()[-1])

    def serve(self) -> None:
        program = ["-m", "sipas_web.config.command_line", "serve", "--workers", "2", "--port", str(self.port)]
        self.server = subprocess.Popen([sys.executable, *program], env=self.environment, start_new_session=True)

    def ask(self, who: str, method: str, path: str, body: bytes = b"", kind: str = "") -> tuple[int, str, str]:
        """Ask as a browser does; status, where it leads, the page. 0 where nobody answers."""
        heads = {"Cookie": f"sessionid={self.about['sessions'][who]}; csrftoken={TOKEN}", "Content-Type": kind}
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as line:
                line.request(method, path, body, heads)
                answer = line.getresponse()
                return answer.status, answer.headers.get("Location", ""), answer.read().decode()
        except (OSError, http.client.HTTPException):
            time.sleep(0.05)
            return 0, "", ""


class Office:
    """One keyer and one who hands files in; each goes on until it was said to be taken."""

    def __init__(self, burst: Burst) -> None:
        self.burst, self.over = burst, threading.Event()
        self.keyed: set[str] = set()  # codes, as the page said
        self.refused: dict[str, str] = {}  # code -> what the desk said instead
        self.files: set[str] = set()  # names, as the page said
        self.faults: list[tuple[str, int, str]] = []
        codes = burst.about["codes"]
        self.forms, self.rows = codes[:FORMS], codes[FORMS:]
        self.threads = [threading.Thread(target=work) for work in (self.key_all, self.hand_in_all)]

    def post(self, who: str, path: str, form: dict[str, str]) -> tuple[int, str, str]:
        told = self.burst.ask(who, "POST", path, urlencoded({"csrfmiddlewaretoken": TOKEN, **form}), FORM)
        return self.noted(path, told)

    def noted(self, path: str, told: tuple[int, str, str]) -> tuple[int, str, str]:
        if told[0] >= 400 and told[0] != 503:
            self.faults.append((path, told[0], told[2][:300]))
        return told

    def key_all(self) -> None:
        for code in self.forms:
            while not self.over.is_set() and not self.key(code):
                pass

    def key(self, code: str) -> bool:
        """Key one form from its code to its end; False where it has to be begun again."""
        status, place, page = self.post("keyer", f"/nhap-lieu/{self.burst.about['round']}/", {"code": code})
        if status == 200:
            self.refused[code] = page
            return True
        if status != 302:
            return False
        status, _to, page = self.burst.ask("keyer", "GET", place)
        version = re.search(r'name="version" value="(\d+)"', page)
        if status != 200 or version is None:
            return False
        typed = {f"k-{name}": text for name, text in self.burst.about["typed"].items()}
        known = {"page": "p" * 8, "saves": "1", "version": version[1], "keystrokes": "50", "act": "finish"}
        if self.post("keyer", place, typed | known)[0] != 302:
            return False
        # What is keyed to its end is shown no more: the page leads back to the desk.
        if self.burst.ask("keyer", "GET", place)[0] == 302:
            self.keyed.add(code)
        return code in self.keyed

    def hand_in_all(self) -> None:
        for number in range(FILES):
            name, codes = f"phieu-{number}.csv", self.rows[number * ROWS : (number + 1) * ROWS]
            while not self.over.is_set() and not self.hand_in(name, codes):
                pass

    def hand_in(self, name: str, codes: list[str]) -> bool:
        items = self.burst.about["items"]
        lines = [",".join(("case_id", "mode", "received_on", *items))]
        lines += [f"{code},giấy,05/10/2026,{','.join('4' for _item in items)}" for code in codes]
        edge, path = "ranh-gioi", f"/phieu/{self.burst.about['round']}/nhap/"
        head = f'Content-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{TOKEN}'
        file = f'Content-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n' + "\n".join(lines)
        body = "".join(f"--{edge}\r\n{part}\r\n" for part in (head, file)) + f"--{edge}--\r\n"
        kind = f"multipart/form-data; boundary={edge}"
        status, to, page = self.noted(path, self.burst.ask("department", "POST", path, body.encode(), kind))
        if status == 302 and re.fullmatch(r"/phieu/nhap/\d+/", to):
            self.files.add(name)
            return True
        return status == 200 and name in page  # it was taken though nobody heard so: handed in twice it is refused


FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def burst(tmp_path: Path) -> Iterator[tuple[Burst, Database]]:
    database = Database()
    made = Burst(tmp_path / "data", database.uri, free_port())
    made.prepare()
    made.serve()
    waited(lambda: answers(made.port))
    yield made, database
    assert made.server is not None
    if made.server.poll() is None:
        os.killpg(made.server.pid, signal.SIGKILL)
        made.server.wait()
    database.stop()


def waited(what: Callable[[], Any]) -> None:
    until = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_whatever_dies_in_a_burst_what_was_said_to_be_taken_is_there_once(burst: tuple[Burst, Database]) -> None:
    there, database = burst
    office, citizens = Office(there), Citizens(benchmark(), there.port, there.about["drafts"])
    threads = [*office.threads, *citizens.threads]
    for thread in threads:
        thread.start()

    def come() -> int:
        return len(citizens.seen) + len(office.keyed) + len(office.refused) + ROWS * len(office.files)

    step = (DRAFTS + FORMS + FILES * ROWS) // (len(VICTIMS) + 1)
    died = 0
    for number, victim in enumerate(VICTIMS, start=1):
        waited(lambda least=step * number: come() >= least)  # type: ignore[misc]
        died += database.kill() if victim == "database" else there.kill(victim)
    assert died >= len(VICTIMS) - 1, "nobody died at work: the test tried nothing"
    for thread in threads:
        thread.join(PATIENCE)
    office.over.set()
    citizens.over.set()
    waited(lambda: there.value(OPEN_JOBS) == 0)
    there.stop()
    assert_found(json.loads(there.script(FOUND).splitlines()[-1]), office, citizens)


def assert_found(found: dict[str, Any], office: Office, citizens: Citizens) -> None:
    assert office.faults == []
    assert citizens.seen.items() <= found["receipts"].items()
    assert office.keyed <= set(found["keyed"])
    assert set(office.refused) <= set(found["keyed"]), "refused only because it is keyed"
    assert len(office.keyed) > FORMS // 2
    assert office.files <= found["files"].keys()
    assert list(found["files"].values()) == [[True, ROWS, None]] * FILES
    taken = {*found["receipts"].values(), *office.forms, *office.rows}
    assert sorted(found["answers"]) == sorted(taken), "one of each counts"
    assert len(found["receipts"]) == DRAFTS + TWINS
    assert found["responses"] == len(taken) + TWINS
    assert {found[name] for name in ("answered", "counted", "days")} == {len(taken)}
    assert (found["drafts"], found["faults"]) == (0, 0)
