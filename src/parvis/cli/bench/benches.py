"""The benches. One is one line here and one module with ``measure(session) -> list[Metric]``.

Modules are imported when chosen, once Django is ready.
"""

# name: (module, one line of help)
BENCHES: dict[str, tuple[str, str]] = {
    "access": ("parvis.cli.bench.access", "une décision parmi 500 000 droits, et un juge indépendant : Cedar"),
    "crash": ("parvis.cli.bench.crash", "200 à 1 000 arrêts brutaux : rien de perdu, rien en double"),
    "deposit": ("parvis.cli.bench.deposit", "un dépôt par l’API du hub, contre les mêmes lignes écrites par psycopg"),
    "hub": ("parvis.cli.bench.hub", "des dossiers complets avec leurs pièces, les délais, un document de 1 Go"),
    "journey": ("parvis.cli.bench.journey", "le recensement citoyen du début au suivi, contre autant de pages fixes"),
    "ledger": ("parvis.cli.bench.ledger", "le journal à un million d’entrées : ajouts, preuves, débit, contre SHA-256"),
    "preservation": (
        "parvis.cli.bench.preservation",
        "un million d’actes restaurés et vérifiés, la relecture contre SHA-256 nu, un versement",
    ),
    "signing": (
        "parvis.cli.bench.signing",
        "500 signatures d’une confirmation, preuves et vérification, contre openssl speed",
    ),
    "signing-crash": (
        "parvis.cli.bench.signing.crash",
        "un lot tué 200 fois pendant sa signature : rien de perdu, rien deux fois",
    ),
    "signin": ("parvis.cli.bench.signin", "une connexion par FranceConnect, aller et retour : temps processeur"),
    "tenancy": (
        "parvis.cli.bench.tenancy",
        "ce que coûte le cloisonnement par la base, sur deux millions de dossiers",
    ),
}
