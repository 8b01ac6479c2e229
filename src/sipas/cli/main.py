"""``sipas``: the command that holds all others."""

from __future__ import annotations

import os
import sys
from importlib.metadata import version
from typing import Annotated

import typer

from sipas.cli import demo, edition, estimate, frame, letter, report, responses, round_, sample, simulate, units
from sipas.cli.screen import console, errors, label, language
from sipas.cli.sentences import Language, say
from sipas.errors import SipasError

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="SIPAS: đo lường sự hài lòng, từ danh sách giao dịch đến chỉ số mà người có hồ sơ của đợt tính lại được.",
)
app.add_typer(round_.app, name="round", help="Đợt khảo sát: tạo, chạy, xem trạng thái, kiểm tra.")
app.add_typer(frame.app, name="frame", help="Khung mẫu: nhập danh sách giao dịch.")
app.add_typer(sample.app, name="sample", help="Mẫu: bốc, xuất, kiểm tra lại.")
app.add_typer(responses.app, name="responses", help="Phiếu trả lời: nhập và kiểm tra.")
app.add_typer(edition.app, name="edition", help="Phiếu hỏi: xem, kiểm tra, so sánh, xuất.")
app.add_typer(units.app, name="units", help="Đơn vị hành chính theo thời gian.")
app.add_typer(letter.app, name="letter", help="Văn bản: đọc cấu trúc của công văn, quyết định, kế hoạch …")
app.command("estimate")(estimate.estimate)
app.command("report")(report.report)
app.command("simulate")(simulate.simulate)
app.command("demo")(demo.demo)


def print_version(asked: bool) -> None:
    """Print the version and stop."""
    if asked:
        console.print(f"sipas {version('sipas')}")
        raise typer.Exit


@app.callback()
def settings(
    lang: Annotated[Language | None, typer.Option(help="Ngôn ngữ thông báo: vi hoặc en.")] = None,
    show_version: Annotated[
        bool, typer.Option("--version", help="In phiên bản rồi dừng.", callback=print_version, is_eager=True)
    ] = False,
) -> None:
    """Settle what holds for every command."""
    del show_version
    if lang:
        os.environ["SIPAS_LANG"] = lang


def run() -> None:
    """Run the command line; an error of the library becomes a sentence and exit status 1."""
    try:
        app()
    except SipasError as error:
        errors.print(f"[bold red]✗[/] {say(error, language())}", soft_wrap=True)
        errors.print(f"  [dim]{error.code}[/]")
        sys.exit(1)
    except OSError as error:
        files = " → ".join(str(f) for f in (error.filename, error.filename2) if f)
        errors.print(f"[bold red]✗[/] {label('os_error')} {files} ({error.strerror})", soft_wrap=True)
        sys.exit(1)


if __name__ == "__main__":
    run()
