"""Every table that crosses a door, described once. docs/reference/tables.md is made from here."""

from __future__ import annotations

import polars as pl

from sipas.tables.schema import Column, Table

TEXT = pl.String
INT = pl.Int64
REAL = pl.Float64
DATE = pl.Date
FLAG = pl.Boolean

UNITS = Table(
    "units",
    "An administrative unit in one period of its life.",
    ("code", "valid_from"),
    (
        Column(
            "code",
            TEXT,
            "Official code, 2, 3 or 5 digits by tier; codes are reused, so never a key alone.",
        ),
        Column("valid_from", DATE, "First day; 2017-01-01 stands for 'or earlier'."),
        Column("valid_to", DATE, "Last day; missing while the unit exists.", nullable=True),
        Column("level", TEXT, "Tier.", allowed=("province", "district", "commune")),
        Column(
            "kind",
            TEXT,
            "Vietnamese kind: tỉnh, thành phố, huyện, quận, thị xã, xã, phường, thị trấn, đặc khu.",
        ),
        Column("name", TEXT, "Name without its kind, NFC."),
        Column("parent_code", TEXT, "Code of the unit above; missing for a province.", nullable=True),
        Column("parent_valid_from", DATE, "With parent_code, the key of the unit above.", nullable=True),
        Column("unit_class", TEXT, "Hạng of the unit, where known.", nullable=True),
        Column("region", TEXT, "Socio-economic region, where known.", nullable=True),
        Column("legal_act", TEXT, "Act that created this state of the unit, where known.", nullable=True),
    ),
)

FRAME = Table(
    "frame",
    "A unit that can be drawn: a finished transaction or a resident. Holds no identity.",
    ("unit_id",),
    (
        Column("unit_id", TEXT, "Random code, 16 characters of Crockford's base 32."),
        Column(
            "commitment",
            TEXT,
            "SHA-256 (hex) over salt and identity; the salt lies in contacts.",
            nullable=True,
        ),
        Column(
            "prn",
            INT,
            "Permanent random number, 0 to 2^53 - 1, from the department's key.",
            nullable=True,
            low=0,
        ),
        Column("respondent_kind", TEXT, "Who is asked.", allowed=("person", "organisation")),
        Column("province", TEXT, "Code of the province."),
        Column("commune", TEXT, "Code of the commune.", nullable=True),
        Column("agency", TEXT, "Agency that solved the transaction; for residents the commune's authority."),
        Column(
            "agency_level",
            TEXT,
            "Tier of the agency.",
            allowed=("central", "province", "district", "commune"),
        ),
        Column("field", TEXT, "Field of the procedure (lĩnh vực); missing for residents.", nullable=True),
        Column("procedure", TEXT, "Procedure, where known.", nullable=True),
        Column(
            "finished_month",
            TEXT,
            "Month the result was handed over, YYYY-MM; missing for residents.",
            nullable=True,
        ),
    ),
    open_columns="clusters (village), sizes and further bands used as strata or domains",
)

CONTACTS = Table(
    "contacts",
    "How to reach a unit of the frame. Encrypted at rest, outside the sealed chain, dropped on its date.",
    ("unit_id",),
    (
        Column("unit_id", TEXT, "Unit of the frame."),
        Column("salt", TEXT, "Salt of the commitment, 32 hex digits."),
        Column("name", TEXT, "Name of the person or organisation."),
        Column("address", TEXT, "Address.", nullable=True),
        Column("phone", TEXT, "Telephone.", nullable=True),
        Column("email", TEXT, "E-mail.", nullable=True),
        Column("dossier_number", TEXT, "Number of the dossier.", nullable=True),
        Column("finished_on", DATE, "Day the result was handed over.", nullable=True),
    ),
)

REJECTED = Table(
    "rejected",
    "A row of an input file that was not taken, with the reason.",
    (),
    (
        Column("file", TEXT, "Name of the file.", nullable=True),
        Column("sheet", TEXT, "Sheet.", nullable=True),
        Column("row", INT, "Row as the user's program shows it, from 1.", low=1),
        Column("column", TEXT, "Column at fault, as the user named it.", nullable=True),
        Column("reason", TEXT, "Dotted code of the rule."),
        Column("got", TEXT, "The value at fault.", nullable=True),
    ),
    open_columns="the row's original cells",
)

SAMPLE = Table(
    "sample",
    "A drawn unit: official, or reserve in its order.",
    ("unit_id",),
    (
        Column("unit_id", TEXT, "Unit of the frame."),
        Column(
            "case_id",
            TEXT,
            "Code of the case on every form: 10 characters of Crockford's base 32, the last two check.",
        ),
        Column("role", TEXT, "Official sample or reserve list.", allowed=("official", "reserve")),
        Column("stratum", TEXT, "Stratum of the first stage."),
        Column(
            "order",
            INT,
            "Place in the stratum's list of its role, from 1; reserves are used in this order.",
            low=1,
        ),
        Column("random", INT, "Random number that drew the unit, 0 to 2^53 - 1.", low=0),
        Column("probability", REAL, "Inclusion probability in the official sample, all stages.", low=0, high=1),
        Column("base_weight", REAL, "1 / probability.", low=1),
        Column("psu", TEXT, "Primary sampling unit; the unit itself where it is drawn directly."),
        Column("psu_population", INT, "Primary units in the stratum (N_h).", low=1),
        Column("psu_sample", INT, "Primary units drawn in the stratum (n_h).", low=1),
    ),
    open_columns="stage_2_id, _stratum, _population, _sample, _probability; so on for each further stage",
)

VISITS = Table(
    "visits",
    "An attempt to reach a case, with its outcome.",
    ("case_id", "visit"),
    (
        Column("case_id", TEXT, "Case."),
        Column("visit", INT, "Number of the attempt, from 1.", low=1),
        Column("date", DATE, "Day."),
        Column("mode", TEXT, "How.", allowed=("paper", "face_to_face", "mail", "phone", "web")),
        Column("outcome", TEXT, "AAPOR disposition of this attempt, as 1.1, 2.11, 3.10, 4.10."),
        Column("interviewer", TEXT, "Code of the interviewer.", nullable=True),
        Column("replaced_by", TEXT, "Case that replaced this one from the reserve.", nullable=True),
    ),
)

RESPONSES = Table(
    "responses",
    "One case's answers.",
    ("case_id",),
    (
        Column("case_id", TEXT, "Case."),
        Column("mode", TEXT, "How it came in.", allowed=("paper", "face_to_face", "phone", "web")),
        Column("received_on", DATE, "Day it came in.", nullable=True),
        Column("valid", FLAG, "Whether the edition's validity rule holds."),
        Column("invalid_reason", TEXT, "Dotted code where it does not.", nullable=True),
    ),
    open_columns="one column per answer of the edition (sipas.instrument.Edition.columns)",
)

WEIGHTS = Table(
    "weights",
    "The weight of one valid response, step by step.",
    ("case_id",),
    (
        Column("case_id", TEXT, "Case."),
        Column("base", REAL, "1 / inclusion probability × official / attempted cases of the list.", low=0),
        Column("nonresponse", REAL, "After adjustment for nonresponse.", low=0),
        Column("calibrated", REAL, "After calibration; may be negative only under unbounded linear calibration."),
        Column("final", REAL, "After trimming: the weight of the estimates."),
    ),
)

ESTIMATES = Table(
    "estimates",
    "One estimate with its design-based error.",
    ("domain_kind", "domain", "variable", "statistic", "category"),
    (
        Column(
            "domain_kind",
            TEXT,
            "What divides the population: all, agency, field, ...; crossed kinds joined by ' × '.",
        ),
        Column("domain", TEXT, "Value of the domain; empty for all; crossed values joined by ' × '."),
        Column("variable", TEXT, "Answer column of the edition."),
        Column(
            "statistic",
            TEXT,
            "What is estimated.",
            allowed=("share", "top_box", "mean", "total", "ratio", "count"),
        ),
        Column("category", INT, "Option whose share it is; missing otherwise.", nullable=True),
        Column("n", INT, "Answers behind it, unweighted.", low=0),
        Column("weight_sum", REAL, "Sum of their weights: people represented."),
        Column("estimate", REAL, "Shares on 0 to 1; missing where n = 0.", nullable=True),
        Column("se", REAL, "Standard error; missing where it cannot be estimated.", nullable=True, low=0),
        Column("low", REAL, "Lower end of the interval.", nullable=True),
        Column("high", REAL, "Upper end of the interval.", nullable=True),
        Column("df", REAL, "Degrees of freedom.", nullable=True),
        Column("deff", REAL, "Design effect against simple random sampling with replacement.", nullable=True),
        Column("lonely", INT, "Strata with one primary unit in the design.", low=0),
    ),
)

INDEX = Table(
    "index",
    "A node of the index tree in one domain, in percent.",
    ("domain_kind", "domain", "node"),
    (
        Column("domain_kind", TEXT, "As in estimates."),
        Column("domain", TEXT, "As in estimates."),
        Column("node", TEXT, "Node of the edition's tree."),
        Column("parent", TEXT, "Node above; missing for the root.", nullable=True),
        Column("level", TEXT, "Level of the tree: index, content, factor, item."),
        Column(
            "rule",
            TEXT,
            "How it is made from what stands below.",
            allowed=("top_box", "pooled_answers", "mean_of_children", "fixed_weights"),
        ),
        Column("n", INT, "Respondents with at least one answer below the node.", low=0),
        Column("answers", INT, "Answers below the node.", low=0),
        Column(
            "percent",
            REAL,
            "Value, 0 to 100; missing where nothing was answered.",
            nullable=True,
            low=0,
            high=100,
        ),
        Column("se", REAL, "Standard error in points.", nullable=True, low=0),
        Column("low", REAL, "Lower end of the 95 % interval.", nullable=True),
        Column("high", REAL, "Upper end of the 95 % interval.", nullable=True),
        Column("df", REAL, "Degrees of freedom.", nullable=True),
        Column(
            "rank",
            INT,
            "Place among the domains of the kind, 1 the best; missing where not ranked.",
            nullable=True,
        ),
        Column("ranked", INT, "Domains ranked together.", nullable=True),
        Column("rank_low", INT, "Best place the data allow (joint 95 % set).", nullable=True),
        Column("rank_high", INT, "Worst place the data allow.", nullable=True),
        Column("previous", REAL, "Value of the earlier round on comparable items; missing: none.", nullable=True),
        Column("change", REAL, "Points since the earlier round, on comparable items only.", nullable=True),
        Column("change_se", REAL, "Standard error of the change.", nullable=True, low=0),
        Column("change_low", REAL, "Lower end of its 95 % interval.", nullable=True),
        Column("change_high", REAL, "Upper end of its 95 % interval.", nullable=True),
        Column("previous_rank", INT, "Place in the earlier round.", nullable=True),
    ),
)

COVARIANCE = Table(
    "covariance",
    "Covariance of two nodes' values, in squared points.",
    ("domain_kind", "domain", "node", "other_domain", "other_node"),
    (
        Column("domain_kind", TEXT, "As in index."),
        Column("domain", TEXT, "As in index."),
        Column("node", TEXT, "As in index."),
        Column("other_domain", TEXT, "Domain of the other value, of the same kind."),
        Column("other_node", TEXT, "Node of the other value."),
        Column("covariance", REAL, "Squared points."),
    ),
)

DRIVERS = Table(
    "drivers",
    "An item of the tree: how far it goes with overall satisfaction, and how well it does, in the whole round.",
    ("node",),
    (
        Column("node", TEXT, "Item of the edition's tree."),
        Column(
            "importance", REAL, "Percent of the R² of all items; all add up to 100.", nullable=True, low=0, high=100
        ),
        Column("importance_low", REAL, "Lower end of its 95 % interval.", nullable=True),
        Column("importance_high", REAL, "Upper end of its 95 % interval.", nullable=True),
        Column("percent", REAL, "Value, as in index.", nullable=True, low=0, high=100),
        Column("low", REAL, "As in index.", nullable=True),
        Column("high", REAL, "As in index.", nullable=True),
        Column(
            "quadrant",
            TEXT,
            "By 100 / items and the mean value: concentrate is important and below the mean.",
            nullable=True,
            allowed=("keep_up", "concentrate", "overkill", "low_priority"),
        ),
        Column("sure", FLAG, "Whether neither interval holds both sides of its line."),
        Column("outcome", TEXT, "Question about overall satisfaction that is explained."),
        Column("r_squared", REAL, "Of the model with all items, 0 to 1.", low=0, high=1),
        Column("r_squared_low", REAL, "Lower end of its 95 % interval.", nullable=True),
        Column("r_squared_high", REAL, "Upper end of its 95 % interval.", nullable=True),
        Column("rows", INT, "Weighted respondents.", low=0),
        Column("used", INT, "Of them with an answer to the outcome and to every item.", low=0),
    ),
)

DOORS = (UNITS, FRAME, CONTACTS, REJECTED, SAMPLE, VISITS, RESPONSES, WEIGHTS, ESTIMATES, INDEX, COVARIANCE, DRIVERS)
