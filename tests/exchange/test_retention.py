from datetime import timedelta

import pytest
import time_machine

from parvis.catalogue.enums import CaseStatus
from parvis.core.clock import now, today
from parvis.documents import store
from parvis.exchange import commands
from parvis.exchange.models import Attachment, AttachmentRecipient, Case, Folder
from parvis.teleservices.models import Request
from tests.support import world
from tests.support.deposits import deposited
from tests.support.jobs import run_jobs
from tests.support.ledger import actions

pytestmark = pytest.mark.django_db


def closed(here: world.World) -> tuple[Case, Request]:
    case, request = deposited(here)
    commands.set_case_status(case_id=case.id, status=CaseStatus.SENT, actor=here.as_agent)
    commands.set_case_status(case_id=case.id, status=CaseStatus.DONE, actor=here.as_agent)
    Case.objects.filter(id=case.id).update(status=CaseStatus.CLOSED, closed_at=now())
    from parvis.exchange.commands.retention import let_go  # noqa: PLC0415

    let_go(Case.objects.select_related("process").get(id=case.id), CaseStatus.CLOSED)
    return case, request


def files_of(case: Case) -> list[object]:
    return [path for row in case.attachments.all() if row.file_id and (path := store.path_of(row.file_id)).exists()]


def test_bytes_go_on_their_day_and_the_journal_proves_it(django_capture_on_commit_callbacks: object) -> None:
    here = world.build()
    case, _ = closed(here)
    paths = [store.path_of(row.file_id) for row in case.attachments.all() if row.file_id]
    assert len(paths) == 4
    assert commands.purge(on=today() + timedelta(days=30)).documents == 0
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert commands.purge(on=today() + timedelta(days=31)).documents == 4
    assert not any(path.exists() for path in paths)
    assert set(Attachment.objects.values_list("state", flat=True)) == {"DELETED"}
    assert actions().count("attachment.purged") == 4
    assert commands.purge(on=today() + timedelta(days=400)).documents == 0


def test_bytes_stay_while_one_case_needs_them() -> None:
    here = world.build()
    case, _ = closed(here)
    other = Case.objects.create(
        folder=case.folder, recipient=here.nice, process_id=case.process_id, external_id="autre", status="SENT"
    )
    shared = case.attachments.filter(type="ji").get()
    AttachmentRecipient.objects.create(attachment=shared, case=other)
    assert commands.purge(on=today() + timedelta(days=31)).documents == 3
    shared.refresh_from_db()
    assert shared.state == "RECEIVED"


def test_an_open_case_is_never_purged() -> None:
    here = world.build()
    deposited(here)
    report = commands.purge(on=today() + timedelta(days=3650))
    assert (report.documents, report.archived, report.folders) == (0, 0, 0)


def test_cases_are_archived_then_the_folder_goes_with_what_points_at_it() -> None:
    here = world.build()
    case, request = closed(here)
    with time_machine.travel(now() + timedelta(days=400)):
        Case.objects.update(closed_at=now() - timedelta(days=61))
        assert commands.purge().archived == 1
        case.refresh_from_db()
        assert case.status == CaseStatus.ARCHIVED
        Case.objects.update(closed_at=now() - timedelta(days=800))
        assert commands.purge().folders == 0
        assert "teleservices.release_folder" in run_jobs()
        request.refresh_from_db()
        assert (request.state, request.folder_id, request.answers) == ("expired", None, {})
        assert commands.purge().folders == 1
    assert not Folder.objects.exists()
    assert actions()[-1] == "folder.purged"
