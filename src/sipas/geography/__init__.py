"""Dated register of Vietnam's units: a unit on a day, its place in the tree, who came before and after."""

from sipas.geography.maps import Outline, ProvinceMap, commune_place, province_map
from sipas.geography.model import Link, Region, Tree, Unit, Warned
from sipas.geography.register import lineage, region, register, sources, tree, unit_at, units_at, warnings
from sipas.geography.search import candidates, find, known, last_day, matches
from sipas.geography.succession import divided, predecessors, successors

__all__ = [
    "Link",
    "Outline",
    "ProvinceMap",
    "Region",
    "Tree",
    "Unit",
    "Warned",
    "candidates",
    "commune_place",
    "divided",
    "find",
    "known",
    "last_day",
    "lineage",
    "matches",
    "predecessors",
    "province_map",
    "region",
    "register",
    "sources",
    "successors",
    "tree",
    "unit_at",
    "units_at",
    "warnings",
]
