"""Room ``sampling``: sizes, allocation, draws anyone can repeat, their certificate and its verification."""

from sipas.sampling.allocation import allocate, equal, neyman, power, proportional
from sipas.sampling.canonical import Digest, canonical_csv, canonical_csv_of_files, digest, table_digest
from sipas.sampling.case_codes import case_id_valid, case_ids, read_case_id
from sipas.sampling.certificate import EarlierDraw, Refusal, build_certificate, certificate_json, read_certificate
from sipas.sampling.check_sample import (
    CheckSample,
    check_design,
    check_list,
    draw_check_sample,
    list_digest,
    verify_check_sample,
)
from sipas.sampling.coordination import Coordination, earlier_respondents, shifted_start
from sipas.sampling.design import Design, Stage, parse_design
from sipas.sampling.drawing import Draw, draw
from sipas.sampling.forecast import (
    Expectation,
    Forecast,
    check_frame,
    columns_needed,
    count_frame,
    forecast,
    measures_needed,
)
from sipas.sampling.large import draw_large, schema_of_files
from sipas.sampling.overlaps import overlap
from sipas.sampling.probabilities import inclusion_probabilities, systematic_joint
from sipas.sampling.seed import Seed, SeedPart, make_seed
from sipas.sampling.size import deviation_of_share, margin_of_size, size_for_proportion, sizes_by_class, yamane
from sipas.sampling.verification import verify

__all__ = [
    "CheckSample",
    "Coordination",
    "Design",
    "Digest",
    "Draw",
    "EarlierDraw",
    "Expectation",
    "Forecast",
    "Refusal",
    "Seed",
    "SeedPart",
    "Stage",
    "allocate",
    "build_certificate",
    "canonical_csv",
    "canonical_csv_of_files",
    "case_id_valid",
    "case_ids",
    "certificate_json",
    "check_design",
    "check_frame",
    "check_list",
    "columns_needed",
    "count_frame",
    "deviation_of_share",
    "digest",
    "draw",
    "draw_check_sample",
    "draw_large",
    "earlier_respondents",
    "equal",
    "forecast",
    "inclusion_probabilities",
    "list_digest",
    "make_seed",
    "margin_of_size",
    "measures_needed",
    "neyman",
    "overlap",
    "parse_design",
    "power",
    "proportional",
    "read_case_id",
    "read_certificate",
    "schema_of_files",
    "shifted_start",
    "size_for_proportion",
    "sizes_by_class",
    "systematic_joint",
    "table_digest",
    "verify",
    "verify_check_sample",
    "yamane",
]
