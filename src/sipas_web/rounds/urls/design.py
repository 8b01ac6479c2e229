"""Addresses of the design and what it costs."""

from __future__ import annotations

from django.urls import URLPattern, path

from sipas_web.rounds.views import design, design_costs

urlpatterns: list[URLPattern] = [
    path("<int:round_id>/thiet-ke/", design.design, name="round_design"),
    path("<int:round_id>/thiet-ke/so-lieu/", design.figures, name="round_design_figures"),
    path("<int:round_id>/thiet-ke/luu/", design.save, name="round_design_save"),
    path("<int:round_id>/du-toan/", design_costs.costs, name="round_costs"),
    path("<int:round_id>/du-toan/luu/", design_costs.save, name="round_costs_save"),
    path("<int:round_id>/du-toan/xlsx/", design_costs.download, name="round_costs_file"),
]
