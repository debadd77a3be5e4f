"""What identity keeps no longer than it serves: codes, tokens, proofs seen, attempts at passwords."""

from datetime import timedelta

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings

from parvis.core.clock import now
from parvis.identity.models import AccessToken, SignInAttempt, SuspendedRequest
from parvis.identity.provider import grants, replay
from parvis.identity.provider.models import LogoutNotice, PushedRequest


def purge() -> None:
    """Remove everything that is over. Attempts at passwords hold addresses: ``PARVIS_ATTEMPTS_DAYS`` days."""
    for expiring in (AccessToken, SignInAttempt, SuspendedRequest, PushedRequest):
        expiring.objects.filter(expires_at__lt=now()).delete()
    replay.forget()
    grants.forget()
    before = now() - timedelta(days=settings.ATTEMPTS_KEPT_DAYS)
    for attempts in (AccessAttempt, AccessFailureLog, AccessLog):
        attempts.objects.filter(attempt_time__lt=before).delete()
    LogoutNotice.objects.filter(created_at__lt=now() - timedelta(days=settings.NOTICES_KEPT_DAYS)).delete()
