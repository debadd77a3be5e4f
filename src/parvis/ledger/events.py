"""What the contexts above are told of the journal."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CheckpointToDate:
    """The day's checkpoint waits for its timestamp (RFC 3161): the journal itself knows no authority."""

    size: int
