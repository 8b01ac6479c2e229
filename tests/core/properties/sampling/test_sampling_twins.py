"""Draws, allocations and the canonical form against slow, obvious twins on generated input."""

import csv
import io
import tempfile
from fractions import Fraction
from hashlib import sha256
from typing import Any
from unicodedata import normalize

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from sipas.sampling import (
    allocate,
    canonical_csv,
    case_ids,
    draw,
    draw_large,
    parse_design,
    read_case_id,
    table_digest,
    yamane,
)
from sipas.sampling.allocation import round_shares

SEED = "c3" * 32
FEW = settings(max_examples=40, deadline=None)


@st.composite
def frames(draw_: st.DrawFn) -> pl.DataFrame:
    rows = draw_(st.integers(2, 40))
    texts = st.text(st.characters(blacklist_categories=("Cs",)), max_size=6)
    names = draw_(st.lists(st.sampled_from(["Sở A", "Sở Đ", "x,y", 'q"']), min_size=rows, max_size=rows))
    ids = draw_(st.lists(st.integers(0, 10**6), min_size=rows, max_size=rows, unique=True))
    return pl.DataFrame(
        {
            "unit_id": [f"U{i:06d}" for i in ids],
            "agency": names,
            "size": draw_(st.lists(st.integers(1, 60), min_size=rows, max_size=rows)),
            "area": draw_(st.lists(st.none() | st.integers(-3, 3), min_size=rows, max_size=rows)),
            "note": draw_(st.lists(st.none() | texts, min_size=rows, max_size=rows)),
        },
        schema_overrides={"area": pl.Int64, "note": pl.String},
    )


def design(method: str, n: int, *, strata: bool) -> dict[str, object]:
    stage: dict[str, Any] = {"unit": "unit_id", "size": {"rule": "fixed", "n": n}, "method": method}
    if strata:
        stage |= {"strata": ["agency"], "allocation": {"rule": "proportional", "minimum": 0}}
    if method in {"pareto", "pps_systematic"}:
        stage["measure_of_size"] = "size"
    if method.endswith("systematic"):
        stage["order"] = ["area"]
    return {"stages": [stage], "reserve": 0.5}


def bits(text: str) -> int:
    return int(sha256(text.encode()).hexdigest()[:14], 16) // 8


def field(text: str) -> str:
    return f"{len(text.encode())}:{text}"


def number(purpose: str, *texts: str) -> int:
    key = sha256("".join(map(field, (SEED, purpose, "1"))).encode()).hexdigest()[:32]
    return bits("".join(map(field, (key, *texts))))


def slow_sure(units: list[dict[str, Any]], n: int) -> list[dict[str, Any]]:
    """Take out who has n x ≥ Σx, again and again."""
    sure: list[dict[str, Any]] = []
    while True:
        rest = [u for u in units if u not in sure]
        left, total = n - len(sure), sum(u["size"] for u in rest)
        more = [u for u in rest if left and Fraction(left * u["size"], total) >= 1]
        if not more:
            return sure
        sure += more


def slow_walk(line: list[dict[str, Any]], n: int, start: int, *, by_size: bool) -> list[dict[str, Any]]:
    sure = slow_sure(line, n) if by_size else []
    weigh = {u["unit_id"]: u["size"] if by_size else 1 for u in line}
    rest = [u for u in line if u not in sure]
    total, left = sum(weigh[u["unit_id"]] for u in rest), n - len(sure)
    points = [(Fraction(start, 2**53) + j) * Fraction(total, left) for j in range(left)]
    end, taken = Fraction(0), []
    for unit in line:
        if unit in sure:
            taken.append(unit)
            continue
        begin, end = end, end + weigh[unit["unit_id"]]
        if any(begin <= p < end for p in points):
            taken.append(unit)
    return taken


def slow_list(units: list[dict[str, Any]], method: str, n: int, reserve: int, stratum: str) -> list[str]:
    """Give ids: official in order, then reserves in order."""
    by_size = method in {"pareto", "pps_systematic"}
    for unit in units:
        unit["u"] = number("unit", unit["unit_id"])
    by_number = sorted(units, key=lambda u: (u["u"], u["unit_id"]))
    if method == "srs":
        return [u["unit_id"] for u in by_number[: n + reserve]]
    if method == "pareto":
        sure = slow_sure(units, n)
        total, left = sum(u["size"] for u in units if u not in sure), n - len(sure)

        def rank(u: dict[str, Any]) -> float:
            if u in sure or not left:
                return -1.0
            p = float(left * u["size"]) / float(total)
            return (float(u["u"]) * (1.0 - p)) / (p * (float(2**53) - float(u["u"])))

        return [u["unit_id"] for u in sorted(units, key=lambda u: (rank(u), u["unit_id"]))[: n + reserve]]
    line = sorted(units, key=lambda u: (u["area"] is not None, u["area"] or 0, u["unit_id"]))
    first = slow_walk(line, n, number("start", "", stratum), by_size=by_size)
    rest = [u for u in line if u not in first]
    spare = slow_walk(rest, reserve, number("reserve start", "", stratum), by_size=by_size)
    return [u["unit_id"] for u in [*first, *sorted(spare, key=lambda u: (u["u"], u["unit_id"]))]]


@given(
    frames(),
    st.sampled_from(["srs", "systematic", "pps_systematic", "pareto"]),
    st.integers(1, 30),
    st.booleans(),
)
@FEW
def test_a_draw_equals_its_twin(frame: pl.DataFrame, method: str, n: int, strata: bool) -> None:
    made = draw(frame, parse_design(design(method, n, strata=strata)), SEED)
    assert made.lists["sample"].sum() == min(n, frame.height)
    found = made.sample.with_columns(pl.col("stratum").str.strip_suffix(" [π=1]"))
    for stratum, size, reserve in made.lists.select("stratum", "sample", "reserve").iter_rows():
        members = frame.filter(agency=stratum) if strata else frame
        wanted = slow_list(members.to_dicts(), method, size, reserve, stratum)
        mine = found.filter(stratum=stratum).sort("role", "order")
        assert mine["unit_id"].to_list() == wanted
        assert mine["role"].to_list() == ["official"] * size + ["reserve"] * reserve
        assert len(set(wanted)) == len(wanted)
        assert reserve == min(-(-size // 2), members.height - size)


@given(frames(), st.sampled_from(["srs", "systematic", "pps_systematic", "pareto"]), st.randoms())
@FEW
def test_order_of_rows_and_columns_does_not_matter(frame: pl.DataFrame, method: str, source: Any) -> None:
    rows, columns = list(range(frame.height)), list(frame.columns)
    source.shuffle(rows)
    source.shuffle(columns)
    other = frame[rows].select(columns)
    plan = parse_design(design(method, 7, strata=True))
    one, two = draw(frame, plan, SEED), draw(other, plan, SEED)
    assert one.sample.equals(two.sample)
    assert one.lists.equals(two.lists)
    assert table_digest(frame).sha256 == table_digest(other).sha256


@given(frames(), st.sampled_from(["srs", "pareto"]), st.integers(1, 30), st.booleans())
@settings(max_examples=20, deadline=None)
def test_the_engine_does_not_matter(frame: pl.DataFrame, method: str, n: int, strata: bool) -> None:
    plan = parse_design(design(method, n, strata=strata))
    with tempfile.TemporaryDirectory() as folder:
        frame.write_parquet(f"{folder}/frame.parquet")
        large = draw_large(f"{folder}/frame.parquet", plan, SEED)
    small = draw(frame, plan, SEED)
    assert small.sample.equals(large.sample)
    assert small.lists.equals(large.lists)


@given(frames())
@FEW
def test_the_canonical_form_equals_its_twin_and_reads_back(frame: pl.DataFrame) -> None:
    def cell(value: Any) -> str:
        if value is None:
            return ""
        text = normalize("NFC", str(value))
        quoted = text == "" or any(c in text for c in '",\r\n')
        return '"' + text.replace('"', '""') + '"' if quoted else text

    names = ["unit_id", "agency", "area", "note", "size"]
    rows = sorted(frame.select(names).iter_rows(), key=lambda row: row[0])
    wanted = "".join(",".join(map(cell, row)) + "\n" for row in [names, *rows])
    made = b"".join(canonical_csv(frame)).decode()
    assert made == wanted
    read = list(csv.reader(io.StringIO(made, newline="")))
    assert read[1:] == [["" if v is None else normalize("NFC", str(v)) for v in row] for row in rows]


PIECES = ["a", "é", "e\u0301", '"', ",", "\n", "\r", " ", "#", "\ufeff"]
AWKWARD = st.none() | st.lists(st.sampled_from(PIECES), max_size=4).map("".join)


@given(st.lists(st.tuples(AWKWARD, AWKWARD, st.none() | st.floats(allow_nan=False, allow_infinity=False)), min_size=1))
@FEW
def test_awkward_texts_and_reals_are_written_as_by_hand(
    rows: list[tuple[str | None, str | None, float | None]],
) -> None:
    """The quick writer against a slow one, also where a lone CR sends it another way."""
    units = [f"{at:03d}" for at in range(len(rows))]
    schema = {"a": pl.String, "b": pl.String, "f": pl.Float64}
    table = pl.DataFrame(rows, schema=schema, orient="row").insert_column(0, pl.Series("unit_id", units))

    def cell(value: str | float | None) -> str:
        if value is None or isinstance(value, float):
            return "" if value is None else repr(value)
        text = normalize("NFC", value)
        return '"' + text.replace('"', '""') + '"' if not text or set(text) & set('",\r\n') else text

    wanted = "".join(",".join([unit, *map(cell, row)]) + "\n" for unit, row in zip(units, rows, strict=True))
    assert b"".join(canonical_csv(table)).decode() == "unit_id,a,b,f\n" + wanted


STRATA = st.dictionaries(
    st.text("abcxyz", min_size=1, max_size=3),
    st.tuples(st.integers(1, 500), st.integers(0, 50)),
    min_size=1,
    max_size=8,
)


@given(STRATA, st.integers(0, 20), st.data())
@settings(deadline=None)
def test_allocation_adds_up_within_bounds_at_one_rate(
    strata: dict[str, tuple[int, int]], minimum: int, data: st.DataObject
) -> None:
    """The water level: strata off their bounds share one rate; those held at a bound lie on its far side."""
    populations = {h: count for h, (count, _) in strata.items()}
    weights = {h: Fraction(weight + 1) for h, (_, weight) in strata.items()}
    low = {h: min(minimum, count) for h, count in populations.items()}
    total = data.draw(st.integers(sum(low.values()), sum(populations.values())))
    made = allocate(total, populations, weights, minimum=minimum)
    assert sum(made.values()) == total
    assert all(low[h] <= made[h] <= populations[h] for h in made)
    shuffled = dict(sorted(populations.items(), reverse=True))
    assert allocate(total, shuffled, weights, minimum=minimum) == made
    level = _level(total, low, populations, weights)
    for h, n in made.items():
        assert abs(n - min(populations[h], max(low[h], level * float(weights[h])))) <= 1 + 1e-6


def _level(total: int, low: dict[str, int], high: dict[str, int], weights: dict[str, Fraction]) -> float:
    """Find the rate by halving."""
    below, above = 0.0, 1e9
    for _ in range(200):
        middle = (below + above) / 2
        given_out = sum(min(high[h], max(low[h], middle * float(weights[h]))) for h in high)
        below, above = (middle, above) if given_out < total else (below, middle)
    return above


@given(st.dictionaries(st.text("abc", min_size=1, max_size=2), st.integers(0, 40), min_size=1), st.integers(1, 7))
@settings(deadline=None)
def test_rounding_by_largest_remainder(parts: dict[str, int], divisor: int) -> None:
    """Against the definition: no rounded-down stratum has a larger remainder than a rounded-up one."""
    shares = {h: Fraction(x, divisor) for h, x in parts.items()}
    total = int(sum(shares.values()))
    if total != sum(shares.values()):
        shares[min(shares)] += 1 + total - sum(shares.values())
        total = int(sum(shares.values()))
    made = round_shares(shares, total)
    assert sum(made.values()) == total
    remainder = {h: shares[h] - int(shares[h]) for h in shares}
    up = [(-remainder[h], h) for h in shares if made[h] > shares[h]]
    down = [(-remainder[h], h) for h in shares if made[h] <= shares[h] and remainder[h] > 0]
    assert not up or not down or max(up) < min(down)


@given(st.integers(1, 10**9), st.integers(1, 400))
@settings(deadline=None)
def test_yamane_is_never_above_the_population_or_the_limit(population: int, thousandths: int) -> None:
    error = thousandths / 1000
    n = yamane(population, error)
    assert 1 <= n <= population
    exact = Fraction(population) / (1 + population * Fraction(thousandths, 1000) ** 2)
    assert n == 1 or exact <= n < exact + 1


@given(st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=20, unique=True))
@settings(deadline=None)
def test_case_codes_are_unique_and_read_back(units: list[str]) -> None:
    made = case_ids(SEED, units)
    assert len(set(made.values())) == len(units)
    for code in made.values():
        assert read_case_id(f"{code[:5]} {code[5:]}".lower().replace("0", "o").replace("1", "l")) == code
