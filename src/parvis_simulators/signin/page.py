"""The page where one chooses who to be, and the error page."""

from collections.abc import Mapping
from html import escape
from urllib.parse import urlencode

from parvis_simulators.signin.provider import Provider

_STYLE = """
:root{color-scheme:light dark;--ink:#1d2433;--paper:#fff;--line:#c5ccd8;--accent:#34568b}
@media(prefers-color-scheme:dark){:root{--ink:#e8ebf1;--paper:#171b24;--line:#414a5c;--accent:#a9c1ec}}
body{margin:0 auto;max-width:40rem;padding:2rem 1.5rem;font:1.125rem/1.5 system-ui,sans-serif;color:var(--ink);
background:var(--paper)}ul{list-style:none;padding:0}li{margin:.75rem 0}
li a{display:block;border:1px solid var(--line);border-radius:.5rem;padding:.75rem 1rem;text-decoration:none}
a{color:var(--accent)}a:focus-visible{outline:3px solid #c77700;outline-offset:2px}small{opacity:.8}
"""


def _whole(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body><main><h1>{escape(title)}</h1>{body}</main></body></html>"
    )


def chooser(provider: Provider, asked: Mapping[str, str]) -> str:
    """One link for each person, and one to give up."""

    def link(person: str) -> str:
        return escape(f"{provider.issuer}/choose?{urlencode({**asked, 'person': person})}")

    lines = "".join(
        f'<li><a href="{link(slug)}">{escape(" ".join(list(told.values())[:2]))}</a></li>'
        for slug, told in provider.people.items()
    )
    return _whole(
        f"Simulateur de {provider.family.name}",
        f"<p>Service de démonstration, sans lien avec le vrai. Qui se connecte ?</p><ul>{lines}</ul>"
        f'<p><a href="{link("")}">Abandonner la connexion</a></p>',
    )


def refusal(provider: Provider, code: str) -> str:
    """What the real service shows when it does not even send the person back."""
    return _whole(
        f"Simulateur de {provider.family.name} : erreur",
        f"<p>Une erreur technique est survenue, fermez l’onglet de votre navigateur et reconnectez-vous.</p>"
        f"<p><small>code d’erreur : {escape(code)}</small></p>",
    )
