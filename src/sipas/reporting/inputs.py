"""Everything a report is made from, in one frozen value; the report computes no statistic of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as default

import polars as pl

from sipas.errors import SipasError
from sipas.instrument import Edition
from sipas.publication import OPEN_ESTIMATES, OPEN_INDEX
from sipas.tables import ESTIMATES, INDEX

FLAG = "suppressed"
REGION_STATUS = "region_status"
ATTRIBUTES = ("class", "region", "kind", "level")
RATES: dict[str, type[pl.DataType]] = {"rate": pl.String, "value": pl.Float64}
DISPOSITIONS: dict[str, type[pl.DataType]] = {"code": pl.String, "label": pl.String, "cases": pl.Int64}
BY_UNIT: dict[str, type[pl.DataType]] = {
    "domain": pl.String,
    "issued": pl.Int64,
    "returned": pl.Int64,
    "valid": pl.Int64,
}
MODES: dict[str, type[pl.DataType]] = {"label": pl.String, "cases": pl.Int64}
UNIT_NAMES: dict[str, type[pl.DataType]] = {"domain_kind": pl.String, "domain": pl.String, "label": pl.String}


@dataclass(frozen=True, slots=True)
class TitleData:
    """What stands at the head and the foot of the documents.

    Parameters
    ----------
    territory : str
        As ``tỉnh Tuyên Quang`` or ``cả nước``.
    parent_agency, agency : str
        As ``UBND tỉnh Tuyên Quang`` and ``Sở Nội vụ``; the head of the document puts them in capitals.
    place : str
        Of the date line.
    date : datetime.date
        Date of the documents; the only date in the files.
    period : str
        As ``năm 2026``.
    previous_period : str
        As ``năm 2025``; empty: no earlier round.
    symbol : str
        Ký hiệu, as ``SNV-CCHC``.
    report_number, letter_number : str
        Numbers given by văn thư; empty: the document is a draft and says so.
    position : tuple of str
        Lines above the signature.
    signer : str
        Name; ``…`` while unknown.
    addressees, recipients : tuple of str
        Kính gửi, Nơi nhận.
    basis : tuple of str
        Legal bases, each with type, number, date, issuer and what it is about, without end marks.
    """

    territory: str
    parent_agency: str
    agency: str
    place: str
    date: dt.date
    period: str
    previous_period: str = ""
    symbol: str = "SNV-CCHC"
    report_number: str = ""
    letter_number: str = ""
    position: tuple[str, ...] = ("GIÁM ĐỐC",)
    signer: str = "…"
    addressees: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ("Như trên", "Lưu: VT")
    basis: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldFigures:
    """Forms and visits.

    Parameters
    ----------
    issued, returned, valid : int
        Forms, each at most the one before.
    replacements : int, optional
        Cases replaced from the reserve.
    rates : polars.DataFrame
        ``rate`` (String, as ``RR1``) and ``value`` (Float64, 0 to 1, missing where it cannot be given).
    dispositions : polars.DataFrame
        ``code`` (String, AAPOR), ``label`` (String, Vietnamese), ``cases`` (Int64).
    by_unit : polars.DataFrame
        ``domain`` (String), ``issued``, ``returned``, ``valid`` (Int64); may have no rows.
    modes : polars.DataFrame
        ``label`` (String) and ``cases`` (Int64): valid forms by mode; may have no rows.
    """

    issued: int
    returned: int
    valid: int
    replacements: int | None = None
    rates: pl.DataFrame = default(default_factory=lambda: pl.DataFrame(schema=RATES))
    dispositions: pl.DataFrame = default(default_factory=lambda: pl.DataFrame(schema=DISPOSITIONS))
    by_unit: pl.DataFrame = default(default_factory=lambda: pl.DataFrame(schema=BY_UNIT))
    modes: pl.DataFrame = default(default_factory=lambda: pl.DataFrame(schema=MODES))


@dataclass(frozen=True, slots=True)
class DrawSummary:
    """What the draw certificate says, for print.

    Parameters
    ----------
    frame_sha256, sample_sha256 : str
        Hex.
    seed : str
        Hex; from the frame's hash and the public texts.
    public_texts : tuple of str
        The witnesses' texts, or the public number.
    draws : int
        Draws, trials and redraws journalled, at least 1.
    frame_size, sample_size, reserve_size : int
        Units.
    rule : tuple of str
        How the sample was drawn, Vietnamese sentences.
    """

    frame_sha256: str
    sample_sha256: str
    seed: str
    public_texts: tuple[str, ...]
    draws: int
    frame_size: int
    sample_size: int
    reserve_size: int
    rule: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WeightingLine:
    """One step of the weighting.

    Parameters
    ----------
    step : str
        Vietnamese name of the step.
    total, least, most : float
        Sum, smallest and largest weight after it.
    design_effect : float
        Kish's 1 + CV² of the weights, at least 1.
    """

    step: str
    total: float
    least: float
    most: float
    design_effect: float


@dataclass(frozen=True, slots=True)
class Target:
    """A value the index was to reach.

    Parameters
    ----------
    label : str
        As ``Chỉ số hài lòng chung``.
    node : str
        Node of the tree.
    threshold : float
        In percent.
    domain_kind, domain : str
        Whose value; the whole by default.
    source : str
        The document that set it.
    """

    label: str
    node: str
    threshold: float
    domain_kind: str = "all"
    domain: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class NationalFigure:
    """A published national value.

    Parameters
    ----------
    year : int
        Of the survey.
    series : str
        Indices compare only inside one series; a chart never joins two.
    percent : float or None
        0 to 100; None: a year of the series without a national value, told but not drawn.
    source : str
        Where it was published.
    """

    year: int
    series: str
    percent: float | None
    source: str


@dataclass(frozen=True, slots=True)
class ReportInputs:
    """Everything a report is made from.

    Parameters
    ----------
    title : TitleData
        Head and foot.
    edition : Edition
        The questionnaire and its tree.
    index : polars.DataFrame
        ``tables.INDEX``, with an optional Boolean column ``suppressed``; suppressed rows hold nulls.
    estimates : polars.DataFrame
        ``tables.ESTIMATES``, with the same optional column.
    field : FieldFigures
        Forms and visits.
    unit_kinds : tuple of str
        Domain kinds that are ranked, the main one first, as ``("agency",)``.
    kind_labels : Mapping
        Vietnamese name of a domain kind, as ``{"agency": "cơ quan"}``; wins over the shipped names.
    units : polars.DataFrame
        ``domain_kind``, ``domain``, ``label`` and any of ``class``, ``region``, ``kind``, ``level``
        (String, nullable, Vietnamese as printed): names and attributes of domains; may have no rows. Beside
        ``region`` stands ``region_status``, ``geography.Region.status``: a region that is ``recalled`` is marked
        (for a domain kind ``region`` it is the status of the domain itself).
    weighting : tuple of WeightingLine
        Steps in order.
    targets : tuple of Target
        May be empty.
    national : tuple of NationalFigure
        Published line; may be empty.
    draw : DrawSummary, optional
        The certificate.
    minimum_cell : int
        Cells with fewer answers were suppressed by the caller; for the note.
    simulated : bool
        Whether the data are synthetic.
    """

    title: TitleData
    edition: Edition
    index: pl.DataFrame
    estimates: pl.DataFrame
    field: FieldFigures
    unit_kinds: tuple[str, ...]
    kind_labels: Mapping[str, str] = default(default_factory=dict)
    units: pl.DataFrame = default(default_factory=lambda: pl.DataFrame(schema=UNIT_NAMES))
    weighting: tuple[WeightingLine, ...] = ()
    targets: tuple[Target, ...] = ()
    national: tuple[NationalFigure, ...] = ()
    draw: DrawSummary | None = None
    minimum_cell: int = 0
    simulated: bool = False

    def check(self) -> ReportInputs:
        """Check what the report relies on.

        Returns
        -------
        ReportInputs
            The same value.

        Raises
        ------
        SipasError
            ``reporting.index_missing`` where the root has no value of the whole; ``reporting.kind_unknown``
            where a ranked kind has no rows; ``reporting.forms_order`` where more forms came back than went
            out; and the codes of ``tables``.
        """
        (OPEN_INDEX if FLAG in self.index.columns else INDEX).check(self.index)
        (OPEN_ESTIMATES if FLAG in self.estimates.columns else ESTIMATES).check(self.estimates)
        kinds = sorted(self.index["domain_kind"].unique().to_list())
        root = self.edition.index.name
        whole = self.index.filter((pl.col("domain_kind") == "all") & (pl.col("node") == root))
        if whole.height == 0:
            raise SipasError("reporting.index_missing", "index", expected=root, got=kinds)
        for kind in self.unit_kinds:
            if kind not in kinds:
                raise SipasError("reporting.kind_unknown", "unit_kinds", expected=kinds, got=kind)
        if not self.field.issued >= self.field.returned >= self.field.valid >= 0:
            forms = [self.field.issued, self.field.returned, self.field.valid]
            raise SipasError("reporting.forms_order", "field", got=forms)
        return self
