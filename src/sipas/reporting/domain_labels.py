"""Vietnamese names of the kinds of domains and of their values: the one source, light to import."""

from __future__ import annotations

from collections.abc import Mapping

KIND_LABELS: Mapping[str, str] = {
    "agency": "cơ quan",
    "department": "sở, ban, ngành",
    "agency_level": "cấp của cơ quan",
    "agency_kind": "nhóm cơ quan",
    "province": "tỉnh, thành phố",
    "district": "đơn vị cấp huyện",
    "commune": "đơn vị cấp xã",
    "commune_kind": "loại đơn vị cấp xã",
    "kind": "nhóm đơn vị",
    "field": "lĩnh vực",
    "procedure": "thủ tục hành chính",
    "region": "vùng",
    "class": "loại đơn vị hành chính",
    "unit_class": "loại đơn vị hành chính",
    "respondent_kind": "đối tượng trả lời",
    "finished_month": "tháng trả kết quả",
    "mode": "hình thức trả lời",
}
DOMAIN_LABELS: Mapping[tuple[str, str], str] = {
    ("agency_level", "central"): "Cơ quan trung ương trên địa bàn",
    ("agency_level", "province"): "Cấp tỉnh",
    ("agency_level", "district"): "Cấp huyện",
    ("agency_level", "commune"): "Cấp xã",
    ("respondent_kind", "person"): "Cá nhân",
    ("respondent_kind", "organisation"): "Tổ chức",
    ("mode", "paper"): "Phiếu giấy",
    ("mode", "face_to_face"): "Phỏng vấn trực tiếp",
    ("mode", "mail"): "Gửi qua bưu điện",
    ("mode", "phone"): "Phỏng vấn qua điện thoại",
    ("mode", "web"): "Trực tuyến",
}


def shipped_label(kind: str, domain: str) -> str:
    """Name a value that divides a population.

    Parameters
    ----------
    kind, domain : str
        As in the index.

    Returns
    -------
    str
        Vietnamese name; the value itself where none is shipped.
    """
    return DOMAIN_LABELS.get((kind, domain), domain)
