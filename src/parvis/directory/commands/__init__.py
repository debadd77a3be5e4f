"""Every write of the directory."""

from parvis.directory.commands.communes import ImportReport, import_communes

__all__ = ["ImportReport", "import_communes"]
