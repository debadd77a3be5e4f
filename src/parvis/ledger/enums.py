"""Closed vocabularies of the journal."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ActorKind(TextChoices):
    """Who acted; the values of `core.actor.ActorKind`."""

    ACCOUNT = "account", _("Personne")
    CLIENT = "client", _("Logiciel")
    SYSTEM = "system", _("Parvis")
    ANONYMOUS = "anonymous", _("Visiteur")


class Outcome(TextChoices):
    """What became of the act."""

    DONE = "done", _("Fait")
    REFUSED = "refused", _("Refusé")


class Alarm(TextChoices):
    """What a witness showed to be wrong with this journal."""

    FORK = "fork", _("Le témoin a vu un autre passé que le nôtre")
    AHEAD = "ahead", _("Le témoin a vu un journal plus long que le nôtre")
