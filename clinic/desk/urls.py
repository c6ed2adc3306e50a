"""Pages of the desk."""

from django.urls import path

from clinic.desk import views

urlpatterns = [
    path("", views.home, name="home"),
    path("branch/", views.choose_branch, name="choose-branch"),
]
