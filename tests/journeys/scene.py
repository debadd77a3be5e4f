"""What one page to look at is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scene:
    """A page: its address (with names of the stage in braces), who looks, the status, and whether sending fails."""

    name: str
    path: str
    who: str = ""
    status: int = 200
    sends: bool = False  # the main form, sent as it comes, is refused with errors
