"""Uploads at a real server: sizes and contents meant to hurt are answered by a page, and memory stays bounded."""

from __future__ import annotations

import http.client
import io
import json
import os
import signal
import socket
import sys
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.web.functional.installation import Installation
from tests.web.functional.test_serving import free_port, wait_for

pytestmark = [
    pytest.mark.skipif(os.environ.get("SIPAS_TEST_DATABASE") == "postgresql", reason="once is enough"),
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]
MEBI = 1024 * 1024
ROOM = 300 * MEBI  # most that the server may grow while it answers
BOUNDARY = "kho-danh-sach"
PEOPLE = """
import sys
from django.test import Client
sys.path.insert(0, sys.argv[1])
from allauth.mfa.totp.internal.auth import TOTP
from sipas_web.accounts.actions.assigning import write_assignment
from sipas_web.accounts.actions.people import new_person
from sipas_web.accounts.models import Role
from sipas_web.audit.actors import command_line
from sipas_web.units import queries
from tests.web import cast
unit = queries.by_code("08", queries.today())
person = new_person(username="so-noi-vu", full_name="Lê Thị Sổ", email="so@example.vn", password="một câu dài để nhớ")
write_assignment(person=person, role=Role.objects.get(code="department"), unit=unit, since=queries.today(), until=None)
TOTP.activate(person, "MFRGGZDFMZTWQ2LKMFRGGZDFMZTWQ2LK")
client = Client()
client.force_login(person)
round_ = cast.new_round(unit, command_line())
print(round_.pk, client.cookies["sessionid"].value)
"""


@dataclass
class Served:
    """A server, a round, somebody who hands lists in."""

    home: Installation
    port: int
    pid: int  # of the process that answers
    round_id: str
    session: str
    token: str = "a" * 32  # of CSRF: any, as long as cookie and form say the same

    @property
    def peak(self) -> int:
        """Most memory the answering process has held since ``forget_peak``, in bytes."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))

    def forget_peak(self) -> int:
        """Measure anew; gives what is held now."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")
        return self.peak

    def leftovers(self) -> list[str]:
        """Give what lies where lists come in, but for the list that another test here hands in."""
        folders = [*self.home.folder.glob("incoming/*"), *self.home.folder.glob("rounds/*/input/frame/*")]
        names = [p.name for p in [*folders, *self.home.folder.glob("rounds/*/input/frame/.*")]]
        return [name for name in names if not name.endswith("-so.csv")]

    def upload(self, pieces: Iterator[bytes], size: int, name: str = "danh-sach.csv") -> str:
        """Send a list as a browser does: everything first, then the answer."""
        head = (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{self.token}\r\n'
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="lists"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode()
        tail = f"\r\n--{BOUNDARY}--\r\n".encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        connection.putrequest("POST", f"/dot/{self.round_id}/danh-sach/tai-len/")
        for key, value in {
            "Cookie": f"sessionid={self.session}; csrftoken={self.token}",
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
            "Content-Length": str(len(head) + size + len(tail)),
        }.items():
            connection.putheader(key, value)
        connection.endheaders()
        connection.send(head)
        for piece in pieces:
            connection.send(piece)
        connection.send(tail)
        answer = connection.getresponse()
        page = answer.read().decode()
        connection.close()
        assert answer.status == 200, (answer.status, page[:500])
        return page


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = Installation(tmp_path_factory.mktemp("uploads") / "data")
    home.lay_schema()
    assert home.run("migrate").returncode == 0
    made = home.script(PEOPLE, str(Path(__file__).parents[3])).split()
    port = free_port()
    server = home.start("serve", "--port", str(port), "--no-worker")
    try:
        wait_for(lambda: answers(port), 240)
        yield Served(home, port, answering(server.pid), made[0], made[1])
    finally:
        server.terminate()
        server.wait(60)


def answers(port: int) -> bool:
    """Say whether the server answers; a busy machine lets it wait."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/suc-khoe/", timeout=60) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def answering(process: int) -> int:
    """Give the process below the server that answers requests: the largest one."""
    found = [process]
    for pid in found:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            found += [int(child) for child in (thread / "children").read_text().split()]
    return max(found[1:], key=lambda pid: int(Path(f"/proc/{pid}/statm").read_text().split()[1]))


def test_two_gigabytes_are_answered_by_a_page(served: Served) -> None:
    before = served.forget_peak()
    piece = b"x" * MEBI
    page = served.upload((piece for _ in range(2048)), 2048 * MEBI, "nang.csv")
    assert "nang.csv" in page
    assert "200 MiB" in page
    assert served.peak - before < ROOM
    assert served.leftovers() == []


def test_ten_million_rows_are_counted_and_refused(served: Served) -> None:
    before = served.forget_peak()
    line = b"Nguyen Van A,So X\n"
    page = served.upload((line * 100_000 for _ in range(100)), 10_000_000 * len(line))
    assert "10000000" in page
    assert "2000000" in page
    assert served.peak - before < ROOM
    assert served.leftovers() == []


def test_a_bomb_is_refused(served: Served) -> None:
    before = served.forget_peak()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(600):
                part.write(b"<row/>" * (MEBI // 6))
    page = served.upload(iter([out.getvalue()]), len(out.getvalue()), "bom.xlsx")
    assert "phá hoại" in page
    assert served.peak - before < ROOM
    assert served.leftovers() == []


def test_who_goes_away_half_way_leaves_nothing(served: Served) -> None:
    line = socket.create_connection(("127.0.0.1", served.port))
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="lists"; filename="a.csv"\r\n\r\n'
    line.sendall(
        f"POST /dot/{served.round_id}/danh-sach/tai-len/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000000\r\n"
        f"Cookie: sessionid={served.session}; csrftoken={served.token}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n{head}".encode()
    )
    line.sendall(b"x" * MEBI)
    line.close()
    time.sleep(1)
    assert answers(served.port)
    assert served.leftovers() == []


ADD = """
import sys
from django.core.files.uploadedfile import SimpleUploadedFile
from sipas_web.audit.actors import command_line
from sipas_web.rounds import frame_files
from sipas_web.rounds.actions import frame as actions
from sipas_web.rounds.models import Round
import hashlib, io
from sipas_web.shared.uploads import Received
content = open(sys.argv[2], "rb").read()
round_ = Round.objects.get(pk=sys.argv[1])
file = Received(io.BytesIO(content), "so.csv", "", len(content), hashlib.sha256(content).hexdigest())
actions.add_list(round_=round_, staged=frame_files.stage(round_, file), province="", by=command_line())
print(actions.start_import(round_=round_, by=command_line()).pk)
"""
CARRY_OUT = """
import sys
from sipas_web.audit.actors import command_line
from sipas_web.jobs.models import Job
from sipas_web.jobs.registry import Work, handler_of
job = Job.objects.get(pk=sys.argv[1])
print("begun", flush=True)
work = Work(job.pk, job.arguments, command_line(), 1, lambda share, note: None)
print(handler_of(job.kind)(work)["counts"]["frame"])
"""
TELL = """
import json, sys
from sipas import rounds as library
from sipas_web.audit.models import Record
from sipas_web.rounds.folders import folder_of
from sipas_web.rounds.models import Round
root = folder_of(Round.objects.get(pk=sys.argv[1]))
events = [json.loads(line)["event"] for line in (root / "journal.jsonl").read_text().splitlines()]
records = Record.objects.filter(action="rounds.frame_imported").count()
print(json.dumps([events.count("done"), records, library.frame_hash(root), (root / ".work").exists()]))
"""


def test_an_import_killed_anywhere_is_made_once(served: Served, tmp_path: Path) -> None:
    head = "Mã hồ sơ,Cơ quan giải quyết,Họ và tên,Số điện thoại,Ngày trả kết quả\n"
    rows = (f"HS{n},Sở Nội vụ,Nguyễn Văn {n},09{n:08d},15/03/2026\n" for n in range(20_000))
    (tmp_path / "so.csv").write_text(head + "".join(rows), encoding="utf-8")
    job = served.home.script(ADD, served.round_id, str(tmp_path / "so.csv")).strip()
    for wait in (0.05, 0.4, 0.8, 1.2, 1.6):
        process = served.home.start_script(CARRY_OUT, job)
        time.sleep(2 + wait)  # the program itself takes a second or two to start
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert served.home.script(CARRY_OUT, job).split()[-1] == "20000"
    first = json.loads(served.home.script(TELL, served.round_id))
    assert first[:2] == [1, 1]
    assert not first[3]
    assert served.home.script(CARRY_OUT, job).split()[-1] == "20000"
    assert json.loads(served.home.script(TELL, served.round_id)) == first
