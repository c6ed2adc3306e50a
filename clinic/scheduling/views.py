"""Pages of the diary."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from clinic.staff.guards import page
from clinic.staff.roles import Permission


@page(Permission.DIARY_VIEW)
def diary(request: HttpRequest) -> HttpResponse:
    return render(request, "scheduling/diary.html")
