"""Bouquet optimiser, survey and benchmark data, indicators, cost accounting."""
