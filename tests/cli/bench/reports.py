"""A report made up for tests, with a target met, one missed, one absent."""

from parvis.cli.bench.report import Report, Target, count, metric


def made_up() -> Report:
    return Report(
        bench="deposit",
        summary="dépôts <essai>",
        quick=True,
        rounds=3,
        metrics=[
            metric("app_cpu", "CPU par dépôt", "ms", [4.0, 3.0, 5.0], [1.0, 1.0, 1.0], target=Target("≤", 5)),
            count("sql_growth", "Requêtes & croissance", "requêtes", 13, 12, target=Target("=", 1, "ratio")),
            metric("rate", "Débit", "dépôts/s", [1234.5, 1234.5, 1234.5]),
        ],
        machine={"cores": 2},
    )
