"""Ratings of those who chose to rate: reported with what they are, and beside a probability sample.

Every transaction may be rated, and those who rate are no sample: the spread between them tells nothing of how they
differ from those who kept silent. Nothing here gives a standard error or an interval of sampling. What can be told is
how many of all rated, and, where a probability sample of the same transactions stands beside, how far the ratings are
off and how small a simple random sample would be off as far.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from sipas.errors import Place, SipasError
from sipas.estimation.designs.design import Design
from sipas.estimation.designs.measures import Mean, Measure, Pooled, Responded, Share
from sipas.estimation.designs.strata import Flags, Reals
from sipas.estimation.estimates import estimate, natural
from sipas.estimation.moments.moments import Moments

DOMAIN = ("domain_kind", "domain")
ROUNDING = 1e-12  # of the mean square: below it a spread is what rounding left of equal numbers
REPORTED = {
    "domain_kind": pl.String,
    "domain": pl.String,
    "measure": pl.String,
    "statistic": pl.String,
    "value": pl.Float64,
    "n": pl.Int64,
    "unanswered": pl.Int64,
    "population": pl.Int64,
    "coverage": pl.Float64,
}


def ratings(*, weight: str | None = None, strata: str | None = None) -> Design:
    """Describe rows that chose themselves.

    Parameters
    ----------
    weight : str, optional
        Column of weights, if the ratings were weighted to known totals; missing: every rating counts once.
    strata : str, optional
        Column whose values are kept apart in the moments, so that weights may be put on them later.

    Returns
    -------
    Design
        ``collapse`` then leaves one row per stratum and domain, however many rows there are.
    """
    return Design(weight=weight, strata=strata, self_selected=True)


def self_selected(moments: Moments, population: pl.DataFrame | None = None) -> pl.DataFrame:
    """Report self-selected ratings: value, count and coverage, without any error of sampling.

    Parameters
    ----------
    moments : Moments
        Collapsed with ``ratings()``.
    population : polars.DataFrame, optional
        How many could have rated: ``domain_kind``, ``domain`` (kind ``all``, domain ``""`` for the whole),
        ``population``. Domains it lacks have no coverage.

    Returns
    -------
    polars.DataFrame
        By kind (order of the moments), domain (sorted), measure: ``domain_kind``, ``domain``, ``measure``,
        ``statistic`` (as in ``estimate``), ``value`` (missing where nobody answered), ``n`` (ratings that answered),
        ``unanswered`` (ratings that left this measure out), ``population``, ``coverage`` (``n`` / ``population``).

    Raises
    ------
    SipasError
        ``estimation.not_self_selected``, ``estimation.more_ratings_than_population``,
        ``estimation.population_repeated``.
    """
    if not moments.description.design.self_selected:
        raise SipasError("estimation.not_self_selected", "moments")
    sums = _domains(moments)
    measures = [m for m in moments.description.measures if not isinstance(m, Responded)]
    told = [_reported(sums, measure, place) for place, measure in enumerate(measures)]
    columns = [name for name in REPORTED if name not in {"population", "coverage"}]
    empty = pl.DataFrame(schema={name: REPORTED[name] for name in columns})
    table = pl.concat([one.sort("kind", "domain") for one in told]) if told else empty
    if told:
        table = table.sort("kind", "domain", "place").select(columns)
    known = _populations(population)
    table = table.join(known, on=DOMAIN, how="left", maintain_order="left")
    _refuse_too_many(table)
    return table.with_columns((pl.col("n") / pl.col("population")).alias("coverage")).select(list(REPORTED))


def effective_size(moments: Moments, sample: Moments, population: pl.DataFrame, *, level: float = 0.95) -> pl.DataFrame:
    """Set self-selected ratings beside a probability sample of the same population.

    Parameters
    ----------
    moments : Moments
        Ratings, as in ``self_selected``.
    sample : Moments
        The probability sample, with the same measures and kinds of domain.
    population : polars.DataFrame
        As in ``self_selected``.
    level : float
        Of the sample's intervals, above 0 and below 1.

    Returns
    -------
    polars.DataFrame
        The columns of ``self_selected``, one row for each that both sides have, then of the sample ``estimate``,
        ``se``, ``low``, ``high``, ``sample_n``; ``difference`` (``value`` - ``estimate``); ``correlation``
        (between rating at all and the answer, from -1 to 1), ``correlation_low``, ``correlation_high``;
        ``effective_n`` (size of the simple random sample with the same squared error), ``effective_n_low``,
        ``effective_n_high``. Correlation and size are for shares and means; missing for ratios, where the sample shows
        no spread, where the population is unknown, and, of weighted ratings, where some left the measure out.

    Raises
    ------
    SipasError
        Those of ``self_selected`` and ``estimate``; ``estimation.measure_unknown``, ``estimation.kind_unknown``: the
        sample lacks one of the ratings.

    Notes
    -----
    Meng 2018, doi:10.1214/18-AOAS1161SF. With f = n/N, sigma the standard deviation in the population, d the difference
    and c the coefficient of variation of the ratings' weights (0 where they have none): d = rho * sqrt((1 - f + c^2) /
    f) * sigma, an identity (his §2). n_eff units drawn at random have the expected square
    (1/n_eff - 1/N) N/(N - 1) sigma^2, so that (§3)
    n_eff = N / (1 + (N - 1) d^2 / sigma^2), which is his n*/(1 + (n* - 1)/N) with n* = f/(1 - f)/rho^2. The ends come
    from putting the ends of the sample's interval in place of its estimate; the share's sigma moves with them, a mean's
    is the sample's and held fixed. The interval is that of the sample's error alone. A share's ends are first brought
    to what N transactions of which n are known can have.
    """
    requested = tuple(natural(m) for m in moments.description.measures if not isinstance(m, Responded))
    _refuse_strangers(moments, sample)
    kinds = moments.description.kinds
    beside = estimate(sample, requested, domain_kinds=kinds, level=level)
    place = pl.int_range(pl.len()).over(*DOMAIN)
    names = pl.Series("measure", [request.measure for request in requested], dtype=pl.String)
    beside = beside.with_columns(names.gather(beside.select(place).to_series()).alias("measure"))
    beside = beside.select(*DOMAIN, "measure", "estimate", "se", "low", "high", pl.col("n").alias("sample_n"))
    one = [*DOMAIN, "measure"]
    table = self_selected(moments, population).join(beside, on=one, how="inner", maintain_order="left")
    table = table.join(_varying(moments), on=DOMAIN, how="left", maintain_order="left")
    table = table.join(_spreads(sample), on=one, how="left", maintain_order="left")
    return _compared(table, {m.name for m in moments.description.measures if isinstance(m, Share)})


def _domains(moments: Moments) -> pl.DataFrame:
    """Add the strata of each domain up."""
    kinds = moments.description.kinds
    number = pl.col("domain_kind").replace_strict(kinds, range(len(kinds)), return_dtype=pl.Int64).alias("kind")
    whole = pl.concat([moments.of_kind(moments.summed(), kind) for kind in kinds])
    table = whole.filter(pl.col("domain").is_not_null())
    sums = [c for c in table.columns if table.schema[c].is_numeric() and not c.startswith(("psu_", "population_"))]
    return table.group_by(*DOMAIN, maintain_order=True).agg(pl.col(sums).sum()).with_columns(number)


def _reported(sums: pl.DataFrame, measure: Measure, place: int) -> pl.DataFrame:
    count, below, above = _sums_of(measure)
    value = pl.sum_horizontal(above) / pl.when(pl.sum_horizontal(below) != 0).then(pl.sum_horizontal(below))
    return sums.select(
        "kind",
        pl.lit(place).alias("place"),
        *DOMAIN,
        pl.lit(measure.name).alias("measure"),
        pl.lit(natural(measure).statistic).alias("statistic"),
        value.alias("value"),
        pl.col(count).alias("n"),
        (pl.col("n") - pl.col(count)).alias("unanswered"),
    )


def _sums_of(measure: Measure) -> tuple[str, list[str], list[str]]:
    """Name the columns of the count, of what stands below the line and above it."""
    names = [term.name for term in measure.terms()]
    if isinstance(measure, Pooled):
        items = len(measure.items)
        return names[0], names[1 : items + 1], names[items + 1 :]
    return names[0], names[1:2], names[2:3]


def _populations(population: pl.DataFrame | None) -> pl.DataFrame:
    schema = {"domain_kind": pl.String, "domain": pl.String, "population": pl.Int64}
    if population is None:
        return pl.DataFrame(schema=schema)
    known = population.select(pl.col(name).cast(dtype) for name, dtype in schema.items())
    if (twice := known.filter(known.select(DOMAIN).is_duplicated())).height:
        raise SipasError("estimation.population_repeated", "population", got=list(twice.select(DOMAIN).row(0)))
    return known


def _refuse_too_many(table: pl.DataFrame) -> None:
    rated = pl.col("n") + pl.col("unanswered")
    for row in table.filter(rated > pl.col("population")).head(1).rows(named=True):
        place = Place(column="population", node=f"{row['domain_kind']}: {row['domain']}")
        got = row["n"] + row["unanswered"]
        code = "estimation.more_ratings_than_population"
        raise SipasError(code, "population", row["population"], got, row["domain"], place)


def _refuse_strangers(moments: Moments, sample: Moments) -> None:
    known = {measure.name: measure for measure in sample.description.measures}
    for measure in moments.description.measures:
        if not isinstance(measure, Responded) and known.get(measure.name) != measure:
            raise SipasError("estimation.measure_unknown", "sample", expected=list(known), got=measure.name)


def _varying(moments: Moments) -> pl.DataFrame:
    """Give the squared coefficient of variation of the ratings' weights."""
    squared = pl.col("n") * pl.col("ww") / pl.col("w") ** 2 - 1
    weighted = moments.description.design.weight is not None
    varying = squared.clip(lower_bound=0) if weighted else pl.lit(0.0)
    return _domains(moments).select(*DOMAIN, varying.alias("varying"), pl.lit(weighted).alias("weighted"))


def _spreads(sample: Moments) -> pl.DataFrame:
    """Estimate the standard deviation of every number in the population."""
    sums, found = _domains(sample), []
    for measure in sample.description.measures:
        if isinstance(measure, Mean):
            _, below, above, squares = (pl.col(term.name) for term in measure.terms())
            square = squares / below - (above / below) ** 2
            spread = pl.when(square > ROUNDING * squares / below).then(square).otherwise(0.0).sqrt()
            found.append(sums.select(*DOMAIN, pl.lit(measure.name).alias("measure"), spread.alias("spread")))
    schema = {"domain_kind": pl.String, "domain": pl.String, "measure": pl.String, "spread": pl.Float64}
    return pl.concat([pl.DataFrame(schema=schema), *found])


def _compared(table: pl.DataFrame, shares: set[str]) -> pl.DataFrame:
    is_share = table["measure"].is_in(list(shares)).to_numpy()
    real = {name: table[name].cast(pl.Float64).to_numpy() for name in ("value", "estimate", "low", "high", "spread")}
    size, total = (table[name].cast(pl.Float64).to_numpy() for name in ("n", "population"))
    value = real["value"]
    fraction = np.where(size > 0, size, np.nan) / total
    unknown = table.select(pl.col("weighted") & (pl.col("unanswered") > 0)).to_series().to_numpy()
    varying = np.where(unknown, np.nan, table["varying"].to_numpy())
    reach = (1 - fraction + varying) / fraction  # d^2 = rho^2 * reach * sigma^2
    bare = is_share & ~table["weighted"].to_numpy()
    least = np.where(bare, fraction * value, -np.inf)
    most = np.where(bare, 1 - fraction * (1 - value), np.inf)
    gaps = {}
    for name, at in (("", "estimate"), ("_low", "high"), ("_high", "low")):
        place = real[at] if not name else np.clip(real[at], least, most)
        gaps[name] = _gap(value, place, np.where(is_share, np.sqrt(np.maximum(place * (1 - place), 0)), real["spread"]))
    inside = (gaps["_low"] <= 0) & (gaps["_high"] >= 0)
    small = np.where(inside, 0.0, np.minimum(np.abs(gaps["_low"]), np.abs(gaps["_high"])))
    large = np.maximum(np.abs(gaps["_low"]), np.abs(gaps["_high"]))
    with np.errstate(divide="ignore", invalid="ignore"):
        correlations = {f"correlation{end}": np.clip(gap / np.sqrt(reach), -1, 1) for end, gap in gaps.items()}
    known = ~np.isnan(reach)
    sizes = {
        "effective_n": _size(gaps[""], total, known),
        "effective_n_low": _size(large, total, known),
        "effective_n_high": _size(np.where(np.isnan(large), np.nan, small), total, known),
    }
    added = {"difference": value - real["estimate"], **correlations, **sizes}
    found = table.with_columns(pl.Series(name, values).fill_nan(None) for name, values in added.items())
    return found.drop("varying", "weighted", "spread")


def _gap(value: Reals, place: Reals, spread: Reals) -> Reals:
    """Divide the difference by the standard deviation; missing where there is none."""
    return np.divide(value - place, spread, out=np.full_like(value, np.nan), where=spread > 0)


def _size(gap: Reals, total: Reals, known: Flags) -> Reals:
    return np.where(known, total / (1 + (total - 1) * gap**2), np.nan)
