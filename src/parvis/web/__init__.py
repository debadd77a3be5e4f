"""URL table, API root, page shell, event wiring: the only place that knows everybody."""
