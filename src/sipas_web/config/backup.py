"""Backing up an installation while it runs, and bringing one back.

A backup shows one moment: every round's folder is held while the database's view is taken, so no step of the library
is half-way in either; then each folder is let go once it is copied. Work that was running goes on after a restore, as
after a crash. Files without a row may come along; a row without its file does not.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from sipas.errors import SipasError
from sipas.rounds.folder import Folder
from sipas_web.config import snapshot
from sipas_web.config.archive import FOLDERS, Reader, RefusedError, Writer
from sipas_web.config.complaints import NOT_MADE
from sipas_web.config.environment import SettingError

LOOK_EVERY = 0.1  # s


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made or brought back."""

    rows: int
    files: int
    sha256: str  # of the manifest
    aside: str  # what stood here before


def places() -> dict[str, Path]:
    """Say where the folders of the archive lie in this installation."""
    found = (settings.ROUNDS_FOLDER, settings.PUBLICATIONS_FOLDER, settings.MEDIA_ROOT)
    return dict(zip(FOLDERS, map(Path, found), strict=True))


def back_up(path: Path, patience: float) -> Made:
    """Write a backup; waits so many seconds for rounds that are being worked on."""
    from sipas_web.audit.actors import command_line
    from sipas_web.jobs import actions

    if snapshot.unapplied():
        raise SettingError(NOT_MADE)
    if not path.absolute().parent.is_dir():
        raise SettingError(f"{path.parent}: không có thư mục này · no such folder")
    if path.exists():
        raise SettingError(f"{path}: đã có · exists already")
    part = path.with_name(f"{path.name}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            actions.note_backup(by=command_line(), file=path.name)
            writer = Writer(file)
            try:
                made = _write(writer, patience)
            except BaseException:
                writer.abandon()
                raise
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return made


def _write(writer: Writer, patience: float) -> Made:
    from sipas_web.audit import queries

    rounds = _rounds()
    locks = _hold(rounds, patience)
    try:
        with snapshot.one_moment():
            made = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
            for root in rounds:
                writer.folders.append(f"rounds/{root.name}")
                writer.add_folder(root, f"rounds/{root.name}")
                locks.pop(root).close()
            for path in _beside_rounds():
                writer.add_file(path, f"rounds/{path.name}")
            for name in FOLDERS[1:]:
                if places()[name].is_dir():
                    writer.add_folder(places()[name], name)
            for label, model in snapshot.tables().items():
                writer.add_table(label, snapshot.columns(model), snapshot.lines(model))
            head = list(queries.head())
            migrations = snapshot.applied()
    finally:
        for lock in locks.values():
            lock.close()
    facts = {"made": made, "program": version("sipas"), "database": connection.vendor, "audit_head": head}
    sha256 = writer.finish({**facts, "migrations": migrations})
    return Made(sum(t["rows"] for t in writer.tables.values()), len(writer.files), sha256, "")


def _rounds() -> list[Path]:
    root = places()["rounds"]
    return sorted(p for p in root.iterdir() if p.is_dir()) if root.is_dir() else []


def _beside_rounds() -> list[Path]:
    """List the files beside the rounds' folders: the department's key, which outlives them."""
    root = places()["rounds"]
    return sorted(p for p in root.glob("[!.]*") if p.is_file()) if root.is_dir() else []


def _hold(rounds: list[Path], patience: float) -> dict[Path, ExitStack]:
    """Hold every round at once, or none: whoever waits for one must not keep others waiting."""
    until = time.monotonic() + patience
    while True:
        held: dict[Path, ExitStack] = {}
        try:
            for root in rounds:
                held[root] = stack = ExitStack()
                stack.enter_context(Folder(root).locked())
            return held
        except SipasError as error:
            for stack in held.values():
                stack.close()
            if error.code != "round.locked":
                raise SettingError(str(error)) from error
            if time.monotonic() > until:
                busy = f"{error.got}: đang được xử lý, hãy sao lưu lại sau · is being worked on, try again later"
                raise SettingError(busy) from error
            time.sleep(LOOK_EVERY)


def bring_back(path: Path, *, force: bool, bring_up_to_date: Callable[[], None]) -> Made:
    """Restore a backup into an empty installation; with ``force``, what stands there is set aside first."""
    reader = Reader(path)
    _refuse_without_room(reader)
    reader.verify()
    _refuse_newer(reader)
    _refuse_occupied(force)
    stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%d-%H%M%S")
    fresh = Path(settings.FOLDER) / f"restoring-{stamp}"
    fresh.mkdir(mode=0o700)
    try:
        reader.unpack(fresh)
        with _set_aside(stamp) as aside:
            count = _fill(reader)
            for name, place in places().items():
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(fresh / name, place)
            bring_up_to_date()
    finally:
        shutil.rmtree(fresh)
    return Made(count, len(reader.files), reader.sha256, aside)


def _refuse_without_room(reader: Reader) -> None:
    free = shutil.disk_usage(settings.FOLDER).free
    if reader.unpacked > free:
        text = f"cần {reader.unpacked >> 20} MiB, đĩa còn {free >> 20} MiB"
        raise RefusedError(f"{text} · the backup needs more room than the disk has")


def _refuse_newer(reader: Reader) -> None:
    newer = snapshot.unknown([(app, name) for app, name in reader.manifest["migrations"]])
    if newer:
        text = f"bản sao lưu của phiên bản {reader.manifest['program']} mới hơn chương trình này"
        raise RefusedError(f"{text} · the backup was made by a newer version: {newer[0][0]}.{newer[0][1]}")


def _refuse_occupied(force: bool) -> None:
    from sipas_web.jobs import queries

    there = connection.introspection.table_names()
    if "jobs_worker" in there and queries.workers_alive():
        raise RefusedError("máy chủ đang chạy, hãy dừng trước · the server is running, stop it first")
    rows = [t for t in ("accounts_person", "rounds_round") if t in there and _has_rows(t)]
    files = [str(p) for p in places().values() if p.is_dir() and any(p.iterdir())]
    if (rows or files) and not force:
        text = "nơi này đã có dữ liệu; --force cất dữ liệu cũ sang một bên"
        raise RefusedError(f"{text} · there are data here; --force sets them aside: {', '.join(rows + files)}")


def _has_rows(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(table)} LIMIT 1")
        return cursor.fetchone() is not None


def _fill(reader: Reader) -> int:
    """Make the tables as the archive had them and fill them, all or nothing."""
    models = snapshot.tables(snapshot.bring_to([(app, name) for app, name in reader.manifest["migrations"]]))
    if strange := models.keys() ^ reader.tables.keys():
        raise RefusedError(f"{sorted(strange)}: bảng lạ · strange tables")
    for label, told in reader.tables.items():
        if sorted(told["columns"]) != sorted(snapshot.columns(models[label])):
            raise RefusedError(f"{label}: cột lạ · strange columns")
    with transaction.atomic():
        snapshot.clear(list(models.values()))
        count = 0
        for label, told in reader.tables.items():
            with reader.rows(label) as rows:
                count += snapshot.load(models[label], told["columns"], rows)
        snapshot.go_on_counting(list(models.values()))
        connection.check_constraints()
    return count


@contextmanager
def _set_aside(stamp: str) -> Iterator[str]:
    """Move database and folders aside under names with the moment; put them back where the restore fails."""
    cleared: list[tuple[Path, Path | None]] = []
    undo_database, names = _database_aside(stamp)
    try:
        for place in places().values():
            cleared.append((place, _cleared(place, stamp)))
        yield ", ".join([*names, *(str(kept) for _, kept in cleared if kept)])
    except BaseException:
        undo_database()
        for place, kept in cleared:  # a place that could not be moved is not among them
            shutil.rmtree(place, ignore_errors=True)
            if kept:
                kept.rename(place)
        raise


def _cleared(place: Path, stamp: str) -> Path | None:
    """Make room where a folder will stand; gives the name under which its content is kept, where it had some."""
    if place.is_dir() and any(place.iterdir()):
        return place.rename(place.with_name(f"{place.name}.before-{stamp}"))
    if place.is_dir():
        place.rmdir()
    return None


def _database_aside(stamp: str) -> tuple[Callable[[], None], list[str]]:
    if not connection.introspection.table_names():
        return (lambda: None), []
    return _schema_aside(stamp) if connection.vendor == "postgresql" else _file_aside(stamp)


def _schema_aside(stamp: str) -> tuple[Callable[[], None], list[str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        row = cursor.fetchone()
    schema, kept = str(row[0] if row else "public"), f"before_{stamp.replace('-', '_')}"

    def rename(*statements: str) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        connection.close()

    rename(f'ALTER SCHEMA "{schema}" RENAME TO "{kept}"', f'CREATE SCHEMA "{schema}"')
    undo = (f'DROP SCHEMA "{schema}" CASCADE', f'ALTER SCHEMA "{kept}" RENAME TO "{schema}"')
    return (lambda: rename(*undo)), [f"schema {kept}"]


def _file_aside(stamp: str) -> tuple[Callable[[], None], list[str]]:
    path = Path(connection.settings_dict["NAME"])
    connection.close()  # the last to close empties the write-ahead log into the file
    kept = path.with_name(f"{path.name}.before-{stamp}")
    ends = [end for end in ("", "-wal", "-shm") if Path(f"{path}{end}").exists()]
    for end in ends:
        Path(f"{path}{end}").rename(f"{kept}{end}")

    def undo() -> None:
        connection.close()
        for end in ("", "-wal", "-shm"):
            Path(f"{path}{end}").unlink(missing_ok=True)
        for end in ends:
            Path(f"{kept}{end}").rename(f"{path}{end}")

    return undo, [str(kept)]
