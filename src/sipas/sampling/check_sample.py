"""The check sample of a supervisor: some cases of a list are looked at again, with known probabilities.

The list is fixed and hashed before the supervisor types a text; text and hash make the seed. Every row of the list
carries one random salt, so that nobody who does not hold the list can try texts and find out who was drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

import polars as pl

from sipas.errors import SipasError
from sipas.sampling.canonical import Digest, table_digest
from sipas.sampling.certificate import Json, build_certificate, read_certificate
from sipas.sampling.design import Design, parse_design
from sipas.sampling.drawing import draw
from sipas.sampling.seed import SeedPart, make_seed
from sipas.sampling.verification import verify

SIZE, SALT = "size", "salt"
STEPS = 1000  # size of a case of mean risk; sizes are whole numbers


@dataclass(frozen=True, slots=True)
class CheckSample:
    """A drawn check sample.

    Parameters
    ----------
    sample : polars.DataFrame
        ``tables.SAMPLE``: ``unit_id`` is the code of the case, ``probability`` its chance of being looked at again,
        ``stratum``, ``psu_population`` and ``psu_sample`` the list it was drawn from. No reserves.
    certificate : dict
        As ``build_certificate``; with the list it repeats the draw.
    """

    sample: pl.DataFrame
    certificate: Json


def check_list(rows: pl.DataFrame, *, salt: str, balance: str = "", risk: Mapping[str, float] | None = None,
               floor: float = 0.5) -> pl.DataFrame:  # fmt: skip
    """Fix the list that a check sample is drawn from.

    Parameters
    ----------
    rows : polars.DataFrame
        ``unit_id`` (code of the case) and the column ``balance``; further columns are kept.
    salt : str
        32 hex digits of chance; stands in every row, and so in the list's hash.
    balance : str
        Column whose values the sample is shared among in proportion; empty: none. Missing values become ``–``.
    risk : mapping of str to float, optional
        Score of each case, 0 or more; missing ones count 0. Without it every case has the same chance.
    floor : float
        Share of the chance that does not go by risk, above 0, at most 1: no case has a chance of nothing.

    Returns
    -------
    polars.DataFrame
        The rows by ``unit_id`` with ``salt`` and, with ``risk``, ``size``: 1000 × (floor + (1 - floor) × score / mean
        score), rounded, at least 1; the chance goes in proportion to it.

    Raises
    ------
    SipasError
        ``sampling.number_out_of_range`` for ``floor`` or a score.
    """
    listed = rows.with_columns(pl.lit(salt).alias(SALT)).sort("unit_id")
    if balance:
        listed = listed.with_columns(pl.col(balance).cast(pl.String).replace("", None).fill_null("–"))
    return listed if risk is None else listed.with_columns(_sizes(listed["unit_id"], risk, floor))


def check_design(cases: int, strata: int, share: float, *, balance: str = "", by_risk: bool = False) -> Design:
    """Give the design of a check sample.

    Parameters
    ----------
    cases : int
        Of the list.
    strata : int
        Different values of ``balance`` in it.
    share : float
        Share to be drawn, above 0, at most 1; rounded up to whole cases.
    balance : str
        As in :func:`check_list`.
    by_risk : bool
        Whether chances go with ``size``.

    Returns
    -------
    Design
        One stage. Two cases of every stratum where there is room for that, so that its spread can be seen, else one.
        Where even that is too many, no strata: the list in the order of ``balance``, drawn at equal steps, so that no
        case is without a chance and nobody can tell beforehand who is passed over.

    Raises
    ------
    SipasError
        ``sampling.number_out_of_range``.
    """
    if not 0 < share <= 1:
        raise SipasError("sampling.number_out_of_range", "share", expected="0 … 1", got=share)
    n = min(cases, max(1, ceil(Fraction(str(share)) * cases)))
    stage: dict[str, object] = {"unit": "unit_id", "size": {"rule": "fixed", "n": max(n, 1)}}
    if balance and strata <= n:
        stage |= {"strata": [balance], "allocation": {"rule": "proportional", "minimum": min(2, n // max(strata, 1))}}
    elif balance:
        stage |= {"method": "systematic", "order": [balance]}
    if by_risk:
        stage |= {"method": "pps_systematic", "measure_of_size": SIZE}
    return parse_design({"stages": [stage], "reserve": 0})


def list_digest(listed: pl.DataFrame) -> Digest:
    """Hash the list: what is shown before the text is typed.

    Parameters
    ----------
    listed : polars.DataFrame
        From :func:`check_list`.

    Returns
    -------
    Digest
        Of its canonical form.
    """
    return table_digest(listed)


def draw_check_sample(
    listed: pl.DataFrame, design: Design, *, supervisor: str, text: str, operator: str, version: str, redraws: int = 0
) -> CheckSample:
    """Draw a check sample.

    Parameters
    ----------
    listed : polars.DataFrame
        From :func:`check_list`.
    design : Design
        From :func:`check_design`.
    supervisor, text : str
        Who typed what, after the list's hash was fixed.
    operator : str
        What carried the draw out; not the supervisor.
    version : str
        Of sipas.
    redraws : int
        Check samples given up before this one.

    Returns
    -------
    CheckSample
        The same for the same list, design and text.

    Raises
    ------
    SipasError
        ``sampling.*`` of list, design and seed.
    """
    fixed = list_digest(listed)
    seed = make_seed(fixed.sha256, [SeedPart("witness", supervisor, text)], operator=operator)
    drawn = draw(listed, design, seed.sha256)
    made = build_certificate(drawn, frame=fixed, seed=seed, program_version=version, redraws=redraws)
    return CheckSample(drawn.sample, made)


def verify_check_sample(listed: pl.DataFrame, sample: pl.DataFrame, certificate: bytes) -> Sequence[SipasError]:
    """Repeat the draw of a check sample from its list and certificate.

    Parameters
    ----------
    listed : polars.DataFrame
        The list as it was kept.
    sample : polars.DataFrame
        The sample as it was kept.
    certificate : bytes
        ``certificate.json``.

    Returns
    -------
    sequence of SipasError
        As :func:`sipas.sampling.verify`; empty: confirmed.

    Raises
    ------
    SipasError
        ``sampling.certificate_form``.
    """
    return verify(listed, sample, read_certificate(certificate))


def _sizes(units: pl.Series, risk: Mapping[str, float], floor: float) -> pl.Series:
    if not 0 < floor <= 1:
        raise SipasError("sampling.number_out_of_range", "floor", expected="0 … 1", got=floor)
    scores = [float(risk.get(unit, 0.0)) for unit in units]
    wrong = next((score for score in scores if not 0 <= score < float("inf")), None)
    if wrong is not None:
        raise SipasError("sampling.number_out_of_range", "risk", expected="≥ 0", got=wrong)
    mean = sum(scores) / len(scores) if scores else 0.0
    shares = [floor + (1 - floor) * (score / mean if mean else 1.0) for score in scores]
    return pl.Series(SIZE, [max(1, round(STEPS * share)) for share in shares], dtype=pl.Int64)
