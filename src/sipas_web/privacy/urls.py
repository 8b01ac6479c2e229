"""Addresses of identities."""

from __future__ import annotations

from django.urls import path

from sipas_web.privacy.views import breaches, duties, requests

ONE = "yeu-cau/<int:request_id>/"
urlpatterns = [
    path("", duties.home, name="privacy_home"),
    path("dot/<int:round_id>/", duties.join_drop, name="join_drop"),
    path("khoa/", duties.contact_keys, name="contact_keys"),
    path("luu-giu/", duties.retention_list, name="retention_list"),
    path("yeu-cau/", requests.listing, name="request_list"),
    path("yeu-cau/them/", requests.add, name="request_add"),
    path(ONE, requests.detail, name="request_detail"),
    path(f"{ONE}nguoi-yeu-cau/", requests.asker, name="request_asker"),
    path(f"{ONE}tim/", requests.find, name="request_find"),
    path(f"{ONE}gan/", requests.attach, name="request_attach"),
    path(f"{ONE}xem/", requests.see, name="request_see"),
    path(f"{ONE}sua/", requests.correct, name="request_correct"),
    path(f"{ONE}gia-han/", requests.extend, name="request_extend"),
    path(f"{ONE}thuc-hien/", requests.carry_out, name="request_carry_out"),
    path(f"{ONE}khong-thuc-hien/", requests.refuse, name="request_refuse"),
    path(f"{ONE}tra-loi/", requests.letter, name="request_letter"),
    path("vi-pham/", breaches.listing, name="breach_list"),
    path("vi-pham/them/", breaches.add, name="breach_add"),
    path("vi-pham/<int:breach_id>/", breaches.detail, name="breach_detail"),
    path("vi-pham/<int:breach_id>/dong/", breaches.close, name="breach_close"),
    path("vi-pham/<int:breach_id>/thong-bao/", breaches.letter, name="breach_letter"),
]
