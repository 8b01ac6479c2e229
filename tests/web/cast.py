"""Small rounds for the web tests, made by the library itself; what is costly is made once per session and copied."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import yaml
from django.utils import timezone

from sipas import rounds as library
from sipas.simulation import load_profile, office_files, transactions
from sipas_web.audit.actors import Actor
from sipas_web.rounds.folders import folder_of, settings_of
from sipas_web.rounds.models import Draw, FrameList, Round, State
from sipas_web.units.models import Unit

AGENCIES, OFFICES = 3, 5  # of the province, of its communes
ROWS_OF_AN_OFFICE = 20.0  # mean; a department has several times as many
SEED = 8
TEXTS = (
    ("Nguyễn Thị Lụa, Ủy ban Mặt trận Tổ quốc Việt Nam tỉnh", "mưa thuận gió hòa"),
    ("Trần Văn Ẩn, Hội Cựu chiến binh tỉnh", "đường xa vạn dặm"),
)


def new_round(unit: Unit, by: Actor, **changes: Any) -> Round:
    """Make a simulated round in the database alone; ``changes`` are columns of the round."""
    year = int(changes.pop("year", 2026))
    values: dict[str, Any] = {
        "title": f"Đo lường sự hài lòng {unit.full_name} năm {year} (MÔ PHỎNG)",
        "year": year,
        "unit": unit,
        "edition": "sipas-2017",
        "window_from": dt.date(year, 1, 1),
        "window_to": dt.date(year, 9, 30),
        "settings": settings_for(unit, year),
        "folder": f"dot-{Round.objects.count() + 1}-{unit.code}-{year}",
        "is_simulated": True,
        "created_by": by.name,
    }
    return Round.objects.create(**values | changes)


def settings_for(unit: Unit, year: int) -> dict[str, Any]:
    """Give the rest of ``round.yaml`` as the library's simulation writes it, for a sample of 120."""
    stage = {
        "unit": "unit_id",
        "strata": ["agency"],
        "size": {"rule": "fixed", "n": 120},
        "allocation": {"rule": "power", "exponent": 0.5, "minimum": 10},
    }
    domains = [["agency"], ["agency_level"], ["field"], ["respondent_kind"], ["agency_level", "respondent_kind"]]
    return {
        "simulated": {"seed": SEED, "profile": "transactions", "witnesses": "given", "field": "given"},
        "documents": {
            "date": f"{year}-11-20",
            "place": unit.name,
            "department": "Sở Nội vụ",
            "parent": f"UBND {unit.full_name}",
            "addressees": ["Bộ Nội vụ", f"UBND {unit.full_name}"],
            "recipients": ["Như trên", "Lưu: VT, CCHC"],
            "basis": [f"Kế hoạch (mô phỏng) của UBND {unit.full_name}"],
        },
        "contacts_until": f"{year + 1}-03-31",
        "design": {"stages": [stage], "reserve": 1.0},
        "weights": {"classes": ["respondent_kind", "stratum"], "margins": [["agency"], ["respondent_kind"]]},
        "estimates": {"domains": domains, "rank_by": ["agency"], "least_to_rank": 10},
    }


def with_lists(round_: Round) -> Round:
    """Put the lists of a few hundred transactions of eight agencies into the folder and the database."""
    _write_settings(round_)
    listed = _lists(round_.unit.code, round_.window_from, round_.window_to)
    for name, content in listed.items():
        stored = f"input/frame/{name}"
        (folder_of(round_) / stored).write_bytes(content)
        FrameList.objects.get_or_create(
            round=round_,
            stored=stored,
            defaults={
                "name": name,
                "size": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
                "uploaded_by": round_.created_by,
            },
        )
    return round_


def framed(round_: Round) -> Round:
    """Run the library until the frame lies there."""
    with_lists(round_)
    _carry_over(round_, "frame")
    return round_


def drawn(round_: Round) -> Round:
    """Draw the sample of 120 with the texts of two witnesses; the round stands at DRAWN with one draw done."""
    with_lists(round_)
    _carry_over(round_, "sample")
    _say_drawn(round_)
    return round_


def finished_files(round_: Round) -> Round:
    """Run the whole library with made-up field work, for readers of results; the database knows of the draw alone."""
    with_lists(round_)
    _carry_over(round_, "report")
    _say_drawn(round_)
    return round_


def _write_settings(round_: Round, **simulated: str) -> None:
    made = settings_of(round_)
    seed = made["simulated"]["seed"] * 10_000 if "simulated" in made else None
    if simulated:
        made["simulated"] = made["simulated"] | simulated
    library.put_settings(folder_of(round_), made, simulated_seed=seed)


def _carry_over(round_: Round, until: str) -> None:
    """Copy what the library made of a round with the same settings; make it where there is none yet."""
    settings = json.dumps(settings_of(round_), default=str, sort_keys=True)
    ready = _cache() / hashlib.sha256(f"{until} {settings}".encode()).hexdigest()
    if not ready.exists():
        assert not (folder_of(round_) / "journal.jsonl").exists(), "the folder of another test's round"
        _make(round_, until)
        shutil.copytree(folder_of(round_), ready)
        return
    shutil.rmtree(folder_of(round_))
    shutil.copytree(ready, folder_of(round_))


def _make(round_: Round, until: str) -> None:
    """Run the library as the application would."""
    root = folder_of(round_)
    with library.acting_as(round_.created_by):
        library.run(root, until="frame")
        if until == "frame":
            return
        library.set_witnesses(root, TEXTS, None)
        if until == "sample":
            library.run(root, until="sample")
            return
        _write_settings(round_, field="simulated")
        library.run(root, until=until)
        _write_settings(round_)


def _say_drawn(round_: Round) -> None:
    """Write down in the database what the folder says was drawn."""
    root = folder_of(round_)
    lines = (root / "journal.jsonl").read_bytes().splitlines()
    Draw.objects.create(
        round=round_,
        number=1,
        state=Draw.State.DONE,
        frame_sha256=library.frame_hash(root),
        design_sha256=yaml.safe_load((root / "witnesses.yaml").read_text())["design_sha256"],
        code=f"MA-{round_.pk}",
        certificate=(root / "certificate.json").read_text(),
        journal_head=f"{len(lines)}:{hashlib.sha256(lines[-1]).hexdigest()}",
        audit_head="0:",
        opened_by=round_.created_by,
        drawn=timezone.now(),
        drawn_by=round_.created_by,
    )
    round_.state = State.DRAWN
    round_.save(update_fields=["state"])


@functools.cache
def _cache() -> Path:
    return Path(tempfile.mkdtemp(prefix="sipas-rounds-of-tests-"))


@functools.cache
def _lists(province: str, first: dt.date, last: dt.date) -> dict[str, bytes]:
    """Make the office files of a few agencies of a province with the library's simulation."""
    profile = load_profile("transactions")
    made = transactions(province, profile, seed=SEED, first=first, last=last, mean_load=ROWS_OF_AN_OFFICE)
    names = made.rows.select("agency", "agency_level").unique(maintain_order=True)
    of_communes = pl.col("agency_level") == "commune"
    kept = pl.concat([names.filter(~of_communes).head(AGENCIES), names.filter(of_communes).head(OFFICES)])
    rows = made.rows.filter(pl.col("agency").is_in(kept["agency"].implode()))
    return office_files(replace(made, rows=rows), made_on=last + dt.timedelta(days=5))
