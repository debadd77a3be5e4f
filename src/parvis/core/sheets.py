"""A table on its way out as a file for a spreadsheet, one line at a time."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import StreamingHttpResponse

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Line:
    """What the csv module writes to: it hands each line back."""

    def write(self, line: str) -> str:
        """Return the line written."""
        return line


def sheet_response(name: str, lines: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """Answer a file that French spreadsheets open as it is; the first line is the header. Nobody keeps a copy."""
    response = StreamingHttpResponse(_written(lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _written(lines: Iterable[Sequence[object]]) -> Iterator[str]:
    writer: Any = csv.writer(_Line(), delimiter=";")
    yield "\ufeff"  # spreadsheets know UTF-8 by this mark
    for line in lines:
        yield writer.writerow([inert(cell) if isinstance(cell, str) else cell for cell in line])


def inert(text: str) -> str:
    """Keep a text from being run as a formula by a spreadsheet."""
    return f"'{text}" if text.startswith(_FORMULA) else text
