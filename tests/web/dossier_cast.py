"""Files of dossiers as one-stop systems export them, and their import as people do it."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from collections.abc import Sequence
from typing import Any

from sipas_web.audit.actors import Actor
from sipas_web.jobs.worker import work_off
from sipas_web.onestop import dossier_files
from sipas_web.onestop.actions import importing
from sipas_web.onestop.models import DossierFile, DossierSource
from sipas_web.shared.uploads import Received

HEADS = ("Mã hồ sơ", "Tên chủ hồ sơ", "Số điện thoại", "Mã TTHC", "Tên thủ tục", "Lĩnh vực", "Cơ quan giải quyết",
         "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày trả kết quả", "Trạng thái", "Hình thức nộp")  # fmt: skip
COLUMNS = {
    "dossier_number": "Mã hồ sơ", "procedure_code": "Mã TTHC", "procedure": "Tên thủ tục", "field": "Lĩnh vực",
    "agency": "Cơ quan giải quyết", "received_on": "Ngày tiếp nhận", "due_on": "Ngày hẹn trả",
    "returned_on": "Ngày trả kết quả", "status": "Trạng thái", "channel": "Hình thức nộp",
}  # fmt: skip
PEOPLE = {"name": "Tên chủ hồ sơ", "phone": "Số điện thoại"}
MAPPING = {"columns": {**COLUMNS, **PEOPLE}, "constants": {}}


def line(number: int, agency: str, received: str, due: str, finished: str = "", **changes: str) -> dict[str, str]:
    """Write a dossier; days are d/m/Y."""
    row = {
        "Mã hồ sơ": f"H08.01-260101-{number:05d}", "Tên chủ hồ sơ": f"Nguyễn Văn {number}",
        "Số điện thoại": f"09{number:08d}", "Mã TTHC": "1.004199", "Tên thủ tục": "Cấp đổi Giấy chứng nhận",
        "Lĩnh vực": "Đất đai", "Cơ quan giải quyết": agency, "Ngày tiếp nhận": received, "Ngày hẹn trả": due,
        "Ngày trả kết quả": finished, "Trạng thái": "Đã trả kết quả" if finished else "Đang xử lý",
        "Hình thức nộp": "Trực tuyến",
    }  # fmt: skip
    return {**row, **changes}


def as_csv(rows: Sequence[dict[str, str]], heads: Sequence[str] = HEADS) -> bytes:
    """Write a CSV file as Excel does."""
    lines = [",".join(heads), *(",".join(row.get(h, "") for h in heads) for row in rows)]
    return ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()


def received(data: bytes, name: str = "mot-cua.csv") -> Received:
    """Give a file that came in whole."""
    return Received(io.BytesIO(data), name, "text/csv", len(data), hashlib.sha256(data).hexdigest())


def hand_in(
    source: DossierSource, data: bytes, by: Actor, *, as_of: dt.date = dt.date(2026, 11, 1), name: str = "mot-cua.csv"
) -> DossierFile:
    """Hand a file in."""
    staged = dossier_files.stage(received(data, name), source.mapping)
    return importing.hand_in(source=source, staged=staged, as_of=as_of, by=by)


def imported(source: DossierSource, data: bytes, by: Actor, *, mapping: Any = None, **options: Any) -> DossierFile:
    """Hand a file in and import it."""
    file = hand_in(source, data, by, **options)
    importing.start(file=file, mapping=mapping or MAPPING, missing=(), by=by)
    work_off()
    file.refresh_from_db()
    return file
