"""Pages of the desk."""

from django.urls import path

from clinic.desk import glass_views, history_views, offline_views, seal_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("today/<slug:name>/", views.live, name="home-live"),
    path("calls/<uuid:appointment_id>/", views.confirm_call, name="confirm-call"),
    path("diary/marks/", views.diary_marks, name="diary-marks"),
    path("chair/", offline_views.chair_day, name="chair-day"),
    path("offline-pack/", offline_views.offline_pack, name="offline-pack"),
    path("offline-worker.js", offline_views.offline_worker, name="offline-worker"),
    path("settings/", views.settings_page, name="settings"),
    path("branch/", views.choose_branch, name="choose-branch"),
    path("patients/<uuid:patient_id>/history/", history_views.patient_history, name="patient-history"),
    path("history/", history_views.search, name="history"),
    path("history/history.xlsx", history_views.search_xlsx, name="history-xlsx"),
    path("history/glass/", glass_views.broken_glass, name="broken-glass"),
    path("history/seal/", seal_views.seal, name="history-seal"),
    path("history/seal/acknowledge/", seal_views.seal_acknowledge, name="history-seal-acknowledge"),
    path("history/<str:table>/<uuid:key>/", history_views.record, name="record-history"),
]
