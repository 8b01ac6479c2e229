"""The file of a backup: a ZIP with the database, the folders and a manifest of SHA-256; judged before it is trusted."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import IO, Any

import msgspec

from sipas.tables.typed import convert
from sipas_web.config.environment import SettingError

FORMAT = 1
MANIFEST = "manifest.json"
ROWS = "database/{}.jsonl"
CHUNK = 1 << 20  # bytes
MOST_MANIFEST = 1 << 30  # bytes: read as a whole
FOLDERS = ("rounds", "publications", "uploads")  # below the folder of the installation, whatever they are called there
LEFT_OUT = {".lock"}


class RefusedError(SettingError):
    """An archive that cannot be restored, or something that cannot be put into one."""


class _Table(msgspec.Struct):
    columns: list[str]
    rows: int
    sha256: str


class _File(msgspec.Struct):
    size: int
    sha256: str
    mode: int


class _Manifest(msgspec.Struct):
    format: int
    made: str
    program: str
    migrations: list[tuple[str, str]]
    tables: dict[str, _Table]
    files: dict[str, _File]
    folders: list[str]


class Writer:
    """Puts members into an archive and notes their hashes."""

    def __init__(self, file: IO[bytes]) -> None:
        self.zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, allowZip64=True, compresslevel=1)
        self.files: dict[str, dict[str, Any]] = {}
        self.folders: list[str] = []
        self.tables: dict[str, dict[str, Any]] = {}

    def add_table(self, label: str, columns: list[str], lines: Iterable[bytes]) -> None:
        """Add a table's rows."""
        digest, count = hashlib.sha256(), 0
        with self.zip.open(ROWS.format(label), "w", force_zip64=True) as out:
            for line in lines:
                digest.update(line)
                out.write(line)
                count += 1
        self.tables[label] = {"columns": columns, "rows": count, "sha256": digest.hexdigest()}

    def add_folder(self, root: Path, name: str) -> None:
        """Add a folder with everything in it; a file that changes meanwhile is refused."""
        for path in sorted(root.rglob("*")):
            inside = f"{name}/{path.relative_to(root).as_posix()}"
            if path.is_symlink():
                raise RefusedError(
                    f"{path}: liên kết tượng trưng không được sao lưu · symbolic links are not backed up"
                )
            if path.is_dir():
                self.folders.append(inside)
            elif path.is_file() and path.name not in LEFT_OUT:
                self.add_file(path, inside)

    def abandon(self) -> None:
        """Write nothing more: the file is thrown away, and closing it would write to a full disk."""
        self.zip.fp = None

    def finish(self, facts: Mapping[str, Any]) -> str:
        """Write the manifest and close; gives its SHA-256."""
        told = {"format": FORMAT, **facts, "tables": self.tables, "files": self.files, "folders": self.folders}
        text = json.dumps(told, ensure_ascii=False, sort_keys=True, indent=1).encode()
        self.zip.writestr(MANIFEST, text)
        self.zip.close()
        return hashlib.sha256(text).hexdigest()

    def add_file(self, path: Path, inside: str) -> None:
        """Add a file; one that changes meanwhile is refused."""
        before, digest = path.stat(), hashlib.sha256()
        with path.open("rb") as source, self.zip.open(inside, "w", force_zip64=True) as out:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                out.write(chunk)
        after = path.stat()
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            raise RefusedError(f"{path}: đang được ghi, hãy sao lưu lại · is being written, back up again")
        self.files[inside] = {
            "size": before.st_size, "sha256": digest.hexdigest(), "mode": stat.S_IMODE(before.st_mode),
        }  # fmt: skip


class Reader:
    """An archive; every member's name and hash is checked before anything of it is used."""

    def __init__(self, path: Path) -> None:
        try:
            self.zip = zipfile.ZipFile(path)
            if self.zip.getinfo(MANIFEST).file_size > MOST_MANIFEST:
                raise ValueError(MANIFEST)
            self.text = self.zip.read(MANIFEST)
            self.manifest: dict[str, Any] = json.loads(self.text)
            form = convert(self.manifest, _Manifest).format
        except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, EOFError, RecursionError) as error:
            raise RefusedError(f"{path}: không phải bản sao lưu, hoặc bị hỏng · no backup, or damaged") from error
        if form != FORMAT:
            raise RefusedError(f"{path}: dạng {form} không đọc được · format not known")
        self.tables: dict[str, dict[str, Any]] = self.manifest["tables"]
        self.files: dict[str, dict[str, Any]] = self.manifest["files"]

    @property
    def sha256(self) -> str:
        """Give the hash of the manifest: it stands for everything in the archive."""
        return hashlib.sha256(self.text).hexdigest()

    @property
    def unpacked(self) -> int:
        """Give the bytes that its members say they hold; no more is ever read of any."""
        return sum(member.file_size for member in self.zip.infolist())

    def verify(self) -> None:
        """Refuse an archive with a member too many, too few, changed, or with a path outside."""
        expected = {ROWS.format(label): table["sha256"] for label, table in self.tables.items()}
        expected |= {name: file["sha256"] for name, file in self.files.items()}
        for name in (*self.files, *self.manifest["folders"]):
            _refuse_outside(name)
        there = self.zip.namelist()
        if sorted(there) != sorted([*expected, MANIFEST]):
            strange = sorted(set(there) ^ {*expected, MANIFEST}) or ["×2"]
            raise RefusedError(f"{strange[0]}: thừa hoặc thiếu trong bản sao lưu · too many or missing in the backup")
        for name, sha256 in expected.items():
            if self._hash_of(name) != sha256:
                raise RefusedError(f"{name}: nội dung bị hỏng · content is damaged")

    def unpack(self, root: Path) -> None:
        """Write the folders, as private as they were."""
        for name in FOLDERS:
            (root / name).mkdir(mode=0o700)
        for name in sorted(self.manifest["folders"]):
            (root / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, told in self.files.items():
            path = root / name
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self.zip.open(name) as source, path.open("xb") as out:
                while chunk := source.read(CHUNK):
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
            path.chmod(told["mode"] & 0o777)

    def rows(self, label: str) -> IO[bytes]:
        """Open a table's rows."""
        return self.zip.open(ROWS.format(label))

    def _hash_of(self, name: str) -> str:
        digest = hashlib.sha256()
        try:
            with self.zip.open(name) as source:
                while chunk := source.read(CHUNK):
                    digest.update(chunk)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:
            raise RefusedError(f"{name}: nội dung bị hỏng · content is damaged") from error
        return digest.hexdigest()


def _refuse_outside(name: str) -> None:
    """Refuse a path that would lead out of the folders."""
    path = PurePosixPath(name)
    plain = path.as_posix() == name and "\\" not in name and "\x00" not in name
    if not plain or path.is_absolute() or ".." in path.parts or len(path.parts) < 2 or path.parts[0] not in FOLDERS:
        raise RefusedError(f"{name!r}: đường dẫn ra ngoài thư mục · a path outside the folders")
