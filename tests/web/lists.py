"""Lists for the tests: good rows, and files meant to hurt."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import openpyxl

HEAD = "Mã hồ sơ,Cơ quan giải quyết,Lĩnh vực,Họ và tên,Địa chỉ,Số điện thoại,Ngày trả kết quả,Trạng thái"


def row(number: int, **changes: str) -> str:
    cells = {
        "code": f"HS-{number:04d}",
        "agency": "Sở Nội vụ",
        "field": "Hộ tịch",
        "name": f"Nguyễn Văn {chr(65 + number % 20)}",
        "address": f"Thôn {number}",
        "phone": f"09{number:08d}",
        "day": "15/03/2026",
        "status": "Đã trả kết quả",
    }
    return ",".join((cells | changes).values())


def csv(*rows: str, head: str = HEAD) -> bytes:
    return "\n".join([head, *rows]).encode()


GOOD = csv(*(row(n) for n in range(30)))


def xlsx(rows: list[list[Any]]) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for line in rows:
        book.active.append(line)
    book.save(out)
    return out.getvalue()


def bomb(part: bytes, doctype: bool = False) -> bytes:
    made = xlsx([["Họ và tên", "Cơ quan giải quyết", "Ngày trả kết quả"], ["A", "B", "C"]])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            content = old.read(entry)
            if entry == "xl/worksheets/sheet1.xml":
                content = part + content if not doctype else b'<!DOCTYPE x [<!ENTITY a "b">]>' + content
            new.writestr(entry, content)
    return out.getvalue()
