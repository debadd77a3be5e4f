"""The operator's page of failed jobs: try them again, or give them up."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from parvis.core import failed_jobs
from parvis.core.actor import Actor
from parvis.exchange import commands
from parvis.exchange.console.entry import menu, operator
from parvis.exchange.console.forms import JobsForm
from parvis.ui.dates import absolute

PAGE_SIZE = 25
# What each job does, for who has to decide whether it still matters.
_TASKS: dict[str, Any] = {
    "documents.sweep": gettext_lazy("Effacer les fichiers orphelins"),
    "exchange.alert_recipients": gettext_lazy("Prévenir les destinataires d’un dossier"),
    "exchange.purge": gettext_lazy("Effacer ce qui a passé sa durée de conservation"),
    "exchange.queue_webhooks": gettext_lazy("Préparer les appels de webhooks"),
    "exchange.send_digests": gettext_lazy("Envoyer les récapitulatifs par courriel"),
    "exchange.send_webhook": gettext_lazy("Appeler un webhook"),
    "exchange.watch_lateness": gettext_lazy("Chercher les dossiers en retard"),
    "exchange.watch_subscriptions": gettext_lazy("Chercher les abonnements que personne ne relève"),
    "notifications.deliver": gettext_lazy("Envoyer un courriel"),
    "teleservices.finish_deposit": gettext_lazy("Terminer le dépôt d’une demande"),
    "teleservices.release_folder": gettext_lazy("Libérer un dossier en attente"),
    "teleservices.tell_applicant": gettext_lazy("Prévenir le demandeur"),
}


class _Failed:
    """The failed jobs as a paginator reads them, one page at a time."""

    def __len__(self) -> int:
        return failed_jobs.count()

    def __getitem__(self, part: slice) -> list[failed_jobs.FailedJob]:
        return failed_jobs.listed(limit=part.stop - part.start, offset=part.start)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def jobs(request: HttpRequest) -> HttpResponse:
    """The jobs that failed at every attempt; those ticked, or all, are tried again or given up."""
    actor = operator(request)
    page: Any = Paginator(_Failed(), PAGE_SIZE).get_page(request.GET.get("page"))  # type: ignore[arg-type]
    shown = [(str(job.id), _line(job)) for job in page]
    form = JobsForm(request.POST if request.method == "POST" else None, shown=shown)
    gesture = request.POST.get("geste", "")
    if request.method == "POST" and form.is_valid() and gesture in ("relancer", "abandonner-vraiment"):
        _act(request, gesture, [int(number) for number in form.cleaned_data["travail"]], actor)
        return HttpResponseRedirect(reverse("jobs"))
    confirming = form.cleaned_data.get("travail", []) if gesture == "abandonner" and not form.errors else []
    context = {
        "menu": menu("jobs"),
        "form": form,
        "results": page,
        "total": page.paginator.count,
        "confirming": confirming,
    }
    return render(request, "exchange/console/jobs.html", context, status=422 if form.errors else 200)


def _act(request: HttpRequest, gesture: str, chosen: list[int], actor: Actor) -> None:
    if gesture == "relancer":
        count = commands.retry_jobs(jobs=chosen, actor=actor)
        said = ngettext("%(count)d travail relancé.", "%(count)d travaux relancés.", count)
    else:
        count = commands.drop_jobs(jobs=chosen, actor=actor)
        said = ngettext("%(count)d travail abandonné.", "%(count)d travaux abandonnés.", count)
    messages.success(request, said % {"count": count})


def _line(job: failed_jobs.FailedJob) -> str:
    what = _TASKS.get(job.task, job.task)
    tries = ngettext("%(count)d essai", "%(count)d essais", job.attempts) % {"count": job.attempts}
    since = _(", le dernier le %(day)s") % {"day": absolute(job.failed_at)} if job.failed_at else ""
    return f"{what} (n° {job.id}) : {tries}{since}"
