"""Room ``publication``: results and microdata in the form in which they may leave, and published figures."""

from sipas.publication.certificate import certificate_bytes, publication_certificate, verify_publication
from sipas.publication.delicate import delicate_cells
from sipas.publication.formats import FORMATS, encode, file_names, harmless_csv
from sipas.publication.microdata import Release, Variable, anonymity, marks, release, release_id, statements
from sipas.publication.open_files import CERTIFICATE, About, dictionary, nodes, open_data, variables
from sipas.publication.published import national_factors, national_line, province_values
from sipas.publication.suppression import (
    OPEN_ESTIMATES,
    OPEN_INDEX,
    Plan,
    open_table,
    plan_suppression,
    suppress_drivers,
    suppress_estimates,
    suppress_index,
)
from sipas.publication.withheld_answers import withhold_answers

__all__ = [
    "CERTIFICATE",
    "FORMATS",
    "OPEN_ESTIMATES",
    "OPEN_INDEX",
    "About",
    "Plan",
    "Release",
    "Variable",
    "anonymity",
    "certificate_bytes",
    "delicate_cells",
    "dictionary",
    "encode",
    "file_names",
    "harmless_csv",
    "marks",
    "national_factors",
    "national_line",
    "nodes",
    "open_data",
    "open_table",
    "plan_suppression",
    "province_values",
    "publication_certificate",
    "release",
    "release_id",
    "statements",
    "suppress_drivers",
    "suppress_estimates",
    "suppress_index",
    "variables",
    "verify_publication",
    "withhold_answers",
]
