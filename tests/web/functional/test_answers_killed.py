"""The server is killed in the middle of a burst of answers: every receipt that a client saw is found afterwards."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from types import ModuleType

import pytest
from tests.web.functional.installation import Installation
from tests.web.functional.test_serving import free_port, wait_for

pytestmark = [pytest.mark.long, pytest.mark.skipif(sys.platform != "linux", reason="kills a group of processes")]
ROOT = Path(__file__).parents[3]
KILLS = 5 if os.environ.get("SIPAS_TEST_KILLS") == "many" else 2
DRAFTS, CLIENTS = 400 * KILLS, 8
PREPARE = """
import json, sys
from pathlib import Path
place, count = sys.argv[1:]
sys.path.insert(0, place)
sys.argv[1:] = []
import web_answers
print(json.dumps(web_answers.prepare(Path("."), int(count), 0)))
"""
FOUND = """
import json
from sipas_web.audit.models import Record
from sipas_web.audit.queries import verified
from sipas_web.capture.models import Draft, Response, WebAnswer
from sipas_web.fieldwork.models import Case, CaseCount, DayCount
records = Record.objects.filter(action="capture.web_answers_taken")
answers = {r: c for c, r in WebAnswer.objects.values_list("response__case__case_id", "receipt")}
print(json.dumps({
    "receipts": answers,
    "responses": Response.objects.count(),
    "answered": Case.objects.filter(state="answered").count(),
    "counted": sum(CaseCount.objects.filter(state="answered").values_list("count", flat=True)),
    "day": sum(DayCount.objects.filter(mode="web").values_list("answers", flat=True)),
    "drafts": Draft.objects.count(),
    "recorded": sum(json.loads(r.details)["answers"] for r in records),
    "faults": len(verified().faults),
}))
"""


def benchmark() -> ModuleType:
    """Load the client of the benchmark: its browser and its way of sending."""
    spec = importlib.util.spec_from_file_location("web_answers_client", ROOT / "benchmarks" / "web_answers.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules["web_answers_client"] = made  # dataclasses look there
    argv, sys.argv = sys.argv, ["web_answers"]
    spec.loader.exec_module(made)
    sys.argv = argv
    return made


def alive(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/suc-khoe/", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def start(home: Installation, port: int) -> subprocess.Popen[bytes]:
    program = [sys.executable, "-m", "sipas_web.config.command_line", "serve", "--no-worker", "--workers", "2"]
    server = subprocess.Popen([*program, "--port", str(port)], env=home.environment, start_new_session=True)
    wait_for(lambda: alive(port))
    return server


class Citizens:
    """People who press "send" until the page shows a receipt."""

    def __init__(self, client: ModuleType, port: int, work: list[tuple[str, str]]) -> None:
        self.client, self.port, self.work = client, port, iter(work)
        self.seen: dict[str, str] = {}  # receipt, as the page showed it -> code
        self.lock, self.over = threading.Lock(), threading.Event()
        self.threads = [threading.Thread(target=self.run) for _ in range(CLIENTS)]

    def run(self) -> None:
        while not self.over.is_set():
            with self.lock:
                code, cookie = next(self.work, ("", ""))
            if not code:
                return
            receipt = ""
            while not receipt and not self.over.is_set():
                receipt = self.press(code, cookie)
            if receipt:
                with self.lock:
                    self.seen[receipt] = code

    def press(self, code: str, cookie: str) -> str:
        """Send, then read the receipt; empty where the server is away."""
        browser = self.client.Browser(self.port)
        browser.cookies = {"phieu": cookie}
        try:
            if browser.ask("POST", f"/t/{code}/xem-lai/", {})[0] != 302:
                return ""
            page = browser.ask("GET", f"/t/{code}/")[2]
        except (OSError, self.client.http.client.HTTPException):
            time.sleep(0.05)
            return ""
        finally:
            browser.line.close()
        shown = page.partition('class="receipt"')[2].partition('class="code">')[2].partition("<")[0]
        return str(shown.replace(" ", ""))


def test_every_receipt_seen_is_found_after_kills(tmp_path: Path) -> None:
    home, client = Installation(tmp_path / "data", database()), benchmark()
    assert home.run("migrate").returncode == 0
    port = free_port()
    citizens = Citizens(client, port, json.loads(home.script(PREPARE, str(ROOT / "benchmarks"), str(DRAFTS))))
    server = start(home, port)
    for thread in citizens.threads:
        thread.start()
    for number in range(1, KILLS + 1):
        wait_for(lambda least=number: len(citizens.seen) > 60 * least)  # type: ignore[misc]
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
        server = start(home, port)
    wait_for(lambda: len(citizens.seen) > 60 * (KILLS + 1))
    citizens.over.set()
    for thread in citizens.threads:
        thread.join(60)
    os.killpg(server.pid, signal.SIGTERM)
    server.wait(60)
    found = json.loads(home.script(FOUND))
    assert citizens.seen.items() <= found["receipts"].items()
    figures = {found[name] for name in ("responses", "answered", "counted", "day", "recorded")}
    assert figures == {len(found["receipts"])}
    assert found["drafts"] == DRAFTS - len(found["receipts"])
    assert found["faults"] == 0


def database() -> str:
    """Give the address of a PostgreSQL of the test's own, where the tests run on it."""
    if os.environ.get("SIPAS_TEST_DATABASE") != "postgresql":
        return ""
    from tests.web.settings import start_postgresql

    return start_postgresql()


def test_a_connection_lost_while_saving_saves_all_or_nothing(tmp_path: Path) -> None:
    home, client = Installation(tmp_path / "data"), benchmark()
    assert home.run("migrate").returncode == 0
    ((code, cookie),) = json.loads(home.script(PREPARE, str(ROOT / "benchmarks"), "1"))
    port = free_port()
    server, browser = start(home, port), client.Browser(port)
    try:
        browser.cookies = {"phieu": cookie}

        def seats() -> str:
            page = browser.ask("GET", f"/t/{code}/phan/2/")[2]
            return str(page.partition(" checked")[0].rpartition('value="')[2].partition('"')[0])

        before = seats()
        other = "5" if before != "5" else "1"
        body = f"csrfmiddlewaretoken={client.TOKEN}&di=tiep&seats={other}"
        head = f"POST /t/{code}/phan/2/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: {client.FORM}\r\n"
        head += f"Cookie: csrftoken={client.TOKEN}; phieu={cookie}\r\nContent-Length: {len(body)}\r\n\r\n"
        for sent in (len(body) // 2, len(body) - 1):
            with socket.create_connection(("127.0.0.1", port)) as line:
                line.sendall((head + body[:sent]).encode())
            time.sleep(0.5)
            assert seats() == before, "half a form changes nothing"
        with socket.create_connection(("127.0.0.1", port)) as line:
            line.sendall((head + body).encode())  # and goes away before the answer
        wait_for(lambda: seats() == other, 20)
        assert alive(port)
    finally:
        browser.line.close()
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(60)
