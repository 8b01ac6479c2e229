"""``sipas units``: look up administrative units on a day."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from sipas.cli.sentences import say
from sipas.errors import SipasError
from sipas.geography import (
    Link,
    Unit,
    Warned,
    candidates,
    divided,
    find,
    last_day,
    matches,
    predecessors,
    region,
    successors,
    tree,
)
from sipas.geography.model import Level
from sipas.intake.vietnamese import format_date, format_number

app = typer.Typer(name="units", help="Tra cứu đơn vị hành chính theo ngày (mã hoặc tên).", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Mã hoặc tên, ví dụ 58, “Ninh Thuận”, “xa Tan Thanh, Soc Trang”.")]
On = Annotated[str | None, typer.Option("--on", help="Ngày, dd/mm/yyyy hoặc yyyy-mm-dd; mặc định: hôm nay.")]
At = Annotated[str | None, typer.Option("--at", help="Theo chuỗi thay đổi đến ngày này; mặc định: một bước.")]
Tier = Annotated[str | None, typer.Option("--level", help="Cấp: province, district, commune.")]
Json = Annotated[bool, typer.Option("--json", help="In JSON thay cho bảng.")]

MOST_NEAR = 10
TIERS = {"province": "tỉnh", "district": "huyện", "commune": "xã"}
EXTENTS = {"whole": "toàn bộ", "part": "một phần"}
_DAY = re.compile(r"(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>\d{4})")


@app.command()
def show(name: Name, on: On = None, level: Tier = None, as_json: Json = False) -> None:
    """Cho biết một đơn vị tại một ngày."""
    unit, warned = _asked(name, on, level)
    _put([unit], warned, as_json, details=True)


@app.command("find")
def find_(name: Name, on: On = None, level: Tier = None, as_json: Json = False) -> None:
    """Liệt kê các đơn vị có tên trùng hoặc gần giống."""
    day, tier = _day(on), _level(level)
    units = matches(name, day, tier) or candidates(name.split(",", maxsplit=1)[0], day, tier, most=MOST_NEAR)
    if not units:
        find(name, day, tier)
    _put(list(units), (), as_json)


@app.command("successors")
def successors_(name: Name, on: On = None, at: At = None, level: Tier = None, as_json: Json = False) -> None:
    """Đơn vị kế thừa: ai tiếp nhận địa bàn của đơn vị này."""
    unit, warned = _asked(name, on, level)
    links = successors(unit.code, unit.on, _day(at) if at else None)
    _put_links(unit, links, warned, as_json, title="Đơn vị kế thừa")


@app.command("predecessors")
def predecessors_(name: Name, on: On = None, at: At = None, level: Tier = None, as_json: Json = False) -> None:
    """Đơn vị tiền thân: địa bàn của đơn vị này từ đâu mà có."""
    unit, warned = _asked(name, on, level)
    links = predecessors(unit.code, unit.on, _day(at) if at else None)
    _put_links(unit, links, warned, as_json, title="Đơn vị tiền thân")


@app.command("tree")
def tree_(name: Name, on: On = None, level: Tier = None, as_json: Json = False) -> None:
    """Đơn vị cấp trên và các đơn vị trực thuộc tại một ngày."""
    unit, warned = _asked(name, on, level)
    found = tree(unit.code, unit.on)
    _put([*found.above, found.unit, *found.below], warned, as_json)


def _asked(name: str, on: str | None, level: str | None) -> tuple[Unit, tuple[Warned, ...]]:
    """Find the unit; without ``--on``, a unit that ended is shown as of its last day, with a warning."""
    day, tier = _day(on), _level(level)
    try:
        return find(name, day, tier), ()
    except SipasError as error:
        last = last_day(name, tier) if on is None and error.code == "geography.not_at_date" else None
        if last is None:
            raise
        return find(name, last, tier), (Warned("geography.ended", format_date(day), format_date(last)),)


def _level(text: str | None) -> Level | None:
    for tier in ("province", "district", "commune"):
        if text == tier:
            return tier
    if text is None:
        return None
    raise SipasError("geography.level", "level", expected=list(TIERS), got=text)


def _day(text: str | None) -> dt.date:
    if text is None:
        return dt.datetime.now().astimezone().date()
    try:
        if match := _DAY.fullmatch(text.strip()):
            return dt.date(int(match["year"]), int(match["month"]), int(match["day"]))
        return dt.date.fromisoformat(text.strip())
    except ValueError as error:
        raise SipasError("geography.date_text", "on", got=text) from error


def _put(units: list[Unit], warned: tuple[Warned, ...], as_json: bool, *, details: bool = False) -> None:
    warned = _all_warned(units, warned)
    if as_json:
        _put_json({"units": [_plain(u) for u in units], "warnings": [asdict(w) for w in warned]})
        return
    table = Table("Mã", "Tên", "Cấp", "Thuộc", "Từ ngày", "Đến ngày", _act_column())
    for unit in units:
        above = ", ".join(reversed(unit.path[:-1]))
        table.add_row(unit.code, unit.full_name, TIERS[unit.level], above, *_period(unit), unit.legal_act or "–")
    _console().print(table)
    if details:
        _put_region(units[0])
    _put_warned(warned)


def _put_links(unit: Unit, links: tuple[Link, ...], warned: tuple[Warned, ...], as_json: bool, *, title: str) -> None:
    warned = (*_all_warned([unit], warned), *divided(links))
    if as_json:
        rows = [{**asdict(k), "unit": _plain(k.unit), "on": k.on.isoformat()} for k in links]
        _put_json({"unit": _plain(unit), "links": rows, "warnings": [asdict(w) for w in warned]})
        return
    start, end = _period(unit)
    table = Table("Mã", "Tên", "Thuộc", "Chuyển", "Tỷ lệ", "Ngày", _act_column())
    table.title = f"{title}: {unit.label}, {start} – {end}"
    for link in links:
        above = ", ".join(reversed(link.unit.path[:-1]))
        share = "chưa rõ" if link.share is None else f"{format_number(100 * link.share, 0)} %"
        day = format_date(link.on)
        table.add_row(
            link.unit.code, link.unit.full_name, above, EXTENTS[link.extent], share, day, link.legal_act or "–"
        )
    _console().print(table if links else f"{table.title}: không có thay đổi nào trong danh mục.")
    _put_warned(warned)


def _put_region(unit: Unit) -> None:
    found = region(unit.code, unit.on)
    if found is None:
        return
    _console().print(f"Vùng: {found.name}" + (f"; hạng: {unit.unit_class}" if unit.unit_class else ""))
    if found.status == "recalled":
        _put_warned((Warned("geography.region_recalled"),))


def _put_warned(warned: tuple[Warned, ...]) -> None:
    for warning in warned:
        sentence = say(SipasError(warning.code, expected=warning.expected, got=warning.got, hint=warning.hint))
        _console().print(f"Lưu ý: {sentence}", style="yellow")


def _put_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _all_warned(units: list[Unit], warned: tuple[Warned, ...]) -> tuple[Warned, ...]:
    return tuple(dict.fromkeys([*warned, *(w for unit in units for w in unit.warnings)]))


def _period(unit: Unit) -> tuple[str, str]:
    first = format_date(unit.valid_from)
    if unit.valid_from == dt.date(2017, 1, 1):
        first = "trước 2017" if unit.level == "province" else "không rõ"
    return first, "nay" if unit.valid_to is None else format_date(unit.valid_to)


def _plain(unit: Unit) -> dict[str, object]:
    dates = {name: value.isoformat() for name, value in asdict(unit).items() if isinstance(value, dt.date)}
    return {**asdict(unit), **dates}


def _act_column() -> Column:
    return Column("Văn bản", overflow="fold")


def _console() -> Console:
    return Console()
