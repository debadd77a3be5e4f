"""What the witnesses of the journal say."""

from datetime import timedelta

import psycopg
from django.db import Error

from parvis.cli.checks.finding import Finding, error, ok, warning

_SUBJECT = "Journal"
_LATE = timedelta(days=1)
_NOT_DATED = timedelta(hours=26)


def witnesses() -> list[Finding]:
    """Alarms first, then those that have not answered for a day."""
    from parvis.core.clock import now  # noqa: PLC0415 - settings are read when the check runs
    from parvis.ledger import queries  # noqa: PLC0415 - same

    try:
        found = queries.witnesses()
    except (Error, psycopg.Error):
        return []  # the database's own check has said it
    if not found:
        return ok(_SUBJECT, "aucun témoin : seule une copie gardée ailleurs trahirait une réécriture")
    alarms = [one for one in found if one.alarm]
    if alarms:
        return error(
            _SUBJECT,
            ", ".join(f"{one.name} : {_ALARMS[one.alarm]}" for one in alarms),
            "Ne touchez à rien, lancez « parvis verify » et prévenez le témoin (docs/ledger.md).",
        )
    since = now() - _LATE
    late = [one for one in found if one.behind and (one.last_at is None or one.last_at < since) and one.failures]
    if late:
        names = ", ".join(f"{one.name} ({one.problem})" for one in late)
        return warning(_SUBJECT, f"sans réponse depuis un jour : {names}", "Prévenez qui tient ce témoin.")
    return ok(_SUBJECT, f"témoins : {len(found)}, les preuves portent leurs cosignatures")


def dates() -> list[Finding]:
    """Whether the journal was timestamped in the last day."""
    from parvis.core.clock import now  # noqa: PLC0415 - settings are read when the check runs
    from parvis.ledger import queries  # noqa: PLC0415 - same

    try:
        first, last = queries.first_checkpoint_at(), queries.last_dated()
    except (Error, psycopg.Error):
        return []
    if first is None or max(first, last or first) > now() - _NOT_DATED:
        return []
    said = f"dernier horodatage : {last:%d/%m/%Y}" if last else "jamais horodaté"
    return warning(_SUBJECT, said, "Indiquez des autorités d’horodatage qui répondent dans PARVIS_TSA.")


_ALARMS = {
    "fork": "il a vu un autre passé que le nôtre",
    "ahead": "il a vu un journal plus long que le nôtre",
}
