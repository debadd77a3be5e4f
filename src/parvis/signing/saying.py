"""A verification's conclusions in plain words: what it means, what to do."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.signing.validation.qualified import Quality
from parvis.signing.validation.verdicts import Indication, Kind, Report, Sub, Verdict
from parvis.ui.dates import when
from parvis.ui.parts import Row, Tone

TONES: dict[Indication, Tone] = {
    Indication.PASSED: "success",
    Indication.INDETERMINATE: "warning",
    Indication.FAILED: "error",
}
TITLES: dict[Indication, Any] = {
    Indication.PASSED: gettext_lazy("Signature valable"),
    Indication.INDETERMINATE: gettext_lazy("On ne peut pas conclure"),
    Indication.FAILED: gettext_lazy("Signature non valable"),
}
KINDS: dict[Kind, Any] = {
    Kind.PDF: gettext_lazy("PDF"),
    Kind.CMS: gettext_lazy("signature détachée (CMS)"),
    Kind.XML: gettext_lazy("XML"),
    Kind.ASICE: gettext_lazy("conteneur ASiC-E"),
    Kind.TIMESTAMP: gettext_lazy("horodatage"),
    Kind.EVIDENCE: gettext_lazy("enregistrement de preuve"),
    Kind.UNKNOWN: gettext_lazy("format inconnu"),
}
MEANINGS: dict[Sub | None, Any] = {
    None: gettext_lazy(
        "Le document n’a pas changé depuis sa signature, et une autorité reconnue répond du signataire."
    ),
    Sub.FORMAT_FAILURE: gettext_lazy(
        "Ce fichier n’est pas signé, est abîmé, ou a été modifié après sa signature. Demandez-en un nouveau."
    ),
    Sub.HASH_FAILURE: gettext_lazy(
        "Le document n’est pas celui qui a été signé : il a changé depuis. Demandez l’original à l’expéditeur."
    ),
    Sub.SIG_CRYPTO_FAILURE: gettext_lazy(
        "La signature n’a pas été faite avec la clé du certificat présenté. Ne vous fiez pas à ce document."
    ),
    Sub.REVOKED_NO_POE: gettext_lazy(
        "Le certificat du signataire a été révoqué, et rien ne prouve que la signature est antérieure. "
        "Demandez confirmation au signataire."
    ),
    Sub.OUT_OF_BOUNDS_NO_POE: gettext_lazy(
        "Le certificat du signataire a expiré, et rien ne prouve que la signature a été faite avant. "
        "Demandez une version horodatée."
    ),
    Sub.NOT_YET_VALID: gettext_lazy("Le certificat du signataire n’était pas encore valable à la date prouvée."),
    Sub.CRYPTO_CONSTRAINTS_FAILURE: gettext_lazy(
        "La signature emploie un procédé trop faible ou inconnu : elle ne prouve plus rien aujourd’hui."
    ),
    Sub.SIG_CONSTRAINTS_FAILURE: gettext_lazy(
        "La signature ne couvre pas tout le document, ou ne nomme pas son signataire comme elle le doit."
    ),
    Sub.CHAIN_CONSTRAINTS_FAILURE: gettext_lazy(
        "Le certificat présenté n’est pas fait pour signer ce type de document."
    ),
    Sub.TIMESTAMP_ORDER_FAILURE: gettext_lazy(
        "L’horodatage joint n’est pas celui de cette signature. Ne vous fiez pas à sa date."
    ),
    Sub.NO_SIGNING_CERTIFICATE_FOUND: gettext_lazy("Le certificat du signataire n’est pas joint à la signature."),
    Sub.NO_CERTIFICATE_CHAIN_FOUND: gettext_lazy(
        "Le certificat du signataire ne vient d’aucune autorité reconnue ici. Vérifiez auprès de lui qui l’a délivré."
    ),
    Sub.SIGNED_DATA_NOT_FOUND: gettext_lazy(
        "La signature porte sur un autre fichier. Joignez aussi ce fichier, puis vérifiez de nouveau."
    ),
    Sub.NO_POE: gettext_lazy(
        "Un horodatage d’archivage est joint. Il est reconnu, mais ce service ne vérifie pas ce qu’il couvre."
    ),
    Sub.TRY_LATER: gettext_lazy(
        "Impossible de savoir si le certificat a été révoqué : les listes de son autorité manquent. Réessayez."
    ),
}


QUALITIES: dict[Quality, Any] = {
    Quality.SIGNATURE: gettext_lazy("Signature qualifiée : elle vaut une signature manuscrite dans toute l’Union."),
    Quality.SEAL: gettext_lazy("Cachet qualifié d’un organisme."),
    Quality.SIGNATURE_CERTIFICATE: gettext_lazy(
        "Signature avancée, avec un certificat qualifié ; la clé n’est pas dite dans un dispositif qualifié."
    ),
    Quality.SEAL_CERTIFICATE: gettext_lazy("Cachet avancé d’un organisme, avec un certificat qualifié."),
    Quality.NOT_QUALIFIED: gettext_lazy("Ni la signature ni son certificat ne sont qualifiés."),
    Quality.UNKNOWN: gettext_lazy(
        "Le certificat se dit qualifié, mais la liste de confiance n’est pas installée ici : impossible de le vérifier."
    ),
}


def rows(verdict: Verdict) -> list[Row]:
    """Return the facts of one verdict."""
    found = [Row(_("Conclusion"), f"{verdict.indication}{f' / {verdict.sub}' if verdict.sub else ''}")]
    if verdict.name:
        found.append(Row(_("Où"), verdict.name))
    if verdict.signer is not None:
        found.append(Row(_("Horodaté par") if verdict.what != "signature" else _("Signé par"), _subject(verdict)))
        found.append(Row(_("Certifié par"), verdict.signer.issuer.rfc4514_string()))
    if verdict.quality:
        found.append(Row(_("Qualification (règlement eIDAS)"), str(QUALITIES[Quality(verdict.quality)])))
    if verdict.claimed_at:
        found.append(Row(_("Date déclarée par le signataire"), when(verdict.claimed_at)))
    if verdict.proven_at:
        found.append(Row(_("Date prouvée par un horodatage"), when(verdict.proven_at)))
    if verdict.detail:
        found.append(Row(_("Détail technique (anglais)"), verdict.detail))
    return found


def _subject(verdict: Verdict) -> str:
    return verdict.signer.subject.rfc4514_string() if verdict.signer else ""


def facts(report: Report) -> list[Row]:
    """Return the facts of the file."""
    return [
        Row(_("Fichier"), report.name),
        Row(_("Format"), KINDS[report.kind]),
        Row(_("Empreinte SHA-256"), report.sha256),
        Row(_("Vérifié"), when(report.at)),
    ]
