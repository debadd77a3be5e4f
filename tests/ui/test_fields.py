"""Drawing of form fields: linkage, escaping, wording."""

import re

import pytest
from django import forms as django_forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.datastructures import MultiValueDict

from parvis.ui import forms
from parvis.ui.forms.markup import error_summary, field, form_fields

HOSTILE = '"><script>alert(1)</script>'


class Person(forms.Form):
    name = forms.TextField(label="Nom", hint="Comme sur l’acte.", missing="Saisissez le nom.", max_length=5)
    nick = forms.TextField(label="Surnom", required=False)
    kind = forms.RadioField(label="Sorte", choices=[("a", "Un"), ("b", "Deux")], choice_hints={"b": "Le double"})
    born = forms.DateField(label="Naissance")
    proof = forms.FileField(label="Pièce", formats=("pdf",), max_bytes=10)
    agreed = forms.CheckField(label="J’accepte")
    mail = forms.EmailField(label="Courriel", required=False)


def test_hint_and_error_are_both_linked_to_the_input() -> None:
    html = field(Person({})["name"])
    assert 'aria-describedby="id_name-hint id_name-error"' in html
    assert 'id="id_name-hint"' in html
    assert 'id="id_name-error"' in html
    assert 'aria-invalid="true"' in html
    assert '<label class="label" for="id_name">Nom</label>' in html


def test_without_error_the_input_is_described_by_its_hint_alone() -> None:
    html = field(Person()["name"])
    assert 'aria-describedby="id_name-hint"' in html
    assert "aria-invalid" not in html


def test_only_optional_fields_are_marked() -> None:
    form = Person()
    assert "(facultatif)" in field(form["nick"])
    assert "(facultatif)" not in field(form["name"])


def test_order_is_label_hint_error_input() -> None:
    html = field(Person({})["name"])
    places = [html.index(mark) for mark in ("<label", 'class="hint"', 'class="field-error"', "<input")]
    assert places == sorted(places)


def test_choices_stand_in_a_fieldset_with_a_legend() -> None:
    html = field(Person({"kind": "b"})["kind"])
    assert html.startswith('<div class="field"><fieldset>')
    assert '<legend class="label">Sorte</legend>' in html
    assert re.search(r'<input id="id_kind_1"[^>]* value="b" checked', html)
    assert 'aria-describedby="id_kind_1-hint"' in html


def test_missing_message_is_the_fields_own_or_names_the_label() -> None:
    errors = Person({}).errors
    assert errors["name"] == ["Saisissez le nom."]
    assert errors["kind"] == ["Choisissez une réponse : « Sorte »."]
    assert errors["proof"] == ["Ajoutez le fichier « Pièce »."]
    assert errors["agreed"] == ["Cochez la case « J’accepte » pour continuer."]


def test_too_long_says_the_limit_and_the_length() -> None:
    message = Person({"name": "abcdefgh"}).errors["name"][0]
    assert "5 caractères au plus" in message
    assert "8 saisis" in message


def test_summary_links_every_error_to_an_id_of_the_page() -> None:
    form = Person({"born_day": "31", "born_month": "", "born_year": "2000"})
    html = error_summary(form) + form_fields(form)
    anchors = re.findall(r'href="#([^"]+)"', html)
    assert "id_born_month" in anchors
    assert len(anchors) == len(form.errors)
    for anchor in anchors:
        assert f'id="{anchor}"' in html


def test_no_error_no_summary() -> None:
    assert error_summary(Person()) == ""
    assert error_summary(None) == ""


def test_errors_of_the_whole_form_come_first() -> None:
    form = Person({})
    form.add_error(None, "Ce dossier est déjà envoyé.")
    assert error_summary(form).index("déjà envoyé") < error_summary(form).index("Saisissez le nom")


def test_nothing_hostile_passes() -> None:
    class Hostile(forms.Form):
        a = forms.TextField(label=HOSTILE, hint=HOSTILE, missing=HOSTILE)
        b = forms.RadioField(label=HOSTILE, choices=[(HOSTILE, HOSTILE)], choice_hints={HOSTILE: HOSTILE})
        c = forms.SelectField(label=HOSTILE, choices=[(HOSTILE, HOSTILE), (HOSTILE, [(HOSTILE, HOSTILE)])])
        d = forms.LongTextField(label=HOSTILE)
        e = forms.CheckField(label=HOSTILE)
        f = forms.DateField(label=HOSTILE)
        g = forms.FileField(label=HOSTILE)
        h = forms.SuggestField(label=HOSTILE, url=HOSTILE)

    data = {"d": HOSTILE, "f_day": HOSTILE, "f_month": "1", "f_year": "2000", "h": HOSTILE, "h_code": HOSTILE}
    for form in (Hostile(), Hostile({}), Hostile(data, {"g": SimpleUploadedFile(f"a{HOSTILE}.exe", b"x")})):
        html = error_summary(form) + form_fields(form)
        assert "<script" not in html
        assert '">' not in re.sub(r'<[^<>]*">', "", html)


def test_percent_and_braces_in_a_label_do_no_harm() -> None:
    class Odd(forms.Form):
        share = forms.TextField(label="Part en % {x}", max_length=2)
        day = forms.DateField(label="Jour à 100 % {y}")

    form = Odd({"share": "123", "day_day": "1"})
    assert "Part en % {x}" in form.errors["share"][0]
    assert form.errors["day"] == ["Jour à 100 % {y} : saisissez le mois et l’année."]


def test_password_is_never_sent_back() -> None:
    class Secret(django_forms.Form):
        word = django_forms.CharField(widget=django_forms.PasswordInput)

    html = field(Secret({"word": "tralala"})["word"])
    assert 'type="password"' in html
    assert "tralala" not in html


def test_textarea_keeps_a_first_empty_line() -> None:
    class Note(forms.Form):
        text = forms.LongTextField(label="Note", strip=False)

    assert ">\n\nbonjour</textarea>" in field(Note({"text": "\nbonjour"})["text"])


def test_an_unknown_widget_is_drawn_by_django() -> None:
    class Other(django_forms.Form):
        day = django_forms.DateField(widget=django_forms.SelectDateWidget(years=[2020]))

    assert "day_month" in field(Other()["day"])


@pytest.mark.parametrize("typed", ["06 12 34 56 78", "+33 6 12.34.56.78", "0612345678"])
def test_phone_numbers_as_people_write_them(typed: str) -> None:
    assert forms.PhoneField(label="T").clean(typed).lstrip("+").isdigit()


@pytest.mark.parametrize("typed", ["12", "appelez-moi", "٠٦١٢٣٤٥٦٧٨", "+" + "1" * 16])
def test_what_is_no_phone_number(typed: str) -> None:
    with pytest.raises(django_forms.ValidationError):
        forms.PhoneField(label="T").clean(typed)


def test_file_format_and_size_name_the_file_and_the_limit() -> None:
    proof = Person(files={"proof": SimpleUploadedFile("cv.exe", b"x")}, data={}).errors["proof"][0]
    assert "cv.exe" in proof
    assert "PDF" in proof
    heavy = Person(files={"proof": SimpleUploadedFile("cv.pdf", b"x" * 11)}, data={}).errors["proof"][0]
    assert "trop lourd" in heavy


def test_file_limits_are_told_before() -> None:
    html = field(Person()["proof"])
    assert "Formats acceptés : PDF" in html
    assert 'accept=".pdf"' in html
    assert "<progress" in html


def test_email_message_gives_an_example() -> None:
    assert "nom@exemple.fr" in Person({"mail": "jeanne"}).errors["mail"][0]


def test_suggestion_works_with_and_without_code() -> None:
    class Place(forms.Form):
        town = forms.SuggestField(label="Commune", url="/c")

    typed, chosen = Place({"town": "Rennes"}), Place({"town": "Rennes", "town_code": "35238"})
    assert typed.is_valid()
    assert typed.cleaned_data["town"] == forms.Suggestion("Rennes", "")
    assert chosen.is_valid()
    assert chosen.cleaned_data["town"].code == "35238"
    assert 'value="35238"' in field(chosen["town"])


def test_several_files_are_each_checked_and_counted() -> None:
    class Pieces(forms.Form):
        pieces = forms.FilesField(label="Pièces", formats=("pdf",), most=2)
        other = forms.FilesField(label="Autres", required=False)

    def sent(*names: str) -> Pieces:
        uploads = [SimpleUploadedFile(name, b"x") for name in names]
        return Pieces({}, MultiValueDict({"pieces": uploads}))

    good = sent("a.pdf", "b.pdf")
    assert good.is_valid(), good.errors
    assert [upload.name for upload in good.cleaned_data["pieces"]] == ["a.pdf", "b.pdf"]
    assert good.cleaned_data["other"] == []
    assert "au plus" in sent("a.pdf", "b.pdf", "c.pdf").errors["pieces"][0]
    assert "b.exe" in sent("a.pdf", "b.exe").errors["pieces"][0]
    assert sent().errors["pieces"] == ["Ajoutez le fichier «\xa0Pièces\xa0»."]
    assert " multiple" in field(Pieces()["pieces"])


def test_a_librarys_form_gets_our_messages() -> None:
    class Library(django_forms.Form):
        word = django_forms.CharField(label="Mot de passe", widget=django_forms.PasswordInput)

    class Ours(forms.NamedErrors, Library):
        pass

    assert Ours({}).errors["word"] == ["Remplissez «\xa0Mot de passe\xa0»."]
    assert "<fieldset" not in str(Ours())


def test_boxes_are_boxes_and_several_may_be_ticked() -> None:
    class Means(forms.Form):
        by = forms.ChecksField(label="Par", choices=[("a", "Courriel"), ("b", "SMS")])

    html = field(Means({"by": ["a", "b"]})["by"])
    assert html.count('type="checkbox"') == 2
    assert html.count(" checked") == 2


def test_limits_of_numbers_name_the_field() -> None:
    class Copies(forms.Form):
        copies = forms.NumberField(label="Exemplaires", min_value=1, max_value=5)

    assert Copies({"copies": "9"}).errors["copies"] == ["Exemplaires\xa0: saisissez 5 au plus."]
    assert Copies({"copies": "0"}).errors["copies"] == ["Exemplaires\xa0: saisissez 1 au moins."]
    assert Copies({"copies": "deux"}).errors["copies"] == ["Exemplaires\xa0: saisissez un nombre entier, en chiffres."]


def test_choices_are_shared_between_forms_and_changing_one_form_leaves_the_others() -> None:
    first, second = Person(), Person()
    assert first.fields["kind"].choices is second.fields["kind"].choices  # type: ignore[attr-defined]
    first.fields["kind"].choices = [("c", "Trois")]  # type: ignore[attr-defined]
    assert "Trois" in field(first["kind"])
    assert "Trois" not in field(second["kind"])
    assert "Trois" not in field(Person()["kind"])


def test_the_options_of_a_list_are_escaped() -> None:
    class Listed(forms.Form):
        kind = forms.SelectField(label="Sorte", choices=[(HOSTILE, HOSTILE), ("b", "B & C")])

    html = field(Listed(initial={"kind": "b"})["kind"])
    assert "<script>" not in html
    assert '<option value="b" selected>B &amp; C</option>' in html
