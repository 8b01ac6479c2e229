"""A finished round as its readers meet it: the disclosed tables, targets judged by them, and how good the data are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from sipas.errors import SipasError
from sipas.rounds.domain_labels import domain_label
from sipas.rounds.editions import round_edition
from sipas.rounds.folder import Folder
from sipas.rounds.settings import Round, load_round
from sipas.rounds.tables_io import canonical_json, read_json
from sipas.scoring import targets_of_index
from sipas.tables import DRIVERS

if TYPE_CHECKING:
    from sipas.instrument import Edition
    from sipas.reporting.figures import Figures, Value

WHOLE = "all"
SHOWN = ("disclosed", "open-data")  # the same tables in a round's folder and in what was published
QUALITY = "quality.json"
RATES = ("RR1", "RR2", "RR3", "RR5", "COOP1", "REF1", "CON1")


@dataclass(frozen=True, slots=True)
class TargetVerdict:
    """A target of the round and what the published interval says of it.

    Parameters
    ----------
    label : str
        As printed.
    node : str
        Node of the tree.
    threshold : float
        In percent.
    source : str
        The document that set it; may be empty.
    verdict : str
        ``met``, ``not_met``, ``undecided``, ``no_interval`` or ``no_data``.
    domain_kind, domain : str
        Whose target; ``all`` and empty: of the whole round.
    """

    label: str
    node: str
    threshold: float
    source: str
    verdict: str
    domain_kind: str = WHOLE
    domain: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class PublishedRound:
    """Everything a reader of a round may be shown.

    Parameters
    ----------
    settings : Round
        Of the round.
    figures : Figures
        Look-ups in the disclosed index.
    estimates : polars.DataFrame
        ``publication.OPEN_ESTIMATES``: withheld figures are missing.
    verdicts : tuple of TargetVerdict
        In the order of the settings.
    quality : Mapping
        As ``quality_summary``; empty where the folder does not tell.
    drivers : polars.DataFrame
        ``sipas.tables.DRIVERS`` as disclosed; no rows where there are none.
    """

    settings: Round
    figures: Figures
    estimates: pl.DataFrame
    verdicts: tuple[TargetVerdict, ...]
    quality: Mapping[str, Any]
    drivers: pl.DataFrame

    @property
    def edition(self) -> Edition:
        """The edition asked.

        Returns
        -------
        Edition
            With the round's own minimum.
        """
        return self.figures.inputs.edition

    @property
    def whole(self) -> Value | None:
        """The index of the whole.

        Returns
        -------
        Value or None
            None where it is not there.
        """
        return self.figures.whole(self.figures.root)


def read_published(root: Path, *, whole_only: bool = False) -> PublishedRound:
    """Read a round's disclosed results.

    Parameters
    ----------
    root : Path
        A round's folder, or the folder of a published version: ``round.yaml`` and ``disclosed/``.
    whole_only : bool
        Whether only the values of the whole are wanted, as for a list of many rounds.

    Returns
    -------
    PublishedRound
        From disclosed tables alone; nothing hidden is read.

    Raises
    ------
    SipasError
        ``round.no_folder``, ``round.setting``, ``round.step_not_done`` where nothing is disclosed yet.
    """
    from sipas.reporting.figures import read  # two seconds of writers and solvers come with it

    folder, settings = Folder(root), load_round(root)
    edition = round_edition(folder, settings)
    index, estimates = (_shown(folder, f"{name}.parquet", whole_only=whole_only) for name in ("index", "estimates"))
    quality = _quality(folder)
    figures = read(_inputs(settings, edition, index, estimates, quality))
    verdicts = _verdicts(settings, edition, index)
    drivers = DRIVERS.empty() if whole_only else _drivers(folder)
    return PublishedRound(settings, figures, estimates, verdicts, quality, drivers)


def quality_summary(root: Path) -> bytes:
    """Sum up how good a round's data are, without a single case: what may be published beside its figures.

    Parameters
    ----------
    root : Path
        A round's folder whose field work is weighted.

    Returns
    -------
    bytes
        JSON: ``forms``, ``rates`` (AAPOR), ``dispositions``, ``modes``, ``replaced``,
        ``item_nonresponse``, ``weighting`` (steps) and ``flags`` (forms by quality flag, and with any).
    """
    return canonical_json(_summed(Folder(root)))


def _shown(folder: Folder, name: str, *, whole_only: bool) -> pl.DataFrame:
    for part in SHOWN:
        path = folder.path(f"{part}/{name}")
        if path.exists():
            table = pl.scan_parquet(path)
            return (table.filter(pl.col("domain_kind") == WHOLE) if whole_only else table).collect()
    raise SipasError("round.step_not_done", got=f"{SHOWN[0]}/{name}")


def _drivers(folder: Folder) -> pl.DataFrame:
    path = folder.path(f"{SHOWN[0]}/{DRIVERS.name}.parquet")
    return DRIVERS.check(pl.read_parquet(path)) if path.exists() else DRIVERS.empty()


def _quality(folder: Folder) -> Mapping[str, Any]:
    if folder.path(QUALITY).exists():
        found: Mapping[str, Any] = read_json(folder, QUALITY)
        return found
    return _summed(folder) if folder.path("fieldwork.json").exists() else {}


def _summed(folder: Folder) -> dict[str, Any]:
    field, steps = read_json(folder, "fieldwork.json"), read_json(folder, "weighting.json")["steps"]
    (rates,) = field["rates"]
    least = round_edition(folder, load_round(folder.root)).minimum_cell  # no number of answers below it is told
    return {
        "forms": field["forms"][0],
        "rates": {name: rates[name] for name in RATES},
        "dispositions": field["dispositions"],
        "modes": field["modes"],
        "replaced": sum(line["replaced"] for line in field["replacements"]),
        "item_nonresponse": [line for line in field["item_nonresponse"] if line["answered"] >= least],
        "weighting": [{name: s[name] for name in ("step", "n", "sum", "min", "max", "deff")} for s in steps],
        "flags": _flags(folder),
    }


def _flags(folder: Folder) -> dict[str, int]:
    path = folder.path("checks.parquet")
    if not path.exists():
        return {}
    checks = pl.read_parquet(path, columns=["case_id", "flag"])
    counted = checks.group_by("flag").agg(pl.col("case_id").n_unique()).sort("flag")
    return {"any": checks["case_id"].n_unique(), **dict(counted.iter_rows())}


def _verdicts(settings: Round, edition: Edition, index: pl.DataFrame) -> tuple[TargetVerdict, ...]:
    nodes = [edition.index.name if t.node == "index" else t.node for t in settings.targets]
    asked = pl.DataFrame(
        {
            "domain_kind": [t.domain_kind for t in settings.targets],
            "domain": [t.domain for t in settings.targets],
            "node": nodes,
            "target": [t.threshold for t in settings.targets],
        },
        schema={"domain_kind": pl.String, "domain": pl.String, "node": pl.String, "target": pl.Float64},
    )
    # A document may name one value twice, with two targets: each is judged by itself.
    told = [targets_of_index(index, asked[row : row + 1])["verdict"][0] for row in range(asked.height)]
    return tuple(
        TargetVerdict(t.label, node, t.threshold, t.source, verdict, t.domain_kind, t.domain)
        for t, node, verdict in zip(settings.targets, nodes, told, strict=True)
    )


def _inputs(
    settings: Round, edition: Edition, index: pl.DataFrame, estimates: pl.DataFrame, quality: Mapping[str, Any]
) -> Any:
    """Put together what the look-ups of the report need; nothing of it is set in type here."""
    from sipas.reporting.inputs import FieldFigures, ReportInputs, TitleData

    documents, forms = settings.documents, quality.get("forms", {})
    title = TitleData("", documents.parent, documents.department, documents.place, documents.date, str(settings.year))
    issued, returned, valid = (int(forms.get(name, 0)) for name in ("issued", "returned", "valid"))
    pairs = index.select("domain_kind", "domain").unique(maintain_order=True)
    labels = [domain_label(kind, domain, settings) for kind, domain in pairs.iter_rows()]
    return ReportInputs(
        title=title,
        edition=edition,
        index=index,
        estimates=estimates,
        field=FieldFigures(issued, returned, valid),
        unit_kinds=settings.estimates.rank_by,
        units=pairs.with_columns(pl.Series("label", labels, dtype=pl.String)),
        minimum_cell=edition.minimum_cell,
        simulated=settings.simulated is not None,
    )
