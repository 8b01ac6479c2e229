"""Addresses of improvement plans, their measures, procedures and simplifications."""

from __future__ import annotations

from django.urls import URLPattern, path

from sipas_web.improvement.views import measures, plans, procedures

ONE = "<int:improvement_plan_id>/"
MEASURE = f"{ONE}bien-phap/<int:measure_id>/"
PROCEDURE = "thu-tuc/<int:procedure_id>/"

urlpatterns: list[URLPattern] = [
    path("", plans.listing, name="plan_list"),
    path("lap/<int:round_id>/<slug:version>/", plans.draft, name="plan_draft"),
    path(ONE, plans.detail, name="plan_detail"),
    path(f"{ONE}van-ban/<slug:form>/", plans.document, name="plan_document"),
    path(f"{ONE}sua/", plans.change, name="plan_change"),
    path(f"{ONE}noi-dung/them/", plans.add_item, name="plan_item_add"),
    path(f"{ONE}noi-dung/<int:plan_item_id>/bo/", plans.remove_item, name="plan_item_remove"),
    path(f"{ONE}trinh/", plans.ask, name="plan_ask"),
    path(f"{ONE}phe-duyet/", plans.approve, name="plan_approve"),
    path(f"{ONE}tra-lai/", plans.send_back, name="plan_send_back"),
    path(f"{ONE}ket-thuc/", plans.close, name="plan_close"),
    path(f"{ONE}huy/", plans.give_up, name="plan_give_up"),
    path(f"{ONE}bien-phap/them/", measures.add, name="measure_add"),
    path(MEASURE, measures.change, name="measure_change"),
    path(f"{MEASURE}bo/", measures.remove, name="measure_remove"),
    path(f"{MEASURE}ngung/", measures.drop, name="measure_drop"),
    path("thu-tuc/", procedures.listing, name="procedure_list"),
    path("thu-tuc/them/", procedures.add, name="procedure_add"),
    path("thu-tuc/nhap/", procedures.take_list, name="procedure_import"),
    path("thu-tuc/xuat/<slug:form>/", procedures.download, name="procedure_export"),
    path(PROCEDURE, procedures.detail, name="procedure_detail"),
    path(f"{PROCEDURE}sua/", procedures.change, name="procedure_change"),
    path(f"{PROCEDURE}phien-ban/", procedures.add_version, name="procedure_version_add"),
    path(f"{PROCEDURE}don-gian-hoa/", procedures.simplify, name="procedure_simplify"),
    path("don-gian-hoa/", procedures.simplifications, name="simplification_list"),
    path("don-gian-hoa/xuat/<slug:form>/", procedures.simplifications_file, name="simplification_export"),
]
