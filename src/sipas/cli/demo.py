"""``sipas demo``: two rounds of one province, from lists to reports."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from sipas import rounds
from sipas.cli.round_ import carry_out
from sipas.cli.screen import console, label

YEARS = (2025, 2026)


def demo(root: Annotated[Path, typer.Argument(metavar="THƯ_MỤC", help="Nơi đặt các đợt minh họa.")]) -> None:
    """Hai đợt MÔ PHỎNG của tỉnh Tuyên Quang, 2025 và 2026, qua mọi bước."""
    for year in YEARS:
        place = root / f"tuyen-quang-{year}"
        if not place.exists():
            previous = f"../tuyen-quang-{year - 1}" if year > YEARS[0] else None
            rounds.simulate(place, province="08", year=year, edition="sipas-2017", seed=8, previous=previous)
        console.rule(f"{place.name} ({label('simulated')})")
        carry_out(place)
    console.rule()
    for name in rounds.products(place):
        console.print(place / name)
    program = sys.argv[0]
    console.print(f"\n{label('next.demo')}\n  {program} round verify {place}", soft_wrap=True)
    console.print(f"  {program} estimate {place} --by agency --node index", soft_wrap=True)
