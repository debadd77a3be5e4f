"""The living style page, and one example of each page pattern."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from parvis.ui import samples

PATTERNS = {
    "start": "Page de début",
    "step": "Étape d’un formulaire",
    "end": "Page de fin",
    "home": "Tableau de bord personnel",
    "list": "Boîte de réception",
    "case": "Page de dossier",
}


def style(request: HttpRequest) -> HttpResponse:
    """Show every component in each of its states. Public: it holds no data."""
    return render(request, "ui/style/index.html", {**samples.context(_page(request)), "patterns": PATTERNS})


def pattern(request: HttpRequest, name: str) -> HttpResponse:
    """Show one page pattern as a real page; the form answers as a real one would, and keeps nothing."""
    if name not in PATTERNS:
        raise Http404
    shown = samples.context(_page(request))
    if name == "step":
        sent = request.method == "POST"
        form = samples.SampleForm(request.POST, request.FILES) if sent else samples.SampleForm()
        if sent and form.is_valid():
            return redirect("ui_pattern", name="end")
        return render(request, "ui/style/step.html", {"form": form}, status=422 if sent else 200)
    return render(request, f"ui/style/{name}.html", shown)


def _page(request: HttpRequest) -> int:
    """The page of results asked for; nonsense is the first."""
    asked = request.GET.get("page", "")
    return int(asked) if asked.isascii() and asked.isdigit() else 1
