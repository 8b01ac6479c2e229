"""``sipas letter``: read official letters."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.markup import escape
from rich.table import Table

from sipas.cli.screen import console, errors, label, language, table
from sipas.cli.sentences import say
from sipas.errors import SipasError
from sipas.intake.vietnamese import format_date, format_number
from sipas.letters import Citation, Deadline, Found, FoundDate, Letter, Report, Signer, Task, Threshold, read_file
from sipas.letters.vocabulary import kinds

app = typer.Typer(no_args_is_help=True, help="Văn bản: đọc cấu trúc của công văn, quyết định, kế hoạch …")

HEAD = ("kind", "parent", "issuer", "number", "symbol", "place", "date", "urgency", "subject")
Files = Annotated[list[Path], typer.Argument(metavar="TỆP…", help="Một hay nhiều tệp TXT, DOCX hoặc PDF có lớp chữ.")]


@app.callback()
def room() -> None:
    """Đọc văn bản hành chính."""


@app.command()
def read(
    files: Files,
    as_json: Annotated[bool, typer.Option("--json", help="In JSON: mọi giá trị kèm vị trí và độ tin cậy.")] = False,
    with_text: Annotated[bool, typer.Option("--text", help="Kèm toàn văn trong JSON.")] = False,
) -> None:
    """Đọc cấu trúc văn bản: số, ngày, căn cứ, nơi gửi, nhiệm vụ, chỉ tiêu, thời hạn, người ký."""
    plain: list[dict[str, object]] = []
    failed = False
    for file in files:
        try:
            letter = read_file(file)
        except SipasError as error:
            errors.print(f"[bold red]✗[/] {escape(say(error, language()))}\n  [dim]{error.code}[/]", soft_wrap=True)
            failed = True
            continue
        if as_json:
            plain.append(_plain(file, letter, with_text=with_text))
        else:
            _put(file, letter)
    if as_json:
        typer.echo(json.dumps({"letters": plain}, ensure_ascii=False, indent=2))
    if failed:
        raise typer.Exit(1)


def _plain(file: Path, letter: Letter, *, with_text: bool) -> dict[str, object]:
    values: dict[str, object] = msgspec.to_builtins(letter)
    if not with_text:
        del values["text"]
    return {"file": file.name, **values}


def _put(file: Path, letter: Letter) -> None:
    console.print(f"[bold]{escape(file.name)}[/]")
    if letter.is_retelling:
        console.print(label("letter.retelling"), style="yellow")
    else:
        console.print(f"{label('letter.form')}: {label(f'letter.form.{letter.form}')}")
    _put_head(letter)
    _put_citations(letter.citations)
    _put_tasks(letter.tasks)
    _put_rows("thresholds", ((t.task, _figure(t), t.line) for t in letter.thresholds))
    _put_rows("deadlines", ((d.task, _until(d), d.line) for d in letter.deadlines))
    _put_rows("duties", ((d.task, f"{label(f'letter.duty.{d.kind}')}: {d.unit}", d.line) for d in letter.duties))
    _put_rows("reports", ((r.task, _channel(r), r.line) for r in letter.reports))
    if letter.missing:
        names = ", ".join(label(f"letter.{name}") for name in letter.missing)
        console.print(f"{label('letter.missing')}: {escape(names)}", style="yellow")
    console.print()


def _put_head(letter: Letter) -> None:
    shown = table("letter.element", "letter.value", "letter.line#", "letter.confidence#")
    for name in HEAD:
        found = getattr(letter, name)
        if found is not None:
            _row(shown, name, _said(name, found), found.line, found.confidence)
    for name in ("addressees", "recipients"):
        for found in getattr(letter, name):
            _row(shown, name, found.value, found.line, found.confidence)
    if letter.signer is not None:
        _row(shown, "signer", _signed(letter.signer), letter.signer.line, letter.signer.confidence)
    console.print(shown)


def _row(shown: Table, name: str, value: str, line: int, confidence: float) -> None:
    shown.add_row(label(f"letter.{name}"), escape(value), str(line), format_number(confidence, 2))


def _said(name: str, found: Found | FoundDate) -> str:
    if isinstance(found, FoundDate):
        return format_date(found.value)
    return kinds()[found.value].name if name == "kind" and found.value in kinds() else found.value


def _signed(signer: Signer) -> str:
    capacity = " ".join(f"{code}." for code in signer.capacity)
    parts = (f"{capacity} {signer.signs_for or ''}".strip(), signer.position, signer.name)
    return " / ".join(part for part in parts if part)


def _put_citations(citations: Iterable[Citation]) -> None:
    rows = []
    for c in citations:
        named = f"{kinds()[c.kind].name} {c.reference}" if c.reference else c.title or ""
        day = format_date(c.date) if c.date else None
        parts = (named, day, c.issuer)
        rows.append((label(f"letter.role.{c.role}"), ", ".join(part for part in parts if part), c.line))
    _put_rows("citations", rows)


def _put_tasks(tasks: Iterable[Task]) -> None:
    shown = table("letter.task", "letter.tasks", "letter.bodies", "letter.line#")
    for task in tasks:
        bodies = "; ".join(body.value for body in task.bodies)
        shown.add_row(escape(task.path), escape(task.text), escape(bodies), str(task.line))
    if shown.row_count:
        console.print(shown)


def _put_rows(name: str, rows: Iterable[tuple[str | None, str, int]]) -> None:
    shown = table("letter.task", f"letter.{name}", "letter.line#")
    for task, value, line in rows:
        shown.add_row(escape(task or "–"), escape(value), str(line))
    if shown.row_count:
        console.print(shown)


def _figure(threshold: Threshold) -> str:
    decimals = 0 if threshold.value == int(threshold.value) else 2
    figure = (
        f"{label(f'letter.relation.{threshold.relation}')} {format_number(threshold.value, decimals)} {threshold.unit}"
    )
    about = label(f"letter.indicator.{threshold.indicator}") if threshold.indicator else None
    said = [figure, about, str(threshold.year) if threshold.year else None]
    return ", ".join(part for part in said if part)


def _until(deadline: Deadline) -> str:
    if deadline.kind == "exact":
        return deadline.until or ""
    if deadline.kind == "relative":
        return f"{label('letter.within')} {deadline.amount} {label(f'letter.unit.{deadline.unit}')}"
    return f"{label('letter.every')} {label(f'letter.period.{deadline.period}')}"


def _channel(report: Report) -> str:
    through = f" ({label('letter.through')} {report.through})" if report.through else ""
    return f"{report.to}{through}"
