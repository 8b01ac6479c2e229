"""Addresses of people and roles."""

from django.urls import path

from sipas_web.accounts import views

urlpatterns = [
    path("", views.home, name="home"),
    path("ho-so/", views.profile, name="profile"),
    path("ho-so/uy-quyen/", views.delegate, name="delegate"),
    path("nguoi-dung/", views.people, name="person_list"),
    path("nguoi-dung/moi/", views.invite, name="invite"),
    path("nguoi-dung/<int:person_id>/", views.person, name="person_detail"),
    path("nguoi-dung/<int:person_id>/vai-tro/", views.appoint, name="appoint"),
    path("nguoi-dung/<int:person_id>/khoa/", views.suspend, name="person_suspend"),
    path("nguoi-dung/<int:person_id>/mo-khoa/", views.restore, name="person_restore"),
    path("vai-tro-duoc-giao/<int:assignment_id>/ket-thuc/", views.end, name="assignment_end"),
    path("loi-moi/<int:invitation_id>/thu-hoi/", views.withdraw, name="invitation_withdraw"),
    path("loi-moi/<str:secret>/", views.accept, name="invitation_accept"),
    path("vai-tro/", views.roles, name="role_list"),
    path("vai-tro/<slug:code>/sao/", views.copy_role, name="role_copy"),
    path("vai-tro/<slug:code>/quyen/", views.change_role, name="role_change"),
]
