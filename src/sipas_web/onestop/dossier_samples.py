"""Simulated dossiers and online services of a province, for the demonstration: made up, and marked so."""

from __future__ import annotations

import datetime as dt
import hashlib
import random

import polars as pl

from sipas_web.audit.actors import Actor
from sipas_web.jobs.registry import Work
from sipas_web.onestop import dossier_files
from sipas_web.onestop.actions import importing, services, sources
from sipas_web.onestop.dossier_files import Staged
from sipas_web.onestop.queries.services import ServiceClass
from sipas_web.onestop.queries.sources import DossierFile, DossierSource
from sipas_web.onestop.tasks import import_dossiers
from sipas_web.shared import working_days
from sipas_web.units import queries as units
from sipas_web.units.queries import Unit

NAME = "Hệ thống một cửa điện tử (mô phỏng)"
PROCEDURES = (
    ("1.004199", "Cấp đổi Giấy chứng nhận quyền sử dụng đất", "Đất đai", 10),
    ("1.009994", "Cấp giấy phép xây dựng nhà ở riêng lẻ", "Xây dựng", 15),
    ("2.001610", "Đăng ký thành lập hộ kinh doanh", "Đăng ký kinh doanh", 3),
    ("1.001193", "Đăng ký khai sinh", "Hộ tịch", 1),
    ("2.000815", "Chứng thực bản sao từ bản chính", "Chứng thực", 1),
)
FAMILY, MIDDLE = ("Nguyễn", "Trần", "Lê", "Hoàng", "Ma", "Nông"), ("Văn", "Thị", "Đức", "Thu")
GIVEN = ("Bình", "Hoa", "Sơn", "Lan", "Tuấn", "Hạnh")
CHANNELS = ("Trực tuyến", "Trực tiếp", "Bưu chính công ích")
COLUMNS = {
    "dossier_number": "Mã hồ sơ", "name": "Tên chủ hồ sơ", "address": "Địa chỉ", "phone": "Số điện thoại",
    "procedure_code": "Mã TTHC", "procedure": "Tên thủ tục", "field": "Lĩnh vực", "agency": "Cơ quan giải quyết",
    "received_on": "Ngày tiếp nhận", "due_on": "Ngày hẹn trả", "days_allowed": "Thời hạn giải quyết",
    "returned_on": "Ngày trả kết quả", "status": "Trạng thái", "channel": "Hình thức nộp",
}  # fmt: skip
NEARLY_DUE = 20  # one dossier of so many
UNKNOWN = "Phòng Tổng hợp liên thông"  # a name that means no unit, so that the page of names has one


def fill(*, province: Unit, by: Actor, today: dt.date, rows: int = 3_000, communes: int = 12) -> DossierSource:
    """Make a simulated source with imported dossiers of a year, and some online services; once for a province."""
    there = DossierSource.objects.filter(unit=province, name=NAME).first()
    if there is not None:
        return there
    source = sources.add(unit=province, name=NAME, by=by, is_simulated=True, closes_at=dt.time(16, 30))
    agencies = [unit.full_name for unit in units.members(province, today, by).filter(kind="agency")[:8]]
    agencies += [f"UBND {unit.full_name}" for unit in units.communes_of(province, today)[:communes]]
    table = pl.DataFrame(_rows(agencies, today, rows, random.Random(8)))
    _import(source, table, today, by)
    _offer(province, today, by)
    return source


def _rows(agencies: list[str], today: dt.date, count: int, chance: random.Random) -> list[dict[str, str]]:
    return [_row(number, agencies, today, chance) for number in range(count)]


def _row(number: int, agencies: list[str], today: dt.date, chance: random.Random) -> dict[str, str]:
    is_open = number % NEARLY_DUE == 0
    code, procedure, field, days = PROCEDURES[number % 2] if is_open else chance.choice(PROCEDURES)
    received = working_days.on_or_before(today - dt.timedelta(days=chance.randrange(365)))
    if is_open:  # due within two working days: an apology is owed today or tomorrow
        received = working_days.before(working_days.on_or_before(today), days - 1 - number // NEARLY_DUE % 2)
    due = working_days.after(received, days)
    took = max(0, round(chance.gauss(0.8 * days, 0.35 * days + 0.5)))
    end = working_days.after(received, took)
    is_done = end <= today and not is_open
    place = min(number % len(agencies), number // len(agencies) % (len(agencies) + 3))  # the first have more
    return {
        "Mã hồ sơ": f"H60.{place:02d}-{received:%y%m%d}-{number:04d}",
        "Tên chủ hồ sơ": f"{chance.choice(FAMILY)} {chance.choice(MIDDLE)} {chance.choice(GIVEN)}",
        "Địa chỉ": f"Thôn {1 + number % 9}", "Số điện thoại": f"09{number:08d}", "Mã TTHC": code,
        "Tên thủ tục": procedure, "Lĩnh vực": field,
        "Cơ quan giải quyết": UNKNOWN if number % 97 == 0 else agencies[place],
        "Ngày tiếp nhận": f"{received:%d/%m/%Y} {7 + number % 10:02d}:15", "Ngày hẹn trả": f"{due:%d/%m/%Y}",
        "Thời hạn giải quyết": f"{days} ngày làm việc", "Ngày trả kết quả": f"{end:%d/%m/%Y}" if is_done else "",
        "Trạng thái": "Đã trả kết quả" if is_done else ("Chờ bổ sung" if number % 6 == 0 else "Đang xử lý"),
        "Hình thức nộp": chance.choice(CHANNELS),
    }  # fmt: skip


def _import(source: DossierSource, table: pl.DataFrame, today: dt.date, by: Actor) -> DossierFile:
    path = dossier_files.folder() / f"mo-phong-{source.pk}.csv"
    table.write_csv(path)
    data = path.read_bytes()
    staged = Staged(
        path, "ho-so-mot-cua-mo-phong.csv", len(data), hashlib.sha256(data).hexdigest(), table.height + 1, ()
    )
    file = importing.hand_in(source=source, staged=staged, as_of=today, by=by)
    job = importing.start(file=file, mapping={"columns": COLUMNS, "constants": {}}, missing=(), by=by)
    import_dossiers(Work(job.pk, job.arguments, by, 1, lambda share, note: None))  # the worker finds it done
    return file


def _offer(province: Unit, today: dt.date, by: Actor) -> None:
    for number, (code, procedure, field, _days) in enumerate(PROCEDURES):
        act = "Quyết định (mô phỏng)"
        given = {"unit": province, "code": code, "name": procedure, "field": field, "act": act, "by": by}
        level = ServiceClass.LEVEL_4 if number % 2 else ServiceClass.LEVEL_3
        services.add(service_class=level, valid_from=dt.date(2020, 1, 1), valid_to=dt.date(2022, 8, 14), **given)  # type: ignore[arg-type]
        extent = ServiceClass.WHOLE if number % 2 else ServiceClass.PARTIAL
        if today > dt.date(2022, 8, 15):
            services.add(service_class=extent, valid_from=dt.date(2022, 8, 15), **given)  # type: ignore[arg-type]
