"""Every address of the application."""

from __future__ import annotations

from django.urls import include, path
from django.views.i18n import set_language

from sipas_web.shared.access import public

urlpatterns = [
    path("", include("sipas_web.shared.urls")),
    path("", include("sipas_web.accounts.urls")),
    path("nhat-ky/", include("sipas_web.audit.urls")),
    path("don-vi/", include("sipas_web.units.urls")),
    path("dot/", include("sipas_web.rounds.urls")),
    path("thuc-dia/", include("sipas_web.fieldwork.urls")),
    path("phieu/", include("sipas_web.capture.urls")),
    path("t/", include("sipas_web.capture.self_completion_urls")),
    path("nhap-lieu/", include("sipas_web.capture.keying_urls")),
    path("bao-mat/", include("sipas_web.privacy.urls")),
    path("chat-luong/", include("sipas_web.quality.urls")),
    path("giam-sat/", include("sipas_web.supervision.urls")),
    path("ket-qua/", include("sipas_web.results.urls")),
    path("chi-dao/", include("sipas_web.improvement.directive_urls")),
    path("nhiem-vu/", include("sipas_web.improvement.task_urls")),
    path("chi-tieu/", include("sipas_web.improvement.target_urls")),
    path("cai-thien/", include("sipas_web.improvement.plan_urls")),
    path("bao-cao/", include("sipas_web.improvement.report_urls")),
    path("ho-so/", include("sipas_web.onestop.dossier_urls")),
    path("xin-loi/", include("sipas_web.onestop.apology_urls")),
    path("co-so/", include("sipas_web.onestop.facility_urls")),
    path("phan-anh/", include("sipas_web.feedback.desk_urls")),
    path("gop-y/", include("sipas_web.feedback.public_urls")),
    path("cong-viec/", include("sipas_web.jobs.urls")),
    path("xac-minh/", include("sipas_web.portal.urls")),
    path("ngon-ngu/", public(set_language), name="set_language"),
    path("tai-khoan/", include("allauth.urls")),
]
handler400 = "sipas_web.shared.views.bad_request"
handler403 = "sipas_web.shared.views.forbidden"
handler404 = "sipas_web.shared.views.not_found"
handler500 = "sipas_web.shared.views.failed"
