"""Tag names of the components; a template needs no `load` to use them. Parameters and examples: docs/ui.md."""

from typing import Any

from django import template
from django.core.paginator import Page
from django.http import HttpRequest, QueryDict
from django.utils.safestring import SafeString

from parvis.ui import dates, markup
from parvis.ui.components import actions, layout, lists, messages, navigation
from parvis.ui.forms import markup as form_markup

register = template.Library()

for tag in (
    markup.icon,
    dates.when,
    actions.button,
    actions.link_button,
    messages.badge,
    messages.flash_messages,
    navigation.breadcrumb,
    navigation.side_navigation,
    navigation.tabs,
    navigation.stepper,
    lists.row,
    lists.summary_list,
    lists.data_table,
    lists.file_list,
    lists.timeline,
    lists.stat_bar,
    layout.page_header,
    layout.card,
    layout.tile,
    form_markup.field,
    form_markup.form_fields,
    form_markup.error_summary,
    form_markup.required_note,
):
    register.simple_tag(tag)

for block in (
    actions.action_bar,
    messages.notice,
    messages.empty_state,
    messages.confirmation,
    lists.summary,
    layout.cards,
    layout.tiles,
    layout.start_page,
    layout.disclosure,
):
    register.simple_block_tag(block)


@register.simple_tag(takes_context=True)
def pagination(context: template.Context, page: Page[Any], parameter: str = "page") -> SafeString:
    """Links to the other pages of results; the rest of the address comes from the request."""
    request: HttpRequest | None = context.get("request")
    return navigation.pagination(page, request.GET if request else QueryDict(), parameter)
