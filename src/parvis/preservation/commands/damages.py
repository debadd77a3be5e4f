"""Note what was found bad, once, and say it in the journal; note what was repaired."""

from django.db import transaction

from parvis.core.actor import SYSTEM
from parvis.core.clock import now
from parvis.ledger import commands as ledger
from parvis.preservation.enums import DamageKind, SiteName
from parvis.preservation.models import Damage


def note_damage(name: bytes, site: SiteName, kind: DamageKind) -> None:
    """Note that an object is bad on a site. Already known, nothing is added."""
    with transaction.atomic():
        _, created = Damage.objects.get_or_create(address=name, site=site, repaired_at=None, defaults={"kind": kind})
        if created:
            ledger.record(
                actor=SYSTEM,
                action="preservation.damage_found",
                subject=f"object:{name.hex()}",
                details={"site": str(site), "kind": str(kind)},
            )


def note_repair(name: bytes, site: SiteName) -> None:
    """Note that an object is good again on a site."""
    with transaction.atomic():
        if Damage.objects.filter(address=name, site=site, repaired_at=None).update(repaired_at=now()):
            ledger.record(
                actor=SYSTEM,
                action="preservation.damage_repaired",
                subject=f"object:{name.hex()}",
                details={"site": str(site)},
            )
