"""Second act: one folder for two towns. One takes it with its software by HubEE's protocol, the other on the desk."""

import secrets
from dataclasses import dataclass
from typing import Any

from parvis_simulators.journey import material
from parvis_simulators.journey.browser import Browser, UnexpectedPageError
from parvis_simulators.journey.hubee import HubeeClient

PROCESS = "EtatCivil"


@dataclass(slots=True)
class TwoTowns:
    """A depositor, a town's software, another town's agent, and the folder that goes from one to the others."""

    accounts: dict[str, Any]
    depositor: HubeeClient
    software: HubeeClient
    agent: Browser
    number: str = ""
    last_name: str = ""
    folder: str = ""

    def depositor_sends_to_both(self) -> str:
        """One deposit, two recipients, one document; then the two are told."""
        first_name, self.last_name, _ = material.person()
        self.number = f"DEMO-AEC-{secrets.randbelow(10**13):013d}"
        document = material.pdf(f"Demande d'acte de {first_name} {self.last_name}")
        cases = [
            {"recipient": town, "externalId": f"{self.number}-{place:02d}"}
            for place, town in enumerate(self.accounts["towns"], 1)
        ]
        self.depositor.sign_in()
        made = self.depositor.call(
            "POST",
            "/folders",
            {
                "processCode": PROCESS,
                "externalId": self.number,
                "applicant": {"firstName": first_name, "lastName": self.last_name},
                "cases": cases,
                "attachments": [
                    {
                        "fileName": "demande.pdf",
                        "type": "ActeEtatCivil-PDF",
                        "size": len(document),
                        "mimeType": "application/pdf",
                        "recipients": [case["externalId"] for case in cases],
                    }
                ],
            },
        )
        self.folder = made["id"]
        self.depositor.call("PUT", f"/folders/{self.folder}/attachments/{made['attachments'][0]['id']}", document)
        self.depositor.call("PATCH", f"/folders/{self.folder}", {"globalStatus": "HUBEE_COMPLETED"})
        return f"{self.number} : un dossier, deux mairies, {len(document)} octets"

    def software_takes_its_case(self) -> str:
        """Rennes: poll, read, download, answer, acknowledge, with a client that was written for HubEE."""
        self.software.sign_in()
        note = self._note(self.software, event=False)
        case = self.software.call("GET", f"/cases/{note['caseId']}")
        path = f"/cases/{case['id']}"
        document = self.software.call("GET", f"{path}/attachments/{case['attachments'][0]['id']}")
        if not document.startswith(b"%PDF-"):
            raise UnexpectedPageError("document", document[:20])
        for status in ("SI_RECEIVED", "DONE"):
            event = {"actionType": "STATUS_UPDATE", "notification": True, "author": "Logiciel", "caseNewStatus": status}
            self.software.call("POST", f"{path}/events", event)
        self.software.call("DELETE", f"/notifications/{note['id']}")
        return f"{case['externalId']} : lu, téléchargé, traité, acquitté"

    def agent_takes_the_other(self) -> str:
        """Nice: the same folder, opened and treated by a person on the follow-up desk."""
        account = self.accounts["agent_nice"]
        page = self.agent.get("/compte/login/")
        self.agent.submit(page, {"login": account["email"], "password": account["password"]})
        inbox = self.agent.get(f"/suivi/?q={self.number}").expect(self.last_name)
        page = self.agent.get(inbox.link(self.last_name)).expect("demande.pdf")
        self.agent.submit(page, {"decision": "SI_RECEIVED"}, {}).expect("Réception confirmée")
        answered = {"decision": "REFUSED", "message": "L’acte demandé n’est pas inscrit dans nos registres."}
        page = self.agent.get(page.url)
        self.agent.submit(page, answered, {}).expect("Refusé")
        return f"{self.number}-02 : lu, refusé avec son motif"

    def depositor_learns_both_answers(self) -> str:
        """Both answers come back; each is acknowledged."""
        outcomes: dict[str, str] = {}
        while len(outcomes) < len(self.accounts["towns"]):
            note = self._note(self.depositor, event=True)
            event = self.depositor.call("GET", f"/cases/{note['caseId']}/events/{note['eventId']}")
            outcomes[note["caseId"]] = event["caseNewStatus"]
            self.depositor.call("DELETE", f"/notifications/{note['id']}")
            if outcomes[note["caseId"]] == "SI_RECEIVED":
                del outcomes[note["caseId"]]
        if sorted(outcomes.values()) != ["DONE", "REFUSED"]:
            raise UnexpectedPageError(str(outcomes))
        return "une mairie a traité, l’autre a refusé : le déposant sait les deux"

    def _note(self, client: HubeeClient, *, event: bool) -> dict[str, Any]:
        for note in client.call("GET", "/notifications?maxResult=100&eventDetails=true"):
            if bool(note["eventId"]) != event:
                continue
            if client.call("GET", f"/cases/{note['caseId']}")["externalId"].startswith(self.number):
                found: dict[str, Any] = note
                return found
        message = f"no notification of {self.number}"
        raise UnexpectedPageError(message)


STORY: tuple[tuple[str, str], ...] = (
    ("Un déposant envoie un dossier à deux mairies, par le protocole HubEE", "depositor_sends_to_both"),
    ("Rennes le prend avec son logiciel, par le même protocole", "software_takes_its_case"),
    ("Nice le traite sur le bureau de suivi", "agent_takes_the_other"),
    ("Le déposant reçoit les deux réponses", "depositor_learns_both_answers"),
)
