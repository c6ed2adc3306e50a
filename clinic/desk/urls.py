"""Pages of the desk."""

from django.urls import path

from clinic.desk import views

urlpatterns = [
    path("", views.home, name="home"),
    path("today/<slug:name>/", views.live, name="home-live"),
    path("calls/<uuid:appointment_id>/", views.confirm_call, name="confirm-call"),
    path("diary/marks/", views.diary_marks, name="diary-marks"),
    path("settings/", views.settings_page, name="settings"),
    path("branch/", views.choose_branch, name="choose-branch"),
]
