"""Addresses of keying."""

from __future__ import annotations

from django.urls import path

from sipas_web.capture.views import keying, keying_rates, reconciling

urlpatterns = [
    path("", keying.home, name="keying_home"),
    path("<int:round_id>/", keying.desk, name="keying_desk"),
    path("phieu/<int:keying_id>/", keying.form, name="keying_form"),
    path("phieu/<int:keying_id>/tra-lai/", keying.put_back, name="keying_put_back"),
    path("<int:round_id>/cua-toi/", keying_rates.own, name="keying_own"),
    path("<int:round_id>/tien-do/", keying_rates.progress, name="keying_progress"),
    path("<int:round_id>/tien-do/<str:form>/", keying_rates.export, name="keying_export"),
    path("<int:round_id>/doi-chieu/", reconciling.waiting, name="keying_reconcile_list"),
    path("doi-chieu/<int:keyed_form_id>/", reconciling.reconcile, name="keying_reconcile"),
]
