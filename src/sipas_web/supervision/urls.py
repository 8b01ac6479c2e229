"""Addresses of supervision."""

from __future__ import annotations

from django.urls import path

from sipas_web.supervision.views import cases, home, remedies, samples

urlpatterns = [
    path("", home.home, name="supervision_home"),
    path("dot/<int:round_id>/", home.round_page, name="supervision_round"),
    path("dot/<int:round_id>/mau-moi/", samples.check_open, name="check_open"),
    path("dot/<int:round_id>/yeu-cau/", home.order_give, name="supervision_order_give"),
    path("dot/<int:round_id>/xu-ly/", remedies.remedies, name="remedies"),
    path("mau/<int:sample_id>/", samples.check_sample, name="check_sample"),
    path("mau/<int:sample_id>/boc/", samples.check_draw, name="check_draw"),
    path("mau/<int:sample_id>/huy/", samples.check_abandon, name="check_abandon"),
    path("mau/<int:sample_id>/ket-thuc/", samples.check_close, name="check_close"),
    path("mau/<int:sample_id>/cong-bo/", samples.check_release, name="check_release"),
    path("mau/<int:sample_id>/kiem-chung/", samples.check_verify, name="check_verify"),
    path("mau/<int:sample_id>/chung-nhan/<str:form>/", samples.check_certificate, name="check_certificate"),
    path("mau/<int:sample_id>/tep/<str:table>/", samples.check_file, name="check_file"),
    path("mau/<int:sample_id>/bien-ban/<str:form>/", samples.check_minutes, name="check_minutes"),
    path("mau/<int:sample_id>/phieu/", cases.check_cases, name="check_cases"),
    path("mau/<int:sample_id>/danh-sach/", cases.check_list, name="check_list"),
    path("phieu/<int:check_id>/", cases.check_case, name="check_case"),
    path("phieu/<int:check_id>/lien-he/", cases.check_contact, name="check_contact"),
    path("phieu/<int:check_id>/mo-lai/", cases.check_reopen, name="check_reopen"),
    path("buoc/<int:remedy_id>/lam/", remedies.remedy_carry_out, name="remedy_carry_out"),
    path("buoc/<int:remedy_id>/khong-lam/", remedies.remedy_decline, name="remedy_decline"),
    path("yeu-cau/<int:order_id>/", home.order, name="supervision_order"),
    path("yeu-cau/<int:order_id>/rut/", home.order_withdraw, name="supervision_order_withdraw"),
    path("yeu-cau/<int:order_id>/bao-cao/", home.order_report, name="supervision_order_report"),
]
