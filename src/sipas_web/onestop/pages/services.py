"""Online services as lines of a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.utils.translation import override

from sipas_web.onestop.queries.services import OnlineService, ServiceClass
from sipas_web.shared.downloads import Cell

HEADS = ("Đơn vị", "Mã thủ tục", "Tên thủ tục", "Lĩnh vực", "Phân loại", "Từ ngày", "Đến ngày", "Quyết định")


def cells(services: Iterable[OnlineService]) -> Iterator[list[Cell]]:
    """Give each service in Vietnamese, whatever the reader speaks."""
    with override("vi"):
        names = {c.value: str(c.label) for c in ServiceClass}
    for one in services:
        until = f"{one.valid_to:%d/%m/%Y}" if one.valid_to else ""
        yield [one.unit.full_name, one.code, one.name, one.field, names[one.service_class],
               f"{one.valid_from:%d/%m/%Y}", until, one.act]  # fmt: skip
