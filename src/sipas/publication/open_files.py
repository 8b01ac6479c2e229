"""The open-data folder: tables without small cells, their dictionary, the form, an introduction, a certificate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from io import BytesIO

import polars as pl
import yaml

from sipas.instrument import Edition, notice
from sipas.intake.vietnamese import format_date
from sipas.publication.certificate import certificate_bytes, publication_certificate
from sipas.publication.formats import FORMATS, encode, harmless_csv
from sipas.publication.microdata import STATUS, Release
from sipas.publication.suppression import OPEN_ESTIMATES, OPEN_INDEX, Plan, suppress_estimates, suppress_index
from sipas.publication.wording import Language, label, text
from sipas.tables import Column

CERTIFICATE = "publication.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What the published files say of themselves.

    Parameters
    ----------
    title : str
        Title of the round.
    publisher : str
        Body that publishes.
    published_on : datetime.date
        Day of publication; stands in every file that holds a date.
    licence : str
        Licence line.
    method : str
        Method in a line: design, weights, estimator, rule of the index.
    simulated : bool
        Whether the data are simulated.
    """

    title: str
    publisher: str
    published_on: date
    licence: str
    method: str
    simulated: bool


def open_data(
    estimates: pl.DataFrame,
    index: pl.DataFrame,
    plan: Plan,
    edition: Edition,
    about: About,
    *,
    release: Release | None = None,
    previously_hidden: pl.DataFrame | None = None,
    certificates: Mapping[str, bytes] | None = None,
) -> dict[str, bytes]:
    """Make every file of the open-data folder.

    Parameters
    ----------
    estimates : polars.DataFrame
        ``sipas.tables.ESTIMATES``, complete: it is suppressed here.
    index : polars.DataFrame
        ``sipas.tables.INDEX``, complete.
    plan : Plan
        What must be withheld, as from `plan_suppression` on these two tables.
    edition : Edition
        The edition.
    about : About
        What the files say of themselves.
    release : Release, optional
        Microdata; missing: none are published.
    previously_hidden : polars.DataFrame, optional
        As in `suppress_index`.
    certificates : mapping of str to bytes, optional
        Further files to lie beside: the round's certificates, as ``certificate.json``; ``codebook.xml``.

    Returns
    -------
    dict of str to bytes
        File name to content, by name: estimates and index (.csv, .parquet), dictionary.csv, variables.csv,
        nodes.csv, README.md, README.en.md, with microdata microdata.* and treatment.csv, the certificates, and
        ``publication.json`` over all the others. The same input gives the same bytes.

    Raises
    ------
    SipasError
        As the tables' checks.
    """
    status = label("simulated" if about.simulated else "surveyed")
    shown = {
        "estimates": suppress_estimates(estimates, plan),
        "index": suppress_index(index, plan, previously_hidden=previously_hidden),
    }
    files = dict(certificates or {})
    for name, table in shown.items():
        marked = table.with_columns(pl.lit(status).alias(STATUS))
        files[f"{name}.csv"] = harmless_csv(marked)
        files[f"{name}.parquet"] = _parquet(marked)
    described = {"dictionary": dictionary(), "variables": variables(edition), "nodes": nodes(edition)}
    if release is not None:
        files |= {f"microdata.{form}": encode(release, form, about.published_on) for form in FORMATS}
        described["treatment"] = release.treated
    for name, table in described.items():
        files[f"{name}.csv"] = harmless_csv(table.with_columns(pl.lit(status).alias(STATUS)))
    counts = {name: int(table["suppressed"].sum()) for name, table in shown.items()}
    names = sorted(certificates or {})
    for language, name in (("vi", "README.md"), ("en", "README.en.md")):
        files[name] = _readme("vi" if language == "vi" else "en", edition, about, plan, counts, sorted(files), names)
    certificate = publication_certificate(
        files,
        made_on=about.published_on,
        edition=edition.name,
        minimum=plan.minimum,
        simulated=about.simulated,
    )
    files[CERTIFICATE] = certificate_bytes(certificate)
    return dict(sorted(files.items()))


def dictionary() -> pl.DataFrame:
    """Describe the columns of the published tables.

    Returns
    -------
    polars.DataFrame
        ``table``, ``column``, ``type``, ``meaning`` (Vietnamese), ``meaning_en``.
    """
    vietnamese: dict[str, str] = yaml.safe_load(text("columns.yaml"))
    status = Column(STATUS, pl.String, "Kind of data: khảo sát (surveyed) or mô phỏng (simulated).")
    rows = [
        (table.name, column.name, str(column.dtype), vietnamese[column.name], column.meaning)
        for table in (OPEN_ESTIMATES, OPEN_INDEX)
        for column in (*table.columns, status)
    ]
    return pl.DataFrame(rows, schema=["table", "column", "type", "meaning", "meaning_en"], orient="row")


def variables(edition: Edition) -> pl.DataFrame:
    """Describe the answer columns of an edition, one row per value.

    Parameters
    ----------
    edition : Edition
        The edition.

    Returns
    -------
    polars.DataFrame
        ``variable``, ``label``, ``text`` (full wording), ``kind``, ``role``, ``value`` (missing for texts and
        numbers), ``value_label``, ``top_box`` (whether the value counts as satisfied), ``status`` and
        ``source`` of the wording.
    """
    rows = []
    for column in edition.columns():
        question = edition.question(column.question)
        top = edition.top_box(column.question)
        for value, name in column.values.items() or [(None, None)]:
            counts = None if value is None else value in top
            rows.append((
                *(column.name, column.label, question.text, question.kind, question.role),
                *(value, name, counts, question.status, question.source),
            ))
    schema: dict[str, type[pl.DataType]] = dict.fromkeys(
        ("variable", "label", "text", "kind", "role", "value", "value_label", "top_box", "status", "source"),
        pl.String,
    )
    return pl.DataFrame(rows, schema=schema | {"value": pl.Int64, "top_box": pl.Boolean}, orient="row")


def nodes(edition: Edition) -> pl.DataFrame:
    """Describe the index tree of an edition.

    Parameters
    ----------
    edition : Edition
        The edition.

    Returns
    -------
    polars.DataFrame
        ``node``, ``parent``, ``level``, ``title``, ``title_en``, ``question``, ``rule``, ``weights`` (with
        spaces; empty but for fixed weights), ``status``, ``source``; parents first.
    """
    rows = [
        (
            *(node.name, parent, node.level, node.title, node.title_en, node.question, node.rule),
            *(" ".join(str(w) for w in node.weights), node.status, node.source),
        )
        for node, parent in edition.nodes()
    ]
    names = ["node", "parent", "level", "title", "title_en", "question", "rule", "weights", "status", "source"]
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def _parquet(table: pl.DataFrame) -> bytes:
    buffer = BytesIO()
    table.write_parquet(buffer)
    return buffer.getvalue()


def _readme(
    language: Language,
    edition: Edition,
    about: About,
    plan: Plan,
    counts: Mapping[str, int],
    files: list[str],
    certificates: list[str],
) -> bytes:
    wording = notice(edition)
    said = [label("simulated_statement", language)] if about.simulated else []
    said += [] if wording is None else [wording.vi if language == "vi" else wording.en]
    told = {name: label("file_" + name.partition(".")[0], language) for name in files}
    lines = [f"- `{name}`: {meaning}" for name, meaning in told.items() if not meaning.startswith("file_")]
    certificates = [name for name in certificates if told[name].startswith("file_")]
    filled = text(f"readme.{language}.md").format(**{
        "title": about.title,
        "publisher": about.publisher,
        "method": about.method,
        "licence": about.licence,
        "date_vi": format_date(about.published_on),
        "date_en": about.published_on.isoformat(),
        "edition": edition.name,
        "edition_title": edition.title,
        "edition_title_en": edition.title_en or edition.title,
        "minimum": plan.minimum,
        "suppressed_estimates": counts["estimates"],
        "suppressed_index": counts["index"],
        f"reproduced_{language}": label("reproduced", language) if "treatment.csv" in files else "",
        f"statements_{language}": "".join(f"\n**{statement}**\n" for statement in said),
        f"files_{language}": "\n".join(lines),
        f"certificates_{language}": label("certificates", language, names=", ".join(certificates))
        if certificates
        else "",
    })
    return (filled.strip() + "\n").encode()
