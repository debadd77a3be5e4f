"""A report as an SVG picture: no script, readable on light and dark grounds, and by a screen reader."""

from html import escape

from parvis.cli.bench.report import Metric, Report
from parvis.cli.bench.table import goal, number

_WIDTH, _ROW, _TOP, _BOTTOM = 920, 62, 84, 40
_LEFT, _BAR = 24, 640
_STYLE = """
.ground{fill:#fff}.ink{fill:#1b1b22}.quiet{fill:#55555f}.product{fill:#31518f}.baseline{fill:#8d95a5}
.met{fill:#18703c}.missed{fill:#b3261e}.target{stroke:#1b1b22;stroke-width:2}.spread{stroke:#1b1b22;stroke-width:1.5}
text{font:15px system-ui,sans-serif}.title{font-size:18px;font-weight:600}.small{font-size:13px}
@media (prefers-color-scheme:dark){.ground{fill:#16171c}.ink{fill:#f1f1f4}.quiet{fill:#b4b6c0}.product{fill:#8fb0f2}
.baseline{fill:#6c7382}.met{fill:#6fd195}.missed{fill:#ff9a91}.target,.spread{stroke:#f1f1f4}}
"""
_WORDS = {True: "cible tenue", False: "cible manquée", None: ""}


def svg(report: Report) -> str:
    """Return the picture. Each metric has its own scale: the longest of its value, its baseline and its target."""
    height = _TOP + _ROW * len(report.metrics) + _BOTTOM
    rows = "".join(_row(one, _TOP + place * _ROW) for place, one in enumerate(report.metrics))
    heading = f"parvis bench {report.bench} : {report.summary}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-labelledby="title desc"><title id="title">{escape(heading)}</title>'
        f'<desc id="desc">{escape(_said(report))}</desc><style>{_STYLE}</style>'
        f'<rect class="ground" width="{_WIDTH}" height="{height}"/>'
        f'<text class="ink title" x="{_LEFT}" y="34">parvis bench {escape(report.bench)}</text>'
        f'<text class="quiet" x="{_LEFT}" y="58">{escape(report.summary)}</text>{rows}'
        f'<text class="quiet small" x="{_LEFT}" y="{height - 14}">{escape(_legend(report))}</text></svg>\n'
    )


def _legend(report: Report) -> str:
    kind = "rapide" if report.quick else "complète"
    return (
        f"Barre pleine : Parvis. Barre fine : témoin. Trait vertical : cible. "
        f"Médianes de {report.rounds} tours, trait fin de p10 à p90. Mesure {kind}."
    )


def _said(report: Report) -> str:
    """Everything the picture shows, in words."""
    return " ".join(f"{one.label} : {_words(one)}." for one in report.metrics)


def _words(one: Metric) -> str:
    parts = [f"{number(one.value.value)} {one.unit}"]
    if one.baseline:
        parts.append(f"témoin {number(one.baseline.value)}")
    if one.ratio is not None:
        parts.append(f"rapport × {number(one.ratio)}")
    if one.target:
        parts.append(f"cible {goal(one)}, {_WORDS[one.met]}")
    return " ; ".join(parts)


def _row(one: Metric, top: int) -> str:
    limit = _limit(one)
    if one.baseline is None and limit is None and not one.value.spread:
        return _line(one, top)  # a bar that nothing stands beside would say nothing
    scale = _BAR / (max(one.value.high, one.baseline.value if one.baseline else 0, limit or 0) or 1)
    shapes = [
        _line(one, top),
        f'<rect class="product" x="{_LEFT}" y="{top + 22}" width="{one.value.value * scale:.1f}" height="14" rx="2"/>',
    ]
    if one.value.spread:
        ends = (_LEFT + one.value.low * scale, _LEFT + one.value.high * scale)
        shapes.append(f'<path class="spread" d="M{ends[0]:.1f} {top + 29}H{ends[1]:.1f}"/>')
    if one.baseline:
        width = one.baseline.value * scale
        shapes.append(f'<rect class="baseline" x="{_LEFT}" y="{top + 38}" width="{width:.1f}" height="5" rx="2"/>')
    if limit is not None:
        shapes.append(f'<path class="target" d="M{_LEFT + limit * scale:.1f} {top + 18}v28"/>')
    return "".join(shapes)


def _line(one: Metric, top: int) -> str:
    """What is measured on the left, its figures on the right."""
    verdict, mark = {True: ("met", "✓ "), False: ("missed", "✗ "), None: ("quiet", "")}[one.met]
    return (
        f'<text class="ink" x="{_LEFT}" y="{top + 14}">{escape(one.label)}</text>'
        f'<text class="{verdict} small" x="{_WIDTH - _LEFT}" y="{top + 14}" text-anchor="end">'
        f"{escape(mark + _words(one))}</text>"
    )


def _limit(one: Metric) -> float | None:
    """The target in the metric's own unit, None without one."""
    if one.target is None or (one.target.of == "ratio" and one.baseline is None):
        return None
    return one.target.limit * (one.baseline.value if one.target.of == "ratio" and one.baseline else 1)
