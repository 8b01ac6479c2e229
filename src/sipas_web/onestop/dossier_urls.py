"""Addresses of dossiers."""

from __future__ import annotations

from django.urls import URLPattern, path

from sipas_web.onestop.views import dossiers, services, services_import, sources

urlpatterns: list[URLPattern] = [
    path("so-lieu/", dossiers.figures, name="dossier_figures"),
    path("so-lieu.<str:form>", dossiers.figures_file, name="dossier_figures_file"),
    path("danh-sach/", dossiers.listing_page, name="dossier_list"),
    path("danh-sach.<str:form>", dossiers.list_file, name="dossier_list_file"),
    path("<int:dossier_id>/", dossiers.detail, name="dossier_detail"),
    path("quy-tac/", dossiers.rules, name="dossier_rules"),
    path("vao-dot/", dossiers.to_round, name="dossier_to_round"),
    path("nguon/", sources.listing, name="dossier_sources"),
    path("nguon/them/", sources.add, name="dossier_source_add"),
    path("nguon/<int:source_id>/", sources.detail, name="dossier_source"),
    path("nguon/<int:source_id>/sua/", sources.change, name="dossier_source_change"),
    path("nguon/<int:source_id>/ten-co-quan/", sources.names, name="dossier_names"),
    path("tep/<int:file_id>/", sources.file, name="dossier_file"),
    path("tep/<int:file_id>/go/", sources.remove, name="dossier_file_remove"),
    path("tep/<int:file_id>/dong-khong-nhan.xlsx", sources.rejected, name="dossier_rejected"),
    path("dich-vu/", services.listing, name="service_list"),
    path("dich-vu/danh-sach.<str:form>", services.download, name="service_export"),
    path("dich-vu/them/", services.add, name="service_add"),
    path("dich-vu/nhap/", services_import.take, name="service_import"),
    path("dich-vu/<int:service_id>/", services.end, name="service_end"),
]
