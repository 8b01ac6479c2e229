"""``sipas-web serve``: the process of long work lives and ends with it, and comes back when it dies."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.web.functional.installation import Installation

pytestmark = [
    pytest.mark.skipif(os.environ.get("SIPAS_TEST_DATABASE") == "postgresql", reason="once is enough"),
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]
ALIVE = "from sipas_web.jobs.queries import workers_alive; print(workers_alive())"
LANES = 2  # processes beside the server: for every kind of work, and for quick work alone


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/suc-khoe/", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:  # URLError, a refused connection, a timeout
        return False


def below(process: int) -> list[int]:
    """Give the processes that carry out long work below a process."""
    path = Path(f"/proc/{process}/task")
    found = []
    for thread in path.iterdir() if path.exists() else ():
        for child in map(int, (thread / "children").read_text().split()):
            found += [child, *below(child)]
    return [pid for pid in found if b"worker_process" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def wait_for(what: Callable[[], object], seconds: float = 240) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until
        time.sleep(0.1)


def test_the_worker_lives_with_the_server(tmp_path: Path) -> None:
    home = Installation(tmp_path / "data")
    port = free_port()
    server = home.start("serve", "--port", str(port))
    try:
        wait_for(lambda: answers(port) and len(below(server.pid)) == LANES)
        wait_for(lambda: home.script(ALIVE).strip() == str(LANES))
        first, second = below(server.pid)
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: second in (now := below(server.pid)) and first not in now and len(now) == LANES)
        assert answers(port)
        last = below(server.pid)
    finally:
        server.terminate()
        assert server.wait(90) == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in last), "nothing is left behind"
    assert home.script(ALIVE).strip() == "0"
