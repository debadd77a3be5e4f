"""The way of a deposit, as a table: who does what from where, and where it leads."""

from enum import StrEnum

from parvis.preservation.enums import DepositState


class Side(StrEnum):
    """Who makes a move."""

    TOWN = "town"
    REGISTRY = "registry"
    PLATFORM = "platform"


class Gesture(StrEnum):
    """What is done with a deposit."""

    SIGN = "sign"
    HAND_OVER = "hand_over"
    WITHDRAW = "withdraw"
    VERIFY = "verify"
    ACCEPT = "accept"
    REPORT = "report"


# gesture: (whose, from which states, to which)
TABLE: dict[Gesture, tuple[Side, frozenset[DepositState], DepositState]] = {
    Gesture.SIGN: (Side.PLATFORM, frozenset({DepositState.PREPARED}), DepositState.SIGNED),
    Gesture.HAND_OVER: (Side.TOWN, frozenset({DepositState.SIGNED}), DepositState.DEPOSITED),
    Gesture.WITHDRAW: (
        Side.TOWN,
        frozenset({DepositState.PREPARED, DepositState.SIGNED}),
        DepositState.WITHDRAWN,
    ),
    Gesture.VERIFY: (
        Side.REGISTRY,
        frozenset({DepositState.DEPOSITED, DepositState.VERIFIED}),
        DepositState.VERIFIED,
    ),
    Gesture.ACCEPT: (Side.REGISTRY, frozenset({DepositState.VERIFIED}), DepositState.ACCEPTED),
    Gesture.REPORT: (Side.REGISTRY, frozenset({DepositState.VERIFIED}), DepositState.ANOMALY),
}


def allows(gesture: Gesture, state: str) -> bool:
    """Tell whether a gesture is possible in a state."""
    return state in TABLE[gesture][1]


def leads_to(gesture: Gesture) -> DepositState:
    """Return the state after a gesture."""
    return TABLE[gesture][2]
