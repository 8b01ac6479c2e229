"""Certificates: the same from memory and from files, and a difference is found where it is."""

import json
from typing import Any

import polars as pl
import pytest
from sampling_cases import THREE_STAGES, frame, one_stage, seed_of

from sipas.errors import SipasError
from sipas.sampling import (
    Coordination,
    Draw,
    build_certificate,
    certificate_json,
    draw,
    draw_large,
    parse_design,
    read_certificate,
    table_digest,
    verify,
)

DESIGNS = [one_stage(m) for m in ("srs", "systematic", "pps_systematic", "pareto")] + [THREE_STAGES]


def certified(design: dict[str, object], table: pl.DataFrame) -> tuple[Draw, dict[str, Any]]:
    digest = table_digest(table)
    seed = seed_of(digest)
    drawn = draw(table, parse_design(design), seed.sha256)
    certificate = build_certificate(drawn, frame=digest, seed=seed, program_version="1.2.3", trials=2, redraws=1)
    return drawn, read_certificate(certificate_json(certificate))


@pytest.mark.parametrize("design", DESIGNS)
def test_a_draw_is_confirmed_from_shuffled_rows_and_columns(design: dict[str, object]) -> None:
    table = frame()
    drawn, certificate = certified(design, table)
    shuffled = table.sample(fraction=1, shuffle=True, seed=9).select(table.columns[::-1])
    assert verify(shuffled, drawn.sample.reverse(), certificate) == []


def test_the_certificate_says_how_many_draws_there_were_and_the_rule() -> None:
    drawn, certificate = certified(DESIGNS[0], frame())
    assert certificate["draws"] == {"trials": 2, "redraws": 1}
    assert any("2 lần bốc thử và 1 lần bốc lại" in text for text in certificate["recommendations"])
    assert certificate["program"] == {"name": "sipas", "version": "1.2.3"}
    assert certificate["seed"]["operator"] == "Bà Nguyễn Thị B, Sở Nội vụ"
    assert len(certificate["rule"]) == 4
    assert sum(h["official"] for h in certificate["sample"]["by_stratum"]) == 60
    assert certificate_json(certificate) == certificate_json(dict(reversed(certificate.items())))
    assert drawn.sample.height == 120


@pytest.mark.parametrize("design", DESIGNS)
def test_one_changed_cell_of_the_frame_is_found_and_placed(design: dict[str, object]) -> None:
    table = frame(15_000)
    drawn, certificate = certified(design, table)
    last = table["unit_id"].max()
    changed = table.with_columns(prn=pl.when(pl.col("unit_id") == last).then(1).otherwise("prn"))
    (found,) = verify(changed, drawn.sample, certificate)
    assert (found.code, found.place.row) == ("sampling.verify_frame", 10_002)


def test_changes_of_the_sample_are_named() -> None:
    table = frame()
    drawn, certificate = certified(DESIGNS[0], table)
    sample = drawn.sample
    third = sample.with_columns(order=pl.when(pl.int_range(pl.len()) == 2).then(99).otherwise("order"))
    codes = {error.code: error for error in verify(table, third, certificate)}
    assert set(codes) == {"sampling.verify_sample", "sampling.verify_row"}
    assert (codes["sampling.verify_row"].place.row, codes["sampling.verify_row"].place.column) == (4, "order")
    assert codes["sampling.verify_row"].got == 99
    missing = verify(table, sample[1:], certificate)
    assert [e.code for e in missing] == ["sampling.verify_sample", "sampling.verify_unit_missing"]
    assert missing[1].parameter == sample["unit_id"][0]
    other = sample.with_columns(unit_id=pl.col("unit_id").replace(sample["unit_id"][0], "000"))
    assert "sampling.verify_unit_extra" in {e.code for e in verify(table, other, certificate)}
    assert "sampling.verify_column" in {e.code for e in verify(table, sample.drop("psu"), certificate)}


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        (("seed", "parts", 0, "text"), "hoa sen", "sampling.verify_seed"),
        (("lists", 1, "sample"), 14, "sampling.verify_list"),
        (("lists", 1, "more"), 14, "sampling.verify_list"),
        (("sample", "sha256"), "0" * 64, "sampling.verify_sample"),
        (("sample", "official"), 61, "sampling.verify_certificate"),
        (("sample", "by_stratum", 0, "reserve"), 3, "sampling.verify_certificate"),
        (("frame", "rows"), 601, "sampling.verify_certificate"),
        (("frame", "blocks", 0), "0" * 16, "sampling.verify_certificate"),
        (("frame", "columns", 0, 1), "Int64", "sampling.verify_certificate"),
        (("draws", "redraws"), 0, "sampling.verify_certificate"),
        (("draws", "trials"), 3, "sampling.verify_certificate"),
        (("draws", "more"), 3, "sampling.verify_certificate"),
        (("rule", 0), "Bốc tùy ý.", "sampling.verify_certificate"),
        (("rule",), [], "sampling.verify_certificate"),
        (("recommendations", 0), "Không cần lưu.", "sampling.verify_certificate"),
        (("design", "stages", 0, "size", "x"), 1, "sampling.certificate_form"),
        (("program", "name"), "khác", "sampling.verify_certificate"),
        (("coordination",), {"start": 4, "x": 1}, "sampling.certificate_form"),
        (("more",), "lời thêm vào", "sampling.verify_certificate"),
    ],
)
def test_a_changed_certificate_is_found(path: tuple[Any, ...], value: object, code: str) -> None:
    table = frame()
    drawn, certificate = certified(DESIGNS[0], table)
    target: Any = certificate
    for key in path[:-1]:
        target = target[key]
    assert isinstance(target, list) is isinstance(path[-1], int)
    assert isinstance(target, list) or target.get(path[-1]) != value
    target[path[-1]] = value
    assert set(codes_of(table, drawn.sample, certificate)) == {code}


def codes_of(*given: Any) -> list[str]:
    try:
        return [error.code for error in verify(*given)]
    except SipasError as error:
        return [error.code]


def test_what_the_journal_knows_is_held_against_the_certificate() -> None:
    table = frame()
    drawn, certificate = certified(DESIGNS[0], table)
    certificate["notes"] = ["Danh sách đầy đủ."]
    assert verify(table, drawn.sample, certificate) == []
    journal = {"trials": 2, "redraws": 1}
    assert verify(table, drawn.sample, certificate, draws=journal, notes=["Danh sách đầy đủ."]) == []
    (found,) = verify(table, drawn.sample, certificate, draws=journal, notes=["Thiếu 12 hồ sơ."])
    assert (found.code, found.place.node) == ("sampling.verify_certificate", "notes[0]")
    assert (found.expected, found.got) == ("Thiếu 12 hồ sơ.", "Danh sách đầy đủ.")
    hidden = verify(table, drawn.sample, certificate, draws={"trials": 2, "redraws": 4})
    assert [error.place.node for error in hidden] == ["draws.redraws", "recommendations[1]"]


def test_a_changed_seed_draws_other_units() -> None:
    table = frame()
    drawn, certificate = certified(DESIGNS[0], table)
    certificate["seed"]["sha256"] = "0" * 64
    codes = {error.code for error in verify(table, drawn.sample, certificate)}
    assert {"sampling.verify_seed", "sampling.verify_unit_missing", "sampling.verify_unit_extra"} <= codes


@pytest.mark.parametrize("data", [b"{", b"[]", b'{"form": "x"}'])
def test_what_is_no_certificate(data: bytes) -> None:
    with pytest.raises(SipasError) as caught:
        read_certificate(data)
    assert caught.value.code == "sampling.certificate_form"
    with pytest.raises(SipasError):
        verify(frame(), frame(), {"form": "sipas-draw-1"})


def test_seed_frame_and_draw_must_belong_together() -> None:
    table = frame()
    digest = table_digest(table)
    drawn = draw(table, parse_design(DESIGNS[0]), "00" * 32)
    with pytest.raises(SipasError) as caught:
        build_certificate(drawn, frame=digest, seed=seed_of(digest), program_version="1")
    assert caught.value.code == "sampling.certificate_seed"


@pytest.mark.parametrize("method", ["srs", "pareto"])
@pytest.mark.parametrize("strata", [(), ("agency",), ("agency", "commune")])
@pytest.mark.parametrize("coordination", [None, Coordination(5)])
def test_files_give_the_same_bytes_as_memory(
    tmp_path: object, method: str, strata: tuple[str, ...], coordination: Coordination | None
) -> None:
    table = frame(6000)
    table[:1000].write_parquet(f"{tmp_path}/a.parquet")
    table[1000:].write_parquet(f"{tmp_path}/b.parquet")
    design = parse_design(one_stage(method, strata=strata, n=300))
    small = draw(table, design, "12" * 32, coordination=coordination)
    large = draw_large(f"{tmp_path}/*.parquet", design, "12" * 32, coordination=coordination)
    assert small.sample.equals(large.sample)
    assert small.lists.equals(large.lists)
    assert table_digest(small.sample) == table_digest(large.sample)


def test_a_draw_from_files_is_verified_from_files(tmp_path: object) -> None:
    table = frame(3000)
    table.write_parquet(f"{tmp_path}/frame.parquet")
    drawn, certificate = certified(one_stage("pareto"), table)
    assert verify(f"{tmp_path}/frame.parquet", drawn.sample, certificate) == []
    assert json.loads(certificate_json(certificate)) == certificate


@pytest.mark.parametrize(
    ("prn", "code"),
    [(pl.lit(None, pl.Int64), "sampling.column_empty"), (pl.lit(2**53), "sampling.number_out_of_range")],
)
def test_permanent_numbers_must_be_there_in_files_as_in_memory(tmp_path: object, prn: pl.Expr, code: str) -> None:
    table = frame().with_columns(prn=pl.when(pl.int_range(pl.len()) == 3).then(prn).otherwise("prn"))
    table.write_parquet(f"{tmp_path}/frame.parquet")
    design = parse_design(one_stage("srs"))
    with pytest.raises(SipasError) as caught:
        draw_large(f"{tmp_path}/frame.parquet", design, "12" * 32, coordination=Coordination(5))
    assert caught.value.code == code
    with pytest.raises(SipasError) as caught:
        draw(table, design, "12" * 32, coordination=Coordination(5))
    assert caught.value.code == code


def test_a_shortfall_is_told_by_names() -> None:
    stages = [
        {"unit": "commune", "size": {"rule": "fixed", "n": 2}},
        {"unit": "unit_id", "size": {"rule": "fixed", "n": 500}},
    ]
    drawn, certificate = certified({"stages": stages}, frame())
    commune = drawn.sample["psu"].min()
    told = [text for text in certificate["recommendations"] if text.startswith("Giai đoạn 2")]
    assert told[0].startswith(f"Giai đoạn 2 ({commune}): quy tắc cần 500 nhưng chỉ có ")
