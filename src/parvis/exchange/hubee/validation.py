"""Check a JSON body against a shape and list every defect, in the words of HubEE's own validator."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

Shape = Mapping[str, Any]
MAX_BYTES = 1024 * 1024
MAX_FAULTS = 50
_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
}
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")


class NotJsonError(ValueError):
    """The body is not JSON that can be read."""


def decode(raw: bytes) -> Any:
    """Read a body. Raise NotJsonError for what is too large, not UTF-8, not JSON, or nested beyond reason."""
    if len(raw) > MAX_BYTES:
        message = f"body of {len(raw)} bytes, {MAX_BYTES} at most"
        raise NotJsonError(message)
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotJsonError(str(error)) from error


def faults(value: Any, shape: Shape, path: str = "") -> list[str]:
    """Return every defect, 50 at most: a list of 100,000 wrong elements gets an answer one can read."""
    found: list[str] = []
    for fault in _walk(value, shape, path):
        found.append(fault)
        if len(found) >= MAX_FAULTS:
            break
    return found


def _walk(value: Any, shape: Shape, path: str) -> Iterator[str]:
    kind = shape["type"]
    if value is None and shape.get("nullable"):
        return
    wrong_boolean = kind == "integer" and isinstance(value, bool)
    if not isinstance(value, _TYPES[kind]) or wrong_boolean:
        allowed = f'(allowed: ["{kind}"])'
        yield f"{_at(path)}Instance type ({_name(value)}) does not match any allowed primitive type {allowed}"
        return
    checks: dict[str, Callable[[Any, Shape, str], Iterator[str]]] = {
        "object": _object,
        "array": _array,
        "string": _string,
        "integer": _integer,
    }
    if kind in checks:
        yield from checks[kind](value, shape, path)


def _integer(value: int, shape: Shape, path: str) -> Iterator[str]:
    least = shape.get("minimum", value)
    if value < least:
        yield f"{_at(path)}Numeric instance is lower than the required minimum (minimum: {least}, found: {value})"


def _object(value: dict[str, Any], shape: Shape, path: str) -> Iterator[str]:
    missing = [name for name in shape.get("required", ()) if name not in value]
    if missing:
        listed = ",".join(f'"{name}"' for name in missing)
        yield f"{_at(path)}Object has missing required properties ([{listed}])"
    for name, inner in shape.get("properties", {}).items():
        if name in value:
            yield from _walk(value[name], inner, f"{path}/{name}")


def _array(value: list[Any], shape: Shape, path: str) -> Iterator[str]:
    least, most = shape.get("minItems", 0), shape.get("maxItems", 1000)
    if len(value) < least:
        yield f"{_at(path)}Array is too short: must have at least {least} elements but instance has {len(value)}"
    if len(value) > most:
        yield f"{_at(path)}Array is too long: must have at most {most} elements but instance has {len(value)}"
        return
    for index, item in enumerate(value):
        yield from _walk(item, shape["items"], f"{path}/{index}")


def _string(value: str, shape: Shape, path: str) -> Iterator[str]:
    at, shown, size = _at(path), value[:100], len(value)
    least, most = shape.get("minLength", 0), shape.get("maxLength", 10_000)
    if "\x00" in value:
        yield f"{at}String contains a forbidden character (U+0000)"
    if size > most:
        yield f'{at}String "{shown}" is too long (length: {size}, maximum allowed: {most})'
    if size < least:
        yield f'{at}String "{shown}" is too short (length: {size}, required minimum: {least})'
    if "enum" in shape and value not in shape["enum"]:
        yield f'{at}Instance value ("{shown}") not found in enum (possible values: {list(shape["enum"])})'
    if "pattern" in shape and not re.fullmatch(shape["pattern"], value):
        yield f'{at}ECMA 262 regex "{shape["pattern"]}" does not match input string "{shown}"'
    if "format" in shape and not _follows(value, shape["format"]):
        yield f'{at}String "{shown}" is invalid against requested format "{shape["format"]}"'


def _follows(value: str, form: str) -> bool:
    try:
        if form == "uuid":
            return str(UUID(value)) == value.lower()
        if form == "date-time":
            return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False
    return bool(_EMAIL.match(value))


def _at(path: str) -> str:
    return f"[Path '{path}'] " if path else ""


def _name(value: Any) -> str:
    if value is None:
        return "null"
    for name, types in (("boolean", bool), ("integer", int), ("number", float), ("string", str), ("array", list)):
        if isinstance(value, types):
            return name
    return "object"
