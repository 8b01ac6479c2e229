"""Each file is read back with equal values and labels, and the same input gives the same bytes."""

import json
from io import BytesIO

import polars as pl
import pyreadstat
import pytest
from release_round import DAY, EDITION, KEY, domains, responses, weights

from sipas.errors import SipasError
from sipas.publication import FORMATS, Release, encode, file_names, harmless_csv, release


@pytest.fixture(scope="module")
def made() -> Release:
    return release(responses(), weights(), domains(), EDITION, key=KEY, simulated=True)


def test_csv(made: Release) -> None:
    back = pl.read_csv(encode(made, "csv", DAY), schema_overrides=made.table.schema)
    assert back.equals(made.table)


def test_no_text_of_a_csv_can_act_as_a_formula() -> None:
    wild = ["=1+1", "+84", "-x", "@a", "\tb", "\rc", "\nd", "  =2", "＝3", "\u00a0=4"]  # full width on purpose
    tame = ["a=b", "x-y", "'=1", "", None, "Sở", "3", "a\tb", "?", "1"]
    table = pl.DataFrame({"=cột": wild, "đơn vị": tame, "số": [-1.5] * 10})
    content = harmless_csv(table)
    assert content.startswith(b"\xef\xbb\xbf'=c")
    back = pl.read_csv(content, infer_schema=False)
    assert back["'=cột"].to_list() == ["'" + text for text in wild]
    assert back["đơn vị"].to_list() == tame
    assert back["số"].to_list() == ["-1.5"] * 10


def test_parquet(made: Release) -> None:
    content = encode(made, "parquet", DAY)
    assert pl.read_parquet(BytesIO(content)).equals(made.table)
    told = json.loads(pl.read_parquet_metadata(BytesIO(content))["sipas"])
    assert told["notes"][0].startswith("Số liệu mô phỏng")
    seats = next(v for v in told["variables"] if v["name"] == "seats")
    assert seats["values"]["5"] == "Rất hài lòng"


@pytest.mark.parametrize("form", ["sav", "dta"])
def test_statistical_files(made: Release, form: str, tmp_path) -> None:
    path = tmp_path / f"out.{form}"
    path.write_bytes(encode(made, form, DAY))
    read = pyreadstat.read_sav if form == "sav" else pyreadstat.read_dta
    frame, meta = read(path, output_format="polars")
    assert frame.columns == made.table.columns
    for variable in made.variables:
        got, wanted = frame[variable.name], made.table[variable.name]
        if wanted.dtype == pl.String:
            assert got.to_list() == wanted.fill_null("").to_list()
        else:
            assert got.cast(pl.Float64).fill_nan(None).equals(wanted.cast(pl.Float64))
        assert meta.column_names_to_labels[variable.name] == variable.label
        labels = {int(k): v for k, v in meta.variable_value_labels.get(variable.name, {}).items()}
        assert labels == variable.values
    assert meta.file_label.startswith("mô phỏng; câu chữ nhớ lại")
    assert meta.file_encoding == "UTF-8" or form == "dta"


def test_sav_has_its_weight_switched_on_and_its_notes(made: Release, tmp_path) -> None:
    path = tmp_path / "out.sav"
    path.write_bytes(encode(made, "sav", DAY))
    _, meta = pyreadstat.read_sav(path, output_format="polars")
    assert " ".join(line.strip() for line in meta.notes).startswith("Số liệu mô phỏng: do chương trình")
    assert meta.variable_measure["seats"] == "ordinal"
    content = encode(made, "sav", DAY)
    entries = sav_entries(content)
    assert entries[int.from_bytes(content[76:80], "little") - 1] == b"WEIGHT  "


def sav_entries(content: bytes) -> list[bytes | None]:
    """Names of the dictionary's entries, in order, by the PSPP description of the format."""
    at, names = 176, []
    while content[at : at + 4] == (2).to_bytes(4, "little"):
        kind = int.from_bytes(content[at + 4 : at + 8], "little", signed=True)
        names.append(content[at + 24 : at + 32].upper() if kind != -1 else None)
        has_label = content[at + 8]
        at += 32
        if has_label:
            length = int.from_bytes(content[at : at + 4], "little")
            at += 4 + (length + 3) // 4 * 4
    return names


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_input_gives_the_same_bytes(made: Release, form, monkeypatch) -> None:
    first = encode(made, form, DAY)
    again = release(responses().reverse(), weights(), domains(), EDITION, key=KEY, simulated=True)
    assert encode(again, form, DAY) == first


def test_dates_in_the_heads_are_the_callers(made: Release) -> None:
    assert encode(made, "sav", DAY)[92:109] == b"01 Oct 2500:00:00"
    dta = encode(made, "dta", DAY)
    assert b"<timestamp>\x1101 Oct 2025 00:00</timestamp>" in dta
    assert b"<release>118</release>" in dta


def test_an_unknown_format_is_refused(made: Release) -> None:
    with pytest.raises(SipasError) as caught:
        encode(made, "xlsb", DAY)
    assert caught.value.code == "publication.format"


def test_names_that_spss_and_stata_take() -> None:
    names = ["Cơ quan", "Co quan", "with", "1st", "x" * 40, "x" * 39 + "y", "Đ/đ", "ok"]
    made = list(file_names(names).values())
    assert made[:4] == ["co_quan", "Co_quan_2", "v_with", "v_1st"]
    assert made[4:6] == ["x" * 32, "x" * 30 + "_2"]
    assert made[6:] == ["d_d", "ok"]
    assert all(len(name) <= 32 for name in made)
