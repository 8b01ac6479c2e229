"""The draw: witnesses' texts, seed, sample, certificate."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import polars as pl
import yaml

from sipas.errors import Place, SipasError
from sipas.intake import read_yaml
from sipas.rounds.coordination import coordinate, earlier_files, overlap_report
from sipas.rounds.folder import Folder, file_hash
from sipas.rounds.runner import Context, Outcome, Step
from sipas.rounds.settings import Round
from sipas.rounds.tables_io import parquet, read_json, read_table
from sipas.sampling import (
    EarlierDraw,
    Seed,
    SeedPart,
    build_certificate,
    certificate_json,
    draw,
    make_seed,
    parse_design,
    table_digest,
)
from sipas.tables import FRAME, SAMPLE
from sipas.tables.typed import convert

WITNESSES = "witnesses.yaml"
# Stand-ins of a synthetic round; a real round is typed by people.
SIMULATED_TEXTS = (
    ("Đại diện UBMTTQ Việt Nam tỉnh (mô phỏng)", "văn bản mô phỏng thứ nhất"),
    ("Đại diện Hội Cựu chiến binh tỉnh (mô phỏng)", "văn bản mô phỏng thứ hai"),
)


class Witnesses(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``witnesses.yaml``: the public texts, and the frame they were typed for."""

    frame_sha256: str
    design_sha256: str
    operator: str
    parts: tuple[SeedPart, ...]
    reason: str = ""  # why the draw is held again
    history: tuple[EarlierDraw, ...] = ()  # draws held or begun before, as a program of many people keeps them


def frame_sha256(folder: Folder) -> str:
    """Hash the frame as the draw and the certificate quote it.

    Parameters
    ----------
    folder : Folder
        A round with a frame.

    Returns
    -------
    str
        SHA-256 of the canonical CSV, hex.
    """
    return table_digest(read_table(folder, FRAME)).sha256


def design_sha256(settings: Round) -> str:
    """Hash the design and the coordination, so that texts are typed for one design only.

    Parameters
    ----------
    settings : Round
        Of the round.

    Returns
    -------
    str
        SHA-256, hex.
    """
    return hashlib.sha256(json.dumps(_design(settings), sort_keys=True, default=str).encode()).hexdigest()


def witness_file(
    context: Context,
    operator: str,
    parts: Sequence[Mapping[str, str]],
    reason: str = "",
    history: Sequence[EarlierDraw] = (),
) -> bytes:
    """Write ``witnesses.yaml`` for the frame and the design as they are now.

    Parameters
    ----------
    context : Context
        The round.
    operator : str
        Who runs the draw.
    parts : sequence of mapping
        ``SeedPart`` as data.
    reason : str
        Why the draw is held again.
    history : sequence of EarlierDraw
        Draws held or begun before.

    Returns
    -------
    bytes
        YAML.
    """
    bound = {"frame_sha256": frame_sha256(context.folder), "design_sha256": design_sha256(context.round)}
    data: dict[str, Any] = {**bound, "operator": operator, "parts": [dict(part) for part in parts]}
    if reason:
        data["reason"] = reason
    if history:
        data["history"] = json.loads(msgspec.json.encode(tuple(history)))  # lists, no tuples: YAML
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False).encode()


def _witness(context: Context) -> Outcome:
    """Stand in for the witnesses of a synthetic round."""
    parts = [{"kind": "witness", "name": name, "text": text} for name, text in SIMULATED_TEXTS]
    return Outcome({WITNESSES: witness_file(context, "mô phỏng", parts)})


def _read_witnesses(folder: Folder) -> Witnesses:
    path = folder.path(WITNESSES)
    try:
        return convert(read_yaml(path), Witnesses, strict=True)
    except msgspec.ValidationError as error:
        raise SipasError("round.setting", got=str(error), place=Place(file=WITNESSES)) from error


def _draw(context: Context) -> Outcome:
    frame = read_table(context.folder, FRAME)
    given = _read_witnesses(context.folder)
    digest = table_digest(frame)
    if given.frame_sha256 != digest.sha256:
        raise SipasError("round.witnesses_for_other_frame", expected=given.frame_sha256, got=digest.sha256)
    design = design_sha256(context.round)
    if given.design_sha256 != design:
        raise SipasError("round.witnesses_for_other_design", expected=given.design_sha256, got=design)
    seed = make_seed(digest.sha256, given.parts, operator=given.operator)
    context.progress(0.3, "")
    coordination, earlier = coordinate(context.folder, context.round)
    drawn = draw(frame, parse_design(context.round.design), seed.sha256, coordination=coordination)
    trials, redraws = counted_draws(context, seed)
    certificate = build_certificate(
        drawn,
        frame=digest,
        seed=seed,
        program_version=context.journal.program.split()[-1],
        trials=trials,
        redraws=redraws,
        notes=frame_notes(context.folder),
        reason=given.reason,
        history=given.history,
    )
    roles = dict(drawn.sample["role"].value_counts().sort("role").iter_rows())
    notes: dict[str, object] = {"seed": seed.sha256, "trials": trials, "redraws": redraws, **roles}
    sealed = {"sample.parquet": parquet(drawn.sample, SAMPLE), "certificate.json": certificate_json(certificate)}
    if earlier is not None:
        met = overlap_report(frame, drawn, earlier)
        sealed["overlap.csv"] = met.write_csv().encode()
        notes |= {"met_again": int(met["official"].sum()), "expected_to_meet": round(float(met["expected"].sum()), 3)}
    return Outcome(sealed, notes=notes)


def counted_draws(context: Context, seed: Seed) -> tuple[int, int]:
    """Count the draws of this round other than this one, by the journal.

    Parameters
    ----------
    context : Context
        The round.
    seed : Seed
        Of the draw now made.

    Returns
    -------
    tuple of int
        Trial draws, and earlier official draws with another seed or design.
    """
    lines = context.journal.lines
    trials = sum(line["event"] == "trial" for line in lines)
    now = (seed.sha256, _design(context.round))
    earlier = [
        (line["notes"]["seed"], line["settings"])
        for line in lines
        if line["event"] == "done" and line["step"] == "sample"
    ]
    return trials, sum(made != now for made in earlier)


def frame_notes(folder: Folder) -> list[str]:
    """Say where the lists fall short of the one-stop totals: it stands on the certificate.

    Parameters
    ----------
    folder : Folder
        A round with a frame.

    Returns
    -------
    list of str
        One per agency, field and month with a gap.
    """
    gaps = [row for row in read_json(folder, "frame-report.json")["gaps"] if row["gap"]]
    return [_gap(row) for row in gaps]


def _gap(row: dict[str, Any]) -> str:
    where = " · ".join(str(row[name]) for name in ("agency", "field", "month") if row[name] is not None)
    return f"{where}: một cửa {row['total']}, danh sách {row['listed']}, khung mẫu {row['in_frame']}"


def _missing_witnesses(context: Context) -> str | None:
    if not context.folder.path("frame.parquet").exists():
        return "round.waiting_for_step"
    path = context.folder.path(WITNESSES)
    if not path.exists():
        return "round.waiting_for_witnesses"
    made_up = context.round.simulated
    if made_up is not None and made_up.witnesses == "simulated":
        return None
    # Texts count only as typed through the program: a file edited by hand draws nothing.
    typed = [line["sha256"] for line in context.journal.lines if line["event"] == "witnesses"]
    return None if typed and typed[-1] == file_hash(path) else "round.witnesses_edited"


def _simulated_inputs(context: Context) -> list[str]:
    return ["frame.parquet"]


def _design(settings: Round) -> object:
    return (
        settings.design
        if settings.coordination is None
        else [settings.design, msgspec.to_builtins(settings.coordination)]
    )


SIMULATED_WITNESSES = Step("witnesses", _simulated_inputs, lambda r: [r.simulated is not None, _design(r)], _witness)
SAMPLE_STEP = Step(
    "sample",
    lambda c: ["frame.parquet", "frame-report.json", WITNESSES, *earlier_files(c.round)],
    _design,
    _draw,
    _missing_witnesses,
)


def trial(context: Context, text: str) -> pl.DataFrame:
    """Draw for practice: nothing is kept but a line in the journal, which the certificate will count.

    Parameters
    ----------
    context : Context
        The round, held alone.
    text : str
        Any text; the seed is marked as a trial's.

    Returns
    -------
    polars.DataFrame
        ``stratum``, ``role``, ``cases``.
    """
    frame = read_table(context.folder, FRAME)
    part = SeedPart(kind="witness", name="(bốc thử)", text=text)
    seed = make_seed(table_digest(frame).sha256, (part,), operator=context.journal.actor)
    sample = draw(frame, parse_design(context.round.design), seed.sha256).sample
    told = {"step": "sample", "seed": seed.sha256, "design": design_sha256(context.round)}
    # The same trial again shows nothing new: a program killed and taken up again counts it once.
    if not any(line["event"] == "trial" and told.items() <= line.items() for line in context.journal.lines):
        context.journal.append("trial", **told)
    return sample.group_by("stratum", "role").agg(cases=pl.len()).sort("stratum", "role")
