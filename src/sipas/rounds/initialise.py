"""Make the folder of a real round."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

import yaml

from sipas.errors import Place, SipasError
from sipas.geography import find
from sipas.instrument import load
from sipas.rounds.folder import Folder
from sipas.rounds.keys import DEPARTMENT, SECRET, make_key
from sipas.rounds.settings import FILE, check_round, load_round

INPUTS = ("frame", "visits", "responses")


def initialise(root: Path, *, province: str, year: int, edition: str) -> Path:
    """Make a round's folder with a commented ``round.yaml``, input folders and keys.

    Parameters
    ----------
    root : Path
        A folder that does not hold a round yet.
    province : str
        Code or name.
    year : int
        Year of the round.
    edition : str
        Name of an edition, or path of one relative to the folder.

    Returns
    -------
    Path
        ``round.yaml``.

    Raises
    ------
    SipasError
        ``round.exists``, and those of ``geography`` and ``instrument``.
    """
    if (root / FILE).exists():
        raise SipasError("round.exists", got=str(root))
    unit = find(province, date(year, 9, 30), level="province")
    load(edition if not (root / edition).is_file() else str(root / edition))
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in INPUTS:
        (root / "input" / name).mkdir(parents=True, exist_ok=True)
    make_key(root / SECRET)
    make_key(root / DEPARTMENT)
    text = files(__package__).joinpath("template.yaml").read_text(encoding="utf-8")
    full = f"{unit.kind} {unit.name}"
    filled = Template(text).substitute(
        name=json.dumps(root.name, ensure_ascii=False),
        title=f"Đo lường sự hài lòng của người dân, tổ chức {full} năm {year}",
        year=year,
        edition=json.dumps(edition, ensure_ascii=False),
        province=unit.code,
        province_name=unit.name,
        province_full=full,
    )
    Folder(root).replace(FILE, filled.encode())
    load_round(root)
    return root / FILE


def put_settings(root: Path, settings: Mapping[str, Any], *, simulated_seed: int | None = None) -> bool:
    """Write a round's settings as another program decided them; makes folder and keys where they are missing.

    Parameters
    ----------
    root : Path
        The round's folder.
    settings : mapping
        ``round.yaml`` as data.
    simulated_seed : int, optional
        Seed of the keys of a synthetic round, so that it comes out the same again.

    Returns
    -------
    bool
        Whether the file changed.

    Raises
    ------
    SipasError
        ``round.setting`` where they do not fit; nothing is written then.
    """
    check_round(settings, Place(file=FILE))
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in INPUTS:
        (root / "input" / name).mkdir(parents=True, exist_ok=True)
    for key, seed in ((SECRET, 10_000 + int(settings["year"])), (DEPARTMENT, 0)):
        if not (root / key).exists():
            make_key(root / key, simulated_seed=None if simulated_seed is None else simulated_seed + seed)
    content = yaml.safe_dump(dict(settings), allow_unicode=True, sort_keys=False, width=110).encode()
    if (root / FILE).is_file() and (root / FILE).read_bytes() == content:
        return False
    Folder(root).replace(FILE, content)
    return True
