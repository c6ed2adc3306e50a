"""Pages of this app."""

from django.urls import path

from clinic.scheduling import setup_views, views

urlpatterns = [
    path("diary/", views.diary, name="diary"),
    path("diary/sheet/", views.day_sheet, name="day-sheet"),
    path("diary/appointments/new/", views.appointment_new, name="appointment-new"),
    path("diary/appointments/<uuid:appointment_id>/", views.appointment, name="appointment"),
    path("diary/appointments/<uuid:appointment_id>/state/", views.appointment_state, name="appointment-state"),
    path("diary/appointments/<uuid:appointment_id>/move/", views.appointment_move, name="appointment-move"),
    path("diary/appointments/<uuid:appointment_id>/details/", views.appointment_details, name="appointment-details"),
    path("patients/<uuid:patient_id>/appointments/", views.patient_appointments, name="patient-appointments"),
    path("diary/shifts/", setup_views.shifts, name="shifts"),
    path("diary/shifts/new/", setup_views.shift_new, name="shift-new"),
    path("diary/shifts/copy/", setup_views.shifts_copy, name="shifts-copy"),
    path("diary/shifts/<uuid:shift_id>/", setup_views.shift, name="shift"),
    path("diary/shifts/<uuid:shift_id>/cancel/", setup_views.shift_cancel, name="shift-cancel"),
    path("settings/chairs/", setup_views.chairs, name="chairs"),
    path("settings/chairs/new/", setup_views.chair_edit, name="chair-new"),
    path("settings/chairs/<uuid:chair_id>/", setup_views.chair_edit, name="chair"),
    path("settings/rooms/new/", setup_views.room_edit, name="room-new"),
    path("settings/rooms/<uuid:room_id>/", setup_views.room_edit, name="room"),
    path("settings/appointment-types/", setup_views.appointment_types, name="appointment-types"),
    path("settings/appointment-types/new/", setup_views.appointment_type, name="appointment-type-new"),
    path("settings/appointment-types/<uuid:type_id>/", setup_views.appointment_type, name="appointment-type"),
]
