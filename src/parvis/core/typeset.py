"""Tagged PDF documents, made with typst: PDF/UA-1, so that a screen reader can read them."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import typst


@cache
def _compiler(template: Path) -> typst.Compiler:
    # Fonts of the machine are ignored: the same answers give the same document everywhere.
    return typst.Compiler(str(template), ignore_system_fonts=True)


def render(template: Path, data: Mapping[str, Any]) -> bytes:
    """Return the PDF of a template filled with these values. Values are data for the template, never markup."""
    made = _compiler(template).compile(
        format="pdf", pdf_standards=["ua-1"], sys_inputs={"data": json.dumps(data, ensure_ascii=False)}
    )
    if not isinstance(made, bytes):
        message = "typst returned no PDF"
        raise TypeError(message)
    return made
