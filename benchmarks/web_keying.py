"""Keying bursts over HTTP: how many paper forms a second the server takes from keyers, and how long they wait.

``python benchmarks/web_keying.py [seconds] [databases]`` starts the server as an operator does. Each connection of the
client is a keyer who is logged in. Two figures for each database: forms accepted per second where everybody presses
"finish" at once (their forms lie there keyed and saved), and whole forms: the code at the desk, the page, the saves it
makes as one types, the end. No form is keyed twice here. Client, server and database share the machine's cores. Each
form said to be accepted is looked for afterwards. The program fails below what 850 keyers need who end a form every 17
seconds, the shortest time measured for a form of 22 items.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import platform
import re
import subprocess
import sys
import threading
import time
import urllib.parse
from pathlib import Path
from typing import Any

import web_answers
from web_answers import CONNECTIONS, DATABASES, FORM, PROCESSES, RESERVE, SECONDS, TOKEN, Line

LEAST = 50  # ends of forms per second
SAVE_EVERY = 5  # answers, as the page does
WHOLE = 20  # s of whole forms
HEADER = "X-Keying: page\r\n"
Keyer = dict[str, Any]


def keyers(unit: Any) -> list[tuple[Any, str]]:
    """Make people who key, logged in; gives them with the keys of their sessions."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from sipas_web.accounts.actions.assigning import write_assignment
    from sipas_web.accounts.actions.people import new_person
    from sipas_web.accounts.models import Role
    from sipas_web.units import queries as units

    role, made = Role.objects.get(code="keyer"), []
    for n in range(PROCESSES * CONNECTIONS):
        person = new_person(username=f"nhap-{n}", full_name=f"Người nhập {n}", email="", password="một câu dài để nhớ")
        write_assignment(person=person, role=role, unit=unit, since=units.today(), until=None)
        session = SessionStore()
        session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(person.pk), settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        session.save()
        made.append((person, str(session.session_key)))
    return made


def prepare(folder: Path, ready: int, whole: int) -> list[Keyer]:
    """Write a round, its keyers, forms they have keyed but not ended, and codes of forms nobody has begun."""
    from sipas.instrument import load
    from sipas_web.capture.keying_form import PaperForm
    from sipas_web.capture.models import KeyedForm, Keying
    from sipas_web.fieldwork.models import Case, FieldRules
    from sipas_web.rounds.models import Round

    web_answers.prepare(folder, 0, ready + whole)
    round_ = Round.objects.select_related("unit").get()
    FieldRules.objects.create(round=round_, second_keying=0)
    fields = PaperForm(load("sipas-2017"), "person").fields
    typed = {
        f.name: "" if f.is_other else "T" if f.kind == "text" else "4" if f.question.scale else "1" for f in fields
    } | {"apology": "", "expectations": "135"}
    cases, people = list(Case.objects.order_by("pk")), keyers(round_.unit)
    forms = [KeyedForm(round=round_, case=case, kind="person") for case in cases[:ready]]
    KeyedForm.objects.bulk_create(forms, batch_size=1000)
    draft = {name: text for name, text in typed.items() if text}
    keyings = [
        Keying(form=form, number=1, person=people[n % len(people)][0], draft=draft, page="p", saves=5, version=5)
        for n, form in enumerate(forms)
    ]
    Keying.objects.bulk_create(keyings, batch_size=1000)
    return [
        {
            "session": session, "round": round_.pk, "typed": typed,
            "begun": [(k.pk, k.form.case.case_id) for k in keyings[n :: len(people)]],
            "codes": [case.case_id for case in cases[ready:][n :: len(people)]],
        }
        for n, (_person, session) in enumerate(people)
    ]  # fmt: skip


class Page:
    """A keyer's browser: posts forms as the page's script does and notes how long each answer takes."""

    def __init__(self, port: int, keyer: Keyer) -> None:
        self.line, self.keyer, self.took = Line(port), keyer, list[float]()
        self.cookies = f"csrftoken={TOKEN}; sessionid={keyer['session']}"

    def ask(self, method: str, path: str, data: dict[str, Any] | None = None, head: str = HEADER) -> tuple[int, str]:
        """Send a request; gives status and where it leads."""
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": TOKEN, **data}) if data is not None else ""
        begun = time.perf_counter()
        text = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {self.cookies}\r\nContent-Type: {FORM}\r\n"
        self.line.there.sendall(f"{text}{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
        answer = self.line.answer()
        self.took.append(time.perf_counter() - begun)
        return answer

    def send(self, keying: int, act: str, typed: dict[str, str], saves: int, version: int) -> int:
        """Save or end a form as the page does; gives the status."""
        data = {f"k-{name}": text for name, text in typed.items()}
        data |= {"page": "p", "saves": str(saves), "version": str(version), "act": act}
        data |= {"keystrokes": "80", "milliseconds": "45000"}
        return self.ask("POST", f"/nhap-lieu/phieu/{keying}/", data)[0]

    def finish(self, begun: tuple[int, str]) -> str:
        """End a form that lies there keyed; gives its code where it was accepted."""
        keying, code = begun
        return code if self.send(keying, "finish", self.keyer["typed"], 6, 5) == 200 else ""

    def whole(self, code: str) -> str:
        """Key a form from its code to the end; gives its code where it was accepted."""
        desk, typed = f"/nhap-lieu/{self.keyer['round']}/", self.keyer["typed"]
        _status, to = self.ask("POST", desk, {"code": code, "keystrokes": "10"}, head="")
        found = re.search(r"/phieu/(\d+)/", to)
        if found is None or self.ask("GET", to, head="")[0] != 200:
            return ""
        names, saves = list(typed), 0
        for upto in range(SAVE_EVERY, len(names), SAVE_EVERY):
            saves += 1
            self.send(int(found.group(1)), "save", {n: typed[n] for n in names[:upto]}, saves, 0)
        return code if self.send(int(found.group(1)), "finish", typed, saves + 1, 0) == 200 else ""


def client(port: int, what: str, work: list[Keyer], seconds: float, out: Any) -> None:
    """One process of the client: each of its keyers ends or keys one form after the other."""
    accepted, took, failed, lock = list[str](), list[float](), [0], threading.Lock()
    until = time.perf_counter() + seconds

    def run(keyer: Keyer) -> None:
        page = Page(port, keyer)
        for one in keyer["begun" if what == "finish" else "codes"]:
            if time.perf_counter() >= until:
                break
            code = page.finish(one) if what == "finish" else page.whole(one)
            with lock:
                accepted.append(code) if code else failed.__setitem__(0, failed[0] + 1)
        with lock:
            took.extend(page.took)

    threads = [threading.Thread(target=run, args=(keyer,)) for keyer in work]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    out.put((accepted, took, failed[0], time.perf_counter() - begun))


def burst(port: int, what: str, work: list[Keyer], seconds: float) -> dict[str, Any]:
    """Let all keyers work at once."""
    spawned = multiprocessing.get_context("spawn")
    out = spawned.Queue()
    running = [
        spawned.Process(target=client, args=(port, what, work[n::PROCESSES], seconds, out)) for n in range(PROCESSES)
    ]
    for process in running:
        process.start()
    told = [out.get() for _process in running]
    for process in running:
        process.join()
    return web_answers.figures(told)


def measure(database: str) -> list[dict[str, Any]]:
    """Prepare, serve, key, and look for every form that was said to be accepted."""
    folder = web_answers.set_up(database)
    from sipas_web.capture.models import KeyedForm, Response

    ready = int(RESERVE * web_answers.LEAST[database] * SECONDS)
    work = prepare(folder, ready, 20 * WHOLE)
    web, port = web_answers.serve(dict(os.environ))
    try:
        ended = burst(port, "finish", work, SECONDS)
        whole = burst(port, "whole", work, min(WHOLE, SECONDS))
    finally:
        web.terminate()
        web.wait(60)
    accepted = KeyedForm.objects.filter(state=KeyedForm.State.ACCEPTED).values_list("case__case_id", flat=True)
    there = set(accepted) & set(Response.objects.filter(is_chosen=True).values_list("case__case_id", flat=True))
    found = []
    for what, one in (("end of a form", ended), ("whole form", whole)):
        lost = len(set(one.pop("accepted")) - there)
        found.append({"database": database, "what": what, **one, "lost": lost})
    return found


def main() -> None:
    if len(DATABASES) > 1:  # Django is set up once in a process
        ends = [subprocess.run([sys.executable, __file__, str(SECONDS), d], check=False) for d in DATABASES]
        sys.exit(max(end.returncode for end in ends))
    load = os.getloadavg()[0]
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {load:.1f}, {SECONDS} s", flush=True)
    found = measure(DATABASES[0])
    for one in found:
        web_answers.say(one)
    print(json.dumps(found))
    ended = found[0]
    sys.exit(0 if ended["rate"] >= LEAST and not ended["failed"] + ended["lost"] else 1)


if __name__ == "__main__":
    main()
