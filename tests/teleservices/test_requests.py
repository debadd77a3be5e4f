from threading import Barrier, Thread
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from parvis.core.actor import ANONYMOUS
from parvis.core.errors import AbsentError, ConflictError, DomainError
from parvis.documents.commands import FileRefusedError
from parvis.exchange.models import Case, Folder, Subscription
from parvis.teleservices import commands
from parvis.teleservices.models import Request, RequestFile
from tests.support import census, files, world
from tests.support.deposits import deposited, draft
from tests.support.jobs import run_jobs
from tests.support.ledger import actions, refusals

SERVICE = "recensement-citoyen"


@pytest.mark.django_db
def test_a_second_start_takes_the_draft_up() -> None:
    here = world.build()
    first = commands.start_request(service=SERVICE, actor=here.as_citizen)
    assert commands.start_request(service=SERVICE, actor=here.as_citizen) == first


@pytest.mark.django_db
def test_rights_a_request_belongs_to_one_person() -> None:
    here = world.build()
    mine = draft(here)
    with pytest.raises(DomainError):
        commands.start_request(service=SERVICE, actor=ANONYMOUS)
    for stranger in (here.as_agent, ANONYMOUS):
        with pytest.raises(AbsentError):
            commands.save_step(request_id=mine.id, step="parents", answers={}, actor=stranger)
        with pytest.raises(AbsentError):
            commands.attach_file(
                request_id=mine.id, kind="ji", name="a.pdf", chunks=(files.PDF,), size=None, actor=stranger
            )
        with pytest.raises(AbsentError):
            commands.detach_file(request_id=mine.id, kind="ji", actor=stranger)
        with pytest.raises(AbsentError):
            commands.abandon_request(request_id=mine.id, actor=stranger)
        with pytest.raises(AbsentError):
            commands.submit_request(request_id=mine.id, actor=stranger)
    assert RequestFile.objects.filter(request=mine).count() == 2


@pytest.mark.django_db
def test_rights_another_persons_pages_are_absent(client: Client) -> None:
    here = world.build()
    mine = draft(here)
    client.force_login(here.agent)
    for name in ("request", "request_pieces", "request_summary"):
        assert client.get(reverse(name, args=[mine.id])).status_code == 404
    assert client.post(reverse("request_summary", args=[mine.id]), {"declaration": "on"}).status_code == 404
    case, sent = deposited_from(here, mine.id)
    document = case.attachments.all()[0]
    assert client.get(reverse("request_document", args=[sent.id, document.id])).status_code == 404


def deposited_from(here: world.World, request_id: UUID) -> tuple[Case, Request]:
    commands.submit_request(request_id=request_id, actor=here.as_citizen)
    run_jobs()
    return Case.objects.get(), Request.objects.get(id=request_id)


@pytest.mark.django_db(transaction=True)
def test_of_two_submits_at_once_one_folder_is_made() -> None:
    here = world.build()
    mine = draft(here)
    barrier, folders = Barrier(2), []

    def go() -> None:
        barrier.wait()
        try:
            folders.append(commands.submit_request(request_id=mine.id, actor=here.as_citizen))
        finally:
            connection.close()

    threads = [Thread(target=go) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(folders) == 2
    assert len(set(folders)) == 1
    assert Folder.objects.count() == 1


@pytest.mark.django_db
def test_a_request_is_sent_whole_or_not_at_all() -> None:
    here = world.build()
    mine = draft(here)
    RequestFile.objects.filter(kind="jf").delete()
    Request.objects.update(answers={k: v for k, v in mine.answers.items() if k != "parents"})
    with pytest.raises(DomainError) as refused:
        commands.submit_request(request_id=mine.id, actor=here.as_citizen)
    assert {problem.code for problem in refused.value.problems} == {"step_missing", "piece_missing"}
    assert not Folder.objects.exists()
    assert run_jobs() == []


@pytest.mark.django_db
def test_a_commune_that_receives_nothing_online_is_named() -> None:
    here = world.build()
    mine = draft(here)
    Subscription.objects.filter(subscriber=here.rennes).update(state="Suspendu")
    with pytest.raises(DomainError) as refused:
        commands.submit_request(request_id=mine.id, actor=here.as_citizen)
    assert refused.value.code == "commune_not_served"
    assert "Rennes" in refused.value.message
    assert Request.objects.get().state == "draft"


@pytest.mark.django_db
def test_the_law_is_checked_again_at_sending() -> None:
    here = world.build()
    mine = draft(here)
    answers = mine.answers
    answers["identite"]["date_naissance"] = "1990-01-01"
    Request.objects.update(answers=answers)
    with pytest.raises(DomainError) as refused:
        commands.submit_request(request_id=mine.id, actor=here.as_citizen)
    assert refused.value.code == "too_old"


@pytest.mark.django_db
def test_what_is_sent_can_no_longer_be_changed() -> None:
    here = world.build()
    _, sent = deposited(here)
    with pytest.raises(ConflictError):
        commands.save_step(request_id=sent.id, step="parents", answers={}, actor=here.as_citizen)
    with pytest.raises(ConflictError):
        commands.abandon_request(request_id=sent.id, actor=here.as_citizen)


@pytest.mark.django_db
def test_finishing_twice_makes_one_summary_and_tells_once() -> None:
    here = world.build()
    case, sent = deposited(here)
    commands.finish_deposit(request_id=sent.id)
    assert case.attachments.filter(type="10870-PDF").count() == 1
    assert actions().count("folder.completed") == 1


@pytest.mark.django_db
def test_a_refused_file_is_journaled_and_the_other_kept(client: Client) -> None:
    here = world.build()
    client.force_login(here.citizen)
    request_id = commands.start_request(service=SERVICE, actor=here.as_citizen)
    answer = client.post(
        reverse("request_pieces", args=[request_id]),
        {"ji": SimpleUploadedFile("carte.pdf", files.NOT_A_PDF), "jf": SimpleUploadedFile("livret.png", files.PNG)},
    )
    assert answer.status_code == 422
    assert "n’est pas dans un format accepté" in answer.content.decode()
    assert [entry.kind for entry in RequestFile.objects.all()] == ["jf"]
    assert refusals() == ["request.file_attached"]
    with pytest.raises(FileRefusedError):
        commands.attach_file(
            request_id=request_id, kind="ji", name="a.pdf", chunks=(b"",), size=0, actor=here.as_citizen
        )
    with pytest.raises(DomainError) as refused:
        commands.attach_file(
            request_id=request_id, kind="zz", name="a.pdf", chunks=(b"",), size=0, actor=here.as_citizen
        )
    assert refused.value.code == "unknown_piece"


@pytest.mark.django_db
def test_an_expired_session_loses_nothing(client: Client) -> None:
    here = world.build()
    client.force_login(here.citizen)
    request_id = commands.start_request(service=SERVICE, actor=here.as_citizen)
    step = reverse("request_step", args=[request_id, "identite"])
    client.get(step)
    client.session.flush()
    bounced = client.post(step, census.identity(nom_famille="Le Goff"))
    assert bounced.status_code == 302
    assert bounced["Location"].startswith(reverse("account_login"))
    client.post(
        bounced["Location"], {"login": "camille@exemple.example", "password": "un-mot-de-passe-long"}, follow=False
    )
    resumed = client.get(reverse("resume"))
    assert resumed.status_code == 302
    assert Request.objects.get().answers["identite"]["nom_famille"] == "Le Goff"
    assert client.get(reverse("resume"))["Location"] == reverse("dashboard")


@pytest.mark.django_db
def test_an_expired_session_never_sends_by_itself(client: Client) -> None:
    here = world.build()
    mine = draft(here)
    client.force_login(here.citizen)
    client.session.flush()
    client.post(reverse("request_summary", args=[mine.id]), {"declaration": "on"})
    client.force_login(here.citizen)
    client.get(reverse("resume"))
    assert not Folder.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("step", "changes", "field", "words"),
    [
        ("identite", {"francais": "non"}, "francais", "nationalité française"),
        ("identite", {"birth": census.born(15)}, "date_naissance", "à partir de vos 16 ans"),
        ("identite", {"birth": census.born(26)}, "date_naissance", "25 ans"),
        ("identite", {"sexe": ""}, "sexe", "sexe inscrit"),
        ("identite", {"nom_famille": "M4rt1n"}, "nom_famille", "ni chiffre"),
        ("identite", {"commune_naissance": "Zzyzx", "commune_naissance_code": ""}, "commune_naissance", "ne trouvons"),
        ("identite", {"pays_naissance": "BEL"}, "ville_naissance", "ville de naissance"),
        ("identite", {"date_naissance_day": "31", "date_naissance_month": "2"}, "date_naissance", "n’existe pas"),
        ("domicile", {"commune": "Atlantide", "commune_code": ""}, "commune", "ne trouvons"),
        ("domicile", {"code_postal": "06000"}, "code_postal", "n’est pas un code postal de Rennes"),
        ("domicile", {"code_postal": "3500"}, "code_postal", "5 chiffres"),
        ("situation", {"email": "camille"}, "email", "adresse complète"),
        ("situation", {"nombre_enfants": "-1"}, "nombre_enfants", "0"),
        ("situation", {"telephone": "12"}, "telephone", "numéro"),
    ],
)
def test_a_wrong_answer_is_explained(
    client: Client, step: str, changes: dict[str, object], field: str, words: str
) -> None:
    here = world.build()
    client.force_login(here.citizen)
    request_id = commands.start_request(service=SERVICE, actor=here.as_citizen)
    answer = client.post(reverse("request_step", args=[request_id, step]), census.STEPS[step](**changes))
    assert answer.status_code == 422
    assert words in " ".join(answer.context["form"].errors[field])
    assert step not in Request.objects.get().answers


@pytest.mark.django_db
def test_homonyms_are_listed_with_their_postcodes(client: Client) -> None:
    here = world.build()
    world.commune("01344", "Sainte-Marie", ["01000"], "21010344800012")
    world.commune("08390", "Sainte-Marie", ["08400"], "21080390800017")
    client.force_login(here.citizen)
    request_id = commands.start_request(service=SERVICE, actor=here.as_citizen)
    answers = census.home(commune="Sainte-Marie", commune_code="", code_postal="01000")
    answer = client.post(reverse("request_step", args=[request_id, "domicile"]), answers)
    assert "01000" in answer.content.decode()
    assert "08400" in answer.content.decode()


@pytest.mark.django_db
def test_a_hidden_code_that_contradicts_the_text_is_not_trusted(client: Client) -> None:
    here = world.build()
    client.force_login(here.citizen)
    request_id = commands.start_request(service=SERVICE, actor=here.as_citizen)
    answers = census.home(commune="Nice", commune_code="35238", code_postal="06000")
    answer = client.post(reverse("request_step", args=[request_id, "domicile"]), answers)
    assert answer.status_code == 302
    assert Request.objects.get().answers["domicile"]["commune"]["code"] == "06088"


@pytest.mark.django_db
def test_a_complement_with_a_bad_file_sends_nothing() -> None:
    here = world.build()
    case, sent = deposited(here)
    Case.objects.update(status="ADD_AWAITING")
    bad = commands.SentFile("a.pdf", len(files.CUT_PDF), (files.CUT_PDF,))
    with pytest.raises(FileRefusedError):
        commands.answer_complement(request_id=sent.id, message="Voici", files=[bad], actor=here.as_citizen)
    case.refresh_from_db()
    assert case.status == "ADD_AWAITING"
    with pytest.raises(AbsentError):
        commands.answer_complement(request_id=sent.id, message="Voici", files=[], actor=here.as_agent)
