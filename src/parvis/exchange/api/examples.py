"""Examples shown in the API's description."""

from typing import Any

from pydantic import ConfigDict

ID = "01920f4e-8c1a-7b3d-9e2f-5a6b7c8d9e0f"  # of the examples


def shown(example: dict[str, Any]) -> ConfigDict:
    """Return the setting that shows an example of a shape in the description; a test checks that it follows it."""
    return ConfigDict(json_schema_extra={"examples": [example]})
