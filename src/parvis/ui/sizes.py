"""How the weight of a file is said, in the units written on people's own devices."""

from django.utils.formats import number_format
from django.utils.translation import gettext

KILO = 1000
MEGABYTE = KILO * KILO
TEN = 10  # below, one decimal says more


def say_size(size: int) -> str:
    """« 812 Ko », « 2,4 Mo »: decimal units, as phones and computers show them today."""
    if size < KILO:
        return gettext("%(n)s octets") % {"n": size}
    amount, unit = size / KILO, gettext("%(n)s Ko")
    if amount >= KILO:
        amount, unit = amount / KILO, gettext("%(n)s Mo")
    if amount >= KILO:
        amount, unit = amount / KILO, gettext("%(n)s Go")
    decimals = 0 if amount >= TEN or round(amount, 1).is_integer() else 1
    return unit % {"n": number_format(amount if decimals else round(amount), decimals)}
