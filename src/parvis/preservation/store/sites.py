"""The two sites of this installation, from its settings."""

from pathlib import Path

from django.conf import settings

from parvis.preservation.store.folder import FolderSite


def primary() -> FolderSite:
    """Where objects are written."""
    return FolderSite(Path(settings.PRESERVATION_ROOT), "primary")


def replica() -> FolderSite | None:
    """The distinct site, None when the operator set none (`parvis doctor` says so)."""
    place = settings.PRESERVATION_REPLICA
    return FolderSite(Path(place), "replica") if place else None


def named(name: str) -> FolderSite | None:
    """Return a site by its name."""
    return primary() if name == "primary" else replica()
