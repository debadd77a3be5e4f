"""What the directory answers to browsers."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from parvis.directory import queries

SUGGESTIONS = 8
A_DAY = 24 * 60 * 60  # seconds; a new release of the geographic code comes once a year


@require_safe
@cache_control(public=True, max_age=A_DAY)
def suggest_communes(request: HttpRequest) -> JsonResponse:
    """Suggest at most eight communes for ``?q=``, always a list.

    Each is ``{code, label, hint}``: the INSEE code, the name, and what tells homonyms apart (first postcode and
    department), as `ui.forms.SuggestField` expects.
    """
    hits = queries.search_communes(request.GET.get("q", ""), limit=SUGGESTIONS)
    return JsonResponse([_suggestion(hit) for hit in hits], safe=False)


def _suggestion(hit: queries.CommuneHit) -> dict[str, str]:
    return {"code": hit.code, "label": hit.name, "hint": hit.postcodes[0] if hit.postcodes else hit.department}
