"""What a unit can be."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What a unit is. The first four come from the register and are not changed by hand."""

    COUNTRY = "country", _("country")
    PROVINCE = "province", _("province")
    DISTRICT = "district", _("district")
    COMMUNE = "commune", _("commune")
    AGENCY = "agency", _("agency")  # cơ quan giải quyết thủ tục hành chính
    ONE_STOP = "one_stop", _("one-stop desk")  # Bộ phận Một cửa, Trung tâm Phục vụ hành chính công
    POST_OFFICE = "post_office", _("post office")  # Bưu điện
    SUPERVISOR = "supervisor", _("supervising organisation")  # Mặt trận Tổ quốc, Hội Cựu chiến binh


REGISTERED = (Kind.COUNTRY, Kind.PROVINCE, Kind.DISTRICT, Kind.COMMUNE)
OWN = (Kind.AGENCY, Kind.ONE_STOP, Kind.POST_OFFICE, Kind.SUPERVISOR)
