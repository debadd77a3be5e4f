"""A census request sent by the citizen of the test world, without going through the pages."""

from django.http import QueryDict

from parvis.exchange.models import Case
from parvis.teleservices import commands, registry
from parvis.teleservices.journey import stored
from parvis.teleservices.models import Request
from tests.support import census, files
from tests.support.jobs import run_jobs
from tests.support.world import World


def draft(here: World, **changes: dict[str, str]) -> Request:
    """Fill a whole draft by the commands. ``changes`` maps a step to other posted answers."""
    request_id = commands.start_request(service="recensement-citoyen", actor=here.as_citizen)
    journey = registry.journey("recensement-citoyen")
    assert journey is not None
    for step in journey.steps:
        data = QueryDict(mutable=True)
        data.update(census.STEPS[step.slug](**changes.get(step.slug, {})))
        form = step.form(data)
        assert form.is_valid(), form.errors
        commands.save_step(
            request_id=request_id, step=step.slug, answers=stored(form.cleaned_data), actor=here.as_citizen
        )
    for kind, content in (("ji", files.PDF), ("jf", files.PNG)):
        commands.attach_file(
            request_id=request_id,
            kind=kind,
            name=f"{kind}.pdf",
            chunks=(content,),
            size=len(content),
            actor=here.as_citizen,
        )
    return Request.objects.get(id=request_id)


def deposited(here: World) -> tuple[Case, Request]:
    """Send a request and run the jobs: its case is at the town hall."""
    request = draft(here)
    commands.submit_request(request_id=request.id, actor=here.as_citizen)
    run_jobs()
    request.refresh_from_db()
    return Case.objects.select_related("folder").get(folder=request.folder), request
