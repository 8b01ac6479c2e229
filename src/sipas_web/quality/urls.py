"""Addresses of quality checks."""

from __future__ import annotations

from django.urls import path

from sipas_web.quality.views import checks

urlpatterns = [
    path("<int:round_id>/", checks.quality_home, name="quality_home"),
    path("<int:round_id>/kiem-tra/", checks.quality_check, name="quality_check"),
    path("<int:round_id>/dong/", checks.quality_close, name="quality_close"),
    path("<int:round_id>/mo-lai/", checks.quality_reopen, name="quality_reopen"),
    path("<int:round_id>/phieu/", checks.quality_forms, name="quality_forms"),
    path("<int:round_id>/phieu/<str:case_id>/", checks.quality_form, name="quality_form"),
    path("<int:round_id>/dieu-tra-vien/<int:suspect_id>/", checks.quality_interviewer, name="quality_interviewer"),
]
