"""What may leave the building: tables without small cells, microdata, dictionary, certificates."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

import polars as pl

from sipas.instrument import AnswerColumn, Edition, Study, ddi
from sipas.rounds.editions import edition_files, round_edition
from sipas.rounds.keys import SECRET, round_secret
from sipas.rounds.runner import Context, Outcome, Step
from sipas.rounds.steps.disclose import HIDDEN, HIDDEN_ESTIMATES, earlier_hidden
from sipas.rounds.tables_io import read_table
from sipas.tables import ESTIMATES, FRAME, INDEX, RESPONSES, SAMPLE, WEIGHTS

if TYPE_CHECKING:
    from sipas.publication import About, Release

FOLDER = "open-data"
LICENCE = "Creative Commons Attribution 4.0 (CC BY 4.0)"
METHOD = (
    "Mẫu xác suất có chứng nhận bốc mẫu; quyền số = 1/xác suất chọn, hiệu chỉnh không trả lời và theo khung mẫu; "
    "sai số theo thiết kế (tuyến tính hóa Taylor), khoảng tin cậy 95 %. Quyền số trong số liệu từng phiếu là trung "
    "bình theo nhóm phiếu (xem treatment.csv): số liệu từng phiếu không đủ để tính lại sai số."
)
STRATA = ("stratum", "agency")  # what a released weight must not tell
MICRODATA_DOMAINS = ("agency_level", "field", "respondent_kind", "province")


def _open_data(context: Context) -> Outcome:
    # The writers of .sav and .dta take a second to import; only this step needs them.
    from sipas.publication import Plan, open_data, withhold_answers

    edition = round_edition(context.folder, context.round)
    plan = Plan(
        edition.minimum_cell,
        pl.read_parquet(context.folder.path(HIDDEN_ESTIMATES)),
        pl.read_parquet(context.folder.path(HIDDEN)),
    )
    earlier = earlier_hidden(context)
    microdata = withhold_answers(_microdata(context, edition), plan)
    context.progress(0.5, "")
    files = open_data(
        read_table(context.folder, ESTIMATES),
        read_table(context.folder, INDEX),
        plan,
        edition,
        _about(context),
        release=microdata,
        previously_hidden=pl.read_parquet(context.folder.path(earlier)) if earlier else None,
        certificates={
            "certificate.json": context.folder.path("certificate.json").read_bytes(),
            "codebook.xml": _codebook(context, edition, microdata),
        },
    )
    return Outcome({f"{FOLDER}/{name}": content for name, content in files.items()}, notes={"files": len(files)})


def _codebook(context: Context, edition: Edition, microdata: Release) -> bytes:
    """Describe the microdata as DDI Codebook: the answers released, after the columns that the release adds."""
    settings = context.round
    answers = {c.name for c in edition.columns()}
    kept = {v.name for v in microdata.variables}
    extra = tuple(
        AnswerColumn(
            name=v.name,
            dtype=microdata.table.schema[v.name].base_type(),
            question="",
            option=None,
            label=v.label,
            values=v.values,
        )
        for v in microdata.variables
        if v.name not in answers
    )
    study = Study(
        title=settings.title,
        identifier=settings.name,
        producer=settings.documents.department,
        made_on=settings.documents.date,
        weighting=METHOD,
        file_name="microdata.csv",
        cases=microdata.table.height,
        simulated=settings.simulated is not None,
    )
    return ddi(edition, study=study, extra=extra, omit=answers - kept)


def _about(context: Context) -> About:
    from sipas.publication import About

    documents = context.round.documents
    return About(
        title=context.round.title,
        publisher=documents.department,
        published_on=documents.date,
        licence=LICENCE,
        method=METHOD,
        simulated=context.round.simulated is not None,
    )


def _microdata(context: Context, edition: Edition) -> Release:
    """Release answers under ids that nobody can tie to a case once the secret is gone."""
    from sipas.publication import release

    sample, frame = read_table(context.folder, SAMPLE), read_table(context.folder, FRAME)
    columns = [c for c in MICRODATA_DOMAINS if frame[c].n_unique() > 1]
    drawn = sample.select("case_id", "unit_id", "stratum").join(frame.drop("prn", "commitment"), on="unit_id")
    return release(
        read_table(context.folder, RESPONSES),
        read_table(context.folder, WEIGHTS),
        drawn.select("case_id", *columns),
        edition,
        key=hmac.digest(round_secret(context.folder), b"release", "sha256"),
        simulated=context.round.simulated is not None,
        strata=drawn.select("case_id", *STRATA),
    )


def _inputs(context: Context) -> list[str]:
    tables = [f"{t.name}.parquet" for t in (ESTIMATES, INDEX, RESPONSES, WEIGHTS, SAMPLE, FRAME)]
    earlier = earlier_hidden(context)
    own = edition_files(context.folder, context.round)
    return [*tables, HIDDEN, HIDDEN_ESTIMATES, "certificate.json", SECRET, *own, *([earlier] if earlier else [])]


OPEN_DATA_STEP = Step(
    "open_data",
    _inputs,
    lambda r: [r.name, r.minimum_cell, r.edition, r.title, str(r.documents.date), r.documents.department],
    _open_data,
    owned=(FOLDER,),
)
