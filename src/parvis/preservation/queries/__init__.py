"""Reads of the preservation context."""

from parvis.preservation.queries.objects import content_of, content_to_file

__all__ = ["content_of", "content_to_file"]
