"""``sipas round``: make, look at, run and verify a round."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from sipas import rounds
from sipas.cli.rejected import write_rejected
from sipas.cli.screen import console, label, language, step_progress, table
from sipas.cli.sentences import say, say_code
from sipas.errors import SipasError

app = typer.Typer(no_args_is_help=True)
Root = Annotated[Path, typer.Argument(metavar="ĐỢT", help="Thư mục của đợt khảo sát.")]
MOST_NAMED = 6  # the documents; open data lie beside them
MARKS = {"up_to_date": "[green]✓[/]", "out_of_date": "[yellow]○[/]", "waiting": "[cyan]…[/]", "frozen": "[blue]■[/]"}


@app.command()
def init(
    root: Root,
    province: Annotated[str, typer.Option(help="Mã hoặc tên tỉnh, thành phố.")],
    year: Annotated[int, typer.Option(help="Năm khảo sát.", min=2017, max=2100)],
    edition: Annotated[str, typer.Option(help="Phiếu hỏi.")] = "sipas-2017",
) -> None:
    """Tạo thư mục của một đợt mới với round.yaml có chú thích."""
    made = rounds.initialise(root, province=province, year=year, edition=edition)
    console.print(f"{label('made')} {made}")
    console.print(label("next.init"))


@app.command()
def status(root: Root) -> None:
    """Xem từng bước đang ở đâu."""
    show_status(rounds.status(root))
    if rounds.contacts_overdue(root, datetime.now().astimezone().date()):
        console.print(f"[yellow]![/] {label('contacts_overdue')}", soft_wrap=True)


@app.command()
def run(
    root: Root,
    until: Annotated[str | None, typer.Option(help="Dừng sau bước này.")] = None,
) -> None:
    """Chạy các bước cần chạy lại; có thể ngắt bất cứ lúc nào rồi chạy tiếp."""
    carry_out(root, until)
    for name in rounds.products(root)[:MOST_NAMED]:
        console.print(root / name)


@app.command()
def verify(
    root: Root,
    recompute: Annotated[bool, typer.Option(help="Tính lại mọi bước sau khung mẫu và so từng con số.")] = False,
) -> None:
    """Kiểm tra nhật ký, mã băm và việc bốc mẫu; nói rõ chỗ sai nếu có."""
    findings = rounds.verify(root, recompute=recompute)
    for finding in findings:
        console.print(f"[bold red]✗[/] {say(finding, language())}", soft_wrap=True)
    if findings:
        raise typer.Exit(1)
    console.print(f"[bold green]✓[/] {label('verified.recomputed' if recompute else 'verified')}")


@app.command("drop-contacts")
def drop_contacts(
    root: Root,
    yes: Annotated[bool, typer.Option("--yes", help="Xác nhận: không thể khôi phục.")] = False,
) -> None:
    """Xóa vĩnh viễn thông tin liên hệ và danh sách gốc; mọi kiểm tra về sau vẫn đúng."""
    if not yes and not typer.confirm(label("confirm.drop")):
        raise typer.Exit(1)
    for name in rounds.drop_contacts(root):
        console.print(f"{label('removed')} {name}")


def carry_out(root: Path, until: str | None = None) -> None:
    """Run a round with a bar for each step; write what was refused for the clerk; say what is waited for."""
    with step_progress() as show:
        standings = rounds.run(root, until=until, progress=show)
    for name in write_rejected(root):
        console.print(f"{label('rejected_file')} {root / name}", soft_wrap=True)
    wanted = [s for s in standings if until is None or s.step == until]
    waiting = [s for s in wanted if s.state == "waiting"]
    if waiting:
        show_status(standings)
        first = next(s for s in standings if s.state == "waiting")
        raise SipasError(first.reason or "round.waiting_for_step")


def show_status(standings: list[rounds.Standing]) -> None:
    """Print a table of steps."""
    shown = table("step", "state", "reason")
    for s in standings:
        reason = say_code(s.reason, language()) if s.reason else ""
        shown.add_row(label(f"step.{s.step}"), f"{MARKS[s.state]} {label(s.state)}", reason)
    console.print(shown)
