"""Addresses of visits, the desk, replacements, rules, and of watching over the field."""

from __future__ import annotations

from django.urls import path

from sipas_web.fieldwork.views import case_acts, desk, mine, replacements, watching

urlpatterns = [
    path("cua-toi/", mine.my_cases, name="my_cases"),
    path("cua-toi/<int:round_id>/<str:case_id>/", mine.my_case, name="my_case"),
    path("cua-toi/<int:round_id>/<str:case_id>/hoan-tac/", mine.my_visit_back, name="my_visit_back"),
    path("buu-cuc/", desk.post_home, name="post_home"),
    path("<int:round_id>/ban-nhan/", desk.desk, name="desk"),
    path("<int:round_id>/ban-nhan/<str:case_id>/hoan-tac/", desk.desk_back, name="desk_back"),
    path("<int:round_id>/phieu/<str:case_id>/xu-ly/", case_acts.case_acts, name="case_acts"),
    path("<int:round_id>/thay-the/", replacements.replacement_register, name="replacement_register"),
    path("<int:round_id>/thay-the/cho/", replacements.replacement_ready, name="replacement_ready"),
    path("<int:round_id>/thay-the/xuat/<str:form>/", replacements.replacement_export, name="replacement_export"),
    path("<int:round_id>/quy-tac/", replacements.field_rules, name="field_rules"),
    path("<int:round_id>/don-vi/", watching.holder_progress, name="holder_progress"),
    path("<int:round_id>/don-vi/xuat/<str:form>/", watching.holder_export, name="holder_export"),
    path("<int:round_id>/canh-bao/", watching.field_alerts, name="field_alerts"),
]
