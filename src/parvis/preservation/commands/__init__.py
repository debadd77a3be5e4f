"""Writes of the preservation context."""

from parvis.preservation.commands.consulting import deliver_page, export_register, purposes_for, read_act
from parvis.preservation.commands.delivering import deliver_deposit_file
from parvis.preservation.commands.deposits import (
    hand_over,
    make_package,
    prepare_deposit,
    statement_ended,
    statement_signed,
    withdraw_deposit,
)
from parvis.preservation.commands.importing import SheetReport, check_sheet, import_register
from parvis.preservation.commands.objects import keep_content, keep_contents, keep_file
from parvis.preservation.commands.receiving import accept_deposit, ask_verification, report_anomaly, verify_deposit
from parvis.preservation.commands.registers import add_mention, close_register, open_register, set_jurisdiction
from parvis.preservation.commands.replicating import Replicated, replicate
from parvis.preservation.commands.restoring import restore
from parvis.preservation.commands.scrubbing import Scrubbed, repair_known, scrub

__all__ = [
    "Replicated",
    "Scrubbed",
    "SheetReport",
    "accept_deposit",
    "add_mention",
    "ask_verification",
    "check_sheet",
    "close_register",
    "deliver_deposit_file",
    "deliver_page",
    "export_register",
    "hand_over",
    "import_register",
    "keep_content",
    "keep_contents",
    "keep_file",
    "make_package",
    "open_register",
    "prepare_deposit",
    "purposes_for",
    "read_act",
    "repair_known",
    "replicate",
    "report_anomaly",
    "restore",
    "scrub",
    "set_jurisdiction",
    "statement_ended",
    "statement_signed",
    "verify_deposit",
    "withdraw_deposit",
]
