"""``sipas simulate``: a synthetic round with a known truth."""

from __future__ import annotations

from typing import Annotated

import typer

from sipas import rounds
from sipas.cli.round_ import Root
from sipas.cli.screen import console, label


def simulate(
    root: Root,
    province: Annotated[str, typer.Option(help="Mã hoặc tên tỉnh; «all»: cả nước.")] = "08",
    year: Annotated[int, typer.Option(help="Năm khảo sát.", min=2017, max=2100)] = 2026,
    edition: Annotated[str, typer.Option(help="Phiếu hỏi.")] = "sipas-2017",
    seed: Annotated[int, typer.Option(help="Hạt giống của dữ liệu mô phỏng.")] = 1,
    load: Annotated[float, typer.Option(help="Số giao dịch trung bình của một xã.")] = 150.0,
    previous: Annotated[str | None, typer.Option(help="Thư mục của kỳ trước, tương đối so với đợt này.")] = None,
) -> None:
    """Tạo một đợt MÔ PHỎNG trên đơn vị hành chính thật; chạy tiếp bằng «sipas round run»."""
    made = rounds.simulate(
        root, province=province, year=year, edition=edition, seed=seed, mean_load=load, previous=previous
    )
    console.print(f"{label('made.simulated')} {made}")
