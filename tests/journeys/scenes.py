"""Every page of Parvis, with someone who may see it and, where it has a form, how to make the form fail."""

import time
from dataclasses import asdict, dataclass
from datetime import timedelta
from types import SimpleNamespace
from unittest.mock import patch
from uuid import UUID

from allauth.account.internal.flows.login import record_authentication
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.test import Client

from parvis.access.enums import Action
from parvis.catalogue.enums import CaseStatus
from parvis.core.actor import SYSTEM, Actor
from parvis.core.clock import now
from parvis.exchange import commands as exchange
from parvis.exchange.models import Attachment, Case, Subscription, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from parvis.identity.models import Account
from parvis.identity.stepup.suspended import KEY, Interrupted
from parvis.signing import commands as signing
from parvis.signing.enums import StepKind
from parvis.signing.models import Item
from parvis.teleservices import commands
from parvis.ui.pages import PATTERNS
from tests.journeys import delegation, kept, towns
from tests.journeys.scene import Scene
from tests.support import deposits, files, parapheur, world
from tests.support.jobs import leave_failed_job, run_jobs

SERVICE = "recensement-citoyen"


@dataclass(frozen=True, slots=True)
class Stage:
    """Who and what the scenes need."""

    people: dict[str, Account]
    names: dict[str, str]
    sessions: dict[str, str]

    def path(self, scene: Scene) -> str:
        return scene.path.format(**self.names)


SCENES = (
    Scene("home", "/"),
    Scene("home-signed-in", "/", "citizen"),
    Scene("services", "/demarches/"),
    Scene("start", f"/demarches/{SERVICE}/"),
    Scene("login", "/compte/login/", sends=True),
    Scene("signup", "/compte/signup/", sends=True),
    Scene("signup-mail-sent", "/compte/confirm-email/"),
    Scene("password-reset", "/compte/password/reset/", sends=True),
    Scene("password-reset-mail-sent", "/compte/password/reset/done/"),
    Scene("password-change", "/compte/password/change/", "citizen", sends=True),
    Scene("reauthenticate", "/compte/reauthenticate/", "citizen", sends=True),
    Scene("second-factor", "/compte/2fa/", "citizen"),
    Scene("card-refused", "/connexion/carte/retour/", status=422),
    Scene("passkeys", "/compte/2fa/webauthn/", "citizen"),
    Scene("passkey-add", "/compte/2fa/webauthn/add/", "keyless"),
    Scene("devices", "/compte/appareils/", "citizen"),
    Scene("logout", "/compte/logout/", "citizen"),
    Scene("step-up", "/connexion/renforcer/", "interrupted"),
    Scene("towns", "/compte/villes/", "linked"),
    Scene("towns-empty", "/compte/villes/", "nobody"),
    Scene("town-consent", "/compte/villes/{consent}/", "linked"),
    Scene("town-asks-more", "/compte/villes/{more}/", "linked"),
    Scene("town-wishes-more", "/compte/villes/{wish}/", "linked"),
    Scene("town-request-over", "/compte/villes/perimee/", "linked", status=400),
    Scene("town-sign-out", "/openid/logout", "linked"),
    Scene("town-unknown", "/openid/authorize", status=400),
    Scene("relink", "/connexion/identites/{identity}/changer/", "linked"),
    Scene("identities-linked", "/connexion/identites/", "linked"),
    Scene("identities", "/connexion/identites/", "citizen"),
    Scene("sign-in-refused", "/connexion/franceconnect/retour/", status=422),
    Scene("step-identity", "/demandes/{blank}/identite/", "newcomer", sends=True),
    Scene("step-identity-filled", "/demandes/{draft}/identite/", "citizen"),
    Scene("step-parents", "/demandes/{blank}/parents/", "newcomer"),
    Scene("step-home", "/demandes/{blank}/domicile/", "newcomer", sends=True),
    Scene("step-situation", "/demandes/{blank}/situation/", "newcomer", sends=True),
    Scene("files", "/demandes/{blank}/pieces/", "newcomer", sends=True),
    Scene("files-attached", "/demandes/{draft}/pieces/", "citizen"),
    Scene("summary", "/demandes/{draft}/recapitulatif/", "citizen", sends=True),
    Scene("summary-incomplete", "/demandes/{blank}/recapitulatif/", "newcomer", sends=True),
    Scene("confirmation", "/demandes/{sent}/?envoyee=1", "citizen"),
    Scene("tracking", "/demandes/{sent}/", "citizen"),
    Scene("tracking-awaiting", "/demandes/{awaiting}/", "citizen", sends=True),
    Scene("tracking-done", "/demandes/{done}/", "citizen"),
    Scene("dashboard", "/mon-espace/", "citizen"),
    Scene("consultations", "/mon-espace/consultations/", "citizen"),
    Scene("consultations-empty", "/mon-espace/consultations/", "nobody"),
    Scene("dashboard-empty", "/mon-espace/", "nobody"),
    Scene("abandon", "/demandes/{draft}/supprimer/", "citizen"),
    Scene("desk", "/suivi/?vue=tous", "agent"),
    Scene("desk-nothing-found", "/suivi/?q=introuvable", "agent"),
    Scene("desk-empty", "/suivi/", "idle_agent"),
    Scene("desk-no-rights", "/suivi/", "nobody"),
    Scene("case", "/suivi/dossiers/{sent_case}/", "agent", sends=True),
    Scene("case-done", "/suivi/dossiers/{done_case}/", "agent"),
    Scene("case-read-only", "/suivi/dossiers/{sent_case}/", "reader"),
    Scene("case-being-signed", "/suivi/dossiers/{answered_case}/", "agent"),
    Scene("reply-new", "/suivi/reponses/?dossiers={sent_case}", "agent", sends=True),
    Scene("replies-new", "/suivi/reponses/?choix=tout&vue=tous", "agent"),
    Scene("replies", "/suivi/reponses/{replies}/", "agent"),
    Scene("board", "/supervision/", "operator"),
    Scene("keys", "/supervision/cles/", "operator", sends=True),
    Scene("key", "/supervision/cles/{key}/", "operator"),
    Scene("sites", "/supervision/sites/", "operator", sends=True),
    Scene("site", "/supervision/sites/{site}/", "operator"),
    Scene("board-of-an-agent", "/supervision/", "agent"),
    Scene("board-empty", "/supervision/", "idle_agent"),
    Scene("board-no-rights", "/supervision/", "nobody"),
    Scene("thresholds", f"/supervision/demarches/{world.PROCESS}/delais/", "operator"),
    Scene("organisations", "/supervision/organismes/", "operator"),
    Scene("organisations-nothing-found", "/supervision/organismes/?q=introuvable", "operator"),
    Scene("organisation-new", "/supervision/organismes/nouveau/", "operator", sends=True),
    Scene("organisation", "/supervision/organismes/{rennes}/", "operator"),
    Scene("processes", "/supervision/demarches/", "operator"),
    Scene("process", "/supervision/demarches/CERTDC/", "operator"),
    Scene("jobs", "/supervision/travaux/", "operator", sends=True),
    Scene("subscriptions", "/suivi/abonnements/", "administrator"),
    Scene("subscriptions-no-rights", "/suivi/abonnements/", "nobody"),
    Scene("subscription-new", "/suivi/abonnements/nouveau/", "administrator", sends=True),
    Scene("subscription-waiting", "/suivi/abonnements/{asked}/", "administrator"),
    Scene("subscription-to-decide", "/suivi/abonnements/{asked}/", "operator"),
    Scene("subscription-to-activate", "/suivi/abonnements/{approved}/", "administrator"),
    Scene("subscription-active", "/suivi/abonnements/{active}/", "administrator"),
    *delegation.SCENES,
    Scene("webhooks", "/suivi/webhooks/", "operator"),
    Scene("webhooks-empty", "/suivi/webhooks/", "nobody"),
    Scene("webhook", "/suivi/webhooks/{webhook}/", "operator"),
    Scene("parapheur", "/parapheur/", "mayor"),
    Scene("parapheur-sent", "/parapheur/?vue=envoyes", "clerk"),
    Scene("parapheur-nothing-found", "/parapheur/?q=introuvable", "mayor"),
    Scene("parapheur-no-rights", "/parapheur/", "nobody"),
    Scene("parapheur-new", "/parapheur/nouveau/", "clerk", sends=True),
    Scene("parapheur-to-sign", "/parapheur/{to_sign}/", "mayor", sends=True),
    Scene("parapheur-returned", "/parapheur/{returned}/", "clerk"),
    Scene("parapheur-sent-one", "/parapheur/{to_sign}/", "clerk"),
    Scene("batch-to-confirm", "/parapheur/lots/{batch}/", "mayor"),
    Scene("batch-given-up", "/parapheur/lots/{dropped}/", "mayor"),
    Scene("batches", "/parapheur/lots/", "mayor"),
    Scene("batches-empty", "/parapheur/lots/", "deputy"),
    Scene("absence", "/parapheur/absence/", "mayor"),
    Scene("card-register", "/parapheur/carte/", "deputy"),
    Scene("card-registered", "/parapheur/carte/", "second"),
    Scene("card-sign", "/parapheur/lots/{card_batch}/carte/", "second"),
    Scene("card-batch", "/parapheur/lots/{card_batch}/", "second"),
    Scene("circuits", "/parapheur/circuits/", "registrar"),
    Scene("certificates", "/parapheur/cles/", "registrar", sends=True),
    Scene("key-of-a-card", "/parapheur/cles/cle/{card_key}/", "registrar"),
    Scene("key-of-an-officer", "/parapheur/cles/cle/{officer_key}/", "registrar", sends=True),
    Scene("certificate", "/parapheur/cles/{certificate}/", "registrar"),
    Scene("verify", "/verifier/", sends=True),
    Scene("registers", "/registres/", "keeper"),
    Scene("registers-none", "/registres/", "nobody"),
    Scene("register-to-close", "/registres/{open_register}/", "keeper", sends=True),
    Scene("register-to-deposit", "/registres/{closed_register}/", "keeper", sends=True),
    Scene("register-inspected", "/registres/{closed_register}/", "prosecutor"),
    Scene("act-why", "/registres/{closed_register}/actes/1/", "prosecutor", sends=True),
    Scene("deposits", "/registres/versements/", "court_clerk"),
    Scene("deposits-none", "/registres/versements/", "nobody"),
    Scene("deposit-to-verify", "/registres/versements/{received}/", "court_clerk"),
    Scene("deposit-wrong", "/registres/versements/{wrong}/", "court_clerk"),
    Scene("deposit-seen-by-town", "/registres/versements/{wrong}/", "keeper"),
    Scene("preservation", "/registres/conservation/", "operator"),
    Scene("unknown-address", "/nulle-part/", status=404),
    Scene("another-persons-request", "/demandes/{sent}/", "nobody", status=404),
    Scene("style", "/style/"),
    *(Scene(f"style-{name}", f"/style/{name}/", sends=name == "step") for name in PATTERNS),
)


def set_stage() -> Stage:
    """Play what has to happen before the scenes: requests in every state, and people with every kind of right."""
    here = world.build()
    nobody, newcomer, reader, administrator, operator, interrupted, keyless, linked = (
        Account.objects.create_user(f"{name}@exemple.example", "un-mot-de-passe-long")
        for name in (
            "personne",
            "nouvelle",
            "lectrice",
            "administratrice",
            "exploitante",
            "interrompue",
            "sanscle",
            "reliee",
        )
    )
    world.allow(Actor("account", administrator.id), here.rennes.id, (Action.MEMBERS_MANAGE,))
    world.allow(Actor("account", reader.id), here.rennes.id, (world.AGENT_ACTIONS[0],))
    world.allow(Actor("account", operator.id), here.operator.id, (Action.PLATFORM_ADMINISTER,))
    names: dict[str, str] = {}
    for name in ("done", "awaiting", "sent"):
        case, request = deposits.deposited(here)
        names |= {name: str(request.id), f"{name}_case": str(case.id)}
        _answer(here, name, case)
    names |= _subscriptions(here, Actor("account", administrator.id))
    names["webhook"] = _webhook(here)
    names["rennes"] = str(here.rennes.id)
    leave_failed_job("exchange.send_webhook")
    names |= delegation.set_stage(here, Actor("account", administrator.id), Actor("account", operator.id))
    names["key"] = str(exchange.add_key(name="Logiciel", role="SI", organisation=here.rennes.id, actor=SYSTEM).client)
    # Its document was altered on its way: the agent must not miss it.
    Attachment.objects.filter(folder__cases=UUID(names["sent_case"]), type="ji").update(signature="broken")
    names["blank"] = str(commands.start_request(service=SERVICE, actor=Actor("account", newcomer.id)))
    people = {"citizen": here.citizen, "agent": here.agent, "idle_agent": here.foreign_agent}
    people |= {
        "nobody": nobody,
        "newcomer": newcomer,
        "reader": reader,
        "operator": operator,
        "administrator": administrator,
        "interrupted": interrupted,
        "keyless": keyless,
        "linked": linked,
    }
    with transaction.atomic():
        made, town = _parapheur(here, people)
        made |= kept.set_stage(here, people)
    names |= made | _replies(here, town)
    names["draft"] = str(deposits.draft(here).id)  # last: a request sent before would be this one
    Case.objects.filter(id=names["awaiting_case"]).update(updated_at=now() - timedelta(days=45))
    sessions = {who: _session(person, who) for who, person in people.items()}
    names |= _towns(linked, sessions["linked"])
    return Stage(people, names, sessions)


def _towns(person: Account, key: str) -> dict[str, str]:
    """Requests of a town that wait for this person."""
    client, session = towns.linked(person), SessionStore(key)
    essential = '{"id_token":{"acr":{"essential":true,"value":"eidas2"}}}'
    made = {
        "consent": towns.waits(session, client, scope="openid email profile offline_access"),
        "more": towns.waits(session, client, claims=essential, max_age="0"),
        "wish": towns.waits(session, client, acr_values="eidas0-mfa"),
    }
    session.save()
    return made | {"site": str(client.id), "identity": towns.federated(person)}


def _subscriptions(here: world.World, administrator: Actor) -> dict[str, str]:
    """One subscription a step of its life."""
    active = Subscription.objects.get(subscriber=here.rennes)
    made = {"active": str(active.id)}
    for name, process in (("asked", "EtatCivil"), ("approved", "CERTDC")):
        reception = exchange.Reception(emails=["accueil@rennes.example"])
        wanted = exchange.SubscriptionRequest(here.rennes.id, process, reception)
        made[name] = str(exchange.request_subscription(wanted=wanted, actor=administrator).id)
    exchange.validate_subscription(subscription_id=UUID(made["approved"]), actor=SYSTEM)
    return made


def _parapheur(here: world.World, people: dict[str, Account]) -> tuple[dict[str, str], parapheur.Town]:
    """A document in each state that has a page of its own, and two batches."""
    town = parapheur.build(keys=False, here=here)
    given = parapheur.give_certificate(town, town.mayor)
    made = {"certificate": str(given.id), "officer_key": str(given.key_id)}
    made["to_sign"], returned = str(town.submit().id), town.submit(title="Certificat à corriger")
    signing.send_back(item_id=returned.id, reason="Le nom est mal écrit à la première page.", actor=town.mayor)
    made["returned"] = str(returned.id)
    dropped = town.freeze(*town.submit_many(2))
    signing.cancel_batch(batch_id=dropped.id, actor=town.mayor)
    signing.delegate(
        organisation=town.organisation,
        to=town.deputy.person,
        starts_at=now(),
        ends_at=now() + timedelta(days=7),
        actor=town.mayor,
    )
    world.allow(here.as_agent, here.rennes.id, (Action.ACT_PREPARE,))
    made |= {"dropped": str(dropped.id), "batch": str(town.freeze(*town.submit_many(3)).id)}
    made |= _card_batch(town)
    cast = {"second": town.second, "mayor": town.mayor, "deputy": town.deputy}
    cast |= {"clerk": town.clerk, "registrar": town.administrator}
    people |= {name: Account.objects.get(id=actor.person) for name, actor in cast.items()}
    return made, town


def _card_batch(town: parapheur.Town) -> dict[str, str]:
    """A confirmed list that waits for the card of the second deputy."""
    given = parapheur.give_certificate(town, town.second, place="card")
    step = signing.NewStep(StepKind.SIGNATURE, town.second.person)
    circuit = signing.create_circuit(
        organisation=town.organisation, name="Par carte", steps=[step], actor=town.administrator
    )
    items = [town.submit(circuit=circuit).id for _ in range(3)]
    batch = town.freeze(*items, actor=town.second)
    signing.confirm_batch(batch_id=batch.id, digest=bytes(batch.digest), actor=town.second)
    return {"card_batch": str(batch.id), "card_key": str(given.key_id)}


def _replies(here: world.World, town: parapheur.Town) -> dict[str, str]:
    """Two answers sent together: one waits for the mayor, the other was sent back."""
    cases = [deposits.deposited(here)[0].id for _ in range(2)]
    text = "Bonjour {prénom} {nom},\n\nVotre demande est acceptée."
    reply = exchange.NewReply(town.short, "Votre demande de recensement", text, CaseStatus.DONE)
    run = exchange.send_replies(cases=cases, reply=reply, actor=here.as_agent)
    run_jobs()
    returned = Item.objects.filter(source=exchange.REPLIES)[1]
    signing.send_back(item_id=returned.id, reason="Le nom est mal écrit.", actor=town.mayor)
    run_jobs()
    return {"replies": str(run), "answered_case": str(cases[0])}


def _webhook(here: world.World) -> str:
    """A message that its receiver refused once."""
    endpoint = WebhookEndpoint.objects.create(organisation=here.rennes, url="https://logiciel.example/hook", secret="s")
    delivery = WebhookDelivery.objects.create(
        endpoint=endpoint, notification_id=here.rennes.id, payload="{}", attempts=2
    )
    WebhookAttempt.objects.create(delivery=delivery, status=503, milliseconds=120)
    WebhookAttempt.objects.create(delivery=delivery, error="connexion refusée", milliseconds=3)
    return str(delivery.id)


def _session(person: Account, who: str) -> str:
    client = Client()
    client.force_login(person)
    session = client.session
    if who == "keyless":  # has just proved again who they are, long enough for the tests
        with patch("time.time", return_value=time.time() + 3600):
            record_authentication(SimpleNamespace(session=session), person, "password", reauthenticated=True)
        session.save()
    if who == "interrupted":
        session[KEY] = asdict(Interrupted("platform:administer", "*", "/supervision/cles/", "secret"))
        session.save()
    return client.session.session_key or ""


def _answer(here: world.World, name: str, case: Case) -> None:
    answers = {
        "awaiting": exchange.CaseAnswer(CaseStatus.ADD_AWAITING, "Il manque le verso de la carte.", author="Agent"),
        "done": exchange.CaseAnswer(
            CaseStatus.DONE,
            author="Agent",
            documents=[exchange.receive_document("attestation", "attestation.pdf", [files.PDF])],
        ),
    }
    if name in answers:
        exchange.open_case(case_id=case.id, actor=here.as_agent)
        exchange.move_case(case_id=case.id, answer=answers[name], actor=here.as_agent)
        run_jobs()
