"""Unit ids, commitments, permanent numbers against plain Python; contacts under lock."""

import hashlib
import hmac

import polars as pl
import pytest
from frame_lists import KEYS, imported, listed

from sipas.errors import SipasError
from sipas.sampling.frame import KeyMaterial, committed, open_sealed, seal
from sipas.sampling.frame.keys import ids_and_salts

TABLE = listed(
    {"Mã hồ sơ": "H1", "Email": "a@b.vn"},
    {"Mã hồ sơ": "H2", "Họ và tên": "Vũ Văn Ước", "SĐT": None},
    {"Mã hồ sơ": None, "Họ và tên": "Đặng Đức Hải", "Địa chỉ": None},
)


def prefixed(*texts: str) -> bytes:
    return b"".join(str(len(t.encode())).encode() + b":" + t.encode() for t in texts)


def test_commitment_by_plain_python() -> None:
    result = imported(TABLE)
    frame = dict(result.frame.select("unit_id", "commitment").iter_rows())
    for row in result.contacts.iter_rows(named=True):
        salt = row["salt"]
        names = ("name", "address", "phone", "email", "dossier_number", "finished_on")
        fields = ["" if row[name] is None else str(row[name]) for name in names]
        assert frame[row["unit_id"]] == hashlib.sha256(prefixed(salt, *fields)).hexdigest()


def test_permanent_number_by_plain_python() -> None:
    result = imported(listed({}))
    person = "nguyen thi huong|phone:0912345678"
    leading = int(hmac.new(KEYS.department_key, prefixed("prn", person), "sha256").hexdigest(), 16) >> (256 - 53)
    assert result.frame["prn"].to_list() == [leading]


@pytest.mark.parametrize("secret", [b"k" * 16, b"k" * 32, b"k" * 64, b"k" * 65, b"k" * 200])
def test_unit_id_and_salt_by_plain_python(secret: bytes) -> None:
    whole = hmac.new(secret, prefixed("unit") + b"3:abc", "sha256").digest()
    bits = int.from_bytes(whole[:10])
    letters = ["0123456789ABCDEFGHJKMNPQRSTVWXYZ"[(bits >> (75 - 5 * i)) & 31] for i in range(16)]
    made = ids_and_salts(pl.Series(["3:abc", "1:x"]), secret)
    assert made.row(0) == ("".join(letters), whole[10:26].hex())
    assert made.row(1) == ids_and_salts(pl.Series(["1:x"]), secret).row(0)
    assert ids_and_salts(pl.Series([], dtype=pl.String), secret).height == 0


def test_other_secrets_give_other_codes_but_the_department_keeps_its_numbers() -> None:
    first = imported(TABLE)
    second = imported(TABLE, keys=KeyMaterial(b"x" * 32, KEYS.department_key))
    assert set(first.frame["unit_id"]).isdisjoint(second.frame["unit_id"])
    assert set(first.frame["commitment"]).isdisjoint(second.frame["commitment"])
    assert sorted(first.frame["prn"]) == sorted(second.frame["prn"])
    third = imported(TABLE, keys=KeyMaterial(KEYS.round_secret, b"y" * 32))
    assert first.frame["unit_id"].equals(third.frame["unit_id"])
    assert set(first.frame["prn"]).isdisjoint(third.frame["prn"])


def test_secrets_do_not_show() -> None:
    assert "rrr" not in repr(KEYS)


def test_contacts_hold_to_the_commitment_until_a_letter_changes() -> None:
    result = imported(TABLE)
    assert committed(result.frame, result.contacts)["holds"].all()
    changed = result.contacts.with_columns(pl.col("name").str.replace("Vũ", "Võ"))
    assert committed(result.frame, changed)["holds"].to_list().count(False) == 1
    stranger = result.contacts.head(1).with_columns(pl.lit("0" * 16).alias("unit_id"))
    assert committed(result.frame, stranger)["holds"].to_list() == [False]


def test_sealed_contacts_come_back_and_repeat_byte_for_byte() -> None:
    contacts = imported(TABLE).contacts
    sealed = seal(contacts, b"s" * 32)
    assert open_sealed(sealed, b"s" * 32).equals(contacts)
    assert seal(contacts.reverse(), b"s" * 32) == sealed
    assert "Hường".encode() not in sealed


def test_sealed_contacts_in_several_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sipas.sampling.frame.contacts.SEGMENT", 1000)
    contacts = imported(TABLE).contacts
    sealed = seal(contacts, b"s" * 32)
    assert open_sealed(sealed, b"s" * 32).equals(contacts)
    header, size = 16, 8
    first = int.from_bytes(sealed[header : header + size])
    without_first = sealed[:header] + sealed[header + size + first :]
    with pytest.raises(SipasError, match="contacts_unreadable"):
        open_sealed(without_first, b"s" * 32)


@pytest.mark.parametrize("at", [0, 15, 16, 24, 60, -1])
def test_one_changed_byte_is_noticed(at: int) -> None:
    sealed = bytearray(seal(imported(TABLE).contacts, b"s" * 32))
    sealed[at] ^= 1
    with pytest.raises(SipasError, match="contacts_unreadable"):
        open_sealed(bytes(sealed), b"s" * 32)


def test_another_secret_or_file_is_refused() -> None:
    sealed = seal(imported(TABLE).contacts, b"s" * 32)
    for data, secret in ((sealed, b"t" * 32), (b"PAR1", b"s" * 32), (sealed[:16], b"s" * 32)):
        with pytest.raises(SipasError, match="contacts_unreadable"):
            open_sealed(data, secret)
    with pytest.raises(SipasError, match="secret_short"):
        seal(imported(TABLE).contacts, b"s")
