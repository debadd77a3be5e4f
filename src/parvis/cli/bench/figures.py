"""Statistics of repeated measures: a middle and a spread, never a mean that one slow round spoils."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sample:
    """The median of several rounds, and the 10th and 90th percentiles around it, all in one unit."""

    value: float
    low: float
    high: float

    @property
    def spread(self) -> float:
        """How far apart the 10th and 90th percentiles are."""
        return self.high - self.low


def percentile(values: Sequence[float], rank: float) -> float:
    """Return the value below which ``rank`` percent of the values lie, interpolated between neighbours.

    Raise ValueError when there is no value or when the rank is not between 0 and 100.
    """
    if not values or not 0 <= rank <= 100:  # noqa: PLR2004 - a percentage
        message = f"no percentile {rank} of {len(values)} values"
        raise ValueError(message)
    ordered = sorted(values)
    place = (len(ordered) - 1) * rank / 100
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def summarise(rounds: Sequence[float]) -> Sample:
    """Return the middle and the spread of one figure over its rounds."""
    return Sample(percentile(rounds, 50), percentile(rounds, 10), percentile(rounds, 90))


def exactly(value: float) -> Sample:
    """Return a figure that has no spread: a count, a size."""
    return Sample(value, value, value)


def pairwise_ratio(product: Sequence[float], baseline: Sequence[float]) -> float:
    """Return the median of the ratios product ÷ baseline, round by round.

    Both sides of a round ran one after the other: noise that lasts longer than a round cancels out. Raise ValueError
    when the sides do not have the same rounds.
    """
    return percentile([a / b for a, b in zip(product, baseline, strict=True)], 50)
