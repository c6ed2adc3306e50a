"""Who must hear of it when history is not watched or not whole."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from clinic.history.context import Context, acting
from clinic.history.verification import alarms
from clinic.staff import queries as staff
from clinic.staff.models import User
from clinic.staff.roles import Role

TOLD = (Role.LAWYER, Role.MANAGER, Role.SYSTEM_ADMINISTRATOR)
WATCH = Context(actor="system:history_watch", actor_name="system:history_watch", actor_role="system", purpose="operation")


@app.periodic(cron="*/10 * * * *", periodic_id="history_watch")
@app.task(name="history_watch", queueing_lock="history_watch")
def history_watch(timestamp: int) -> int:
    """Tell lawyers, managers and system administrators by e-mail what is new; returns how many alarms. A letter that fails is tried again."""
    with acting(WATCH), transaction.atomic():
        news = [alarm for alarm in alarms.standing(timezone.now()) if alarms.is_news(alarm)]
        for user in staff.people_with_role(*TOLD).exclude(email="") if news else ():
            _letter(user, news).send()
    return len(news)


def _letter(user: User, news: list[Any]) -> EmailMessage:
    with translation.override(user.language):
        words = "\n".join(f"- {alarm}" for alarm in news)
        where = _("What to do is written in docs/history.md of the program; the state of history stands here: %(url)s") % {"url": _address()}
        return EmailMessage(subject=_("The clinic's history needs you"), body=f"{words}\n\n{where}\n", to=[user.email])


def _address() -> str:
    """The page, on the first host that the clinic answers to."""
    hosts = [host.lstrip(".") for host in settings.ALLOWED_HOSTS if host not in ("*", "localhost", "127.0.0.1", "[::1]")]
    return f"https://{hosts[0]}/history/seal/" if hosts else "/history/seal/"
