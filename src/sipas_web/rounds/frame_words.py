"""What the columns of lists are called: to readers on screen, and in workbooks that are handed in again."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

# Targets of the library in the order in which they are offered; the name stays the library's.
TARGETS: dict[str, StrOrPromise] = {
    "name": _("Full name of the person or organisation"),
    "agency": _("Agency that handled it"),
    "finished_on": _("Day the result was handed over"),
    "birth": _("Day or year of birth"),
    "village": _("Village or residential group"),
    "commune": _("Commune or ward"),
    "district": _("District (until 30/6/2025)"),
    "phone": _("Telephone"),
    "address": _("Address"),
    "email": _("E-mail address"),
    "dossier_number": _("Dossier number"),
    "field": _("Field of procedures"),
    "procedure": _("Administrative procedure"),
    "status": _("Status of the dossier"),
    "respondent_kind": _("Person or organisation"),
    "agency_level": _("Level of the agency"),
    "received_on": _("Day of receipt"),
    "due_on": _("Day the result was due"),
    "identity_number": _("Identity number"),
    "gender": _("Sex"),
}
# Heads that the library recognises by themselves. Vietnamese: they are data of a list, whatever the reader speaks.
HEADS: dict[str, str] = {
    "name": "Họ và tên",
    "agency": "Cơ quan giải quyết",
    "finished_on": "Ngày trả kết quả",
    "birth": "Ngày sinh",
    "village": "Thôn, tổ dân phố",
    "commune": "Xã/phường",
    "district": "Huyện",
    "phone": "Số điện thoại",
    "address": "Địa chỉ",
    "email": "Thư điện tử",
    "dossier_number": "Mã hồ sơ",
    "field": "Lĩnh vực",
    "procedure": "Tên thủ tục",
    "status": "Trạng thái",
    "respondent_kind": "Đối tượng",
    "agency_level": "Cấp giải quyết",
    "received_on": "Ngày tiếp nhận",
    "due_on": "Ngày hẹn trả",
    "identity_number": "Số định danh cá nhân",
    "gender": "Giới tính",
}
SOURCE_HEADS = ("Lý do không nhận", "Tên danh sách gốc", "Trang tính gốc", "Dòng gốc")
CONSTANTS = {"transactions": ("agency", "field"), "residents": ("commune", "village")}
ENCODINGS: dict[str, StrOrPromise] = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1258": "Windows-1258",
    "cp1252": _("eight-bit (TCVN3, VNI or Western)"),
    "tcvn3": "TCVN3 (.VnTime)",
    "vni": "VNI",
    "uncertain": _("unclear, kept as it is"),
}
BY: dict[str, StrOrPromise] = {
    "agency": _("By agency"),
    "field": _("By field of procedures"),
    "finished_month": _("By month"),
    "commune": _("By commune"),
    "age_band": _("By age"),
}
