"""Writes of the preservation context."""

from parvis.preservation.commands.importing import SheetReport, check_sheet, import_register
from parvis.preservation.commands.objects import keep_content, keep_contents, keep_file
from parvis.preservation.commands.registers import add_mention, close_register, open_register, set_jurisdiction

__all__ = [
    "SheetReport",
    "add_mention",
    "check_sheet",
    "close_register",
    "import_register",
    "keep_content",
    "keep_contents",
    "keep_file",
    "open_register",
    "set_jurisdiction",
]
