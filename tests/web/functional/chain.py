"""A round from its lists to its publication, asked for by people over HTTP while somebody kills processes."""

from __future__ import annotations

import http.client
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.web.functional.installation import Installation

ROOT = Path(__file__).parents[3]
TOKEN = "k" * 32  # of forms: cookie and field must be alike
TEXTS = {"supervisor": "mưa thuận gió hòa", "supervisor-2": "đường xa vạn dặm"}
NAMED = {"supervisor": "Bà Lụa, Mặt trận Tổ quốc (mô phỏng)", "supervisor-2": "Ông Ẩn, Hội Cựu chiến binh (mô phỏng)"}
PREPARE = """
import datetime as dt, json
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from sipas_web.accounts import demonstration, queries as people
from sipas_web.accounts.actions import load_roles
from sipas_web.audit.actors import command_line
from sipas_web.config.demonstration_people import actor_of
from sipas import rounds as library
from sipas_web.rounds.actions import settings as choices, set_up
from sipas_web.rounds.folders import folder_of, settings_of
from sipas_web.units import actions as units, queries
from tests.web import cast
call_command("migrate", verbosity=0)
call_command("createcachetable", verbosity=0)
units.load_register(by=command_line())
load_roles(by=command_line())
demonstration.make_accounts(by=command_line())
unit, by = queries.by_code("08", queries.today()), actor_of("department")
round_ = set_up.add(title="Đo lường thử", unit=unit, year=2026, edition="sipas-2017", previous=None, is_simulated=True,
    by=by)
days = {"window_from": dt.date(2026, 1, 1), "window_to": dt.date(2026, 9, 30)}
choices.change(round_=round_, changes={**days, **cast.settings_for(unit, 2026)}, part="design", by=by)
round_.refresh_from_db()
library.put_settings(folder_of(round_), settings_of(round_), simulated_seed=1)  # keys that do not differ
place = settings.FOLDER / "handed-in"
place.mkdir()
for name, content in cast._lists("08", *days.values()).items():
    (place / name).write_bytes(content)
sessions, ids = {}, {}
for name in ("department", "supervisor", "supervisor-2"):
    person = people.by_username(name)
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(person.pk), settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    sessions[name], ids[name] = session.session_key, person.pk
print(json.dumps({"round": round_.pk, "folder": round_.folder, "sessions": sessions, "people": ids}))
"""


class Chain(Installation):
    """An installation with one round and the sessions of three people."""

    def __init__(self, folder: Path, database: str = "", port: int = 0) -> None:
        super().__init__(folder, database)
        self.port = port
        self.about: dict[str, Any] = {}
        self.statuses: list[tuple[str, int]] = []
        self.server: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        known = {"DJANGO_SETTINGS_MODULE": "tests.web.functional.work_settings", "SIPAS_SECRET_KEY": "for-tests"}
        known |= {"SIPAS_DEMONSTRATION": "1", "SIPAS_PROVINCES": "08,02", "POLARS_MAX_THREADS": "2"}
        return super().environment | known | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}

    def prepare(self) -> None:
        self.lay_schema()
        self.about = json.loads(self.script(PREPARE).splitlines()[-1])

    def serve(self) -> None:
        """Start it in a group of its own, all of which can be killed at once."""
        program = ["serve", "--demonstration", "--no-rounds", "--port", str(self.port)]
        self.server = subprocess.Popen(
            [sys.executable, "-m", "sipas_web.config.command_line", *program],
            env=self.environment, start_new_session=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip

    def processes(self) -> dict[str, int]:
        """Name the processes that can be killed."""
        assert self.server is not None
        found = {"main": self.server.pid}
        for pid in below(self.server.pid):
            line = command(pid)
            if "command_line" in line and " worker" in line:
                found["supervisor"] = pid
            elif "worker_process" in line and not line.endswith("quick"):  # the one that takes every kind
                found["worker"] = pid
            elif "spawn_main" in line:
                found["web"] = pid
        return found

    def kill(self, victim: str) -> bool:
        """Kill one process, or "all"; what does not come back by itself is started again. False: it was not there."""
        assert self.server is not None
        if victim == "all":
            os.killpg(self.server.pid, signal.SIGKILL)
        else:
            pid = self.processes().get(victim)
            if pid is None:
                return False
            os.kill(pid, signal.SIGKILL)
        if victim in {"all", "main"}:
            self.server.wait()
            self.serve()
        return True

    def stop(self) -> None:
        """End it as an operator would; by force where it does not."""
        assert self.server is not None
        self.server.terminate()
        try:
            self.server.wait(60)
        finally:
            if self.server.poll() is None:
                os.killpg(self.server.pid, signal.SIGKILL)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the database itself."""
        if not self.database:
            with closing(sqlite3.connect(self.folder / "sipas.sqlite3", timeout=30)) as opened:
                return opened.execute(query).fetchall()
        import psycopg

        with psycopg.connect(self.database) as asked:
            return asked.execute(query.encode()).fetchall()

    def value(self, query: str) -> Any:
        """Give the first cell; None where there is no row, or nobody answers."""
        try:
            found = self.rows(query)
        except Exception as error:
            if "OperationalError" not in {kind.__name__ for kind in type(error).__mro__}:
                raise
            return None
        return found[0][0] if found else None

    def post(self, who: str, path: str, form: dict[str, str], file: Path | None = None) -> int:
        """Send a form as a browser does; 0 where nobody answers."""
        form = {"csrfmiddlewaretoken": TOKEN, **form}
        cookie = f"sessionid={self.about['sessions'][who]}; csrftoken={TOKEN}"
        kind, body = multipart(form, file) if file else ("application/x-www-form-urlencoded", urlencoded(form))
        status = 0
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as line:
                line.request("POST", path, body, {"Cookie": cookie, "Content-Type": kind})
                status = line.getresponse().status
        except (OSError, http.client.HTTPException):
            pass
        self.statuses.append((path, status))
        return status


@dataclass(frozen=True)
class Step:
    """Something a person wants, how they see that it is done, and how they ask."""

    name: str
    done: Callable[[Chain], bool]
    ask: Callable[[Chain], object]
    job: str = ""
    longest: float = 1.0  # s within which it is disturbed

    def is_under_way(self, chain: Chain) -> bool:
        query = f"SELECT count(*) FROM jobs_job WHERE kind = '{self.job}' AND state IN ('waiting', 'running')"
        return bool(self.job) and bool(chain.value(query))

    def see_through(self, chain: Chain, patience: float = 240.0) -> None:
        """Ask until it is done; a person who got no answer looks first whether it was taken."""
        until = time.monotonic() + patience
        while True:
            is_under_way = self.is_under_way(chain)  # asked first: what ends between the two looks is done
            if self.done(chain):
                return
            assert time.monotonic() < until, (self.name, chain.statuses[-5:], chain.value(LAST_JOB))
            if not is_under_way:
                self.ask(chain)
            time.sleep(0.1)


# The check of the day may have come before or among the answers: what is frozen with them is that of all answers.
LOOKED = (
    "SELECT count(*) FROM jobs_job WHERE kind = 'quality.look_through' AND state = 'done' AND created > "
    "(SELECT max(finished) FROM jobs_job WHERE kind = 'capture.simulation' AND state = 'done')"
)
LAST_JOB = "SELECT kind || ' ' || state FROM jobs_job ORDER BY id DESC LIMIT 1"


def steps() -> Sequence[Step]:
    """List the steps from the lists to the publication."""
    state = "SELECT state FROM rounds_round"
    done = "SELECT count(*) FROM jobs_job WHERE state = 'done' AND kind = '{}'".format
    typed = "SELECT count(*) FROM rounds_witness WHERE typed IS NOT NULL"
    field_work, snapshot = "capture.simulation", "SELECT state FROM results_snapshot"
    return (
        Step("lists", lambda c: not missing(c), hand_in, longest=1.5),
        Step("import", lambda c: bool(c.value(done("rounds.import_frame"))), to("dot/{}/danh-sach/nhap/"),
             "rounds.import_frame", 2.0),
        Step("open", lambda c: bool(c.value("SELECT count(*) FROM rounds_draw")), open_draw),
        Step("texts", lambda c: c.value(typed) == 2, type_texts),
        Step("draw", lambda c: c.value("SELECT state FROM rounds_draw") == "done", to("dot/{}/boc-mau/boc/"),
             "rounds.draw", 2.0),
        Step("issue", lambda c: c.value(state) == "in_field", to("thuc-dia/{}/phat-phieu/"), "fieldwork.issue"),
        Step("field", lambda c: bool(c.value(done(field_work))), to("phieu/{}/mo-phong/"), field_work, 2.0),
        Step("look", lambda c: bool(c.value(LOOKED)), to("chat-luong/{}/kiem-tra/"), "quality.look_through"),
        Step("freeze", lambda c: c.value(snapshot) == "review", to("ket-qua/dot/{}/chot/", agreed="on"),
             "results.freeze_and_estimate", 8.0),
        Step("approve", lambda c: c.value(snapshot) == "approved", to("ket-qua/dot/{}/ra-soat/chap-thuan/", note="")),
        Step("publish", lambda c: c.value(state) == "published", to("ket-qua/dot/{}/cong-bo/", agreed="on", alone="on"),
             "results.publish", 2.0),
    )  # fmt: skip


def to(path: str, **form: str) -> Callable[[Chain], int]:
    """Post a form of the department to an address of the round."""
    return lambda chain: chain.post("department", f"/{path.format(chain.about['round'])}", form)


def missing(chain: Chain) -> list[Path]:
    """List the files that are not in the round yet."""
    try:
        known = {name for (name,) in chain.rows("SELECT name FROM rounds_framelist")}
    except Exception:
        known = set()
    return [path for path in sorted((chain.folder / "handed-in").iterdir()) if path.name not in known]


def hand_in(chain: Chain) -> None:
    """Upload the next file."""
    chain.post("department", f"/dot/{chain.about['round']}/danh-sach/tai-len/", {}, missing(chain)[0])


def open_draw(chain: Chain) -> None:
    """Open the draw with two witnesses."""
    people = chain.about["people"]
    form = {f"take_{people[who]}": "on" for who in NAMED} | {f"name_{people[who]}": name for who, name in NAMED.items()}
    chain.post("department", f"/dot/{chain.about['round']}/boc-mau/mo/", {"public_source": "", **form})


def type_texts(chain: Chain) -> None:
    """Type each witness's own text."""
    for who, text in TEXTS.items():
        chain.post(who, f"/dot/{chain.about['round']}/boc-mau/chung-kien/", {"text": text, "has_compared": "on"})


def urlencoded(form: dict[str, str]) -> bytes:
    """Write a form."""
    return urllib.parse.urlencode(form).encode()


def multipart(form: dict[str, str], file: Path) -> tuple[str, bytes]:
    """Write a form with a file."""
    edge = "----ranh-gioi"
    parts = [f'--{edge}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n'.encode() for n, v in form.items()]
    head = f'--{edge}\r\nContent-Disposition: form-data; name="lists"; filename="{file.name}"\r\n\r\n'.encode()
    return f"multipart/form-data; boundary={edge}", b"".join([
        *parts,
        head,
        file.read_bytes(),
        f"\r\n--{edge}--\r\n".encode(),
    ])


def below(process: int) -> list[int]:
    """Give all processes below one."""
    found = []
    for thread in Path(f"/proc/{process}/task").glob("*"):
        try:
            children = [int(pid) for pid in (thread / "children").read_text().split()]
        except OSError:
            continue
        for child in children:
            found += [child, *below(child)]
    return found


def command(process: int) -> str:
    """Give the command line of a process; empty where it is gone."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    except OSError:
        return ""
