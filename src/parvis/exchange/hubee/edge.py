"""The edge of the façade: who calls, whether the request is well formed, and how a refusal is said."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import DataError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from parvis.core import tenancy
from parvis.core.actor import Actor
from parvis.core.errors import AbsentError, DomainError, RefusedError
from parvis.exchange.hubee import validation
from parvis.identity import queries as identity
from parvis.ledger import commands as ledger

TRACING = ("editorName", "applicationName", "softwareVersion")
TRACING_LENGTH = 50
SHA256_BYTES = 32
NOT_FOUND = {
    "unknown_folder": "Folder is not found",
    "unknown_case": "Case is not found",
    "unknown_event": "event is not found",
    "unknown_attachment": "File is not found",
    "unknown_notification": "Notification is not found",
    "unknown_organisation": "Organization is not found",
    "unknown_subscription": "Subscription is not found",
    "unknown_process": "Process is not found",
}


class Fault(Exception):  # noqa: N818 - the protocol's word
    """A refusal in the protocol's terms: a status and its messages."""

    def __init__(self, status: int, *messages: str) -> None:
        super().__init__(*messages)
        self.status, self.messages = status, messages


@dataclass(slots=True)
class Call:
    """One request that passed the edge."""

    request: HttpRequest
    actor: Actor
    role: str
    ids: Mapping[str, UUID | str]
    body: Any = None
    partner: dict[str, str] | None = None

    def id(self, name: str) -> UUID:
        """Return an identifier of the path."""
        value = self.ids[name]
        assert isinstance(value, UUID)  # noqa: S101 - the edge has just made it one
        return value


Handler = Callable[[Call], HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: who may call it, the shape of its body, what it does, its own words for "not found"."""

    roles: tuple[str, ...]
    handle: Handler
    body: validation.Shape | None = None
    body_required: bool = True
    not_found: Mapping[str, str] = field(default_factory=dict)


def resource(path: str, *, text_ids: tuple[str, ...] = (), **operations: Operation) -> Any:
    """Return the view of one address. ``path`` is its template, used in messages; methods are lower case."""

    @csrf_exempt
    def view(request: HttpRequest, **ids: str) -> HttpResponseBase:
        method = _method(request, operations)
        try:
            if method not in operations:
                raise Fault(405, "Method not allowed")  # noqa: TRY301 - one place turns faults into answers
            return _answer(request, f"{method.upper()} {request.path}", operations[method], ids, text_ids)
        except Fault as fault:
            return failure(fault.status, *fault.messages)

    view.__doc__ = f"{path}"
    return view


def _method(request: HttpRequest, operations: Mapping[str, Operation]) -> str:
    """PATCH may come as POST with X-HTTP-Method-Override, for clients whose library cannot send it."""
    method = (request.method or "").lower()
    override = request.headers.get("X-HTTP-Method-Override", "")
    if method == "post" and "patch" in operations and override == "PATCH":
        return "patch"
    return "get" if method == "head" and "get" in operations else method


def _answer(
    request: HttpRequest, where: str, operation: Operation, ids: dict[str, str], text_ids: tuple[str, ...]
) -> HttpResponseBase:
    caller = _caller(request)
    if caller is None:
        return _invalid_credentials()
    actor, role = caller
    if role not in operation.roles:
        raise Fault(403, "Unauthorized user")
    call = Call(request, actor, role, _ids(ids, text_ids, where), partner=_partner(request, where))
    if operation.body is not None:
        call.body = _body(request, operation, where)
    try:
        return operation.handle(call)
    except AbsentError as error:
        message = (NOT_FOUND | dict(operation.not_found)).get(error.code, error.message)
        raise Fault(404, message) from error
    except RefusedError as error:
        ledger.record_refusal(
            actor=actor, action="request.refused", subject=f"path:{request.path[:200]}", details={"code": error.code}
        )
        raise Fault(403, "Unauthorized user") from error
    except DomainError as error:
        raise Fault(400, *(f"Bad Request : {problem.message}" for problem in error.problems)) from error
    except DataError as error:
        raise Fault(400, "Bad Request : a value cannot be stored") from error


def _caller(request: HttpRequest) -> tuple[Actor, str] | None:
    caller = identity.caller_of(request)
    if caller and caller[0].id:
        tenancy.become(caller[0].kind, caller[0].id)
    return caller


def _ids(ids: dict[str, str], text_ids: tuple[str, ...], where: str) -> dict[str, UUID | str]:
    found: dict[str, UUID | str] = {}
    for name, value in ids.items():
        if name in text_ids:
            found[name] = value
            continue
        try:
            found[name] = UUID(value)
        except ValueError:
            raise _invalid(where, f'@path.{name}] Input string "{value[:60]}" is not a valid UUID') from None
    return found


def _partner(request: HttpRequest, where: str) -> dict[str, str] | None:
    sent = {name: request.headers[name] for name in TRACING if name in request.headers}
    for name, value in sent.items():
        if len(value) > TRACING_LENGTH:
            raise _invalid(where, f"@header.{name}] String is too long (maximum allowed: {TRACING_LENGTH})")
    return sent or None


def _body(request: HttpRequest, operation: Operation, where: str) -> Any:
    raw = request.body
    if not raw and not operation.body_required:
        return {}
    try:
        body = validation.decode(raw)
    except validation.NotJsonError as error:
        raise _invalid(where, f"@body] Unable to parse JSON - {error}") from None
    found = validation.faults(body, operation.body or {})
    if found:
        raise _invalid(where, *(f"@body] {fault}" for fault in found))
    return body


def _invalid(where: str, *defects: str) -> Fault:
    lines = "\n".join(f"[ERROR][REQUEST][{where} {defect}" for defect in defects)
    return Fault(400, f"Bad Request : Validation failed.\n{lines}")


def invalid_query(call: Call, name: str, problem: str) -> Fault:
    """Return the refusal of a query parameter."""
    return _invalid(f"{call.request.method} {call.request.path}", f"@query.{name}] {problem}")


def failure(status: int, *messages: str) -> HttpResponse:
    """Return an error body: every message, each with the code."""
    errors = [{"code": status, "message": message} for message in messages]
    return HttpResponse(
        json.dumps({"errors": errors}, ensure_ascii=False), status=status, content_type="application/json"
    )


def _invalid_credentials() -> HttpResponse:
    body = {
        "fault": {
            "code": 900901,
            "message": "Invalid Credentials",
            "description": "Invalid Credentials. Make sure you have provided the correct security credentials",
        }
    }
    answer = JsonResponse(body, status=401)
    answer["WWW-Authenticate"] = 'Bearer realm="HubEE"'
    return answer


def number(call: Call, name: str, default: int, *, most: int, least: int = 0) -> int:
    """Return a whole number of the query."""
    raw = call.request.GET.get(name)
    if raw is None or raw == "":
        return default
    if not raw.isascii() or not raw.isdigit():
        problem = 'Instance type (string) does not match any allowed primitive type (allowed: ["integer","number"])'
        raise invalid_query(call, name, problem)
    return max(least, min(int(raw[:9]), most))


def listed(call: Call, name: str) -> list[str]:
    """Return a list of the query, repeated or joined with commas as clients in the wild do."""
    return [part for value in call.request.GET.getlist(name)[:50] for part in value.split(",")[:200] if part]


def digest(call: Call) -> bytes | None:
    """Return the SHA-256 that the client announces, if it does."""
    raw = call.request.headers.get("digest", "")
    if not raw:
        return None
    try:
        value = base64.b64decode(raw, validate=True)
    except (binascii.Error, ValueError):
        value = b""
    if len(value) != SHA256_BYTES:
        raise Fault(400, "Bad Request : digest is not a SHA-256 in base64")
    return value
