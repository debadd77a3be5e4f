"""Find French left on a page said to be in English."""

import re
from html.parser import HTMLParser

# Words frequent in French and absent from English; a letter with an accent gives away most of the others.
WORDS = frozenset(
    """
    le la les des du une un et ou où de en votre vos vous nous notre pour dans est sont avec sur par que qui pas ce
    cette aux au leur ne se si mais je mon ma mes il elle ils saisissez choisissez ajoutez indiquez cochez envoyez
    demande demandes mairie naissance nom prénom dossier dossiers erreur suivant suivante retour accueil
    mot passe compte connexion fichier fichiers jour jours mois heure heures hier demain octets oui non
    recherche rechercher modifier supprimer enregistrer continuer commencer retirer télécharger
    """.split()  # noqa: SIM905 - a text is easier to read and to complete than a list
)
# Names of French things, given after their English name, and what people typed or are called.
MEANT = (
    "livret de famille",
    "recensement citoyen",
    "code du service national",
    "lycée professionnel",
    "collège",
    "lycée",
    "Mairie de Rennes",
    "Saint-Étienne",
    "Jeanne, Élise",
    "des Lilas",
    "exemple.example",
    "bis, ter, A",
)
SPOKEN = frozenset({"alt", "title", "aria-label", "placeholder", "data-suggest-found"})
VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})


class _Reader(HTMLParser):
    """Collect what a person reads or hears, outside scripts and outside what is marked as French."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.language: str | None = None
        self.silent: list[str] = []  # elements open inside one that is not read

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "html":
            self.language = given.get("lang")
        if self.silent or tag in {"script", "style", "use"} or (tag != "html" and given.get("lang") == "fr"):
            if tag not in VOID:
                self.silent.append(tag)
            return
        self.texts += [value for name, value in given.items() if name in SPOKEN and value]

    def handle_endtag(self, tag: str) -> None:
        if self.silent and self.silent[-1] == tag:
            self.silent.pop()

    def handle_data(self, data: str) -> None:
        if not self.silent and data.strip():
            self.texts.append(" ".join(data.split()))


def language(page: str) -> str | None:
    """Return the language that the page declares."""
    reader = _Reader()
    reader.feed(page)
    return reader.language


def left_on(page: str) -> list[str]:
    """Return the pieces of text of a page that are still French."""
    reader = _Reader()
    reader.feed(page)
    return [text for text in reader.texts if french(text)]


def french(text: str) -> bool:
    """Tell whether a text has French in it, apart from the names meant to stay French."""
    for meant in MEANT:
        text = text.replace(meant, "")
    words = re.findall(r"[^\W\d_]+", text.lower())
    return (
        "«" in text
        or re.search(r"\d\s[KMG]o\b", text) is not None
        or any(word in WORDS or re.search("[àâçéèêëîïôœùûü]", word) for word in words)
    )
