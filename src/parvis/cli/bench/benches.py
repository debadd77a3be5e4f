"""The benches. One is one line here and one module with ``measure(session) -> list[Metric]``.

Modules are imported when chosen, once Django is ready.
"""

# name: (module, one line of help)
BENCHES: dict[str, tuple[str, str]] = {
    "deposit": ("parvis.cli.bench.deposit", "un dépôt par l’API du hub, contre les mêmes lignes écrites par psycopg"),
    "journey": ("parvis.cli.bench.journey", "le recensement citoyen du début au suivi, contre autant de pages fixes"),
}
