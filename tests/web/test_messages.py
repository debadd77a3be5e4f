"""The tool that gathers the words, on small texts."""

from pathlib import Path

import pytest

from tools import messages


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('_("Bonjour")', ["Bonjour"]),
        ('x.gettext_lazy("L’acte " "entier")', ["L’acte entier"]),
        ('ngettext("%(n)d an", "%(n)d ans", n)', [("%(n)d an", "%(n)d ans")]),
        ('raise AbsentError("code", "Rien ici.", field="x")', ["Rien ici."]),
        ('raise virus.InfectedFileError("infected", "Un virus.")', ["Un virus."]),
        ('raise ValidationError("Trop long.", "code"); raise ValueError("plain")', []),
        ('problems.add("code", "Il manque %(x)s.", params={"x": 1})', ["Il manque %(x)s."]),
        ('_(computed); problems.add("code", f"Il manque {x}."); seen.add("a"); others.add("a", "b")', []),
    ],
)
def test_code(code: str, found: list[messages.Id]) -> None:
    assert list(messages.of_code(code)) == found


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("<p>d’abord</p>\n   {% translate 'L’accueil' as x %}", ["L’accueil"]),
        ("{% blocktranslate with a=b %}Lu par {{ a }}, 5 %{% endblocktranslate %}", ["Lu par %(a)s, 5 %%"]),
        ("{% blocktranslate trimmed %}\n  Deux\n  lignes\n{% endblocktranslate %}", ["Deux lignes"]),
        ("{% blocktranslate %}Tapez :\n\n    parvis{% endblocktranslate %}", ["Tapez :\n\n    parvis"]),
        ("{% blocktranslate asvar x %}Titre\xa0!{% endblocktranslate %}", ["Titre\xa0!"]),
        (
            "{% blocktranslate count n=n %}{{ n }} acte{% plural %}{{ n }} actes{% endblocktranslate %}",
            [("%(n)s acte", "%(n)s actes")],
        ),
        ("  l'apostrophe (seule\n{{ _('Un \"mot\"') }} « ici\xa0»", ['Un "mot"']),
        ("{% translate variable %}{# {% translate 'Non' %} #}", []),
    ],
)
def test_template(template: str, found: list[messages.Id]) -> None:
    assert list(messages.of_template(template)) == found


def test_processes() -> None:
    shipped = '[{"name": "Acte", "attachment_labels": {"ji": "Pièce"}, "services": [{"name": "A", "summary": "B"}]}]'
    assert list(messages.of_processes(shipped)) == ["Acte", "Pièce", "A", "B"]


def test_known_translations_stay_and_the_rest_is_named(tmp_path: Path) -> None:
    po = tmp_path / "django.po"
    first = messages.gather(iter([messages.Found("Oui", "a.py"), messages.Found("Non", "a.py")]), messages.known(po))
    assert messages.untranslated(first) == ["Oui", "Non"]
    po.write_bytes(messages.as_po(first).replace(b'msgid "Oui"\nmsgstr ""', b'msgid "Oui"\nmsgstr "Yes"'))
    found = [messages.Found("Oui", "b.py"), messages.Found(("%(n)d an", "%(n)d ans"), "b.py")]
    again = messages.gather(iter(found), messages.known(po))
    assert again["Oui"].string == "Yes"
    assert "Non" not in again
    assert messages.untranslated(again) == ["('%(n)d an', '%(n)d ans')"]
    assert b"b.py\n" in messages.as_po(again)


def test_a_refusal_is_never_computed_where_it_is_raised() -> None:
    for file in messages.SOURCE.rglob("*.py"):
        computed = list(messages.computed_refusals(file.read_text(encoding="utf-8")))
        assert computed == [], f"{file}: write the sentence whole, its values in params"
