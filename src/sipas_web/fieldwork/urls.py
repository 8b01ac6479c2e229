"""Addresses of field work."""

from __future__ import annotations

from django.urls import path

from sipas_web.fieldwork import assignment_urls, carrying_urls
from sipas_web.fieldwork.views import figures

urlpatterns = [
    path("<int:round_id>/phat-phieu/", figures.case_issue, name="case_issue"),
    path("<int:round_id>/tien-do/", figures.round_progress, name="round_progress"),
    path("<int:round_id>/tien-do/xuat/<str:form>/", figures.progress_export, name="progress_export"),
    path("<int:round_id>/phieu/", figures.case_list, name="case_list"),
    path("<int:round_id>/phieu/xuat/<str:form>/", figures.case_export, name="case_export"),
    path("<int:round_id>/phieu/<str:case_id>/", figures.case_detail, name="case_detail"),
    path("<int:round_id>/nhap/", figures.visit_import, name="visit_import"),
    path("nhap/<int:import_id>/", figures.visit_import_detail, name="visit_import_detail"),
    path("nhap/<int:import_id>/dong/<str:form>/", figures.visit_notes_export, name="visit_notes_export"),
    *assignment_urls.urlpatterns,
    *carrying_urls.urlpatterns,
]
