"""``sipas estimate``: the index of a round, or any estimate from a file of rows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer
from rich.console import Console
from rich.table import Table

from sipas import rounds
from sipas.cli.round_ import carry_out
from sipas.cli.screen import console, errors, label, language, table
from sipas.cli.table_files import Form, write
from sipas.estimation.survey.analysis import Analysis, analysis_of, analysis_text
from sipas.estimation.survey.results import Results
from sipas.estimation.survey.sample_files import MISSING, read_sample
from sipas.intake.reasons import HEADER_ROW
from sipas.intake.vietnamese import format_number

NAMELESS = "«»"  # a domain whose name is the empty text is not the whole


def estimate(
    source: Annotated[Path, typer.Argument(metavar="NGUỒN", help="Thư mục của đợt, hoặc tệp Parquet, CSV, XLSX.")],
    by: Annotated[
        list[str] | None, typer.Option(help="Chia theo: agency; cột, hoặc «cột,cột» để chéo. Lặp lại được.")
    ] = None,
    node: Annotated[
        str | None, typer.Option(help="Với đợt: nút của cây chỉ số; mặc định: cả cây, hoặc chỉ số chung.")
    ] = None,
    plan: Annotated[Path | None, typer.Option(help="Tệp YAML: thiết kế, ước lượng, miền, quy ước.")] = None,
    weight: Annotated[str | None, typer.Option(help="Cột quyền số.")] = None,
    strata: Annotated[str | None, typer.Option(help="Cột tầng.")] = None,
    psu: Annotated[str | None, typer.Option(help="Cột đơn vị mẫu bậc một; không có: mỗi dòng là một đơn vị.")] = None,
    population: Annotated[str | None, typer.Option(help="Cột tổng số đơn vị bậc một của tầng.")] = None,
    rate: Annotated[str | None, typer.Option(help="Cột tỷ lệ mẫu của tầng.")] = None,
    nested: Annotated[bool, typer.Option(help="Mã đơn vị bậc một được đánh lại từ đầu trong mỗi tầng.")] = False,
    mean: Annotated[list[str] | None, typer.Option(help="Trung bình của cột số.")] = None,
    total: Annotated[list[str] | None, typer.Option(help="Tổng của cột số.")] = None,
    share: Annotated[list[str] | None, typer.Option(help="Tỷ lệ: «cột=4,5».")] = None,
    proportion: Annotated[list[str] | None, typer.Option(help="Tỷ lệ từng loại của cột.")] = None,
    count: Annotated[list[str] | None, typer.Option(help="Số người: «cột» hoặc «cột=giá trị».")] = None,
    ratio: Annotated[list[str] | None, typer.Option(help="Tỷ số hai tổng: «cột/cột».")] = None,
    quantile: Annotated[list[str] | None, typer.Option(help="Phân vị: «cột@0.25,0.5».")] = None,
    lonely: Annotated[
        str | None, typer.Option(help="Tầng chỉ có một đơn vị: centered, adjust, average, remove, certainty, fail.")
    ] = None,
    level: Annotated[float | None, typer.Option(help="Độ tin cậy của khoảng; mặc định 0.95.")] = None,
    interval: Annotated[
        str | None, typer.Option(help="Khoảng của tỷ lệ: logit, beta, nchs, wilson, likelihood, asin, mean.")
    ] = None,
    df: Annotated[str | None, typer.Option(help="Bậc tự do: domain, design hoặc một số.")] = None,
    deff: Annotated[
        str | None, typer.Option(help="Hệ số thiết kế so với chọn có hoàn lại (wr) hay không (wor).")
    ] = None,
    decimal: Annotated[str, typer.Option(help="Dấu thập phân trong tệp văn bản: «.» hoặc «,».")] = ".",
    missing: Annotated[
        list[str] | None, typer.Option(help="Chữ có nghĩa là không trả lời; mặc định NA, NaN, «.».")
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="Trang tính.")] = None,
    form: Annotated[Form, typer.Option("--format", help="table, csv, parquet hoặc json.")] = Form.table,
    output: Annotated[Path | None, typer.Option(help="Ghi ra tệp này; không có: in ra màn hình.")] = None,
) -> None:
    """Tính chỉ số của một đợt, hoặc ước lượng bất kỳ từ một tệp, với sai số theo thiết kế mẫu."""
    if rounds.is_round(source) or not looks_like_rows(source):
        of_round(source, by[0] if by else "all", node, form, output)
        return
    statistics = {
        "mean": mean, "total": total, "share": share, "proportion": proportion, "count": count,
        "ratio": ratio, "quantile": quantile,
    }  # fmt: skip
    design = {
        "weight": weight, "strata": strata, "psu": psu, "population": population, "rate": rate, "nested": nested,
        "lonely": lonely,
    }  # fmt: skip
    how = {"level": level, "interval": interval, "df": None if df is None else value_of(df), "deff": deff}
    asked = analysis(plan, design, statistics, by or [], how)
    sample = read_sample(
        *(source, asked.columns(), asked.numbers(), asked.values()),
        decimal=decimal,
        missing=missing or MISSING,
        sheet=sheet,
    )
    with sample.located():
        found = asked.run(sample.rows, folder=plan.parent if plan else Path())
    write(found.table, form, output, lambda: show(found), beside={"account": found.account})
    if form in {Form.csv, Form.parquet}:
        tell(found, errors)
    skipped = sample.skipped.filter(pl.col("reason") != HEADER_ROW).height
    if skipped:
        errors.print(f"[yellow]![/] {label('skipped_rows')} {skipped}", soft_wrap=True)


def looks_like_rows(source: Path) -> bool:
    """Tell a file of rows, a pattern or a folder of Parquet files from what can only be meant as a round."""
    return bool(source.suffix) or "*" in source.name or source.is_file() or any(source.glob("**/*.parquet"))


def of_round(root: Path, by: str, node: str | None, form: Form, output: Path | None) -> None:
    """Carry a round out to its index and show it."""
    carry_out(root, "index")
    rows = rounds.index_rows(root, by=by, node=node)
    write(pl.DataFrame(rows), form, output, lambda: console.print(index_table(rows, whole=by == "all")))
    for said in rounds.notices(root):
        console.print(f"[yellow]![/] {said[language() == 'en']}", soft_wrap=True)


def analysis(
    plan: Path | None,
    design: dict[str, Any],
    statistics: dict[str, list[str] | None],
    by: list[str],
    how: dict[str, Any],
) -> Analysis:
    """Put the plan and the options together; an option adds to the plan, or changes it."""
    text = analysis_text(plan) if plan else None
    data: dict[str, Any] = {**text.data} if text and isinstance(text.data, dict) else {}
    given = {name: value for name, value in design.items() if value}
    if given:
        data["design"] = {**data.get("design", {}), **given}
    wanted = [wanted_of(statistic, said) for statistic, saids in statistics.items() for said in saids or []]
    if wanted or "estimates" not in data:
        data["estimates"] = [*data.get("estimates", []), *wanted]
    if by:
        data["by"] = [*data.get("by", []), *([name.strip() for name in one.split(",")] for one in by)]
    data |= {name: value for name, value in how.items() if value is not None}
    return analysis_of(data, text)


def wanted_of(statistic: str, said: str) -> dict[str, Any]:
    """Read «q1=4,5», «a/b» and «x@0.5» as an estimate of a plan."""
    match statistic:
        case "share" | "count":
            column, _, values = said.partition("=")
            return {statistic: column.strip(), "of": [value_of(value) for value in values.split(",") if value.strip()]}
        case "ratio":
            column, _, over = said.partition("/")
            return {statistic: column.strip(), "over": over.strip() or None}
        case "quantile":
            column, _, shares = said.partition("@")
            at = {"at": [value_of(share) for share in shares.split(",")]} if shares else {}
            return {statistic: column.strip(), **at}
        case _:
            return {statistic: said.strip()}


def value_of(text: str) -> int | float | str:
    """Read a value of an option: 4 and 0.5 are numbers, 01 and E are texts."""
    text = text.strip()
    for kind in (int, float):
        try:
            return text if text[:1] == "0" and text[1:2].isdigit() else kind(text)
        except ValueError:
            continue
    return text


def show(found: Results) -> None:
    """Print the estimates, and what became of the rows."""
    shown = table("domain", "estimate", "value#", "se#", "interval#", "n#", "deff#")
    before = None
    for row in found.table.iter_rows(named=True):
        domain = (row["domain_kind"], row["domain"])
        value = None if row["probability"] is None else f"{row['probability']:g}"
        parts = (row["variable"], row["category"], value)
        shown.add_row(
            "" if domain == before else label("whole") if row["domain_kind"] == "all" else row["domain"] or NAMELESS,
            label(f"statistic.{row['statistic']}") + " " + " · ".join(part for part in parts if part is not None),
            *(figure(row[name]) for name in ("estimate", "se")),
            f"{figure(row['low'])}–{figure(row['high'])}" if row["low"] is not None else "",
            str(row["n"]),
            _number(row["deff"]),
        )
        before = domain
    console.print(shown)
    tell(found, console)


def tell(found: Results, screen: Console) -> None:
    """Say what became of the rows, and which strata have a single unit."""
    lonely = found.table["lonely"].drop_nulls().to_list()
    if any(lonely):
        screen.print(f"[yellow]![/] {label('lonely')} {max(lonely)}", soft_wrap=True)
    whole = found.account.filter(pl.col("domain_kind") == "all")
    for row in whole.iter_rows(named=True):
        counts = " · ".join(f"{label(f'account.{name}')} {row[name]}" for name in ("rows", "zero_weight", "missing"))
        screen.print(f"[dim]{row['measure']}: {counts}[/]", soft_wrap=True)
    outside = found.account.filter(pl.col("status") == "outside").unique("domain_kind", maintain_order=True)
    for row in outside.iter_rows(named=True):
        if row["rows"]:
            said = f"{row['domain_kind']}: {label('account.outside')} {row['rows']}"
            screen.print(f"[yellow]![/] {said}", soft_wrap=True)


def figure(value: float | None) -> str:
    """Write a number with as many decimals as its size is worth."""
    if value is None:
        return ""
    size = abs(value)
    return format_number(value, 4 if size < 10 else 2 if size < 10_000 else 0)


def index_table(rows: list[rounds.IndexRow], *, whole: bool) -> Table:
    """Lay the index out: the tree of the whole, or one node over the domains with their ranks."""
    figures = ("percent#", "se#", "interval#", "n#", *(() if whole else ("rank#", "rank_set#")), "change#")
    shown = table("node" if whole else "domain", *figures, title=None if whole else rows[0]["title"])
    for row in rows:
        ranks = ["", ""] if row["rank"] is None else [str(row["rank"]), f"{row['rank_low']}–{row['rank_high']}"]
        shown.add_row(
            row["title"] if whole else row["domain"],
            *(_number(row["percent"]), _number(row["se"]), _between(row["low"], row["high"]), str(row["n"])),
            *([] if whole else ranks),
            _number(row["change"]),
        )
    return shown


def _between(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{_number(low)}–{_number(high)}"


def _number(value: float | None) -> str:
    return "" if value is None else format_number(value, 2)
