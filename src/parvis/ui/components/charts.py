"""Numbers as shapes. The words and figures beside always say everything: shapes are for the eye only."""

from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from parvis.ui.components.messages import TONE_ICONS, check_tone
from parvis.ui.markup import heading, icon, together
from parvis.ui.parts import Bar, Segment, Text


def stat_bar(segments: Sequence[Segment], title: Text, *, level: int = 3) -> SafeString:
    """Shares of a whole, as a bar and as a list of numbers: the list alone says everything."""
    total = sum(segment.count for segment in segments)
    shares, start = [], 0.0
    for segment in segments:
        width = 100 * segment.count / total if total else 0
        css = f"tone-{check_tone(segment.tone)}"
        shares.append(
            format_html('<rect class="{}" x="{}" y="0" width="{}" height="8"/>', css, f"{start:.2f}", f"{width:.2f}")
        )
        start += width
    bar = format_html(
        '<svg class="stat-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">{}</svg>',
        together(shares),
    )
    legend = together(_legend(segment, total) for segment in segments)
    return format_html(
        '<div class="stats">{}{}<ul class="stat-legend">{}</ul></div>', heading(level, title), bar, legend
    )


def _legend(segment: Segment, total: int) -> SafeString:
    """Icon, words, number and share of one segment."""
    share = gettext("%(percent)d %%") % {"percent": round(100 * segment.count / total)} if total else ""
    label = format_html('<a href="{}">{}</a>', segment.url, segment.label) if segment.url else segment.label
    return format_html(
        '<li class="tone-{}">{}<span>{}</span> <strong>{}</strong> <span class="muted">{}</span></li>',
        segment.tone,
        icon(TONE_ICONS[segment.tone]),
        label,
        segment.count,
        share,
    )


def bar_chart(bars: Sequence[Bar], title: Text, label: Text = "", measure: Text = "") -> SafeString:
    """Values compared by length, as a table with a caption; `label` and `measure` name its two columns."""
    greatest = max((bar.value for bar in bars), default=0) or 1
    return format_html(
        '<table class="chart"><caption>{}</caption><thead><tr><th scope="col">{}</th>'
        '<th scope="col">{}</th></tr></thead><tbody>{}</tbody></table>',
        title,
        label or gettext("Élément"),
        measure or gettext("Valeur"),
        together(_bar_line(bar, greatest) for bar in bars),
    )


def _bar_line(bar: Bar, greatest: float) -> SafeString:
    """One bar, drawn in proportion to the greatest, and its value in words."""
    width = max(0.0, 100 * bar.value / greatest)
    return format_html(
        '<tr><th scope="row">{}</th><td><div><svg class="bar tone-{}" viewBox="0 0 100 8" preserveAspectRatio="none"'
        ' aria-hidden="true"><rect x="0" y="0" width="{}" height="8"/></svg><span>{}</span></div></td></tr>',
        bar.label,
        check_tone(bar.tone),
        f"{width:.2f}",
        bar.shown or f"{bar.value:g}",
    )
