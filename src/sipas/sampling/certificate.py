"""The certificate of a draw: all that is needed to repeat it, and what a reader must know about it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec
import polars as pl

from sipas.errors import SipasError
from sipas.sampling import wording
from sipas.sampling.canonical import Digest, table_digest
from sipas.sampling.drawing import Draw
from sipas.sampling.numbers import ids_of
from sipas.sampling.seed import Seed

FORM = "sipas-draw-1"
Json = dict[str, object]


class Refusal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A witness who refused.

    Parameters
    ----------
    name : str
        As printed.
    reason : str
        In their words.
    """

    name: str
    reason: str


class EarlierDraw(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A draw of the round that was held, or begun, before this one.

    Parameters
    ----------
    number : int
        From 1.
    outcome : {"drawn", "abandoned"}
        What came of it.
    opened : str
        Day, YYYY-MM-DD.
    reason : str
        Why it was abandoned, or why it was held again; may be empty for the first.
    texts_known : bool
        Whether the witnesses' texts could be read by others: for an abandoned draw, whoever gave it up could know its
        sample.
    refused : tuple of Refusal
        Witnesses who refused.
    """

    number: int
    outcome: Literal["drawn", "abandoned"]
    opened: str
    reason: str = ""
    texts_known: bool = False
    refused: tuple[Refusal, ...] = ()


def build_certificate(
    drawn: Draw,
    *,
    frame: Digest,
    seed: Seed,
    program_version: str,
    trials: int = 0,
    redraws: int = 0,
    notes: Sequence[str] = (),
    reason: str = "",
    history: Sequence[EarlierDraw] = (),
) -> Json:
    """Make the certificate.

    Parameters
    ----------
    drawn : Draw
        The draw that counts.
    frame : Digest
        Of the canonical frame.
    seed : Seed
        The seed it was drawn with.
    program_version : str
        Version of sipas that drew.
    trials, redraws : int
        Trial draws, and official draws that this one replaces, by the journal.
    notes : sequence of str
        What the frame's import found, as gaps against the one-stop totals.
    reason : str
        Why the draw was held again.
    history : sequence of EarlierDraw
        Draws held or begun before this one, where a program of many people keeps them.

    Returns
    -------
    dict
        Texts, whole numbers and lists only (JSON); :func:`certificate_json` writes it.

    Raises
    ------
    SipasError
        ``sampling.certificate_seed`` where seed, frame and draw do not belong together.
    """
    if drawn.seed != seed.sha256 or seed.frame_sha256 != frame.sha256:
        raise SipasError("sampling.certificate_seed", "seed", expected=seed.sha256, got=drawn.seed)
    said = Said(program_version, trials, redraws, tuple(notes), reason, tuple(history))
    return certificate_of(drawn, frame, seed, said)


@dataclass(frozen=True, slots=True)
class Said:
    """What a certificate holds that frame, design and seed do not give again.

    Parameters
    ----------
    version : str
        Version of sipas that drew.
    trials, redraws : int
        By the journal.
    notes : tuple of str
        What the frame's import found.
    reason : str
        Why the draw was held again.
    history : tuple of EarlierDraw
        Draws held or begun before.
    """

    version: str
    trials: int
    redraws: int
    notes: tuple[str, ...]
    reason: str = ""
    history: tuple[EarlierDraw, ...] = ()


def certificate_of(drawn: Draw, frame: Digest, seed: Seed, said: Said) -> Json:
    """Make a certificate without asking whether its parts belong together.

    Parameters
    ----------
    drawn : Draw
        The draw.
    frame : Digest
        Of the canonical frame.
    seed : Seed
        The seed.
    said : Said
        The rest.

    Returns
    -------
    dict
        As :func:`build_certificate`.
    """
    permanent = drawn.coordination is not None
    return {
        "form": FORM,
        "program": {"name": "sipas", "version": said.version},
        "frame": msgspec.to_builtins(frame),
        "seed": msgspec.to_builtins(seed),
        "design": msgspec.to_builtins(drawn.design),
        "coordination": msgspec.to_builtins(drawn.coordination),
        "draws": _draws(said),
        "lists": drawn.lists.to_dicts(),
        "sample": _sample(drawn.sample),
        "rule": wording.rule_in_words(drawn.design, permanent=permanent),
        "recommendations": _recommendations(drawn, said),
        "notes": list(said.notes),
    }


def certificate_json(certificate: Mapping[str, object]) -> bytes:
    """Write a certificate.

    Parameters
    ----------
    certificate : mapping
        From :func:`build_certificate`.

    Returns
    -------
    bytes
        UTF-8, keys by code point, one space of indent, a line end at the end: the same bytes for the same content.
    """
    text = json.dumps(certificate, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False)
    return (text + "\n").encode()


def read_certificate(data: bytes) -> Json:
    """Read a certificate.

    Parameters
    ----------
    data : bytes
        Content of ``certificate.json``.

    Returns
    -------
    dict
        As :func:`build_certificate` made it.

    Raises
    ------
    SipasError
        ``sampling.certificate_form``.
    """
    try:
        certificate = json.loads(data)
    except ValueError as error:
        raise SipasError("sampling.certificate_form", "certificate", expected=FORM, got=str(error)) from error
    form = certificate.get("form") if isinstance(certificate, dict) else None
    if form != FORM:
        raise SipasError("sampling.certificate_form", "certificate", expected=FORM, got=form)
    return dict(certificate)


def _draws(said: Said) -> Json:
    """Count the draws; what only some programs know stands there where there is something to tell."""
    made: Json = {"trials": said.trials, "redraws": said.redraws}
    if said.reason:
        made["reason"] = said.reason
    if said.history:
        made["history"] = msgspec.to_builtins(said.history)
    return made


def _sample(sample: pl.DataFrame) -> Json:
    official = int((sample["role"] == "official").sum())
    return {
        "sha256": table_digest(sample).sha256,
        "official": official,
        "reserve": sample.height - official,
        "by_stratum": _by_stratum(sample),
    }


def _by_stratum(sample: pl.DataFrame) -> list[Json]:
    counts = (
        sample
        .group_by("stratum")
        .agg(
            (pl.col("role") == "official").sum().cast(pl.Int64).alias("official"),
            (pl.col("role") == "reserve").sum().cast(pl.Int64).alias("reserve"),
        )
        .sort("stratum")
    )
    return counts.to_dicts()


def _recommendations(drawn: Draw, counted: Said) -> list[str]:
    said = [wording.KEEP]
    if counted.trials or counted.redraws:
        said.append(wording.SEVERAL.format(trials=counted.trials, redraws=counted.redraws))
    abandoned = [d for d in counted.history if d.outcome == "abandoned"]
    if abandoned:
        known = sum(d.texts_known for d in abandoned)
        said.append(wording.ABANDONED.format(count=len(abandoned), known=known))
    if drawn.coordination is not None:
        said.append(wording.BY_KEY)
    for at, short in drawn.shortfalls:
        where = " / ".join([*ids_of(short.parent), *([short.group] if short.group else [])])
        counts = {"wanted": short.wanted, "population": short.population}
        said.append(wording.SHORT.format(at=at, where=f" ({where})" if where else "", **counts))
    lists = drawn.lists
    lonely = (pl.col("stage") == 1) & (pl.col("sample") == 1) & (pl.col("population") > 1)
    for sentence, which in (
        (wording.FEW_RESERVES, pl.col("reserve") < pl.col("reserve_wanted")),
        (wording.EMPTY, pl.col("sample") == 0),
        (wording.LONELY, lonely),
    ):
        count = lists.filter(which).height
        if count:
            said.append(sentence.format(count=count))
    return said
