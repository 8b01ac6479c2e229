"""Random numbers, case codes, canonical form and seed."""

import unicodedata
from hashlib import sha256

import polars as pl
import pytest
from sampling_cases import PARTS, SEED, frame

from sipas.errors import SipasError
from sipas.sampling import (
    SeedPart,
    canonical_csv,
    canonical_csv_of_files,
    case_codes,
    case_id_valid,
    case_ids,
    digest,
    make_seed,
    read_case_id,
    schema_of_files,
    table_digest,
)
from sipas.sampling.case_codes import BASE, LENGTH, MODULUS, check_characters
from sipas.sampling.numbers import BASE32, RANGE, fields, ids_of, number, numbers, path, purpose_key


def test_fields_are_length_prefixed_in_bytes() -> None:
    assert fields("a", "", "Đô") == "1:a0:4:Đô".encode()
    assert fields("ab", "c") != fields("a", "bc")


def test_a_number_by_hand() -> None:
    key = sha256(b"64:" + SEED.encode() + b"4:unit1:1").hexdigest()[:32]
    assert purpose_key(SEED, "unit", 1) == key
    whole = sha256(b"32:" + key.encode() + b"2:u1").hexdigest()
    assert number(key, "u1") == int(whole, 16) >> (256 - 53)


@pytest.mark.parametrize("engine", ["python", "duckdb"])
def test_engines_give_the_same_numbers(engine: str) -> None:
    ids = ["", "a", "7K3QZ1XW9V0B2M4N", "Thôn Đồng Bông", "O'Hara", 'x"y', "é", "\n"]
    table = pl.DataFrame({"one": ids, "two": ids[::-1]})
    key = purpose_key(SEED, "unit", 2)
    made = numbers(table.select(path(["one", "two"])).to_series(), key, engine=engine)
    assert made.to_list() == [number(key, a, b) for a, b in table.iter_rows()]
    assert made.dtype == pl.Int64
    assert all(0 <= value < RANGE for value in made)


def test_every_wrong_character_and_every_swap_is_found() -> None:
    """All of them: the check is linear, so it is enough that no weight times a difference of digits is 0."""
    weights = [pow(BASE, LENGTH - 1 - i, MODULUS) for i in range(LENGTH)]
    digits = range(1, BASE)
    assert all(w * d % MODULUS for w in weights for d in digits)
    assert all((v - w) * d % MODULUS for i, v in enumerate(weights) for w in weights[i + 1 :] for d in digits)


def test_wrong_characters_and_swaps_in_printed_codes() -> None:
    for code in case_ids(SEED, [f"u{i}" for i in range(40)]).values():
        assert case_id_valid(code)
        for at in range(LENGTH):
            changed = [code[:at] + c + code[at + 1 :] for c in BASE32 if c != code[at]]
            assert not any(case_id_valid(other) for other in changed)
        for at in range(LENGTH - 1):
            swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
            assert swapped == code or not case_id_valid(swapped)


def test_case_codes_are_read_as_people_type_them() -> None:
    code = "0101ABCD" + check_characters("0101ABCD")
    assert read_case_id(f" ol0I-abcd {code[8:].lower()}") == code
    for typed, error in (
        ("0101ABC", "sampling.case_id_length"),
        ("0101ABCU" + code[8:], "sampling.case_id_character"),
        ("1001ABCD" + code[8:], "sampling.case_id_check"),
    ):
        with pytest.raises(SipasError) as caught:
            read_case_id(typed)
        assert caught.value.code == error
    assert not case_id_valid(code.lower())


def test_case_codes_do_not_repeat_nor_depend_on_order(monkeypatch: pytest.MonkeyPatch) -> None:
    units = [f"u{i}" for i in range(500)]
    assert case_ids(SEED, units) == case_ids(SEED, units[::-1])
    body = case_codes._body
    monkeypatch.setattr(case_codes, "_body", lambda key, unit, attempt: body(key, unit[-1:], attempt))  # they now meet
    codes = case_codes.case_ids(SEED, units)
    assert len(set(codes.values())) == 500


def test_canonical_form_by_hand() -> None:
    table = pl.DataFrame({
        "z": [1.0, None, 0.1],
        "unit_id": ["b", "a", "ă"],
        "t": ['x"y', "", None],
        "d": pl.Series(["2026-01-31", None, "2026-02-01"]).str.to_date(),
        "f": [True, False, None],
        "n": [-3, 4, None],
        "c": [unicodedata.normalize("NFD", "Đồng, Nai"), "a\nb", " b "],
    })
    made = b"".join(canonical_csv(table)).decode()
    assert made == (
        'unit_id,c,d,f,n,t,z\na,"a\nb",,false,4,"",\nb,"Đồng, Nai",2026-01-31,true,-3,"x""y",1.0\n'
        "ă, b ,2026-02-01,,,,0.1\n"
    )
    assert unicodedata.is_normalized("NFC", made)
    found = table_digest(table)
    assert (found.sha256, found.rows) == (sha256(made.encode()).hexdigest(), 3)


@pytest.mark.parametrize("rows", [0, 1, 9_999, 10_000, 10_001, 20_000])
def test_pieces_and_rows_are_counted(rows: int) -> None:
    table = frame(max(rows, 1))[:rows]
    found = table_digest(table)
    assert found.rows == rows
    assert len(found.blocks) == 1 + -(-rows // 10_000)


def test_files_and_memory_give_the_same_canonical_form(tmp_path: object) -> None:
    table = frame(21_000)
    table[:8_000].write_parquet(f"{tmp_path}/a.parquet")
    table[8_000:].write_parquet(f"{tmp_path}/b.parquet")
    source = f"{tmp_path}/*.parquet"
    assert digest(canonical_csv_of_files(source), schema_of_files(source)) == table_digest(table)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"unit_id": pl.Series(["a", "a"])}, "sampling.unit_repeated"),
        ({"unit_id": pl.Series(["a", None])}, "sampling.unit_missing"),
        ({"x": pl.Series([1.0, float("nan")])}, "sampling.canonical_number"),
        ({"x": pl.Series([[1], [2]])}, "sampling.canonical_type"),
    ],
)
def test_what_has_no_canonical_form_is_refused(change: dict[str, pl.Series], code: str) -> None:
    table = pl.DataFrame({"unit_id": ["a", "b"], "x": [1, 2]}).with_columns(**change)
    with pytest.raises(SipasError) as caught:
        table_digest(table)
    assert caught.value.code == code


def test_seed_by_hand_and_its_normal_form() -> None:
    made = make_seed("ab" * 32, PARTS, operator="Bà B")
    texts = ["sipas-seed-1", "ab" * 32, *(t for p in PARTS for t in (p.kind, p.name, p.text))]
    assert made.sha256 == sha256(fields(*texts)).hexdigest()
    loose = [SeedPart(p.kind, unicodedata.normalize("NFD", p.name), f" {p.text}\n", p.source) for p in PARTS]
    assert make_seed("ab" * 32, loose, operator="Bà B") == made


@pytest.mark.parametrize(
    ("parts", "operator", "code"),
    [
        ([], "B", "sampling.seed_empty"),
        ([SeedPart("witness", "A", " ")], "B", "sampling.seed_text_empty"),
        ([SeedPart("witness", "bà  b", "x")], "Bà B", "sampling.seed_operator"),
        ([SeedPart("witness", "A", "x"), SeedPart("witness", "A", "y")], "B", "sampling.seed_witness_twice"),
        ([SeedPart("public_number", "XSMB", "123")], "B", "sampling.seed_source"),
    ],
)
def test_seeds_that_prove_nothing_are_refused(parts: list[SeedPart], operator: str, code: str) -> None:
    with pytest.raises(SipasError) as caught:
        make_seed("ab" * 32, parts, operator=operator)
    assert caught.value.code == code


def test_paths_are_taken_apart_again() -> None:
    assert ids_of(fields("Xã Đồng", "", "1:2", "é").decode()) == ["Xã Đồng", "", "1:2", "é"]


def test_files_with_ids_in_another_form_are_refused(tmp_path: object) -> None:
    table = frame(3).with_columns(unit_id=pl.Series(["a", "b", unicodedata.normalize("NFD", "é")]))
    table.write_parquet(f"{tmp_path}/frame.parquet")
    with pytest.raises(SipasError) as caught:
        list(canonical_csv_of_files(f"{tmp_path}/frame.parquet"))
    assert caught.value.code == "sampling.unit_form"
