"""Files that people send: on the disk while they come in, counted and hashed, never more than the setting allows."""

from __future__ import annotations

import hashlib
import io
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    Uploaded = UploadedFile[bytes]
else:
    Uploaded = UploadedFile  # generic in the stubs only

MEBI = 1024 * 1024
LONGEST_NAME = 150  # characters


class Received(Uploaded):
    """A file that came in whole; its place on the disk has no name and goes with the process, whatever happens."""

    def __init__(self, file: IO[bytes], name: str, content_type: str, size: int, sha256: str) -> None:
        super().__init__(file, name, content_type, size)
        self.shown_name = shown_name(name)
        self.sha256 = sha256


class TooLarge(Uploaded):
    """In place of a file that was refused: its size is known, its content is gone."""

    def __init__(self, name: str, size: int) -> None:
        super().__init__(io.BytesIO(), name, "", size)
        self.shown_name = shown_name(name)


class LimitedUpload(FileUploadHandler):
    """Write files to the disk, up to ``UPLOAD_MOST_BYTES`` in one request; what is beyond is read and thrown away.

    Reading on is what lets the answer be a page: a browser that is cut off while it sends shows no answer at all.
    """

    chunk_size = 256 * 1024

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.taken = 0  # bytes of all files of the request

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        super().new_file(*args, **kwargs)
        self.size, self.digest = 0, hashlib.sha256()
        self.file: IO[bytes] | None = tempfile.TemporaryFile(dir=_folder())  # noqa: SIM115  # lives as long as the request

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Take a piece."""
        del start
        self.size += len(raw_data)
        self.taken += len(raw_data)
        if self.taken > settings.UPLOAD_MOST_BYTES:
            self._let_go()
        elif self.file is not None:
            self.file.write(raw_data)
            self.digest.update(raw_data)

    def file_complete(self, file_size: int) -> Uploaded:
        """Give the file."""
        del file_size
        if self.file is None:
            return TooLarge(self.file_name or "", self.size)
        self.file.seek(0)
        return Received(self.file, self.file_name or "", self.content_type or "", self.size, self.digest.hexdigest())

    def upload_interrupted(self) -> None:
        """Forget a file whose sender went away."""
        self._let_go()

    def _let_go(self) -> None:
        if self.file is not None:
            self.file.close()  # it has no name: that removes it
            self.file = None


class ReceivedFileField(forms.FileField):
    """A file, or a sentence that says how large it may be."""

    default_error_messages: ClassVar = {"empty": gettext_lazy("The file is empty. Export the list again.")}

    def to_python(self, data: Any) -> Any:
        """Refuse what was too large."""
        if isinstance(data, TooLarge):
            raise ValidationError(
                _(
                    "%(name)s and the files sent with it are larger than %(most)d MiB. Split the list, or save it as "
                    "CSV or Parquet."
                ),
                params={"name": data.shown_name, "most": settings.UPLOAD_MOST_BYTES // MEBI},
            )
        return super().to_python(data)


class ManyFilesInput(forms.ClearableFileInput):
    """Choose several files at once."""

    allow_multiple_selected = True


class ReceivedFilesField(ReceivedFileField):
    """One or several files, in the order in which they were chosen."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Check each file."""
        files = data if isinstance(data, (list, tuple)) else [data]
        return [super(ReceivedFilesField, self).clean(file, initial) for file in files or [None]]


@contextmanager
def on_disk(chunks: Iterable[bytes], name: str) -> Iterator[Path]:
    """Keep a file that comes in on the disk while it is read; ``name`` is never the client's own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        with path.open("wb") as out:
            out.writelines(chunks)
        yield path


def shown_name(name: str) -> str:
    """Give a file's name as it may be shown: its last part, without what cannot be seen or turns text round."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    seen = "".join(c for c in last if c.isprintable()).strip(". ")
    if len(seen) <= LONGEST_NAME:
        return seen or "?"
    stem, dot, end = seen.rpartition(".")
    end = f"{dot}{end}" if stem and len(end) <= 10 else ""
    return f"{seen[: LONGEST_NAME - len(end) - 1]}…{end}"


def _folder() -> Path:
    folder = Path(settings.INCOMING_FOLDER)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
