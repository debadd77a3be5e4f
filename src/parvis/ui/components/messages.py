"""What the service says: notices, badges, empty states, confirmation."""

from collections.abc import Iterable, Sequence

from django.contrib.messages.storage.base import Message
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from parvis.ui.components.actions import link_button
from parvis.ui.markup import NOTHING, attributes, heading, hidden_text, icon, together
from parvis.ui.parts import Text

TONES = ("neutral", "info", "success", "warning", "error")
TONE_ICONS = {"neutral": "dot", "info": "info", "success": "check", "warning": "warning", "error": "error"}
TONE_WORDS: dict[str, Promise] = {
    "info": _("Information :"),
    "success": _("Succès :"),
    "warning": _("Attention :"),
    "error": _("Erreur :"),
}


def check_tone(tone: str) -> str:
    """Refuse a misspelt tone where it is written rather than show a colourless component."""
    if tone not in TONES:
        message = f"unknown tone {tone!r}: choose one of {', '.join(TONES)}"
        raise ValueError(message)
    return tone


def notice(content: str, tone: str = "info", title: Text = "", *, level: int = 2, live: bool = False) -> SafeString:
    """A framed message. `live` announces it to screen readers: only for what just happened."""
    role = {"error": "alert"}.get(check_tone(tone), "status") if live else None
    spoken = hidden_text(TONE_WORDS[tone]) if tone in TONE_WORDS else NOTHING
    words = format_html("{} {}", spoken, title or NOTHING)
    top = heading(level, words, "notice-title") if title else spoken
    return format_html(
        '<div{}>{}<div class="notice-body">{}{}</div></div>',
        attributes({"class": f"notice notice-{tone}", "role": role}),
        icon(TONE_ICONS[tone]),
        top,
        content,
    )


def flash_messages(messages: Iterable[Message] | None) -> SafeString:
    """The messages Django kept for this page."""
    tones = {"debug": "neutral", "info": "info", "success": "success", "warning": "warning", "error": "error"}
    shown = (
        notice(format_html("<p>{}</p>", message.message), tones.get(message.level_tag, "info"), live=True)
        for message in messages or ()
    )
    return together(shown)


def badge(tone: str, label: Text, icon_name: str = "") -> SafeString:
    """A state in one word, with its icon: colour never speaks alone."""
    drawn = icon(icon_name or TONE_ICONS[check_tone(tone)])
    return format_html('<span class="badge badge-{}">{}{}</span>', tone, drawn, label)


def empty_state(
    content: str, title: Text, *, action_url: str = "", action_label: Text = "", level: int = 2
) -> SafeString:
    """Why a list is empty and what to do about it."""
    action = link_button(action_url, action_label, "secondary") if action_url else NOTHING
    return format_html(
        '<div class="empty-state">{}{}{}{}</div>', icon("empty"), heading(level, title, "empty-title"), content, action
    )


def confirmation(
    content: str, title: Text, *, number: str = "", number_label: Text = "", steps: Sequence[Text] = (), level: int = 1
) -> SafeString:
    """The page after sending: what was done, the number to keep, what happens next."""
    return format_html(
        '<div class="confirmation"><div class="confirmation-panel">{}{}{}</div>{}{}</div>',
        icon("check"),
        heading(level, title, "confirmation-title"),
        _kept_number(number, number_label),
        _what_next(steps, level + 1),
        content,
    )


def _kept_number(number: str, label: Text) -> SafeString:
    """The reference, large enough to be copied by hand."""
    if not number:
        return NOTHING
    words = label or gettext("Numéro de dossier")
    return format_html('<p class="confirmation-number">{} <strong>{}</strong></p>', words, number)


def _what_next(steps: Sequence[Text], level: int) -> SafeString:
    """The steps to come, in order."""
    if not steps:
        return NOTHING
    lines = format_html_join("", "<li>{}</li>", ((step,) for step in steps))
    title = heading(level, gettext("Et maintenant ?"), "section-title")
    return format_html('{}<ol class="next-steps">{}</ol>', title, lines)
