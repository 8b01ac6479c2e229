"""Lists handed in for the field: whatever the bytes are, the file is read or refused with a reason, never an error."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from sipas.errors import SipasError
from sipas_web.fieldwork.assignment_files import HEADS, read_assignments
from sipas_web.fieldwork.served_files import HEADS as SERVED
from sipas_web.fieldwork.served_files import read_served
from sipas_web.supervision.own_points import points_of

LISTS = {
    "assignments": ",".join(names[0] for names in HEADS.values()) + "\nT3P3CR73SE,BC-1,dtv-1\nZ4RCTJSPEB,BC-1,\n",
    "served": ",".join(names[0] for names in SERVED.values()) + "\n00925,BC-1\n02512,BC-2\n",
    "points": "mã phiếu,điểm\nT3P3CR73SE,3\nZ4RCTJSPEB,0.5\n",
}


@st.composite
def bytes_of(draw: st.DrawFn) -> bytes:
    """A good list with some of its bytes changed, cut or put twice; or any bytes."""
    whole = bytearray(LISTS[draw(st.sampled_from(sorted(LISTS)))].encode(draw(st.sampled_from(["utf-8", "utf-16"]))))
    for _n in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(whole)))
        whole[at : at + draw(st.integers(0, 6))] = draw(st.binary(max_size=6))
    return draw(st.sampled_from([bytes(whole), b"PK\x03\x04" + bytes(whole), draw(st.binary(max_size=60))]))


def read(what: str, content: bytes) -> None:
    if what == "points":
        points_of([content])
    elif what == "served":
        chunks: Iterable[bytes] = [content[:7], content[7:]]
        read_served(chunks, {"00925", "02512"}, {"BC-1": 1, "BC-2": 2})
    else:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "tep"
            path.write_bytes(content)
            rows, wrong = read_assignments(path, "tệp.csv")
        assert len({row.case_id for row in rows}) == len(rows)
        assert all(row.office for row in rows)
        assert all(fault.code for fault in wrong)


@pytest.mark.parametrize("what", sorted(LISTS))
def test_a_good_list_is_read(what: str) -> None:
    read(what, LISTS[what].encode())


@pytest.mark.parametrize("what", sorted(LISTS))
@settings(max_examples=300, deadline=None)
@given(bytes_of())
def test_any_bytes_are_read_or_refused_with_a_reason(what: str, content: bytes) -> None:
    with contextlib.suppress(SipasError, ValidationError):  # whose sentences are shown to people
        read(what, content)
