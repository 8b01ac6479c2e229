"""Many people sealed at once: as if each were sealed alone, each opened, replaced, turned and forgotten alone."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipas_web.audit.actors import Actor
from sipas_web.privacy import keys
from sipas_web.privacy.actions.people import forget_people, open_people, put_people
from sipas_web.privacy.actions.rotating import make_key, reseal_part
from sipas_web.privacy.keys import Key
from sipas_web.privacy.models import SealedPerson
from sipas_web.privacy.sealing import TamperedError, mark, marks, seal_texts, unseal

KIND = "onestop.applicant"
KEY = Key("thu", dt.datetime(2026, 1, 1, tzinfo=dt.UTC), b"k" * 32)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.lists(st.tuples(texts, st.dictionaries(texts, texts, max_size=5)), max_size=6))
def test_each_of_many_opens_as_if_sealed_alone_and_nowhere_else(rows: list[tuple[str, dict[str, str]]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sipas_web.privacy.sealing.named", lambda _name: KEY)
        sealed = seal_texts(rows, key=KEY, round_id=0, kind=KIND)
        for (code, content), one in zip(rows, sealed, strict=True):
            assert unseal(one, key="thu", round_id=0, code=code, kind=KIND) == content
            with pytest.raises(TamperedError):
                unseal(one, key="thu", round_id=0, code=f"{code}x", kind=KIND)
    assert len({one[:13] for one in sealed}) == len(rows)  # no nonce twice


@given(st.lists(st.tuples(st.integers(), texts, texts), max_size=6))
def test_marks_of_many_are_those_of_each(rows: list[tuple[int, str, str]]) -> None:
    alone = [mark(json.dumps(row, ensure_ascii=False), key=KEY, round_id=0, kind=KIND) for row in rows]
    assert marks(rows, key=KEY, round_id=0, kind=KIND) == alone


@pytest.mark.django_db
def test_people_put_together_are_opened_replaced_turned_and_forgotten_each_alone(
    by: Actor, settings: Any, tmp_path: Path
) -> None:
    settings.CONTACT_KEYS = tmp_path / "keys" / "contacts.json"
    people = [
        (f"t{n:04d}", {"name": f"Nguyễn Văn “{n}”", "phone": None, "dossier_number": f"H{n}"}) for n in range(1500)
    ]
    assert put_people(kind=KIND, rows=[*people[::-1], ("rong", {"name": " "})], by=by) == 1500
    assert put_people(kind=KIND, rows=[("t0007", {"name": "Trần Thị Bình"})], by=by) == 1
    assert put_people(kind=KIND, rows=[], by=by) == 0
    assert forget_people(kind=KIND, tokens=["t0008"], unit=None, by=by) == 1
    make_key(by=by)
    while reseal_part(most=1_000, by=by):
        pass
    assert set(SealedPerson.objects.values_list("key", flat=True)) == {keys.newest().name}
    found = open_people(kind=KIND, tokens=[t for t, _who in people], purpose="thu", unit=None, by=by)
    expected = {token: who["name"] for token, who in people if token != "t0008"} | {"t0007": "Trần Thị Bình"}
    assert {token: who.name for token, who in found.items()} == expected
    assert "Nguyễn" not in str([bytes(row) for row in SealedPerson.objects.values_list("sealed", flat=True)[:50]])
