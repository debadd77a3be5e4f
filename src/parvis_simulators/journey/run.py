"""Play the whole journey and say what happened. Exit code 0 only if every step succeeded."""

import argparse
import json
import os
import sys
import time
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from parvis_simulators.journey import material, towns
from parvis_simulators.journey.browser import Browser, Page, UnexpectedPageError
from parvis_simulators.journey.hubee import HubeeClient
from parvis_simulators.journey.software import ApiError, Software

PATIENCE_SECONDS = 30.0


@dataclass(slots=True)
class Journey:
    """The people, and what they know as the story goes on."""

    site: str
    mailbox: str
    accounts: dict[str, Any]
    citizen: Browser
    agent: Browser
    software: Software
    number: str = ""
    request_url: str = ""
    case_id: str = ""
    first_name: str = ""
    last_name: str = ""

    def citizen_signs_in(self) -> str:
        """Sign in on the account page."""
        self._sign_in(self.citizen, "citizen")
        return f"compte {self.accounts['citizen']['email']}"

    def citizen_fills_the_form(self) -> str:
        """Start, then answer the four pages of questions."""
        self.first_name, self.last_name, born = material.person()
        browser = self.citizen
        page = browser.submit(browser.get("/demarches/recensement-citoyen/"), {"commencer": "1"})
        page = self._at_first_step(page)
        for answers in (self._identity(born), _PARENTS, _HOME, self._situation()):
            page = browser.submit(page, answers).expect("Étape")
        page.expect("Pièces à joindre")
        self.request_url = page.url.removesuffix("pieces/")
        return f"{self.first_name} {self.last_name}, née le {born:%d/%m/%Y}, habite Rennes"

    def citizen_attaches_and_sends(self) -> str:
        """Attach two documents, read the summary, send."""
        files = {
            "ji": ("carte-identite.pdf", material.pdf(f"Carte d'identité de {self.first_name} {self.last_name}")),
            "jf": ("livret-de-famille.png", material.png()),
        }
        page = self.citizen.get(self.request_url + "pieces/")
        page = self.citizen.submit(page, {}, files, having="ji").expect("Récapitulatif").expect(self.last_name)
        page = self.citizen.submit(page, {"declaration": "on"}).expect("Votre demande est envoyée")
        words = page.text.split()
        self.number = next(word.strip(".,") for word in words if word.startswith("PARV-RCO-"))
        return f"numéro {self.number}"

    def software_fetches_the_case(self) -> str:
        """Poll, download every document, check the XML, acknowledge: the town's software needs no re-keying."""
        life = self.software.sign_in()
        found = self._until(self._notified, "the town's notification")
        self.case_id = found["case"]
        case = self.software.case(self.case_id)
        documents = {a["type"]: self.software.download(a["id"]) for a in case["attachments"]}
        if set(documents) != {"10870-XML", "10870-PDF", "ji", "jf"}:
            raise UnexpectedPageError(str(sorted(documents)))
        root = etree.fromstring(documents["10870-XML"])
        name = root.findtext("Personne/NomFamille")
        if name != self.last_name.upper():
            raise UnexpectedPageError("NomFamille", name)
        self.software.move(self.case_id, "SI_RECEIVED")
        self.software.acknowledge(found["id"])
        weight = sum(map(len, documents.values()))
        return f"{len(documents)} documents, {weight // 1024} Ko, XML lu ({name}), jeton valable {life} s"

    def agent_asks_for_a_complement(self) -> str:
        """On the follow-up desk."""
        self._sign_in(self.agent, "agent")
        self.agent.get("/suivi/").expect(self.last_name)
        page = self.agent.get(f"/suivi/dossiers/{self.case_id}/").expect(self.number)
        asked = {
            "decision": "ADD_AWAITING",
            "message": "Merci d’envoyer aussi la page des enfants du livret de famille.",
        }
        self.agent.submit(page, asked, {}).expect("En attente de compléments")
        self._mail(self.accounts["citizen"]["email"], "complément")
        return "le citoyen est prévenu par courriel"

    def citizen_answers(self) -> str:
        """From the citizen's own space."""
        page = self.citizen.get(self.request_url).expect("page des enfants")
        answer = {"message": "Voici la page demandée."}
        self.citizen.submit(page, answer, {"document": ("page-enfants.png", material.png())}).expect("Envoyée")
        return "réponse et document envoyés"

    def agent_answers_with_the_attestation(self) -> str:
        """The case comes back at the top of the inbox; the agent joins the attestation and ends it."""
        page = self.agent.get(f"/suivi/dossiers/{self.case_id}/").expect("page-enfants.png")
        words = f"Attestation de recensement - {self.first_name} {self.last_name}"
        document = {"document": ("attestation-de-recensement.pdf", material.pdf(words))}
        self.agent.submit(page, {"decision": "DONE"}, document).expect("Traité")
        return "attestation jointe, dossier traité"

    def citizen_downloads_the_attestation(self) -> str:
        """The end of the story."""
        self._mail(self.accounts["citizen"]["email"], "Traité")
        page = self.citizen.get(self.request_url).expect("Traitée")
        document = self.citizen.get(page.link("attestation-de-recensement.pdf"))
        if not document.content.startswith(b"%PDF-"):
            raise UnexpectedPageError("attestation", document.status)
        return f"{len(document.content)} octets, {self.request_url}"

    def _sign_in(self, browser: Browser, who: str) -> None:
        account = self.accounts[who]
        page = browser.get("/compte/login/")
        browser.submit(page, {"login": account["email"], "password": account["password"]}).expect("Se déconnecter")

    def _at_first_step(self, page: Page) -> Page:
        # A draft left by an earlier run is taken up where it stopped; the story starts from the first page.
        root = page.url.split("/demandes/")[1].split("/")[0]
        return self.citizen.get(f"/demandes/{root}/identite/").expect("Votre identité")

    def _notified(self) -> dict[str, Any] | None:
        for notification in self.software.notifications():
            if notification["event"] is None and self.software.case(notification["case"])["external_id"].startswith(
                self.number
            ):
                return notification
        return None

    def _mail(self, to: str, words: str) -> None:
        def arrived() -> dict[str, Any] | None:
            with urllib.request.urlopen(self.mailbox + "/messages.json", timeout=10) as answer:  # noqa: S310
                messages = json.load(answer)
            return next(
                (m for m in messages if to in m["to"] and words in m["subject"] and self.number in m["subject"]), None
            )

        self._until(arrived, f"a mail to {to} about « {words} »")

    def _until(self, look: Callable[[], dict[str, Any] | None], what: str) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            found = look()
            if found is not None:
                return found
            time.sleep(0.1)
        message = f"{what} did not arrive within {PATIENCE_SECONDS:.0f} s"
        raise UnexpectedPageError(message)

    def _identity(self, born: Any) -> dict[str, str]:
        return {
            "francais": "oui",
            "sexe": "2",
            "nom_famille": self.last_name,
            "prenom_usuel": self.first_name,
            "date_naissance_day": str(born.day),
            "date_naissance_month": str(born.month),
            "date_naissance_year": str(born.year),
            "pays_naissance": "FRA",
            "commune_naissance": "06000 Nice",
        }

    def _situation(self) -> dict[str, str]:
        return {
            "situation_matrimoniale": "Célibataire",
            "nombre_enfants": "0",
            "nombre_freres_soeurs": "1",
            "pupille": "non",
            "scolarite": "lycee",
            "email": self.accounts["citizen"]["email"],
            "telephone": "01 99 00 12 34",
        }


_PARENTS = {"mere_nom": "Durand", "mere_prenom": "Anne", "pere_nom": "Martin", "pere_prenom": "Paul"}
_HOME = {
    "numero": "25",
    "type_voie": "ALLEE",
    "nom_voie": "des Marronniers",
    "code_postal": "35000",
    "commune": "Rennes",
}

STORY: tuple[tuple[str, str], ...] = (
    ("Une citoyenne se connecte", "citizen_signs_in"),
    ("Elle remplit le recensement citoyen", "citizen_fills_the_form"),
    ("Elle joint ses pièces et envoie", "citizen_attaches_and_sends"),
    ("Le logiciel de la mairie récupère le dossier par l’API", "software_fetches_the_case"),
    ("Un agent demande un complément sur le bureau de suivi", "agent_asks_for_a_complement"),
    ("La citoyenne répond", "citizen_answers"),
    ("L’agent répond avec l’attestation", "agent_answers_with_the_attestation"),
    ("La citoyenne télécharge son attestation", "citizen_downloads_the_attestation"),
)


def main(arguments: list[str]) -> int:
    """Play the story against a running site. Accounts come as JSON in the environment: no secret on a command line."""
    parser = argparse.ArgumentParser(prog="journey")
    parser.add_argument("--site", required=True)
    parser.add_argument("--mailbox", required=True)
    options = parser.parse_args(arguments)
    accounts = json.loads(os.environ["PARVIS_DEMO_ACCOUNTS"])
    key = accounts["software"]
    journey = Journey(
        options.site,
        options.mailbox,
        accounts,
        Browser(options.site),
        Browser(options.site),
        Software(options.site, key["client_id"], key["secret"]),
    )
    return play(journey, STORY) or play(_second_act(options.site, accounts), towns.STORY)


def _second_act(site: str, accounts: dict[str, Any]) -> towns.TwoTowns:
    def client(role: str, who: str) -> HubeeClient:
        return HubeeClient(site, role, accounts[who]["client_id"], accounts[who]["secret"])

    return towns.TwoTowns(accounts, client("OSL", "depositor"), client("SI", "software"), Browser(site))


def play(people: Journey | towns.TwoTowns, story: Sequence[tuple[str, str]]) -> int:
    """Run every step in order, a line each; stop at the first that fails."""
    for title, name in story:
        started = time.monotonic()
        try:
            outcome = getattr(people, name)()
        except (UnexpectedPageError, ApiError, OSError, StopIteration, KeyError) as error:
            sys.stdout.write(f"  ✗ {title}\n      {type(error).__name__}: {error}\n")
            return 1
        sys.stdout.write(f"  ✓ {title} ({time.monotonic() - started:.1f} s)\n      {outcome}\n")
        sys.stdout.flush()
    return 0
