"""Small rounds of units with known shares of satisfied."""

from pathlib import Path

import msgspec
import numpy as np
import polars as pl

from sipas.estimation import Design, collapse
from sipas.instrument import Edition, load
from sipas.scoring import Score, measures_of, score

EDITION = load(Path(__file__).parents[2] / "reference" / "data" / "scoring_edition.yaml")
SHARES = {"u1": 0.9, "u2": 0.7, "u3": 0.69, "u4": 0.3}


def answers_of(seed: int, shares: dict[str, float] = SHARES, n: int = 200) -> pl.DataFrame:
    random = np.random.default_rng(seed)
    unit = np.repeat(sorted(shares), n)
    share = np.repeat([shares[u] for u in sorted(shares)], n)
    columns = {name: np.where(random.random(unit.size) < share, 4, 2) for name in ("a", "b", "c")}
    return pl.DataFrame({"unit": unit, "w": random.uniform(1, 2, unit.size), **columns})


def scored(rows: pl.DataFrame, design: Design | None = None) -> Score:
    design = design or Design(weight="w", strata="unit")
    return score(EDITION, collapse(rows, design, measures_of(EDITION), (("unit",),)))


def at(result: Score, node: str, kind: str = "unit") -> pl.DataFrame:
    return result.index.filter(pl.col("domain_kind") == kind, pl.col("node") == node)


def with_overall() -> Edition:
    """The edition of the tests with a question of overall satisfaction outside the tree."""
    (section,) = EDITION.sections
    question = msgspec.structs.replace(section.questions[0], name="overall", role="overall")
    section = msgspec.structs.replace(section, questions=(*section.questions, question))
    return msgspec.structs.replace(EDITION, sections=(section,))
