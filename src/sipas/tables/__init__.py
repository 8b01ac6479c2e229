"""The tables that cross a door between rooms: names, types, meaning, validation on entry."""

from sipas.tables.doors import (
    CONTACTS,
    COVARIANCE,
    DOORS,
    DRIVERS,
    ESTIMATES,
    FRAME,
    INDEX,
    REJECTED,
    RESPONSES,
    SAMPLE,
    UNITS,
    VISITS,
    WEIGHTS,
)
from sipas.tables.schema import Column, Table

__all__ = [
    "CONTACTS",
    "COVARIANCE",
    "DOORS",
    "DRIVERS",
    "ESTIMATES",
    "FRAME",
    "INDEX",
    "REJECTED",
    "RESPONSES",
    "SAMPLE",
    "UNITS",
    "VISITS",
    "WEIGHTS",
    "Column",
    "Table",
]
