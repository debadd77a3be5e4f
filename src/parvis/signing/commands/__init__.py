"""Writes of the signing context."""

from parvis.signing.commands.answering import approve, refuse, send_back, take_back
from parvis.signing.commands.batches import cancel_batch, confirm_batch, freeze_batch
from parvis.signing.commands.card_keys import register_card
from parvis.signing.commands.cards import CardWork, card_work, take_signatures
from parvis.signing.commands.certificates import (
    certificate_request,
    install_certificate,
    open_key,
    renew_certificate,
    revoke_certificate,
)
from parvis.signing.commands.circuits import NewStep, archive_circuit, create_circuit, delegate, end_delegation
from parvis.signing.commands.containing import evidence_container
from parvis.signing.commands.dating import stamp_checkpoint
from parvis.signing.commands.fetching import fetch_revocation_lists
from parvis.signing.commands.keeping import keep_evidence
from parvis.signing.commands.partners import join_circuit, leave_circuit
from parvis.signing.commands.reminding import forget_old_lists, remind_certificates, remind_officers
from parvis.signing.commands.running import sign_batch
from parvis.signing.commands.submitting import Submission, resubmit, submit, submit_many, withdraw

__all__ = [
    "CardWork",
    "NewStep",
    "Submission",
    "approve",
    "archive_circuit",
    "cancel_batch",
    "card_work",
    "certificate_request",
    "confirm_batch",
    "create_circuit",
    "delegate",
    "end_delegation",
    "evidence_container",
    "fetch_revocation_lists",
    "forget_old_lists",
    "freeze_batch",
    "install_certificate",
    "join_circuit",
    "keep_evidence",
    "leave_circuit",
    "open_key",
    "refuse",
    "register_card",
    "remind_certificates",
    "remind_officers",
    "renew_certificate",
    "resubmit",
    "revoke_certificate",
    "send_back",
    "sign_batch",
    "stamp_checkpoint",
    "submit",
    "submit_many",
    "take_back",
    "take_signatures",
    "withdraw",
]
