"""Addresses of the lists and their import."""

from __future__ import annotations

from django.urls import URLPattern, path

from sipas_web.rounds.views import frame, frame_list, frame_rejected

urlpatterns: list[URLPattern] = [
    path("<int:round_id>/danh-sach/", frame.frame, name="round_frame"),
    path("<int:round_id>/danh-sach/tai-len/", frame.upload, name="round_frame_upload"),
    path("<int:round_id>/danh-sach/doi-chieu/", frame.totals, name="round_frame_totals"),
    path("<int:round_id>/danh-sach/nhap/", frame.start, name="round_frame_import"),
    path("<int:round_id>/danh-sach/ket-qua/", frame.report, name="round_frame_report"),
    path("<int:round_id>/danh-sach/dong-bi-loai/", frame_rejected.rejected, name="round_frame_rejected"),
    path("<int:round_id>/danh-sach/dong-bi-loai.xlsx", frame_rejected.rejected_xlsx, name="round_frame_rejected_xlsx"),
    path("danh-sach/<int:list_id>/", frame_list.columns, name="round_frame_list"),
    path("danh-sach/<int:list_id>/go/", frame_list.remove, name="round_frame_remove"),
]
