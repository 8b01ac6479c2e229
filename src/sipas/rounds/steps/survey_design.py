"""How a round's sample was drawn and weighted, as far as its errors must know."""

from __future__ import annotations

import polars as pl

from sipas.estimation import CalibratedWeight, Design, Stage
from sipas.rounds.settings import Round
from sipas.tables.typed import convert

BY_SIZE = {"pps_systematic", "pareto"}


def variance_units(sample: pl.DataFrame) -> pl.DataFrame:
    """Find the stage that makes the variance of each case: the first of which not every unit was drawn.

    Parameters
    ----------
    sample : polars.DataFrame, ``tables.SAMPLE``
        One or more stages.

    Returns
    -------
    polars.DataFrame
        The same rows. Where all primary units of a stratum were drawn, also those certain by their size, each is a
        stratum (``stratum``: its path and the stratum inside it) and the units of the next stage, ``stage_2_id``, are
        its primary units in ``psu``, ``psu_population`` and ``psu_sample``; so on through the stages.

    Notes
    -----
    Units drawn with certainty are strata, since they add nothing to the variance of their stage (Lohr 2022, §7.3;
    R ``svydesign(id=~1, strata=~psu)``).
    """
    found = sample
    at = 2
    while f"stage_{at}_id" in sample.columns:
        complete = pl.col("psu_population") == pl.col("psu_sample")
        inside = pl.concat_str("stratum", "psu", f"stage_{at}_stratum", separator=" › ")
        deeper = {"stratum": inside, "psu": pl.col(f"stage_{at}_id")}
        deeper |= {f"psu_{name}": pl.col(f"stage_{at}_{name}") for name in ("population", "sample")}
        found = found.with_columns(pl.when(complete).then(e).otherwise(name).alias(name) for name, e in deeper.items())
        at += 1
    return found


def survey_design(sample: pl.DataFrame, settings: Round) -> tuple[Design, pl.DataFrame | None]:
    """Say how the sample was drawn, as far as the variance must know.

    Parameters
    ----------
    sample : polars.DataFrame, ``tables.SAMPLE``
        Official cases and reserves.
    settings : Round
        Design and choices of the estimation.

    Returns
    -------
    design : Design
        Where units are drawn directly each respondent is a primary unit; with clusters, all drawn clusters count,
        also those without respondents, and nothing is taken off for a finite population: the formula of one stage holds
        the later stages' errors in the spread between clusters, and the correction would take them off too.
    psus : polars.DataFrame or None
        The drawn clusters, by ``variance_units``; none where that leads to the respondents.
    """
    by_size = settings.design["stages"][0].get("method", "srs") in BY_SIZE
    direct = len(settings.design["stages"]) == 1
    if settings.estimates.variance == "stages" and not direct:
        return staged_design(sample, settings)
    finite = settings.estimates.finite_population and direct and not by_size
    design = Design(
        weight="final",
        strata="stratum",
        psu=None if direct else "psu",
        population="psu_population" if finite else None,
        lonely=settings.estimates.lonely,
        nested=True,
    )
    if direct:
        return design, None
    units = variance_units(sample).filter(pl.col("role") == "official", pl.col("psu") != pl.col("unit_id"))
    return design, units.select("stratum", "psu", "psu_sample").unique().sort("stratum", "psu")


def staged_design(sample: pl.DataFrame, settings: Round) -> tuple[Design, pl.DataFrame]:
    """Say how a sample in several stages was drawn, stage by stage.

    Parameters
    ----------
    sample : polars.DataFrame, ``tables.SAMPLE``
        Official cases and reserves.
    settings : Round
        Design and choices of the estimation.

    Returns
    -------
    design : Design
        Every stage with its finite population; where a stage was drawn by size, Brewer's formula with the probability
        of each unit at each stage. At the last stage the respondents are the units.
    units : polars.DataFrame
        All units drawn before the last stage, also those without respondents.
    """
    stages = settings.design["stages"]
    by_size = any(stage.get("method", "srs") in BY_SIZE for stage in stages)
    size = "probability" if by_size else "population"
    later = tuple(
        Stage(ids=f"stage_{at}_id", strata=f"stage_{at}_stratum", **{"rate" if by_size else size: f"stage_{at}_{size}"})
        for at in range(2, len(stages) + 1)
    )
    first = {"pps": "brewer", "rate": "stage_1_probability"} if by_size else {"population": "psu_population"}
    base = {"weight": "final", "strata": "stratum", "psu": "psu", "lonely": settings.estimates.lonely, "nested": True}
    design = convert({**base, **first, "later": later}, Design)
    official = sample.filter(pl.col("role") == "official")
    names = {"stratum": "stratum", "psu": "psu"}
    sizes = {"psu_rate": "stage_1_probability"} if by_size else {"psu_population": "psu_population"}
    for at in range(2, len(stages)):
        names |= {f"stratum_{at}": f"stage_{at}_stratum", f"unit_{at}": f"stage_{at}_id"}
        sizes[f"{'rate' if by_size else 'population'}_{at}"] = f"stage_{at}_{size}"
    units = official.select(pl.col(source).alias(name) for name, source in (names | sizes).items())
    return design, units.unique().sort(list(names))


def calibrated_weight(rows: pl.DataFrame, settings: Round) -> CalibratedWeight | None:
    """Say what the weights were calibrated to, where the errors are to know it.

    Parameters
    ----------
    rows : polars.DataFrame
        As ``weighted_rows``.
    settings : Round
        Choices of weighting and estimation.

    Returns
    -------
    CalibratedWeight or None
        None without margins, and where weights were trimmed afterwards, which leaves the margins unmet.
    """
    margins = tuple(name for name in rows.columns if name.startswith("margin: "))
    if not margins or settings.weights.cap is not None or not settings.estimates.calibrated:
        return None
    return CalibratedWeight(base="nonresponse", margins=margins)
