"""How a moment is said: an absolute date, and a relative hint beside it."""

from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext

MINUTE, HOUR, DAY = 60, 3600, 86400
MONTH_DAYS, YEAR_DAYS = 30.44, 365.25
DAYS_COUNTED = 45  # beyond, months say more than days
MONTHS_COUNTED = 23  # beyond, years say more than months


def absolute(moment: date | datetime) -> str:
    """Say the date in full, with the hour when it is known: « 24 novembre 2026 à 14 h 05 »."""
    french = (get_language() or "fr").startswith("fr")
    local = _local(moment)
    day = date_format(local, "j F Y")
    if french and local.day == 1:
        day = day.replace("1", "1er", 1)
    if not isinstance(local, datetime):
        return day
    hour = date_format(local, "G\xa0\\h\xa0i" if french else "H:i")
    return gettext("%(day)s à %(hour)s") % {"day": day, "hour": hour}


def relative(moment: date | datetime, now: datetime | None = None) -> str:
    """Say how far the moment is from now: « il y a 3 jours », « demain », « dans 2 mois »."""
    present = _local(now or timezone.now())
    local = _local(moment)
    if isinstance(local, datetime) and isinstance(present, datetime):
        seconds = (present - local).total_seconds()
        if abs(seconds) < 6 * HOUR or local.date() == present.date():
            return _hours(seconds)
        local = local.date()
    today = present.date() if isinstance(present, datetime) else present
    return _days((today - local) // timedelta(days=1))


def when(moment: date | datetime | None, now: datetime | None = None) -> SafeString:
    """The absolute date in a `<time>`, then the relative hint; nothing for None."""
    if moment is None:
        return SafeString("")
    return format_html(
        '<time datetime="{}">{}</time> <span class="relative">({})</span>',
        _machine(moment),
        absolute(moment),
        relative(moment, now),
    )


def _machine(moment: date | datetime) -> str:
    """The form a program reads."""
    local = _local(moment)
    return local.isoformat(timespec="minutes") if isinstance(local, datetime) else local.isoformat()


def _local(moment: date | datetime) -> date | datetime:
    """Bring an aware datetime to the reader's time zone; leave dates alone."""
    if isinstance(moment, datetime):
        return timezone.localtime(moment) if timezone.is_aware(moment) else timezone.make_aware(moment)
    return moment


def _hours(seconds: float) -> str:
    """A distance within the day, in minutes or hours."""
    distance = abs(seconds)
    if distance < MINUTE:
        return gettext("à l’instant")
    if distance < HOUR:
        minutes = int(distance // MINUTE)
        amount = ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    else:
        hours = int(distance // HOUR)
        amount = ngettext("%(n)d heure", "%(n)d heures", hours) % {"n": hours}
    return _past_or_future(amount, past=seconds > 0)


def _days(days: int) -> str:
    """A distance in whole days; positive is the past."""
    near = {0: gettext("aujourd’hui"), 1: gettext("hier"), -1: gettext("demain")}
    if days in near:
        return near[days]
    count = abs(days)
    if count <= DAYS_COUNTED:
        amount = ngettext("%(n)d jour", "%(n)d jours", count) % {"n": count}
    elif round(count / MONTH_DAYS) <= MONTHS_COUNTED:
        amount = gettext("%(n)d mois") % {"n": round(count / MONTH_DAYS)}
    else:
        years = int(count / YEAR_DAYS)
        amount = ngettext("%(n)d an", "%(n)d ans", years) % {"n": years}
    return _past_or_future(amount, past=days > 0)


def _past_or_future(amount: str, *, past: bool) -> str:
    """Put the amount of time before or after now."""
    return (gettext("il y a %(amount)s") if past else gettext("dans %(amount)s")) % {"amount": amount}
