"""What the journal holds, for tests."""

from parvis.ledger.models import Entry


def actions(outcome: str = "done") -> list[str]:
    """Return the actions written, oldest first."""
    return list(Entry.objects.filter(outcome=outcome).order_by("id").values_list("action", flat=True))


def refusals() -> list[str]:
    """Return the actions refused, oldest first."""
    return actions("refused")
