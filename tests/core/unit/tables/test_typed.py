"""Typed records are made safely from many threads at once, as a web server makes them."""

from __future__ import annotations

import subprocess
import sys

# New types each time: only the first use of a type is dangerous. With msgspec.convert itself this process dies.
MANY_THREADS = """
import sys, threading
import msgspec
from sipas.tables.typed import convert, described, from_json
sys.setswitchinterval(1e-6)
def once():
    Leaf = msgspec.defstruct("Leaf", [(f"n{i}", "int | None", None) for i in range(30)])
    Node = msgspec.defstruct("Node", [("leaves", list[Leaf]), ("by_name", dict[str, Leaf])])
    barrier, found = threading.Barrier(8), []
    def make(n):
        barrier.wait()
        if n % 2:
            described(Node)
        found.append(convert({"leaves": [{"n1": 1}], "by_name": {"a": {"n2": 2}}}, Node).leaves[0].n1)
        found.append(from_json('{"leaves": [], "by_name": {"a": {"n2": 2}}}', Node).by_name["a"].n2)
    threads = [threading.Thread(target=make, args=(n,)) for n in range(8)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert sorted(found) == [1] * 8 + [2] * 8, found
for _ in range(60):
    once()
print("done")
"""


def test_records_are_made_by_many_threads_at_once() -> None:
    done = subprocess.run([sys.executable, "-c", MANY_THREADS], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr[-2000:]
