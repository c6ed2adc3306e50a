"""Searches for people: what was typed stays in the session and the address holds a key to it, for addresses are logged, bookmarked and passed on."""

from secrets import token_hex

from django.http import HttpRequest

SEARCHES = "patient_searches"
MOST_KEPT = 20
LONGEST_TEXT = 200


def keep(request: HttpRequest) -> dict[str, str]:
    """Keep what the form's `q` holds; what the address then carries."""
    text = request.POST.get("q", "").strip()[:LONGEST_TEXT]
    if not text:
        return {}
    key = token_hex(8)
    kept = [*request.session.get(SEARCHES, {}).items(), (key, text)]
    request.session[SEARCHES] = dict(kept[-MOST_KEPT:])
    return {"s": key}


def typed(request: HttpRequest) -> str:
    """What was typed for the key in the address, else what the address itself says."""
    kept: dict[str, str] = request.session.get(SEARCHES, {})
    return kept.get(request.GET.get("s", ""), request.GET.get("q", "")).strip()[:LONGEST_TEXT]
