"""Fields with three additions: `missing` (what to say when empty), `hint`, and the right keyboard on a phone."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from parvis.ui.sizes import MEGABYTE, say_size

Text = str | Promise
Width = Literal["", "xs", "s", "m", "l"]


def worded(missing: Text, hint: Text, options: dict[str, Any]) -> dict[str, Any]:
    """Turn our two words into Django's keyword arguments."""
    if missing:
        options["error_messages"] = {"required": missing, **options.get("error_messages", {})}
    if hint:
        options["help_text"] = hint
    return options


class Conditional:
    """Mixed into the fields that take `conditional=True`: asked in some cases only, which the label names.

    Such a field is not required by itself, and bears no « (facultatif) » either: the form's `clean` asks for it.
    """

    def __init__(self, *, conditional: bool = False, **options: Any) -> None:
        self.conditional = conditional
        super().__init__(**({**options, "required": False} if conditional else options))


class TextField(Conditional, forms.CharField):
    """One line of text. `width` hints at the length expected: xs (4 characters), s (10), m (20), l (30)."""

    widget: type[forms.Widget] | forms.Widget = forms.TextInput
    input_attrs: Mapping[str, str] = {}

    def __init__(
        self, *, missing: Text = "", hint: Text = "", width: Width = "", autocomplete: str = "", **options: Any
    ) -> None:
        self.width, self.autocomplete = width, autocomplete
        super().__init__(**worded(missing, hint, options))

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Add what the browser can use: autofill (RGAA 11.13), keyboard, expected width."""
        attrs = {**super().widget_attrs(widget), **self.input_attrs}
        if self.autocomplete:
            attrs["autocomplete"] = self.autocomplete
        if self.width:
            attrs["class"] = f"input-{self.width}"
        return attrs


class LongTextField(TextField):
    """Several lines of text."""

    widget = forms.Textarea(attrs={"rows": 5, "cols": 40})


class EmailField(TextField):
    """An e-mail address."""

    widget = forms.EmailInput
    default_validators = [forms.EmailField.default_validators[0]]
    default_error_messages = {"invalid": _("saisissez une adresse complète, comme nom@exemple.fr.")}
    input_attrs = {"spellcheck": "false", "autocapitalize": "none"}

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"autocomplete": "email", "max_length": 254, "width": "l", **options})


class PhoneField(TextField):
    """A telephone number, written as people write it: spaces, dots and +33 are all accepted."""

    widget = forms.TextInput(attrs={"type": "tel"})
    default_error_messages = {"invalid": _("saisissez un numéro complet, comme 06 12 34 56 78 ou +33 6 12 34 56 78.")}
    shortest, longest = 8, 15  # digits, country code included (E.164)

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"autocomplete": "tel", "width": "m", **options})

    def to_python(self, value: Any) -> str:
        """Keep the digits and a leading +, whatever separators were typed."""
        text = super().to_python(value) or ""
        if text in self.empty_values:
            return ""
        digits = "".join(character for character in text if character not in " .-\xa0\u202f()/")
        number = digits.removeprefix("+")
        if not (number.isascii() and number.isdigit() and self.shortest <= len(number) <= self.longest):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return digits


class NumberField(forms.IntegerField):
    """A whole number, typed in a text input: spinners and scroll wheels change answers by accident."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "class": "input-s"})
    default_error_messages = {"invalid": _("saisissez un nombre entier, en chiffres.")}

    def __init__(self, *, missing: Text = "", hint: Text = "", **options: Any) -> None:
        super().__init__(**worded(missing, hint, options))

    def to_python(self, value: Any) -> int | None:
        """Accept the spaces people put between thousands."""
        return super().to_python("".join(value.split()) if isinstance(value, str) else value)


class SharedChoices(forms.ChoiceField):
    """Shares its choices between forms instead of copying them, country by country, for every page.

    A form that needs other choices sets a new list; it never changes the list in place.
    """

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Copy the field, and leave the choices where they are."""
        memo[id(self._choices)] = self._choices  # type: ignore[attr-defined] # what `choices` gives, uncopied
        return super().__deepcopy__(memo)


class SelectField(SharedChoices):
    """A drop-down list: for more than about seven choices; below that, prefer RadioField."""

    def __init__(self, *, missing: Text = "", hint: Text = "", **options: Any) -> None:
        super().__init__(**worded(missing, hint, options))


class RadioField(SharedChoices):
    """One choice among a few, all visible. `choice_hints` adds a line under some of them, by value."""

    widget = forms.RadioSelect

    def __init__(
        self, *, missing: Text = "", hint: Text = "", choice_hints: Mapping[str, Text] | None = None, **options: Any
    ) -> None:
        self.choice_hints = choice_hints or {}
        super().__init__(**worded(missing, hint, options))


class ChecksField(forms.MultipleChoiceField):
    """Several choices among a few, all visible."""

    widget = forms.CheckboxSelectMultiple

    def __init__(
        self, *, missing: Text = "", hint: Text = "", choice_hints: Mapping[str, Text] | None = None, **options: Any
    ) -> None:
        self.choice_hints = choice_hints or {}
        super().__init__(**worded(missing, hint, options))


class CheckField(forms.BooleanField):
    """One box to tick. Required means it has to be ticked."""

    def __init__(self, *, missing: Text = "", hint: Text = "", **options: Any) -> None:
        super().__init__(**worded(missing, hint, options))


class FileField(Conditional, forms.FileField):
    """One file. Its formats and greatest size are told before, checked after; the content is checked elsewhere.

    ``formats`` empty: any file.
    """

    widget = forms.FileInput

    def __init__(
        self,
        *,
        missing: Text = "",
        hint: Text = "",
        formats: Sequence[str] = ("pdf", "jpg", "jpeg", "png"),
        max_bytes: int = 10 * MEGABYTE,
        **options: Any,
    ) -> None:
        self.formats, self.max_bytes = tuple(formats), max_bytes
        super().__init__(**worded(missing, hint, options))

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Let the file chooser show only what we accept."""
        accepted = {"accept": ",".join(f".{suffix}" for suffix in self.formats)} if self.formats else {}
        return {**super().widget_attrs(widget), **accepted}

    def limits(self) -> str:
        """The sentence shown beside the input."""
        if not self.formats:
            return gettext("Taille maximale : %(size)s.") % {"size": say_size(self.max_bytes)}
        return gettext("Formats acceptés : %(formats)s. Taille maximale : %(size)s.") % {
            "formats": self._format_words(),
            "size": say_size(self.max_bytes),
        }

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Refuse a wrong format or size by naming the file and the limit."""
        upload = super().clean(data, initial)
        if isinstance(upload, UploadedFile):
            self._check(upload)
        return upload

    def _check(self, upload: "UploadedFile[Any]") -> None:
        """Compare name and size with the limits."""
        suffix = (upload.name or "").rpartition(".")[2].lower()
        if self.formats and suffix not in self.formats:
            message = gettext("Le fichier « %(name)s » n’est pas accepté. Choisissez un fichier %(formats)s.")
            raise ValidationError(message, code="format", params={"name": upload.name, "formats": self._format_words()})
        if (upload.size or 0) > self.max_bytes:
            message = gettext("Le fichier « %(name)s » est trop lourd (%(size)s). Réduisez-le à %(limit)s au plus.")
            sizes = {"size": say_size(upload.size or 0), "limit": say_size(self.max_bytes)}
            raise ValidationError(message, code="size", params={"name": upload.name, **sizes})

    def _format_words(self) -> str:
        """Names people know, without listing both spellings of JPEG."""
        known = {"jpg": "JPEG", "jpeg": "JPEG"}
        return ", ".join(dict.fromkeys(known.get(suffix, suffix.upper()) for suffix in self.formats))


class FilesInput(forms.FileInput):
    """A file chooser that takes several files at once."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:  # noqa: ARG002 - Django's signature
        """Every file sent under this name."""
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name)


class FilesField(FileField):
    """Several files, each held to the same limits; returns a list, empty when optional and nothing was sent."""

    widget = FilesInput

    def __init__(self, *, most: int = 10, **options: Any) -> None:
        self.most = most
        super().__init__(**options)

    def limits(self) -> str:
        """The sentence shown beside the input."""
        number = gettext("%(most)d fichiers au plus.") % {"most": self.most}
        return f"{super().limits()} {number}"

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Check the number of files, then each of them."""
        uploads = list(data or [])
        if not uploads:
            super().clean(None, initial)
            return []
        if len(uploads) > self.most:
            message = gettext("Envoyez %(most)d fichiers au plus (%(sent)d choisis).")
            raise ValidationError(message, code="many", params={"most": self.most, "sent": len(uploads)})
        return [super(FilesField, self).clean(upload) for upload in uploads]
