"""The key that signs checkpoints: ``PARVIS_LEDGER_KEY`` (or ``_FILE``), else a file made on first use."""

import hashlib
import secrets
from urllib.parse import urlsplit

from django.conf import settings

from parvis.core import env
from parvis.core.tlog.notes import Signer, Verifier
from parvis.ledger.models import Checkpoint

_SEED_CONTEXT = b"parvis ledger ed25519 seed\n"


def origin() -> str:
    """Return the name of this journal, as its checkpoints bear it.

    Given once, by the site's address at the first checkpoint: the site may move, its journal keeps its name.
    """
    first = Checkpoint.objects.order_by("size").values_list("note", flat=True).first()
    return first.partition("\n")[0] if first else f"{urlsplit(settings.SITE_URL).netloc}/journal"


def signer(name: str = "") -> Signer:
    """Return the signer of this installation. Every node of a cluster must be given the same key.

    ``name`` is the journal's, for who has just read it: it spares a query.
    """
    secret = env.kept_secret(
        "PARVIS_LEDGER_KEY", settings.DATA_DIR / "keys" / "ledger.key", make=lambda: secrets.token_urlsafe(48)
    )
    return Signer(name or origin(), hashlib.sha256(_SEED_CONTEXT + secret.encode()).digest())


def known_verifiers() -> list[Verifier]:
    """Return the public keys whose checkpoints are believed: the present one and ``PARVIS_LEDGER_FORMER_KEYS``."""
    former = [Verifier.parse(text) for text in env.words("PARVIS_LEDGER_FORMER_KEYS")]
    return [signer().verifier, *former]
