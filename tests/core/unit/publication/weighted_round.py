"""A round with 54 agencies of different sizes, two kinds of respondents, nonresponse and raked weights."""

from functools import cache

import numpy as np
import polars as pl

from sipas.instrument import load
from sipas.tables import RESPONSES, WEIGHTS
from sipas.weighting import margins_from_frame, rake

EDITION = load("sipas-2017")
KEY = b"a key of sixteen bytes or more"
LEVELS = {"commune": 40, "province": 11, "central": 3}
SMALLEST = {"commune": 40, "province": 180, "central": 300}
FIELDS = {"commune": ["Hộ tịch", "Chứng thực", "Đất đai"], "province": ["Đầu tư", "Lao động"], "central": ["Thuế"]}


@cache
def frame() -> pl.DataFrame:
    """People whose matters were settled; N_h from 40 to 454, all sizes different inside a level."""
    chance, rows = np.random.default_rng(17), []
    for level, count in LEVELS.items():
        for number in range(count):
            size = SMALLEST[level] + 7 * number + number % 3
            kinds = chance.random(size) < 0.06 + 0.004 * number
            fields = chance.integers(len(FIELDS[level]), size=size)
            rows += [
                (f"{level} {number:02d}", level, "organisation" if kind else "person", FIELDS[level][place])
                for kind, place in zip(kinds, fields, strict=True)
            ]
    table = pl.DataFrame(rows, schema=["agency", "agency_level", "respondent_kind", "field"], orient="row")
    return table.with_row_index("row").with_columns(case_id=pl.format("CASE{}", pl.col("row"))).drop("row")


@cache
def answered() -> pl.DataFrame:
    """Valid rows: about twice the root of N_h of each agency, four in five of whom answered; raked to two margins."""
    chance = np.random.default_rng(18)
    drawn = frame().with_columns(random=pl.Series(chance.random(frame().height)))
    size = pl.len().over("agency")
    drawn = drawn.filter(pl.col("random").rank("ordinal").over("agency") <= (2.4 * size.sqrt()).round())
    size = pl.len().over("agency")
    here = drawn.filter(pl.Series(chance.random(drawn.height) < 0.8))
    sizes = frame().group_by("agency").agg(population=pl.len())
    here = here.join(sizes, on="agency", maintain_order="left")
    here = here.with_columns(nonresponse=pl.col("population") / pl.len().over("agency"))
    raked = rake(here, margins_from_frame(frame(), [["agency"], ["respondent_kind"]]))
    return here.with_columns(final=pl.Series(raked.weights))


@cache
def responses() -> pl.DataFrame:
    chance, rows = np.random.default_rng(19), answered()
    person = rows["respondent_kind"].to_numpy() == "person"
    data = {
        "case_id": rows["case_id"],
        "mode": ["paper"] * rows.height,
        "received_on": [None] * rows.height,
        "valid": [True] * rows.height,
        "invalid_reason": [None] * rows.height,
    }
    for column in EDITION.columns():
        values = np.array(list(column.values) or [0])
        drawn = chance.choice(values, size=rows.height, p=_shares(column.name, len(values)))
        asked = person if column.name != "organisation_kind" else ~person
        personal = EDITION.question(column.question).role == "demographic"
        shown = asked if personal else np.ones(rows.height, dtype=bool)
        text = column.dtype == pl.String
        data[column.name] = [None if text or not s else int(v) for v, s in zip(drawn, shown, strict=True)]
    schema = {c.name: c.dtype for c in RESPONSES.columns} | {c.name: c.dtype for c in EDITION.columns()}
    return pl.DataFrame(data, schema=schema)


def _shares(name: str, count: int) -> np.ndarray:
    shares = np.arange(1.0, count + 1) ** (1.5 if name != "ethnicity" else -1.0)
    return shares / shares.sum()


def weights() -> pl.DataFrame:
    final = pl.col("final")
    table = answered().select("case_id", base=final, nonresponse=final, calibrated=final, final=final)
    return WEIGHTS.check(table)


def domains() -> pl.DataFrame:
    return answered().select("case_id", "agency_level", "field", "respondent_kind")


def strata() -> pl.DataFrame:
    return answered().select("case_id", "agency")
