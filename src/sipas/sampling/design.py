"""A design as data: stages, each with its unit, strata, size, allocation and way of selecting."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from math import ceil
from typing import Annotated, Literal

import msgspec

from sipas.errors import Place, SipasError
from sipas.tables.typed import convert

UNIT = "unit_id"
COUNT = "count"
Method = Literal["srs", "systematic", "pps_systematic", "pareto"]
Share = Annotated[float, msgspec.Meta(gt=0, lt=1)]
Whole = Annotated[int, msgspec.Meta(ge=0)]
Positive = Annotated[int, msgspec.Meta(ge=1)]
Columns = tuple[str, ...]


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="rule", kw_only=True):
    """A rule chosen by its name under ``rule``."""


class Yamane(Rule, frozen=True, tag="yamane"):
    """n = N/(1+N e²), separately for each value of ``per``.

    Parameters
    ----------
    error : float
        e as a share.
    rounding : {"up", "nearest"}
        To whole units.
    per : tuple of str
        Strata columns; empty: once for all (at a later stage: once in each drawn unit).
    """

    error: Share
    rounding: Literal["up", "nearest"] = "up"
    per: Columns = ()


class Precision(Rule, frozen=True, tag="precision"):
    """Size for the margin of a proportion; see :func:`sipas.sampling.size.size_for_proportion`.

    Parameters
    ----------
    margin, proportion, confidence, design_effect, response : float
        As there.
    per : tuple of str
        As in :class:`Yamane`.
    """

    margin: Share
    proportion: Share = 0.5
    confidence: Share = 0.95
    design_effect: Annotated[float, msgspec.Meta(gt=0)] = 1.0
    response: Annotated[float, msgspec.Meta(gt=0, le=1)] = 1.0
    per: Columns = ()


class Fixed(Rule, frozen=True, tag="fixed"):
    """A fixed size, separately for each value of ``per``; all are taken where there are fewer.

    Parameters
    ----------
    n : int
        Units.
    per : tuple of str
        As in :class:`Yamane`.
    """

    n: Positive
    per: Columns = ()


class ByClass(Rule, frozen=True, tag="by_class"):
    """A fixed size for each class (hạng) of unit.

    Parameters
    ----------
    per : tuple of str
        Strata columns that name the units; one or more.
    column : str
        Column with the unit's class.
    sizes : dict of str to int
        Size of each class.
    """

    per: Annotated[Columns, msgspec.Meta(min_length=1)]
    column: str
    sizes: dict[str, Whole]


class Everyone(Rule, frozen=True, tag="all"):
    """All units (census, or whole clusters)."""

    per: Columns = ()


class Equal(Rule, frozen=True, tag="equal"):
    """The same size in every stratum."""

    minimum: Whole = 2


class Proportional(Rule, frozen=True, tag="proportional"):
    """n_h ∝ N_h. ``minimum``: least units of a stratum; 2 let its variance be estimated."""

    minimum: Whole = 2


class Neyman(Rule, frozen=True, tag="neyman"):
    """n_h ∝ N_h S_h. ``deviations``: S_h by stratum id."""

    deviations: dict[str, float]
    minimum: Whole = 2


class Power(Rule, frozen=True, tag="power"):
    """n_h ∝ X_h^q CV_h (Bankier). ``measure``: ``count`` or a whole-number column; ``variations``: CV_h."""

    exponent: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.5
    measure: str = COUNT
    variations: dict[str, float] | None = None
    minimum: Whole = 2


class FixedTable(Rule, frozen=True, tag="table"):
    """The size of each stratum from a table by stratum id; the stage's ``size`` is then left out."""

    sizes: dict[str, Whole]


class DomainMinimum(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Least units of every domain that is to be reported.

    Parameters
    ----------
    per : tuple of str
        Strata columns that make the domain.
    n : int
        Least units.
    """

    per: Annotated[Columns, msgspec.Meta(min_length=1)]
    n: Positive


CHOICES = {
    "method": ("srs", "systematic", "pps_systematic", "pareto"),
    "size.rule": ("yamane", "precision", "fixed", "by_class", "all"),
    "allocation.rule": ("equal", "proportional", "neyman", "power", "table"),
    "rounding": ("up", "nearest"),
}
Size = Yamane | Precision | Fixed | ByClass | Everyone
Allocation = Equal | Proportional | Neyman | Power | FixedTable


class Stage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One stage of selection.

    Parameters
    ----------
    unit : str
        Column that names the units; ``unit_id`` in the last stage.
    size : Size, optional
        Rule of the size; at a later stage it holds in every unit drawn before.
    strata : tuple of str
        Columns whose values together make a stratum.
    allocation : Allocation
        How the size is shared among strata.
    method : {"srs", "systematic", "pps_systematic", "pareto"}
        How units are selected in a stratum.
    measure_of_size : str
        For the last two: ``count`` (rows of the frame in the unit) or a whole-number column, summed in the unit.
    order : tuple of str
        Columns by which a list is sorted before systematic selection; ends with the unit's id.
    minimum_per_domain : DomainMinimum, optional
        Raises sizes so that each domain can be reported.
    """

    unit: str
    size: Size | None = None
    strata: Columns = ()
    allocation: Allocation = Proportional()
    method: Method = "srs"
    measure_of_size: str = COUNT
    order: Columns = ()
    minimum_per_domain: DomainMinimum | None = None

    @property
    def by_size(self) -> bool:
        """Whether chances go with size."""
        return self.method in {"pps_systematic", "pareto"}


class Design(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A design.

    Parameters
    ----------
    stages : tuple of Stage
        From the largest unit to ``unit_id``.
    reserve : float
        Reserves per official unit, 0 or more; 1 as in the Ministry's rounds. Drawn in the last stage.
    """

    stages: Annotated[tuple[Stage, ...], msgspec.Meta(min_length=1)]
    reserve: Annotated[float, msgspec.Meta(ge=0)] = 1.0

    def reserve_of(self, official: int) -> int:
        """Give the reserves wanted for an official sample.

        Parameters
        ----------
        official : int
            Units of one list.

        Returns
        -------
        int
            Rounded up.
        """
        return ceil(Fraction(str(self.reserve)) * official)


def parse_design(mapping: Mapping[str, object]) -> Design:
    """Read a design as it stands under ``design:`` in ``round.yaml``.

    Parameters
    ----------
    mapping : mapping
        ``stages`` and ``reserve``.

    Returns
    -------
    Design
        Checked in itself; columns are checked against the frame when it is drawn.

    Raises
    ------
    SipasError
        ``sampling.design_field_unknown``, ``sampling.design_field_missing``, ``sampling.design_value``,
        ``sampling.design_type``, ``sampling.design_last_stage``, ``sampling.design_size``,
        ``sampling.design_per``, ``sampling.design_unit_twice``; each names the node.
    """
    design = _check_form(mapping)
    for at, stage in enumerate(design.stages):
        _check_stage(stage, f"design.stages[{at}]")
    _check_units([stage.unit for stage in design.stages])
    return design


def _check_form(mapping: Mapping[str, object]) -> Design:
    """Read the mapping; msgspec's message is taken apart, as it is made for developers."""
    try:
        return convert(dict(mapping), Design)
    except msgspec.ValidationError as error:
        found = re.fullmatch(r"(?P<what>.*?)(?: - at `\$(?P<path>.*)`)?", str(error), re.DOTALL)
        what, path = (found["what"], found["path"] or "") if found else (str(error), "")
        place = Place(node=f"design{path}")
        names = re.findall(r"`(.*?)`", what)
        if "unknown field" in what:
            raise SipasError("sampling.design_field_unknown", names[0], place=place) from error
        if "missing required field" in what:
            raise SipasError("sampling.design_field_missing", names[0], place=place) from error
        if what.startswith("Invalid"):
            got = re.findall(r"'(.*?)'", what)
            raise SipasError(
                "sampling.design_value", "design", expected=_choices(path), got=got, place=place
            ) from error
        expected, _, got_type = what.removeprefix("Expected ").replace("`", "").partition(", got ")
        raise SipasError(
            "sampling.design_type", "design", expected=expected, got=got_type or None, place=place
        ) from error


def _choices(path: str) -> tuple[str, ...]:
    return next((names for end, names in CHOICES.items() if path.endswith(end)), ())


def _check_stage(stage: Stage, node: str) -> None:
    table = isinstance(stage.allocation, FixedTable)
    if table == (stage.size is not None):
        raise SipasError("sampling.design_size", "size", got=stage.unit, place=Place(node=f"{node}.size"))
    per = [] if stage.size is None else list(stage.size.per)
    domain = [] if stage.minimum_per_domain is None else list(stage.minimum_per_domain.per)
    for name, columns in (("size.per", per), ("minimum_per_domain.per", domain)):
        if not set(columns) <= set(stage.strata):
            raise SipasError(
                "sampling.design_per",
                name,
                expected=list(stage.strata),
                got=columns,
                place=Place(node=f"{node}.{name}"),
            )


def _check_units(units: list[str]) -> None:
    if units[-1] != UNIT:
        place = Place(node=f"design.stages[{len(units) - 1}].unit")
        raise SipasError("sampling.design_last_stage", "unit", expected=UNIT, got=units[-1], place=place)
    for at, unit in enumerate(units):
        if unit in units[:at]:
            place = Place(node=f"design.stages[{at}].unit")
            raise SipasError("sampling.design_unit_twice", "unit", got=unit, place=place)
