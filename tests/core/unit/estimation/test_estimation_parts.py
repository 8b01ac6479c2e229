"""Moments in parts: files, merging, a part corrected by itself; to the last bit where the order is the same."""

import hashlib
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sipas.errors import SipasError
from sipas.estimation import Design, DuckDB, Mean, Share, collapse, estimate, merge
from sipas.estimation.moments.parts import collapse_parts, read_parts, write_part
from sipas.estimation.self_selection import ratings, self_selected

DESIGN = Design(weight="w", strata="h", psu="i")
MEASURES = (Share("q", "q", (4, 5)), Mean("x", "x"))
DOMAINS = (("h",), ("d", "h"))


def rows(n: int = 2000, seed: int = 5) -> pl.DataFrame:
    random = np.random.default_rng(seed)
    h = random.integers(0, 6, n)
    return pl.DataFrame({
        "h": h,
        "i": h * 100 + random.integers(0, 9, n),
        "day": random.integers(1, 4, n),
        "w": random.uniform(0.1, 7, n),
        "q": [None if v == 0 else v for v in random.integers(0, 6, n)],
        "x": random.normal(size=n),
        "d": [None if v == 0 else f"đ{v}" for v in random.integers(0, 4, n)],
    })


def by(data: pl.DataFrame, column: str) -> dict[str, pl.DataFrame]:
    return {f"{column} {key}": data.filter(pl.col(column) == key) for key in data[column].unique()}


def digests(folder: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}


@pytest.mark.parametrize("design", [DESIGN, Design(weight="w", strata="h"), ratings(weight="w", strata="h")])
def test_provinces_put_together_are_all_at_once_to_the_last_bit(design: Design, tmp_path: Path) -> None:
    data = rows()
    parts = collapse_parts(by(data, "h"), design, MEASURES, DOMAINS, folder=tmp_path)
    at_once = collapse(data, design, MEASURES, DOMAINS)
    again = read_parts(tmp_path)
    assert again.table.equals(parts.table)
    assert len(again.parts) == 6
    if design.self_selected:
        assert self_selected(again).equals(self_selected(at_once))
    elif design.psu is not None:
        assert estimate(again).equals(estimate(at_once))
        key = at_once.description.key()
        assert again.summed().sort(key).equals(at_once.summed().sort(key))


def test_a_corrected_part_replaces_itself_only(tmp_path: Path) -> None:
    data = rows()
    days = by(data, "day")
    collapse_parts(days, DESIGN, MEASURES, DOMAINS, folder=tmp_path)
    before = digests(tmp_path)
    days["day 2"] = days["day 2"].with_columns(q=pl.lit(5))[5:]
    corrected = collapse(days["day 2"], DESIGN, MEASURES, DOMAINS, part="day 2")
    assert write_part(corrected, tmp_path).name == "day 2.moments.parquet"
    after = digests(tmp_path)
    assert {name for name in before if before[name] != after[name]} == {"day 2.moments.parquet"}
    anew = collapse_parts(days, DESIGN, MEASURES, DOMAINS)
    assert estimate(read_parts(tmp_path)).equals(estimate(anew))
    backwards = merge([collapse(days[name], DESIGN, MEASURES, DOMAINS, part=name) for name in sorted(days)[::-1]])
    assert estimate(backwards).equals(estimate(anew))


def test_days_that_share_units_are_all_at_once_to_rounding() -> None:
    data = rows()
    parts = estimate(collapse_parts(by(data, "day"), DESIGN, MEASURES, DOMAINS))
    at_once = estimate(collapse(data, DESIGN, MEASURES, DOMAINS))
    for name in ("estimate", "se", "low", "high"):
        np.testing.assert_allclose(parts[name].to_numpy(), at_once[name].to_numpy(), rtol=1e-11, atol=1e-13)
    exact = ["domain_kind", "domain", "variable", "n", "df", "lonely"]
    assert parts.select(exact).equals(at_once.select(exact))


def test_units_without_answers_are_counted_once_whatever_the_parts() -> None:
    data = rows()
    listed = data.select(stratum=pl.col("h").cast(pl.String), psu=pl.col("i").cast(pl.String)).unique()
    silent = pl.DataFrame({"stratum": ["0", "1"], "psu": ["99", "199"]})
    psus = pl.concat([listed, silent])
    parts = collapse_parts(by(data, "h"), DESIGN, MEASURES, DOMAINS, psus=psus)
    assert estimate(parts).equals(estimate(collapse(data, DESIGN, MEASURES, DOMAINS, psus=psus)))


def test_a_day_without_answers_is_a_part(tmp_path: Path) -> None:
    data = rows(100)
    collapse_parts({"mồng một": data[:0], "mồng hai": data}, DESIGN, MEASURES, DOMAINS, folder=tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
    assert read_parts(tmp_path).parts == ("mồng hai",)


def test_the_official_run_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        collapse_parts(by(rows(), "day"), DESIGN, MEASURES, DOMAINS, engine=DuckDB(threads=1), folder=tmp_path / name)
    assert digests(tmp_path / "one") == digests(tmp_path / "two")


@pytest.mark.parametrize("name", ["", ".hidden", "a/b", "a\\b", "a:b", "a\nb"])
def test_a_part_that_cannot_be_a_file_is_refused_before_any_work(tmp_path: Path, name: str) -> None:
    with pytest.raises(SipasError, match=r"estimation\.part_name_not_valid"):
        collapse_parts({name: pl.DataFrame()}, DESIGN, MEASURES, folder=tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_several_parts_are_not_one_file(tmp_path: Path) -> None:
    both = collapse_parts(by(rows(), "day"), DESIGN, MEASURES)
    with pytest.raises(SipasError, match=r"estimation\.parts_not_one"):
        write_part(both, tmp_path)


def test_no_parts_are_told(tmp_path: Path) -> None:
    with pytest.raises(SipasError, match=r"estimation\.nothing_to_merge"):
        read_parts(tmp_path)


def test_a_write_that_fails_leaves_the_old_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moments = collapse(rows(50), DESIGN, MEASURES, part="a")
    write_part(moments, tmp_path)
    before = digests(tmp_path)

    def broken(self: object, path: Path) -> None:
        path.write_bytes(b"half")
        raise BlockingIOError

    monkeypatch.setattr("sipas.estimation.moments.moments.Moments.write", broken)
    with pytest.raises(BlockingIOError):
        write_part(moments, tmp_path)
    assert digests(tmp_path) == before
