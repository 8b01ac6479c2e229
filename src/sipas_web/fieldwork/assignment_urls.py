"""Addresses of assignments."""

from __future__ import annotations

from django.urls import path

from sipas_web.fieldwork.views import assignment_files as files
from sipas_web.fieldwork.views import assignment_plans as plans
from sipas_web.fieldwork.views import assignments

urlpatterns = [
    path("giao-phieu/", assignments.assignment_home, name="assignment_home"),
    path("giao-phieu/tep/<int:import_id>/", files.assignment_import_detail, name="assignment_import_detail"),
    path(
        "giao-phieu/tep/<int:import_id>/dong/<str:form>/", files.assignment_notes_export,
        name="assignment_notes_export",
    ),
    path("<int:round_id>/giao-phieu/", assignments.assignment_overview, name="assignment_overview"),
    path("<int:round_id>/giao-phieu/tep/", files.assignment_import, name="assignment_import"),
    path("<int:round_id>/giao-phieu/xuat/<str:form>/", assignments.assignment_export, name="assignment_export"),
    path("<int:round_id>/giao-phieu/dia-ban/", plans.served_areas, name="served_areas"),
    path("<int:round_id>/giao-phieu/de-xuat/", plans.plan_suggest, name="plan_suggest"),
    path("<int:round_id>/giao-phieu/phuong-an/<int:plan_id>/", plans.plan_detail, name="plan_detail"),
    path("<int:round_id>/giao-phieu/phuong-an/<int:plan_id>/chap-nhan/", plans.plan_accept, name="plan_accept"),
    path("<int:round_id>/giao-phieu/phuong-an/<int:plan_id>/bo/", plans.plan_discard, name="plan_discard"),
    path("<int:round_id>/giao-phieu/phieu/<str:case_id>/", assignments.assignment_case, name="assignment_case"),
    path("<int:round_id>/giao-phieu/<int:office_id>/", assignments.assignment_office, name="assignment_office"),
    path("<int:round_id>/giao-phieu/<int:office_id>/phieu/", assignments.assignment_cases, name="assignment_cases"),
    path(
        "<int:round_id>/giao-phieu/<int:office_id>/ban-giao/<int:person_id>/", assignments.assignment_hand_over,
        name="assignment_hand_over",
    ),
    path("<int:round_id>/giao-phieu/<int:office_id>/phieu-di-duong/", files.route_sheets, name="route_sheets"),
    path("<int:round_id>/giao-phieu/<int:office_id>/so-giao-nhan/", files.hand_out_register, name="hand_out_register"),
]  # fmt: skip
