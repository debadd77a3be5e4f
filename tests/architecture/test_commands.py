"""Commands keep their shape (named arguments only), and each that takes an actor has a test of its rights."""

import ast
import inspect
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from tests.architecture.sources import ROOT, layers

KEYS = "tests/exchange/test_keys.py::test_rights_only_the_platform_handles_keys"
CONSOLE = "tests/exchange/test_console.py::test_rights_only_the_platform_sees_and_does_this"
SITES = "tests/exchange/test_sites.py::test_rights_only_the_platform_handles_sites"
NATIVE = "tests/exchange/test_native_api.py::"
EXCHANGE = "tests/exchange/test_rights.py::test_rights_a_stranger_is_refused_by_every_command"
LIFE = "tests/exchange/test_hubee_referential.py::test_rights_each_gesture_of_a_subscriptions_life"
DRAFT = "tests/teleservices/test_requests.py::test_rights_a_request_belongs_to_one_person"
CASES = "tests/exchange/test_cases.py::"
WEBHOOKS = "tests/exchange/test_webhooks.py::test_rights_endpoints_belong_to_who_may_read"
GRANTS = "tests/access/test_decisions.py::test_rights_only_an_administrator_grants_and_revokes"
GIVING = "tests/access/test_giving.py::"
PLACES = "tests/access/test_places.py::"
TREE = PLACES + "test_rights_the_tree_is_shaped_by_who_administers_that_part_of_it"
MEMBERS = PLACES + "test_rights_members_come_and_go_by_who_administers_their_unit"
ACTING = "tests/access/test_mandates.py::"
COVERS = ACTING + "test_rights_an_absence_is_covered_by_who_administers_and_never_by_oneself"
POLICIES = ACTING + "test_rights_an_organisation_sets_its_own_policies"
MANDATES = ACTING + "test_rights_a_mandate_is_given_by_who_administers_the_whole"
PARAPHEUR = "tests/signing/test_parapheur.py::test_rights_a_stranger_is_refused_by_every_command"
CERTIFICATES = "tests/signing/test_certificates.py::test_rights_only_the_administrator_handles_keys"
SIDES = "tests/preservation/test_deposits.py::test_rights_each_side_does_its_own_moves"
READERS = "tests/preservation/test_consulting.py::test_rights_each_side_reads_for_its_own_purposes"
KEEPERS = "tests/preservation/test_importing.py::test_rights_only_the_keeper_of_the_town_writes"
CARD = "tests/signing/test_card_signing.py::test_rights_a_card_serves_its_officer_alone"
PARTNERS = "tests/signing/test_partners.py::test_rights_a_step_is_answered_by_who_administers_its_organisation"
REPLIES = "tests/signing/test_replies.py::"
RIGHTS = {
    "access.act_for": ACTING + "test_rights_an_editors_agent_acts_under_the_mandate_and_the_journal_names_both",
    "access.confirm": ACTING + "test_rights_a_review_confirms_what_is_still_needed",
    "access.cover_absence": COVERS,
    "access.end_cover": COVERS,
    "access.give_mandate": MANDATES,
    "access.import_sheet": "tests/access/test_importing.py::test_rights_a_sheet_is_brought_in_by_who_administers",
    "access.mark_sensitive": POLICIES,
    "access.revoke_mandate": MANDATES,
    "access.separate": POLICIES,
    "access.suspend_dormant": ACTING + "test_rights_who_no_longer_comes_is_suspended",
    "access.add_member": MEMBERS,
    "access.add_unit": TREE,
    "access.approve": GIVING + "test_rights_a_sensitive_right_waits_for_a_second_administrator",
    "access.close_unit": TREE,
    "access.end_membership": MEMBERS,
    "access.give": GIVING + "test_rights_the_very_giving",
    "access.grant": GRANTS,
    "access.move_unit": TREE,
    "access.reinstate_member": MEMBERS,
    "access.rename_unit": TREE,
    "access.renew": GIVING + "test_rights_a_right_is_given_again_by_who_could_give_it",
    "access.revoke": GRANTS,
    "access.suspend_member": MEMBERS,
    "exchange.add_organisation": CONSOLE,
    "exchange.correct_organisation": CONSOLE,
    "exchange.set_organisation_state": CONSOLE,
    "exchange.retry_jobs": CONSOLE,
    "exchange.drop_jobs": CONSOLE,
    "exchange.add_key": KEYS,
    "exchange.rotate_key": KEYS,
    "exchange.revoke_key": KEYS,
    "exchange.add_site": SITES,
    "exchange.renew_site": SITES,
    "exchange.revoke_site": SITES,
    "exchange.acknowledge_many": NATIVE + "test_rights_only_ones_own_notifications_are_acknowledged_in_bulk",
    "exchange.receive_piece": NATIVE + "test_rights_only_the_depositor_sends_pieces",
    "exchange.upload_progress": NATIVE + "test_rights_only_the_depositor_sends_pieces",
    "exchange.acknowledge": CASES + "test_rights_a_notification_is_acknowledged_by_its_owner",
    "exchange.activate_subscription": LIFE,
    "exchange.add_document": EXCHANGE,
    "exchange.add_endpoint": WEBHOOKS,
    "exchange.add_event": EXCHANGE,
    "exchange.answer_as_applicant": CASES + "test_rights_only_the_applicant_answers_and_only_when_asked",
    "exchange.apply_subscription": EXCHANGE,
    "exchange.complete_folder": EXCHANGE,
    "exchange.delete_event": EXCHANGE,
    "exchange.delete_folder": EXCHANGE,
    "exchange.deliver_attachment": CASES
    + "test_rights_a_document_goes_to_its_case_only_and_every_delivery_is_journaled",
    "exchange.deposit_many": "tests/exchange/test_bulk_deposit.py::test_rights_each_deposit_is_judged_by_its_own_right",
    "exchange.deposit": "tests/exchange/test_deposit.py::test_rights_a_stranger_may_not_deposit",
    "exchange.entrust_case": "tests/exchange/test_services.py::test_rights_only_who_has_a_case_in_hand_hands_it_over",
    "exchange.entrust_process": "tests/exchange/test_services.py::"
    "test_rights_only_who_administers_the_organisation_entrusts_a_process",
    "exchange.lift_cut": "tests/exchange/test_breaker.py::test_rights_only_the_platform_lifts_a_cut",
    "exchange.migrate_cases": EXCHANGE,
    "exchange.move_case": CASES + "test_rights_only_the_recipients_agents_see_and_move",
    "exchange.note_purged": "tests/exchange/test_rights.py::test_rights_a_copy_purged_by_someone_else_is_not_noted",
    "exchange.open_case": CASES + "test_rights_only_the_recipients_agents_see_and_move",
    "exchange.read_case": EXCHANGE,
    "exchange.receive_attachment": EXCHANGE,
    "exchange.reject_subscription": LIFE,
    "exchange.remove_endpoint": WEBHOOKS,
    "exchange.replay_webhook": WEBHOOKS,
    "exchange.request_subscription": LIFE,
    "exchange.set_case_status": EXCHANGE,
    "exchange.set_event_state": EXCHANGE,
    "exchange.set_folder_status": EXCHANGE,
    "exchange.make_replies": REPLIES + "test_rights_a_sender_whose_right_ended_sends_nothing",
    "exchange.send_replies": REPLIES + "test_rights_only_who_processes_the_case_and_may_send_answers",
    "exchange.set_thresholds": "tests/exchange/test_board.py::test_rights_only_the_platform_sets_limits",
    "exchange.subscribe": EXCHANGE,
    "exchange.suspend_subscription": LIFE,
    "exchange.undo_state": "tests/exchange/test_undo.py::test_rights_a_decision_is_taken_back_by_its_own_side_only",
    "exchange.validate_subscription": LIFE,
    "preservation.accept_deposit": SIDES,
    "preservation.add_mention": KEEPERS,
    "preservation.ask_verification": SIDES,
    "preservation.check_sheet": KEEPERS,
    "preservation.close_register": KEEPERS,
    "preservation.deliver_deposit_file": READERS,
    "preservation.deliver_page": READERS,
    "preservation.export_register": READERS,
    "preservation.purposes_for": READERS,
    "preservation.read_act": READERS,
    "preservation.hand_over": SIDES,
    "preservation.import_register": KEEPERS,
    "preservation.open_register": KEEPERS,
    "preservation.prepare_deposit": SIDES,
    "preservation.report_anomaly": SIDES,
    "preservation.withdraw_deposit": SIDES,
    "signing.card_work": CARD,
    "signing.join_circuit": PARTNERS,
    "signing.leave_circuit": PARTNERS,
    "signing.register_card": CARD,
    "signing.take_signatures": CARD,
    "signing.approve": PARAPHEUR,
    "signing.archive_circuit": PARAPHEUR,
    "signing.cancel_batch": PARAPHEUR,
    "signing.certificate_request": CERTIFICATES,
    "signing.confirm_batch": PARAPHEUR,
    "signing.create_circuit": PARAPHEUR,
    "signing.delegate": PARAPHEUR,
    "signing.end_delegation": PARAPHEUR,
    "signing.evidence_container": PARAPHEUR,
    "signing.freeze_batch": PARAPHEUR,
    "signing.install_certificate": CERTIFICATES,
    "signing.open_key": CERTIFICATES,
    "signing.refuse": PARAPHEUR,
    "signing.renew_certificate": CERTIFICATES,
    "signing.resubmit": PARAPHEUR,
    "signing.revoke_certificate": CERTIFICATES,
    "signing.send_back": PARAPHEUR,
    "signing.submit": PARAPHEUR,
    "signing.submit_many": PARAPHEUR,
    "signing.take_back": PARAPHEUR,
    "signing.withdraw": PARAPHEUR,
    "teleservices.abandon_request": DRAFT,
    "teleservices.answer_complement": "tests/teleservices/test_answer_rights.py::"
    "test_rights_only_the_applicant_answers_the_town_hall",
    "teleservices.attach_file": DRAFT,
    "teleservices.detach_file": DRAFT,
    "teleservices.save_step": DRAFT,
    "teleservices.start_request": DRAFT,
    "teleservices.submit_request": DRAFT,
}
# Their actor is written in the journal and decides nothing: the caller has decided, or stands at the machine.
DECIDE_NOTHING = {
    "catalogue.install_processes": "parvis migrate",
    "catalogue.save_process": "parvis import-processes",
    "directory.import_communes": "parvis import-communes",
    **dict.fromkeys(
        (
            "directory.add_member",
            "directory.add_unit",
            "directory.close_unit",
            "directory.end_membership",
            "directory.move_unit",
            "directory.reinstate_member",
            "directory.rename_unit",
            "directory.suspend_member",
        ),
        "below access: their doors are its commands of the same names",
    ),
    "directory.register_organisation": "its door asks for the platform's right: exchange.hubee.organisations",
    "directory.update_organisation": "same",
    "exchange.require_platform": "it is the check",
    "identity.block_account": "parvis account block",
    "identity.register_relying_party": "exchange.add_site asks for the platform's right",
    "identity.renew_relying_party": "exchange.renew_site does",
    "identity.revoke_relying_party": "exchange.revoke_site does",
    "identity.sign_out_account": "parvis account sign-out",
    "identity.unblock_account": "parvis account unblock",
    "identity.lift_suspension": "exchange.lift_cut asks for the platform's right",
    "identity.register_account": "the demo",
    "identity.register_client": "parvis credential add",
    "identity.revoke_client": "parvis credential revoke",
    "identity.rotate_secret": "parvis credential rotate",
    "identity.set_assurance": "parvis assurance set",
    "identity.suspend_client": "the breaker",
    "ledger.erase_about": "below access: its caller decides",
    "ledger.record": "below access: its caller decides",
    "ledger.record_refusal": "below access: its caller decides",
    "preservation.set_jurisdiction": "parvis preservation court",
    "ledger.refusals_recorded": "below access: its caller decides",
}
# DEBT, empty: commands that nobody but the demo and tests calls yet, and that check no right.
# Before a page or the API calls one, it needs a check and a line in RIGHTS.
UNCHECKED: set[str] = set()
# Named like a command, taking what it handles first: plain tools of the layers above.
POSITIONAL = {
    "documents.discard",
    "documents.forget",
    "documents.keep",
    "documents.keep_bytes",
    "documents.receive",
    "documents.receive_part",
    "exchange.receive_document",
    "exchange.require_platform",
    "ledger.record_entry",
    "ledger.record_many",
}


def _commands() -> Iterator[tuple[str, Callable[..., Any]]]:
    for context in layers():
        name = f"parvis.{context}.commands"
        if find_spec(name) is None:
            continue
        module = import_module(name)
        for public in getattr(module, "__all__", vars(module)):
            found = getattr(module, public)
            if inspect.isfunction(found) and not public.startswith("_") and found.__module__.startswith(name):
                yield f"{context}.{public}", inspect.unwrap(found)


@cache
def _parameters() -> dict[str, dict[str, inspect.Parameter]]:
    return {name: dict(inspect.signature(command).parameters) for name, command in _commands()}


def test_arguments_are_named_at_every_call() -> None:
    free = {
        name
        for name, parameters in _parameters().items()
        if any(one.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD for one in parameters.values())
    }
    assert free == POSITIONAL


def test_every_command_with_an_actor_is_in_the_register_once() -> None:
    acting = {name for name, parameters in _parameters().items() if "actor" in parameters}
    listed = [*RIGHTS, *DECIDE_NOTHING, *UNCHECKED]
    assert set(listed) == acting
    assert len(listed) == len(set(listed))


def test_every_rights_test_exists_and_names_its_command() -> None:
    wrong = []
    for command, where in RIGHTS.items():
        file, name = where.split("::")
        tree = ast.parse((ROOT / file).read_text())
        found = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]
        named = ast.unparse(tree if where in {EXCHANGE, PARAPHEUR} else found[0]) if found else ""
        if not name.startswith("test_rights_") or f"commands.{command.split('.')[1]}" not in named:
            wrong.append(f"{command}: {where}")
    assert wrong == []


def test_what_checks_no_right_is_reachable_by_nobody() -> None:
    """Pages, APIs, forms and tasks: none may call a command that is still unchecked."""
    doors = {"api", "pages", "forms", "urls", "hubee", "admin"}
    wrong = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in (ROOT / "src/parvis").rglob("*.py")
        if doors & {*path.parts, path.stem}
        for name in UNCHECKED
        if f".{name.split('.')[1]}(" in path.read_text()
    ]
    assert wrong == []
