"""``Idempotency-Key``: a request sent again after a lost answer does nothing and gets that answer.

The key, the answer and the act are written in one transaction: there is no moment where one exists without the others
(draft-ietf-httpapi-idempotency-key-header). Two identical requests at once: the second waits for the first.
"""

import functools
import hashlib
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from ninja import Schema, Status

from parvis.core.errors import DomainError
from parvis.exchange.api.callers import actor_of
from parvis.exchange.api.headers import MAX_KEY
from parvis.exchange.models import IdempotentAnswer

HEADER = "Idempotency-Key"


def idempotent(operation: Callable[..., Any]) -> Callable[..., Any]:
    """Make an operation answer twice and act once when its caller gives it a key."""

    @functools.wraps(operation)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        key = request.headers.get(HEADER, "")
        if not key:
            return operation(request, *args, **kwargs)
        if len(key) > MAX_KEY:
            raise DomainError("bad_idempotency_key", "La clé d’idempotence est trop longue.", field=HEADER)
        with transaction.atomic(durable=True):
            kept = _claimed(request, key)
            if kept.status:
                return Status(kept.status, kept.body)
            answer = operation(request, *args, **kwargs)
            kept.status, kept.body = _plain(answer)
            kept.save(update_fields=("status", "body"))
        return answer

    return guarded


def _claimed(request: HttpRequest, key: str) -> IdempotentAnswer:
    """Return the line of this key, made now or before; wait for another transaction that is making it."""
    actor = actor_of(request)
    fingerprint = hashlib.sha256(
        b"\0".join(((request.method or "").encode(), request.get_full_path().encode(), request.body))
    ).digest()
    principal = f"{actor.kind}:{actor.id}"
    IdempotentAnswer.objects.bulk_create(
        [IdempotentAnswer(principal=principal, key=key, fingerprint=fingerprint)], ignore_conflicts=True
    )
    kept = IdempotentAnswer.objects.select_for_update().get(principal=principal, key=key)
    if bytes(kept.fingerprint) != fingerprint:
        raise DomainError(
            "idempotency_key_reused",
            "Cette clé d’idempotence a déjà servi pour une autre requête. Donnez à chaque requête une clé neuve.",
            field=HEADER,
        )
    return kept


def _plain(answer: Any) -> tuple[int, Any]:
    status, value = (answer.status_code, answer.value) if isinstance(answer, Status) else (200, answer)
    return status, value.model_dump(mode="json") if isinstance(value, Schema) else value
