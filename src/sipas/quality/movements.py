"""Visits that cannot have been as they are written down: too fast, too many, at night, all at one place."""

from __future__ import annotations

from datetime import time

import msgspec
import numpy as np
import numpy.typing as npt
import polars as pl

from sipas.errors import SipasError

EARTH_KM = 6371.0088  # mean radius, IUGG
HOUR = 3600.0
MARKS = {"case_id": pl.String, "visit": pl.Int64, "sign": pl.String, "value": pl.Float64, "partner": pl.String}
NEEDED = ("case_id", "visit", "interviewer", "at", "is_form", "latitude", "longitude", "accuracy_m")
Reals = npt.NDArray[np.float64]


class VisitLimits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an interviewer can do. Settings of the operator.

    Parameters
    ----------
    fastest_kmh : float
        Speed between two visits above which they do not fit together.
    least_km : float
        Distance under which no speed is judged: short ways and clocks are too rough.
    night_from, night_to : datetime.time
        Local time between which a visit is one at night.
    same_place_m : float
        Metres within which two visits are at one place, beside the accuracy told by both devices.
    """

    fastest_kmh: float = 90.0
    least_km: float = 2.0
    night_from: time = time(21, 0)
    night_to: time = time(5, 30)
    same_place_m: float = 30.0


def distance_km(latitude: Reals, longitude: Reals, other_latitude: Reals, other_longitude: Reals) -> Reals:
    """Give the great-circle distance of places.

    Parameters
    ----------
    latitude, longitude, other_latitude, other_longitude : numpy.ndarray of float64
        Degrees, of shapes that broadcast.

    Returns
    -------
    numpy.ndarray of float64
        Kilometres, by the haversine formula on a sphere of the Earth's mean radius: within 0.6 % of the ellipsoid.
    """
    one, other = np.radians(latitude), np.radians(other_latitude)
    half = np.sin((other - one) / 2) ** 2
    half = half + np.cos(one) * np.cos(other) * np.sin(np.radians(other_longitude - longitude) / 2) ** 2
    return np.asarray(2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))), np.float64)


def visit_marks(visits: pl.DataFrame, limits: VisitLimits | None = None) -> pl.DataFrame:
    """Mark visits whose time or place asks for an explanation.

    Parameters
    ----------
    visits : polars.DataFrame
        ``case_id``, ``visit`` (number), ``interviewer``, ``at`` (local time; missing where only the day is known),
        ``is_form`` (a form was filled in), ``latitude``, ``longitude`` (degrees), ``accuracy_m`` (metres); all of the
        last three may be missing.
    limits : VisitLimits, optional
        Missing: the standard ones.

    Returns
    -------
    polars.DataFrame
        ``case_id``, ``visit``, ``sign``, ``value``, ``partner`` (the other case, where there is one), sorted.
        ``night``: hour of the day, 0 to 24. ``burst``: forms of this interviewer within one hour that holds this visit.
        ``still``: forms of this interviewer at this place that day. ``speed``: km/h needed from the visit before, both
        accuracies taken off the way. ``clock``: seconds by which a later visit of the same case stands before the
        earlier one. Of ``burst`` and ``still`` values of 1 are left out.

    Raises
    ------
    SipasError
        ``quality.visit_column_missing``.
    """
    limits = limits or VisitLimits()
    missing = [name for name in NEEDED if name not in visits.columns]
    if missing:
        raise SipasError("quality.visit_column_missing", expected=list(NEEDED), got=missing)
    timed = visits.filter(pl.col("at").is_not_null()).sort("interviewer", "at", "case_id", "visit")
    parts = [_at_night(timed, limits), _clock(timed)]
    carried = timed.filter(pl.col("interviewer").is_not_null() & (pl.col("interviewer") != ""))
    for group in carried.partition_by("interviewer", maintain_order=True):
        parts += [_bursts(group.filter("is_form")), _still(group.filter("is_form"), limits), _speeds(group, limits)]
    found = [part for part in parts if part.height]
    return pl.concat([pl.DataFrame(schema=MARKS), *found]).sort("case_id", "visit", "sign")


def _marked(rows: pl.DataFrame, sign: str, value: npt.ArrayLike, partner: pl.Series | None = None) -> pl.DataFrame:
    told = partner if partner is not None else pl.Series([None] * rows.height, dtype=pl.String)
    values = pl.Series(np.asarray(value, np.float64))
    return rows.select("case_id", pl.col("visit").cast(pl.Int64), sign=pl.lit(sign)).with_columns(
        value=values, partner=told
    )


def _at_night(visits: pl.DataFrame, limits: VisitLimits) -> pl.DataFrame:
    moment = pl.col("at").dt.time()
    if limits.night_from <= limits.night_to:
        dark = (moment >= limits.night_from) & (moment < limits.night_to)
    else:
        dark = (moment >= limits.night_from) | (moment < limits.night_to)
    rows = visits.filter(dark)
    hours = rows.select(pl.col("at").dt.hour() + pl.col("at").dt.minute() / 60).to_series()
    return _marked(rows, "night", hours.to_numpy())


def _clock(visits: pl.DataFrame) -> pl.DataFrame:
    rows = visits.sort("case_id", "visit").with_columns(before=pl.col("at").shift(1).over("case_id"))
    rows = rows.filter(pl.col("at") < pl.col("before"))
    seconds = rows.select((pl.col("before") - pl.col("at")).dt.total_seconds()).to_series()
    return _marked(rows, "clock", seconds.to_numpy())


def _bursts(forms: pl.DataFrame) -> pl.DataFrame:
    """Count the most forms in any hour that holds each visit; the forms are in the order of time."""
    at = _seconds(forms)
    last = np.searchsorted(at, at + HOUR, side="right")  # forms from this one on within an hour
    first = np.searchsorted(at, at - HOUR, side="left")
    runs = last - np.arange(len(at))
    most = np.array([runs[a : b + 1].max() for a, b in zip(first, range(len(at)), strict=True)])
    many = most > 1
    return _marked(forms.filter(pl.Series(many, dtype=pl.Boolean)), "burst", most[many])


def _still(forms: pl.DataFrame, limits: VisitLimits) -> pl.DataFrame:
    """Count the forms of one day at the place of each."""
    placed = forms.filter(pl.col("latitude").is_not_null() & pl.col("longitude").is_not_null())
    parts = [pl.DataFrame(schema=MARKS)]
    for day in placed.with_columns(day=pl.col("at").dt.date()).partition_by("day", maintain_order=True):
        latitude, longitude, accuracy = _places(day)
        metres = 1000 * distance_km(latitude[:, None], longitude[:, None], latitude[None, :], longitude[None, :])
        near = metres <= limits.same_place_m + np.minimum(accuracy[:, None] + accuracy[None, :], 200.0)
        counts = near.sum(axis=1)
        many = counts > 1
        parts.append(_marked(day.filter(pl.Series(many, dtype=pl.Boolean)), "still", counts[many]))
    return pl.concat(parts)


def _speeds(group: pl.DataFrame, limits: VisitLimits) -> pl.DataFrame:
    placed = group.filter(pl.col("latitude").is_not_null() & pl.col("longitude").is_not_null())
    if placed.height < 2:  # a way has two ends
        return pl.DataFrame(schema=MARKS)
    latitude, longitude, accuracy = _places(placed)
    way = distance_km(latitude[:-1], longitude[:-1], latitude[1:], longitude[1:])
    way = np.maximum(way - (accuracy[:-1] + accuracy[1:]) / 1000, 0.0)
    hours = np.maximum(np.diff(_seconds(placed)), 1.0) / HOUR
    speed = way / hours
    wrong = (way >= limits.least_km) & (speed > limits.fastest_kmh)
    later = placed[1:].filter(pl.Series(wrong, dtype=pl.Boolean))
    return _marked(later, "speed", speed[wrong], placed[:-1]["case_id"].filter(pl.Series(wrong, dtype=pl.Boolean)))


def _seconds(rows: pl.DataFrame) -> Reals:
    return rows["at"].dt.epoch("ms").to_numpy().astype(np.float64) / 1000


def _places(rows: pl.DataFrame) -> tuple[Reals, Reals, Reals]:
    latitude, longitude = (rows[name].cast(pl.Float64).to_numpy() for name in ("latitude", "longitude"))
    return latitude, longitude, rows["accuracy_m"].cast(pl.Float64).fill_null(0.0).to_numpy()
