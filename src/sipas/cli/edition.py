"""``sipas edition``: list, show, check and compare questionnaires; write XLSForm and DDI."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table
from rich.tree import Tree

from sipas import instrument
from sipas.cli.screen import console, errors, language
from sipas.cli.sentences import say
from sipas.errors import SipasError
from sipas.instrument import Difference, Edition, Node, Question

app = typer.Typer(no_args_is_help=True, help="Phiếu hỏi: xem, kiểm tra, so sánh, xuất.")

Name = Annotated[str, typer.Argument(metavar="PHIẾU", help="Tên phiếu có sẵn, ví dụ sipas-2017, hoặc tệp YAML.")]
Out = Annotated[Path | None, typer.Option("--out", "-o", help="Tệp kết quả; mặc định: <tên phiếu> tại thư mục này.")]


@app.command("list")
def list_() -> None:
    """Liệt kê các phiếu có sẵn."""
    shown = _table("head_name", "head_year", "head_population", "head_series", "head_items", "head_status")
    for name in instrument.editions():
        e = instrument.load(name)
        population = _word(f"population_{e.population}")
        shown.add_row(e.name, str(e.year), population, e.series, str(len(e.items())), _word(f"mark_{e.status}"))
    console.print(shown)


@app.command()
def show(
    name: Name,
    tree: Annotated[bool, typer.Option("--tree", help="Chỉ in cây chỉ số.")] = False,
) -> None:
    """In toàn bộ một phiếu: câu hỏi, phương án, cây chỉ số, tình trạng câu chữ."""
    edition = instrument.load(name)
    console.print(f"[bold]{escape(_either(edition.title, edition.title_en))}[/] ({edition.name})")
    console.print(escape(_word("line_method", method=edition.method)))
    console.print(escape(_word("line_source", source=edition.source)))
    _put_notice(edition)
    share = f"{100 * edition.validity.least_items_share:.0f}"
    console.print(_word("line_validity", share=share, cell=edition.minimum_cell))
    if not tree:
        for section in edition.sections:
            console.print(_form(edition, _either(section.title, section.title_en), section.questions))
    console.print(_branch(edition.index, Tree(f"[bold]{_word('heading_tree')}[/]")))


@app.command()
def check(names: Annotated[list[str], typer.Argument(metavar="PHIẾU", help="Một hay nhiều tệp YAML.")]) -> None:
    """Kiểm tra tệp phiếu, in mọi lỗi; mã thoát 1 nếu có lỗi."""
    failed = False
    for name in names:
        faults = instrument.check(name)
        if faults:
            failed = True
            console.print(f"[bold red]✗[/] {escape(_word('bad', edition=name, count=len(faults)))}")
            for fault in faults:
                console.print(f"  {escape(say(fault, language()))} [dim]{fault.code}[/]", soft_wrap=True)
        else:
            _put_good(instrument.load(name))
    if failed:
        raise typer.Exit(1)


@app.command()
def diff(
    earlier: Name,
    later: Name,
    everything: Annotated[bool, typer.Option("--all", help="In cả những câu không đổi.")] = False,
) -> None:
    """So sánh hai phiếu: câu nào so sánh được qua các năm, câu nào không và vì sao."""
    a, b = instrument.load(earlier), instrument.load(later)
    found = instrument.compare(a, b)
    shown = _table("head_question", "head_state", "head_comparable", "head_why", "head_text")
    for difference in found:
        if everything or difference.reasons:
            shown.add_row(*_row(difference, a, b))
    if shown.row_count:
        console.print(shown)
    items = instrument.comparable_items(a, b)
    others = sum(d.comparable and d.role != "item" for d in found)
    counts = {"comparable": len(items), "total": len(b.items()), "questions": others}
    if a.series != b.series:
        series = _word("diff_series", a=a.name, b=b.name, series_a=a.series, series_b=b.series)
        console.print(f"[yellow]![/] {series}", soft_wrap=True)
    console.print(_word("diff_sum", a=a.name, b=b.name, **counts), soft_wrap=True)


@app.command()
def xlsform(name: Name, out: Out = None) -> None:
    """Xuất XLSForm (.xlsx) cho ODK, KoboToolbox."""
    _write(name, out, ".xlsx", instrument.xlsform)


@app.command()
def ddi(name: Name, out: Out = None) -> None:
    """Xuất sổ mã DDI Codebook 2.6 (.xml)."""
    _write(name, out, ".xml", instrument.ddi)


def _write(name: str, out: Path | None, suffix: str, make: Callable[[Edition], bytes]) -> None:
    edition = instrument.load(name)
    target = out or Path(edition.name + suffix)
    try:
        target.write_bytes(make(edition))
    except OSError as error:
        raise SipasError("instrument.not_written", "out", got=str(target), hint=error.strerror) from error
    _put_notice(edition)
    console.print(escape(_word("written", file=target)), soft_wrap=True)


def _word(name: str, **fields: object) -> str:
    return instrument.word(name, language(), **fields)


def _either(vi: str, en: str | None) -> str:
    return en if language() == "en" and en is not None else vi


def _table(*headers: str) -> Table:
    made = Table(header_style="bold")
    for header in headers:
        made.add_column(_word(header))
    return made


def _put_notice(edition: Edition) -> None:
    about = instrument.notice(edition)
    if about is not None:
        errors.print(f"[yellow]![/] {escape(_either(about.vi, about.en))}", soft_wrap=True)


def _put_good(edition: Edition) -> None:
    counts = {
        "questions": len(edition.questions()),
        "items": len(edition.items()),
        "columns": len(edition.columns()),
    }
    console.print(f"[green]✓[/] {_word('good', edition=edition.name, **counts)}")


def _form(edition: Edition, title: str, questions: tuple[Question, ...]) -> Table:
    shown = Table(title=escape(title), title_justify="left", header_style="bold", show_lines=True)
    for header in ("head_question", "head_kind", "head_text", "head_answers", "head_status"):
        shown.add_column(_word(header))
    for question in questions:
        options = edition.options(question.name)
        between = " · " if question.kind == "scale" else "\n"
        answers = between.join(f"{o.value} {escape(_either(o.label, o.label_en))}" for o in options)
        text = escape("\n".join([_either(question.text, question.text_en), *_limits(question)]))
        kind = _word(f"kind_{question.kind}")
        shown.add_row(question.name, kind, text, answers, _word(f"mark_{question.status}"))
    return shown


def _limits(question: Question) -> list[str]:
    said = [_word("routed", question=c.question, values=", ".join(map(str, c.values))) for c in question.relevant]
    if len(question.asked_of) == 1:
        said.append(_word(f"only_{question.asked_of[0]}"))
    if question.personal:
        said.append(_word("personal"))
    return [f"({line})" for line in said]


def _branch(node: Node, parent: Tree) -> Tree:
    title = escape(_either(node.title, node.title_en))
    said = "" if node.rule is None else f" – {_word(f'rule_{node.rule}')} ({_word(f'mark_{_rule_status(node)}')})"
    here = parent.add(f"{title} [dim]{node.name}, {_word(f'mark_{node.status}')}[/]{said}")
    for child in node.children:
        _branch(child, here)
    return parent


def _rule_status(node: Node) -> str:
    return node.rule_status or node.status


def _row(difference: Difference, a: Edition, b: Edition) -> tuple[str, str, str, str, str]:
    state = _word(f"state_{difference.state}", a=a.name, b=b.name)
    comparable = _word("answer_yes" if difference.comparable else "answer_no")
    why = ", ".join(_word(f"reason_{reason}") for reason in difference.reasons)
    texts = [text for text in (difference.text_a, difference.text_b) if text is not None]
    return difference.name, state, comparable, why, escape(" → ".join(dict.fromkeys(texts)))
