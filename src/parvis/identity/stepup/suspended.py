"""A request put aside while its author proves more: sealed, bound to the session, used once, for fifteen minutes."""

import base64
import json
import time
from dataclasses import asdict, dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any

from cryptography.fernet import InvalidToken
from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.db import transaction
from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict

from parvis.core.clock import now
from parvis.identity import rules
from parvis.identity.assurance import AssuranceNeededError
from parvis.identity.models import Account, SuspendedRequest
from parvis.identity.sealing import box

LIFE = timedelta(minutes=15)
MOST_BYTES = 5 * 1024 * 1024  # files put aside with a form; beyond, the person attaches them again
KEY = "step_up"
_GRACE = 60  # seconds between the proof and the way back
_SEAL = "suspended_request"


@dataclass(frozen=True, slots=True)
class Interrupted:
    """What a session remembers of what was interrupted. ``lost``: the form could not be put aside."""

    action: str
    service: str
    path: str
    secret: str = ""
    lost: bool = False
    ready_at: float = 0  # when the proof was given


def put_aside(request: HttpRequest, error: AssuranceNeededError, account: Account) -> None:
    """Remember the request that lacked assurance, with its form and files."""
    secret, lost = "", False
    if request.method == "POST":
        lost = sum(file.size or 0 for file in _files(request)) > MOST_BYTES
        secret = "" if lost else _sealed(request, account)
    request.session[KEY] = {
        "action": error.action,
        "service": error.service,
        "path": request.get_full_path(),
        "secret": secret,
        "lost": lost,
    }


def interrupted(request: HttpRequest) -> Interrupted | None:
    """What this session interrupted, or None."""
    kept = request.session.get(KEY)
    return Interrupted(**kept) if kept else None


def _files(request: HttpRequest) -> "list[UploadedFile[Any]]":
    return [file for name in request.FILES for file in request.FILES.getlist(name)]


def _sealed(request: HttpRequest, account: Account) -> str:
    posted = request.POST.copy()
    posted.pop("csrfmiddlewaretoken", None)  # checked already; of no use to anyone now
    files = [_kept(name, file) for name in request.FILES for file in request.FILES.getlist(name)]
    body = {"path": request.get_full_path(), "form": posted.urlencode(), "files": files}
    secret = rules.new_secret()
    SuspendedRequest.objects.filter(expires_at__lt=now()).delete()
    SuspendedRequest.objects.create(
        key_digest=rules.digest(secret),
        account=account,
        sealed=box(_SEAL).encrypt(json.dumps(body).encode()),
        expires_at=now() + LIFE,
    )
    return secret


def _kept(name: str, file: "UploadedFile[Any]") -> dict[str, Any]:
    file.seek(0)
    content = base64.b64encode(file.read()).decode()
    return {"field": name, "name": file.name, "type": file.content_type, "content": content}


def taken(secret: str, path: str, account: Account) -> dict[str, Any] | None:
    """Return the form put aside under this secret, and forget it. None when it is over or not theirs."""
    with transaction.atomic():
        row = (
            SuspendedRequest.objects.select_for_update()
            .filter(key_digest=rules.digest(secret), account=account, expires_at__gt=now())
            .first()
        )
        if row is None:
            return None
        row.delete()
    try:
        body: dict[str, Any] = json.loads(box(_SEAL).decrypt(bytes(row.sealed)))
    except InvalidToken:  # the installation changed its secret meanwhile
        return None
    return body if body["path"] == path else None


def let_go(request: HttpRequest, kept: Interrupted) -> None:
    """The proof was given: the next request for that very address, within a minute, sends the form put aside."""
    request.session[KEY] = asdict(kept) | {"ready_at": time.time()}


def awaited(request: HttpRequest) -> Interrupted | None:
    """What this request comes to resume, or None. Whatever else it asks, it forgets nothing."""
    kept = interrupted(request)
    if kept is None or request.method != "GET" or request.get_full_path() != kept.path:
        return None
    return kept if time.time() - kept.ready_at < _GRACE else None


def turn_into(request: HttpRequest, body: dict[str, Any]) -> None:
    """Make of a request for the address the very request that was interrupted: same form, same files."""
    request.method = request.META["REQUEST_METHOD"] = "POST"
    files: MultiValueDict[str, UploadedFile[Any]] = MultiValueDict()
    for kept in body["files"]:
        content = base64.b64decode(kept["content"])
        file = InMemoryUploadedFile(BytesIO(content), kept["field"], kept["name"], kept["type"], len(content), None)
        files.appendlist(kept["field"], file)
    vars(request).update(_post=QueryDict(body["form"]), _files=files)
