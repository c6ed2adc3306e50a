"""Pages of this app."""

from django.urls import path

from clinic.scheduling import views

urlpatterns = [
    path("diary/", views.diary, name="diary"),
]
