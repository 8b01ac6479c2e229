"""What a corrected version changed: the index of each domain in both versions."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from sipas_web.results.queries import Publication, folder_of, reading
from sipas_web.results.queries.reading_names import domain_name, kind_name

KEY = ["domain_kind", "domain"]
NOTHING = 0.005  # points: less does not show with two decimals


@dataclass(frozen=True, slots=True)
class Difference:
    """The index of a domain before and after; a missing value is withheld in that version, or not there."""

    kind: str
    name: str
    before: float | None
    after: float | None
    is_hidden: bool  # withheld in either version: then no difference is shown

    @property
    def change(self) -> float | None:
        """Points; none where a version withholds its value."""
        return None if self.before is None or self.after is None else self.after - self.before

    @property
    def is_same(self) -> bool:
        """Whether nothing shows."""
        change = self.change
        return (change is not None and abs(change) < NOTHING) or (self.before is None and self.after is None)


def differences(before: Publication, after: Publication) -> list[Difference]:
    """Compare the root of the tree in every domain of two versions; the whole round first."""
    results = reading.read(folder_of(after))
    joined = _index(before, results.figures.root).join(
        _index(after, results.figures.root), on=KEY, how="full", suffix="_after", coalesce=True
    )
    hidden = pl.any_horizontal(pl.col("suppressed", "suppressed_after").fill_null(value=False))
    ordered = joined.with_columns(hidden=hidden).sort(pl.col("domain_kind") != "all", *KEY)
    return [
        Difference(
            kind=kind_name(results, row["domain_kind"]),
            name=domain_name(results, row["domain_kind"], row["domain"]),
            before=None if row["hidden"] else row["percent"],
            after=None if row["hidden"] else row["percent_after"],
            is_hidden=row["hidden"],
        )
        for row in ordered.iter_rows(named=True)
    ]


def _index(publication: Publication, root: str) -> pl.DataFrame:
    index = pl.read_parquet(folder_of(publication) / "disclosed/index.parquet")
    return index.filter(pl.col("node") == root).select(*KEY, "percent", "suppressed")
