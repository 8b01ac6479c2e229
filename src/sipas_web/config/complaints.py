"""What stops a command, in the words of the operator's terminal: Vietnamese, then English."""

from __future__ import annotations

import errno

NOT_MADE = (
    "Cơ sở dữ liệu chưa được tạo hoặc chưa cập nhật: hãy chạy sipas-web migrate trước · run sipas-web migrate first"
)
FULL = "đĩa đã đầy, hãy giải phóng chỗ trống rồi chạy lại · the disk is full"
REASONS = {
    errno.ENOENT: "không có tệp hoặc thư mục này · no such file or folder",
    errno.EEXIST: "đã có · exists already",
    errno.EACCES: "không có quyền đọc hoặc ghi · permission denied",
    errno.EPERM: "không có quyền đọc hoặc ghi · permission denied",
    errno.EROFS: "ổ đĩa chỉ đọc · read-only disk",
    errno.EISDIR: "là thư mục, không phải tệp · is a folder",
    errno.ENOTDIR: "có phần không phải thư mục · not a folder",
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
}


def told(error: Exception) -> str:
    """Say what went wrong and what to do."""
    from django.db.utils import DatabaseError

    if isinstance(error, OSError) and error.errno in REASONS:
        named = f"{error.filename}: " if error.filename else ""
        return named + REASONS[error.errno]
    if isinstance(error, DatabaseError):
        return _of_database(error)
    return str(error)


def _of_database(error: Exception) -> str:
    text = str(error).strip()
    if "no such table" in text or type(error.__cause__).__name__ in {"UndefinedTable", "UndefinedColumn"}:
        return NOT_MADE
    if "disk is full" in text or "No space left" in text:
        return FULL
    if "connection" in text or "unable to open" in text:
        asked = "Không mở được cơ sở dữ liệu ở DATABASE_URL; hãy kiểm tra địa chỉ, tài khoản và máy chủ cơ sở dữ liệu"
        return f"{asked} · cannot open the database\n  {text}"
    return f"Cơ sở dữ liệu báo lỗi · the database says: {text}"
