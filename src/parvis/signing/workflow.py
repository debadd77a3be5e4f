"""The way of a document through a circuit, as a table: who does what from where."""

from enum import StrEnum

from parvis.signing.enums import ItemState, StepKind


class Gesture(StrEnum):
    """What people do with a document."""

    APPROVE = "approve"
    REFUSE = "refuse"
    SEND_BACK = "send_back"
    FREEZE = "freeze"
    WITHDRAW = "withdraw"
    RESUBMIT = "resubmit"
    TAKE_BACK = "take_back"


# From which states each gesture is possible.
FROM: dict[Gesture, frozenset[ItemState]] = {
    Gesture.APPROVE: frozenset({ItemState.TO_VISA}),
    Gesture.REFUSE: frozenset({ItemState.TO_VISA, ItemState.TO_SIGN, ItemState.SIGNING}),
    Gesture.SEND_BACK: frozenset({ItemState.TO_VISA, ItemState.TO_SIGN}),
    Gesture.FREEZE: frozenset({ItemState.TO_SIGN}),
    Gesture.WITHDRAW: frozenset({ItemState.TO_VISA, ItemState.TO_SIGN, ItemState.SIGNING, ItemState.RETURNED}),
    Gesture.RESUBMIT: frozenset({ItemState.RETURNED}),
    # The right to change one's mind: as long as the next officer has done nothing.
    Gesture.TAKE_BACK: frozenset({ItemState.TO_VISA, ItemState.TO_SIGN}),
}
STATE_OF_STEP = {StepKind.VISA: ItemState.TO_VISA, StepKind.SIGNATURE: ItemState.TO_SIGN}
FINISHED = frozenset({ItemState.SIGNED, ItemState.REFUSED, ItemState.WITHDRAWN})


def allows(gesture: Gesture, state: str) -> bool:
    """Tell whether a gesture is possible in a state."""
    return state in FROM[gesture]
