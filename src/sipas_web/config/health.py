"""What can go wrong around the application: folders, disk, the process of long work, clocks."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from sipas_web.config.backup import places

LEAST_FREE = 1 << 30  # bytes of disk
MOST_APART = 60.0  # s between this machine's clock and the database's
VIETNAM = dt.timedelta(hours=7)


def faults(*, running: bool) -> list[str]:
    """Name what is wrong; ``running`` wants the process of long work alive as well."""
    found = [f for folder in (Path(settings.FOLDER), *places().values()) if (f := _not_writable(folder))]
    found += _disk() + _clocks() + contact_keys() + _keep_days()
    return found + (_worker() if running else [])


def contact_keys() -> list[str]:
    """Name the keys without which contacts in the database cannot be read, and a file that others may read."""
    from django.core.exceptions import ValidationError

    from sipas_web.privacy import keys, queries

    path = keys.path()
    try:
        missing = queries.missing_keys()
    except ValidationError:
        return [f"{path}: tệp khóa bị hỏng, hãy chép lại bản cất giữ riêng · file of keys is damaged"]
    found = [
        f"thiếu khóa {name} của kho thông tin liên hệ trong {path}: không ai đọc được thông tin liên hệ; hãy chép lại "
        f"tệp khóa đi cùng dữ liệu này · the key {name} of the contact store is missing"
        for name in missing
    ]
    if path.exists() and path.stat().st_mode & 0o077:
        found.append(f"{path}: người khác đọc được tệp khóa, hãy chmod 600 · readable by others")
    return found


def _keep_days() -> list[str]:
    from sipas_web.privacy.retention import kinds

    known = {kept.code for kept in kinds() if kept.days is not None}
    return [
        f"SIPAS_KEEP_DAYS: không có loại dữ liệu {name} · no such kind of data"
        for name in sorted(settings.KEEP_DAYS.keys() - known)
    ]


def _not_writable(folder: Path) -> str:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return ""
    except OSError as error:
        return f"{folder}: không ghi được · not writable ({error.strerror})"


def _disk() -> list[str]:
    free = shutil.disk_usage(settings.FOLDER).free
    if free >= LEAST_FREE:
        return []
    return [f"{settings.FOLDER}: còn {free >> 20} MiB, cần ít nhất {LEAST_FREE >> 20} · disk nearly full"]


def _clocks() -> list[str]:
    found = []
    zone = ZoneInfo(settings.TIME_ZONE)
    if dt.datetime.now(zone).utcoffset() != VIETNAM:
        found.append(f"múi giờ {settings.TIME_ZONE} không phải UTC+7 · time zone is not UTC+7")
    with connection.cursor() as cursor:
        seconds = "extract(epoch from now())" if connection.vendor == "postgresql" else "strftime('%s', 'now')"
        cursor.execute(f"SELECT {seconds}")
        row = cursor.fetchone()
    apart = abs(dt.datetime.now(dt.UTC).timestamp() - float(row[0] if row else 0))
    if apart > MOST_APART:
        found.append(f"đồng hồ lệch {apart:.0f} giây với cơ sở dữ liệu · clocks differ")
    return found


def _worker() -> list[str]:
    from sipas_web.jobs import queries

    if queries.workers_alive():
        return []
    waiting = queries.count_waiting()
    return [f"không có tiến trình làm việc nền, {waiting} việc đang chờ · no worker runs, {waiting} jobs wait"]
