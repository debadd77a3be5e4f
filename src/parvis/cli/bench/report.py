"""What a bench says: metrics, each with its baseline and its target, as plain data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from parvis.cli.bench.figures import Sample, exactly, pairwise_ratio, summarise

Sign = Literal["≤", "≥", "="]


@dataclass(frozen=True, slots=True)
class Target:
    """What was promised: of the value itself, in its unit, or of its ratio to the baseline."""

    sign: Sign
    limit: float
    of: Literal["value", "ratio"] = "value"

    def met_by(self, measured: float) -> bool:
        """Tell whether a measure keeps the promise. The limit itself does."""
        if self.sign == "≤":
            return measured <= self.limit
        return measured >= self.limit if self.sign == "≥" else measured == self.limit


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure. ``ratio`` is product ÷ baseline, whatever the direction that is good.

    ``name`` is stable, for programs; ``label`` is for people and says what is counted.
    """

    name: str
    label: str
    unit: str
    value: Sample
    baseline: Sample | None = None
    ratio: float | None = None
    target: Target | None = None

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None without a target. A ratio that could not be measured misses it."""
        if self.target is None:
            return None
        measured = self.value.value if self.target.of == "value" else self.ratio
        return measured is not None and self.target.met_by(measured)


def metric(
    name: str,
    label: str,
    unit: str,
    rounds: Sequence[float],
    baseline: Sequence[float] = (),
    *,
    target: Target | None = None,
) -> Metric:
    """Make a metric of one figure measured over rounds, and of its baseline's in the same rounds."""
    beside = summarise(baseline) if baseline else None
    ratio = pairwise_ratio(rounds, baseline) if baseline else None
    return Metric(name, label, unit, summarise(rounds), beside, ratio, target)


def count(
    name: str, label: str, unit: str, value: float, baseline: float | None = None, *, target: Target | None = None
) -> Metric:
    """Make a metric of a figure that is exact: a number of statements, a size."""
    beside = None if baseline is None else exactly(baseline)
    return Metric(name, label, unit, exactly(value), beside, value / baseline if baseline else None, target)


@dataclass(frozen=True, slots=True)
class Report:
    """A whole bench. ``machine`` names no place on the disk, so that a report can be published."""

    bench: str
    summary: str
    quick: bool
    rounds: int
    metrics: Sequence[Metric]
    machine: Mapping[str, Any] = field(default_factory=dict)

    @property
    def missed(self) -> list[Metric]:
        """The metrics whose target is missed."""
        return [one for one in self.metrics if one.met is False]

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON writes it."""
        return {
            "bench": self.bench,
            "summary": self.summary,
            "quick": self.quick,
            "rounds": self.rounds,
            "machine": dict(self.machine),
            "metrics": [_plain(one) for one in self.metrics],
        }


def _plain(one: Metric) -> dict[str, Any]:
    return {
        "name": one.name,
        "label": one.label,
        "unit": one.unit,
        "value": _sample(one.value),
        "baseline": _sample(one.baseline) if one.baseline else None,
        "ratio": None if one.ratio is None else round(one.ratio, 4),
        "target": {"sign": one.target.sign, "limit": one.target.limit, "of": one.target.of} if one.target else None,
        "met": one.met,
    }


def _sample(sample: Sample) -> dict[str, float]:
    return {"median": round(sample.value, 4), "p10": round(sample.low, 4), "p90": round(sample.high, 4)}
