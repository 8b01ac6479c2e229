"""Look-ups in the index and the estimates: the only way the contents of a report read a number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from sipas.instrument.model import Node
from sipas.intake.vietnamese import sort_key
from sipas.reporting.domain_labels import KIND_LABELS, shipped_label
from sipas.reporting.inputs import FLAG, REGION_STATUS, ReportInputs
from sipas.reporting.wording import uncapital

REGION_MARK = "§"  # a socio-economic region that is recalled
LEVEL_LABELS = {
    "index": "Chỉ số chung",
    "content": "Nội dung",
    "factor": "Yếu tố",
    "item": "Tiêu chí",
}
RULE_WORDS = {
    "top_box": "tỷ lệ có quyền số của câu trả lời ở mức hài lòng trên tổng số câu trả lời có giá trị",
    "pooled_answers": "gộp câu trả lời: tổng quyền số câu trả lời hài lòng chia cho tổng quyền số câu trả lời "
    "có giá trị của các tiêu chí bên dưới",
    "mean_of_children": "trung bình cộng các thành phần ngay bên dưới",
    "fixed_weights": "trung bình các thành phần ngay bên dưới theo trọng số cố định của phiên bản",
}


@dataclass(frozen=True, slots=True)
class Value:
    """A node's value in one domain, in percent and points; everything but n and the rule may be missing.

    Parameters
    ----------
    domain, node : str
        Where it stands.
    n : int or None
        Respondents.
    percent, low, high : float or None
        Value and 95 % interval.
    rank, ranked, rank_low, rank_high, previous_rank : int or None
        Places.
    previous, change, change_low, change_high : float or None
        The earlier round.
    suppressed : bool
        Whether it may not be shown.
    """

    domain: str
    node: str
    n: int | None
    percent: float | None
    low: float | None
    high: float | None
    rank: int | None
    ranked: int | None
    rank_low: int | None
    rank_high: int | None
    previous: float | None
    change: float | None
    change_low: float | None
    change_high: float | None
    previous_rank: int | None
    suppressed: bool


@dataclass(frozen=True, slots=True)
class Estimate:
    """An estimate of the whole; shares on 0 to 1.

    Parameters
    ----------
    n : int or None
        Answers.
    estimate, low, high : float or None
        Value and 95 % interval.
    suppressed : bool
        Whether it may not be shown.
    """

    n: int | None
    estimate: float | None
    low: float | None
    high: float | None
    suppressed: bool


NOTHING = Estimate(None, None, None, None, suppressed=False)
VALUE_COLUMNS = [name for name in Value.__slots__ if name != FLAG]


@dataclass(frozen=True, slots=True)
class Figures:
    """The tables of a report, read once.

    Parameters
    ----------
    inputs : ReportInputs
        Checked.
    values : Mapping
        (domain kind, domain, node) → Value.
    estimates : Mapping
        (variable, statistic, category) → Estimate, of the whole.
    titles : Mapping
        Node → Node of the edition.
    labels : Mapping
        (domain kind, domain) → name given with the inputs.
    answers : Mapping
        (question, value as text) → label of the option, for domains that an answer makes.
    questions : Mapping
        Question → its short label, for the kinds of such domains.
    recalled_regions : frozenset of tuple
        (domain kind, domain) whose region is recalled.
    """

    inputs: ReportInputs
    values: Mapping[tuple[str, str, str], Value]
    estimates: Mapping[tuple[str, str, int | None], Estimate]
    titles: Mapping[str, Node]
    labels: Mapping[tuple[str, str], str] = field(default_factory=dict)
    answers: Mapping[tuple[str, str], str] = field(default_factory=dict)
    questions: Mapping[str, str] = field(default_factory=dict)
    recalled_regions: frozenset[tuple[str, str]] = frozenset()

    @property
    def root(self) -> str:
        """Name of the index's node.

        Returns
        -------
        str
            Of the edition.
        """
        return self.inputs.edition.index.name

    def whole(self, node: str) -> Value | None:
        """Give a node's value of the whole.

        Parameters
        ----------
        node : str
            Node of the tree.

        Returns
        -------
        Value or None
            None where the table has no such row.
        """
        return self.values.get(("all", "", node))

    def kinds(self) -> list[str]:
        """List the domain kinds that are compared, the ranked ones and the whole left out.

        Returns
        -------
        list of str
            In the order of the alphabet of their codes; crossed kinds left out.
        """
        ranked = {*self.inputs.unit_kinds, "all"}
        return sorted({kind for kind, _, _ in self.values if kind not in ranked and "×" not in kind})

    def domains(self, kind: str, node: str) -> list[Value]:
        """List a node's values over the domains of a kind, the best first.

        Parameters
        ----------
        kind, node : str
            Kind of domain; node of the tree.

        Returns
        -------
        list of Value
            Values missing or suppressed come last; ties in Vietnamese order of the names.
        """
        found = [v for (k, _, n), v in self.values.items() if k == kind and n == node]
        return sorted(
            found,
            key=lambda v: (
                v.percent is None,
                -(v.percent or 0.0),
                sort_key(self.label(kind, v.domain)),
            ),
        )

    def label(self, kind: str, domain: str) -> str:
        """Name a domain.

        Parameters
        ----------
        kind, domain : str
            As in the index.

        Returns
        -------
        str
            The name given with the inputs, else the shipped one, else the answer of the question ``kind``; the
            domain itself where none is known. A recalled region is marked.
        """
        given = self.labels.get((kind, domain), domain)
        if given == domain:
            given = self.answers.get((kind, domain), shipped_label(kind, domain))
        recalled = kind == "region" and (kind, domain) in self.recalled_regions
        return given + REGION_MARK if recalled else given

    def kind_label(self, kind: str) -> str:
        """Name a kind of domain.

        Parameters
        ----------
        kind : str
            As in the index.

        Returns
        -------
        str
            The name given with the inputs, else the shipped one, else the short label of the question ``kind``;
            the kind itself where none is known.
        """
        known = {**self.questions, **KIND_LABELS, **self.inputs.kind_labels}
        return known.get(kind, kind)

    def estimate(self, variable: str, statistic: str, category: int | None) -> Estimate:
        """Give an estimate of the whole.

        Parameters
        ----------
        variable, statistic : str
            As in the estimates.
        category : int or None
            Option, where the statistic is a share.

        Returns
        -------
        Estimate
            All missing where the table has no such row.
        """
        return self.estimates.get((variable, statistic, category), NOTHING)


def read(inputs: ReportInputs) -> Figures:
    """Read the tables of a report once.

    Parameters
    ----------
    inputs : ReportInputs
        Checked.

    Returns
    -------
    Figures
        Look-ups.
    """
    index = _flagged(inputs.index)
    rows = index.select("domain_kind", *VALUE_COLUMNS, FLAG).iter_rows()
    values = {(row[0], row[1], row[2]): Value(*row[1:]) for row in rows}
    whole = _flagged(inputs.estimates).filter(pl.col("domain_kind") == "all")
    kept = whole.select("variable", "statistic", "category", "n", "estimate", "low", "high", FLAG)
    estimates = {(row[0], row[1], row[2]): Estimate(*row[3:]) for row in kept.iter_rows()}
    titles = {node.name: node for node, _ in inputs.edition.nodes()}
    names = inputs.units.select("domain_kind", "domain", "label").drop_nulls().iter_rows()
    asked = [q for q in inputs.edition.questions() if q.kind in {"single", "scale"}]
    return Figures(
        inputs,
        values,
        estimates,
        titles,
        {(kind, domain): label for kind, domain, label in names},
        {(q.name, str(o.value)): o.label for q in asked for o in inputs.edition.options(q.name)},
        {q.name: uncapital(q.short_label) for q in asked},
        _recalled_regions(inputs.units),
    )


def _recalled_regions(units: pl.DataFrame) -> frozenset[tuple[str, str]]:
    if REGION_STATUS not in units.columns:
        return frozenset()
    found = units.filter(pl.col(REGION_STATUS) == "recalled").select("domain_kind", "domain")
    return frozenset((kind, domain) for kind, domain in found.iter_rows())


def _flagged(frame: pl.DataFrame) -> pl.DataFrame:
    if FLAG in frame.columns:
        return frame.with_columns(pl.col(FLAG).fill_null(value=False))
    return frame.with_columns(pl.lit(value=False).alias(FLAG))
