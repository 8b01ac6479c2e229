"""``sipas sample``: draw before witnesses, hand out, verify."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from sipas import rounds
from sipas.cli.rejected import readable
from sipas.cli.round_ import Root, carry_out
from sipas.cli.screen import console, label, language, table
from sipas.cli.sentences import say
from sipas.errors import SipasError

app = typer.Typer(no_args_is_help=True)


@app.command("hash")
def frame_hash(root: Root) -> None:
    """In mã băm của khung mẫu: đọc to trước khi người chứng kiến nhập văn bản."""
    console.print(rounds.frame_hash(root))


@app.command()
def draw(
    root: Root,
    witness: Annotated[list[str] | None, typer.Option(help="«Tên người chứng kiến=văn bản tự nhập»; lặp lại.")] = None,
    public_number: Annotated[str | None, typer.Option(help="«Nguồn=số» công bố sau khi niêm phong khung mẫu.")] = None,
    reason: Annotated[str | None, typer.Option(help="Lý do bốc lại; bắt buộc khi đã có mẫu.")] = None,
) -> None:
    """Bốc mẫu chính thức và dự phòng trong cùng một lần, kèm biên bản."""
    texts = [_named(text) for text in witness or []]
    number = _named(public_number) if public_number else None
    rounds.set_witnesses(root, texts, number, reason=reason)
    carry_out(root, "sample")
    show_certificate(root)


@app.command()
def trial(
    root: Root,
    text: Annotated[str, typer.Argument(metavar="VĂN_BẢN", help="Văn bản bất kỳ cho lần bốc thử.")],
) -> None:
    """Bốc thử: không giữ mẫu, nhưng được ghi nhật ký và đếm trên biên bản."""
    shown = table("stratum", "role", "cases#")
    for stratum, role, cases in rounds.trial_draw(root, text):
        shown.add_row(stratum, label(role), str(cases))
    console.print(shown)


@app.command()
def verify(root: Root) -> None:
    """Bốc lại từ khung mẫu và biên bản; nói đúng, hoặc sai ở đâu."""
    differences = rounds.verify_sample(root)
    for difference in differences:
        console.print(f"[bold red]✗[/] {say(difference, language())}", soft_wrap=True)
    if differences:
        raise typer.Exit(1)
    console.print(f"[bold green]✓[/] {label('sample.verified')}")


@app.command()
def export(
    root: Root,
    target: Annotated[Path, typer.Argument(metavar="THƯ_MỤC", help="Nơi ghi frame.csv, sample.csv, certificate.json.")],
) -> None:
    """Ghi khung mẫu chuẩn, mẫu và biên bản để người khác kiểm tra bằng chương trình riêng."""
    for name in rounds.export_draw(root, target):
        console.print(f"{label('made')} {name}")


@app.command()
def contacts(
    root: Root,
    target: Annotated[Path, typer.Argument(metavar="TỆP.xlsx", help="Nơi ghi; chỉ người tạo đọc được tệp.")],
) -> None:
    """Ghi danh sách địa chỉ của mẫu cho Bưu điện; việc mở thông tin liên hệ được ghi nhật ký."""
    listed = rounds.field_list(root)
    roles = listed.with_columns(pl.col("role").map_elements(label, return_dtype=pl.String))
    rounds.put_field_list(root, target, readable(roles))
    console.print(f"{label('made')} {target}")


def show_certificate(root: Path) -> None:
    """Print the counts and hashes of the draw."""
    for name, value in rounds.certificate(root):
        console.print(f"{label(f'certificate.{name}')}: [bold]{value}[/]", soft_wrap=True)


def _named(text: str) -> tuple[str, str]:
    name, equals, rest = text.partition("=")
    if not equals or not name.strip() or not rest.strip():
        raise SipasError("round.no_witnesses", "witness", got=text)
    return name.strip(), rest.strip()
