"""Addresses of the draw."""

from __future__ import annotations

from django.urls import URLPattern, path

from sipas_web.rounds.views import draw, draw_files, draw_witness

HERE = "<int:round_id>/boc-mau/"

urlpatterns: list[URLPattern] = [
    path("cho-chung-kien/", draw_witness.awaiting, name="draw_awaiting"),
    path(HERE, draw.board, name="round_draw"),
    path(f"{HERE}mo/", draw.open_, name="draw_open"),
    path(f"{HERE}boc-thu/", draw.trial, name="draw_trial"),
    path(f"{HERE}boc/", draw.carry_out, name="draw_carry_out"),
    path(f"{HERE}huy/", draw.abandon, name="draw_abandon"),
    path(f"{HERE}so-cong-khai/", draw.number, name="draw_number"),
    path(f"{HERE}chung-kien/", draw_witness.take_part, name="draw_witness"),
    path(f"{HERE}tu-choi/", draw_witness.refuse, name="draw_refuse"),
    path(f"{HERE}<int:number>/chung-nhan.<str:form>", draw_files.certificate, name="draw_certificate"),
    path(f"{HERE}<int:number>/frame.csv", draw_files.rows, {"file": "frame.csv"}, name="draw_frame"),
    path(f"{HERE}<int:number>/sample.csv", draw_files.rows, {"file": "sample.csv"}, name="draw_sample"),
]
