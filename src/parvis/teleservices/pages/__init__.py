"""Pages of the citizen's side."""

from parvis.teleservices.pages.consulting import consultations
from parvis.teleservices.pages.filling import pieces, resume, step, summary
from parvis.teleservices.pages.following import dashboard, download, request_page
from parvis.teleservices.pages.starting import abandon, services, start

__all__ = [
    "abandon",
    "consultations",
    "dashboard",
    "download",
    "pieces",
    "request_page",
    "resume",
    "services",
    "start",
    "step",
    "summary",
]
