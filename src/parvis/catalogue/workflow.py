"""Transition tables of a case, as data: which state may follow which, per workflow.

Source: HubEE's workflow sheet per démarche (specification hubee-v1 §1.7). Transitions written here are those of the
recipient (SI) and of the depositor (OSL); the hub's own first steps, up to HUBEE_NOTIFIED, are in `exchange`.
"""

from parvis.catalogue.enums import CaseStatus as S
from parvis.catalogue.enums import Workflow

_NEW = frozenset({S.SENT, S.SI_RECEIVED, S.IN_PROGRESS, S.REFUSED, S.DONE, S.SI_INTG_ERROR})
_WITHOUT: dict[S, frozenset[S]] = {
    S.HUBEE_NOTIFIED: _NEW,
    S.SENT: frozenset({S.SI_RECEIVED, S.IN_PROGRESS, S.REFUSED, S.DONE, S.SI_INTG_ERROR}),
    S.SI_RECEIVED: frozenset({S.IN_PROGRESS, S.REFUSED, S.DONE, S.SI_INTG_ERROR}),
    S.IN_PROGRESS: frozenset({S.REFUSED, S.DONE, S.SI_INTG_ERROR, S.CLOSED}),
    S.SI_INTG_ERROR: frozenset({S.SENT, S.SI_RECEIVED, S.IN_PROGRESS}),
    S.REFUSED: frozenset({S.CLOSED}),
    S.DONE: frozenset({S.CLOSED}),
    S.CLOSED: frozenset({S.HUBEE_NOTIFIED, S.ARCHIVED}),
}
_WITH = _WITHOUT | {
    state: _WITHOUT[state] | {S.ADD_AWAITING} for state in (S.HUBEE_NOTIFIED, S.SENT, S.SI_RECEIVED, S.IN_PROGRESS)
}
_WITH[S.ADD_AWAITING] = frozenset({S.HUBEE_NOTIFIED, S.HUBEE_COMPLETED, S.REFUSED, S.SI_INTG_ERROR})

# CERTDC knows neither complement nor refusal: a death certificate is not something one refuses.
_DEATH = {
    S.HUBEE_NOTIFIED: frozenset({S.SENT, S.SI_RECEIVED, S.IN_PROGRESS, S.DONE, S.SI_INTG_ERROR}),
    S.SENT: frozenset({S.SI_RECEIVED, S.IN_PROGRESS, S.DONE, S.SI_INTG_ERROR}),
    S.SI_RECEIVED: frozenset({S.IN_PROGRESS, S.DONE, S.SI_INTG_ERROR}),
    S.IN_PROGRESS: frozenset({S.DONE, S.SI_INTG_ERROR, S.CLOSED}),
    S.SI_INTG_ERROR: _WITHOUT[S.SI_INTG_ERROR],
    S.DONE: _WITHOUT[S.DONE],
    S.CLOSED: _WITHOUT[S.CLOSED],
}

TABLES: dict[Workflow, dict[S, frozenset[S]]] = {
    Workflow.WITHOUT_COMPLEMENT: _WITHOUT,
    Workflow.WITH_COMPLEMENT: _WITH,
    Workflow.DEATH_CERTIFICATE: _DEATH,
}


def may_follow(workflow: str, present: str, wanted: str) -> bool:
    """Tell whether ``wanted`` may follow ``present``. The same state again is always allowed: writes are idempotent."""
    if present == wanted:
        return True
    return S(wanted) in TABLES[Workflow(workflow)].get(S(present), frozenset())


def next_states(workflow: str, present: str) -> frozenset[S]:
    """Return the states that may follow."""
    return TABLES[Workflow(workflow)].get(S(present), frozenset())
