"""Addresses of directives."""

from __future__ import annotations

from django.urls import URLPattern, path

from sipas_web.improvement.views.directives import correcting, listing, taking

ONE = "<int:directive_id>/"
urlpatterns: list[URLPattern] = [
    path("", listing.listing, name="directive_list"),
    path("tai/<str:form>/", listing.export, name="directive_export"),
    path("con-thieu/", listing.missing, name="directive_missing"),
    path("them/", taking.add, name="directive_add"),
    path(ONE, listing.detail, name="directive_detail"),
    path(f"{ONE}cay/", listing.graph, name="directive_cascade"),
    path(f"{ONE}doc/", taking.reading, name="directive_reading"),
    path(f"{ONE}luu/", taking.keep, name="directive_keep"),
    path(f"{ONE}trung/", taking.twin, name="directive_twin"),
    path(f"{ONE}bo/", taking.drop, name="directive_drop"),
    path(f"{ONE}thu-hoi/", taking.withdraw, name="directive_withdraw"),
    path(f"{ONE}giao/", taking.give, name="directive_give"),
    path(f"{ONE}noi-nhan/<int:addressee_id>/tu-lam/", taking.itself, name="directive_itself"),
    path(f"{ONE}sua/dau/", correcting.head, name="directive_head"),
    path(f"{ONE}sua/can-cu/", correcting.citations, name="directive_citations"),
    path(f"{ONE}sua/noi-nhan/", correcting.addressees, name="directive_addressees"),
    path(f"{ONE}sua/noi-nhan/<int:addressee_id>/", correcting.group, name="directive_group"),
    path(f"{ONE}sua/nhiem-vu/", correcting.orders, name="directive_orders"),
    path(f"{ONE}sua/nhiem-vu/<int:provision_id>/", correcting.order, name="directive_order"),
    path(f"{ONE}sua/chi-tieu/", correcting.targets, name="directive_targets"),
]
