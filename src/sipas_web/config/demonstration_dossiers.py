"""Dossiers of one-stop desks to try: a file as their systems write it, its import, apologies for the late ones."""

from __future__ import annotations

import csv
import hashlib
import io
import random

from sipas_web.audit.actors import command_line
from sipas_web.config.demonstration_field import _actor
from sipas_web.jobs.worker import work_off
from sipas_web.onestop import dossier_files
from sipas_web.onestop.actions import importing, sources
from sipas_web.onestop.apologies_demonstration import apologise, review
from sipas_web.onestop.queries.sources import DossierSource
from sipas_web.shared import working_days
from sipas_web.shared.uploads import Received
from sipas_web.units import queries as units
from sipas_web.units.queries import Unit

SOURCE = "Một cửa điện tử (mô phỏng)"
SEED, COUNT, COMMUNES = 13, 600, 6
COLUMNS = {
    "dossier_number": "Mã hồ sơ", "procedure_code": "Mã TTHC", "procedure": "Tên thủ tục", "field": "Lĩnh vực",
    "agency": "Cơ quan giải quyết", "received_on": "Ngày tiếp nhận", "due_on": "Ngày hẹn trả",
    "returned_on": "Ngày trả kết quả", "status": "Trạng thái", "channel": "Hình thức nộp",
    "name": "Tên chủ hồ sơ", "phone": "Số điện thoại",
}  # fmt: skip
PROCEDURES = (
    ("1.004199", "Cấp đổi Giấy chứng nhận", "Đất đai", 15),
    ("1.004873", "Cấp Giấy xác nhận tình trạng hôn nhân", "Hộ tịch", 3),
    ("1.001612", "Đăng ký thành lập hộ kinh doanh", "Đăng ký kinh doanh", 3),
    ("1.007266", "Cấp giấy phép xây dựng nhà ở riêng lẻ", "Xây dựng", 15),
)
REACHES_BACK = 120  # working days
LATE, EARLY = 0.08, 0.45  # shares


def make(province: Unit, commune: Unit) -> None:
    """Import one simulated file and send some apologies; nothing the second time."""
    if DossierSource.objects.filter(name=SOURCE).exists():
        return
    by = _actor("department")
    source = sources.add(unit=province, name=SOURCE, is_simulated=True, by=by)
    data = _file([commune, *units.communes_of(province, units.today())[1:COMMUNES]])
    given = Received(io.BytesIO(data), "ho-so-mo-phong.csv", "text/csv", len(data), hashlib.sha256(data).hexdigest())
    file = importing.hand_in(
        source=source, staged=dossier_files.stage(given, source.mapping), as_of=units.today(), by=by
    )
    importing.start(file=file, mapping={"columns": COLUMNS, "constants": {}}, missing=(), by=by)
    work_off()
    _apologise(commune)


def _file(communes: list[Unit]) -> bytes:
    chance, out = random.Random(SEED), io.StringIO()
    table = csv.DictWriter(out, [*COLUMNS.values()])
    table.writeheader()
    for number in range(COUNT):
        table.writerow(_row(number, chance, communes))
    return out.getvalue().encode("utf-8-sig")


def _row(number: int, chance: random.Random, communes: list[Unit]) -> dict[str, str]:
    code, name, field, days = chance.choice(PROCEDURES)
    received = working_days.before(units.today(), chance.randint(0, REACHES_BACK))
    due = working_days.after(received, days)
    draw = chance.random()
    if draw < LATE:
        ended = working_days.after(due, chance.randint(1, 9))
    else:
        ended = working_days.before(due, chance.randint(1, days) if draw < EARLY else 0)
    is_done = ended < units.today()
    return {
        "Mã hồ sơ": f"H60.MP-{number:06d}", "Mã TTHC": code, "Tên thủ tục": name, "Lĩnh vực": field,
        "Cơ quan giải quyết": f"UBND {chance.choice(communes).full_name}", "Ngày tiếp nhận": f"{received:%d/%m/%Y}",
        "Ngày hẹn trả": f"{due:%d/%m/%Y}", "Ngày trả kết quả": f"{ended:%d/%m/%Y}" if is_done else "",
        "Trạng thái": "Đã trả kết quả" if is_done else "Đang xử lý", "Tên chủ hồ sơ": f"Nguyễn Văn Mô Phỏng {number}",
        "Hình thức nộp": chance.choice(("Trực tuyến", "Trực tiếp")), "Số điện thoại": f"09{number:08d}",
    }  # fmt: skip


def _apologise(commune: Unit) -> None:
    """Send letters for what is late or falls due, and review the commune's one-stop desk."""
    apologise(by=command_line())  # drafting, signing and sending are the work of three people
    desk = units.by_code(f"MP-{commune.code}-PV", units.today())
    if desk is not None:
        review(desk, on=working_days.before(units.today(), 10), by=_actor("department"))
