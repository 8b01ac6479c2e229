"""Addresses of field work."""

from __future__ import annotations

from django.urls import path

from sipas_web.fieldwork import views

urlpatterns = [
    path("<int:round_id>/phat-phieu/", views.case_issue, name="case_issue"),
    path("<int:round_id>/tien-do/", views.round_progress, name="round_progress"),
    path("<int:round_id>/tien-do/xuat/<str:form>/", views.progress_export, name="progress_export"),
    path("<int:round_id>/phieu/", views.case_list, name="case_list"),
    path("<int:round_id>/phieu/xuat/<str:form>/", views.case_export, name="case_export"),
    path("<int:round_id>/phieu/<str:case_id>/", views.case_detail, name="case_detail"),
    path("<int:round_id>/nhap/", views.visit_import, name="visit_import"),
    path("nhap/<int:import_id>/", views.visit_import_detail, name="visit_import_detail"),
    path("nhap/<int:import_id>/dong/<str:form>/", views.visit_notes_export, name="visit_notes_export"),
]
