"""Answers of the façade held against HubEE's own descriptions, when they are beside the project."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.test import Client
from jsonschema_rs import Draft7Validator

HUBEE = Path(__file__).parents[3] / "shared" / "data" / "hubee"
FILES = {
    "api_folder_v1.2.7.yaml": "/teledossiers/v1",
    "api_subscription_v1.2.3.yaml": "/referential/v1",
    "af4f8b_api_organization_v1.2.0.yaml": "/referential/v1",
    "api_process_v1.2.1.yaml": "/referential/v1",
}
# Said by the edge, for every operation, without being in the descriptions; their body has the shape of an error.
OF_THE_EDGE = {"400", "401", "403", "404", "405", "413", "415", "423", "503"}


class ContractClient(Client):
    """Django's test client, which refuses an answer that the descriptions do not allow."""

    def generic(self, method: str, path: str, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]
        """Send, then check the answer."""
        answer = super().generic(method, path, *args, **kwargs)
        check(method, path, answer)
        return answer


def check(method: str, path: str, answer: Any) -> None:
    """Raise AssertionError when an answer is not one that the description of its operation allows."""
    found = _operation(method, path.partition("?")[0])
    if found is None:
        return
    document, operation = found
    status = str(answer.status_code)
    documented = operation["responses"].get(status)
    if documented is None:
        assert status in OF_THE_EDGE, f"{method} {path}: {status} is not documented"
        documented = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}
    _check_body(document, documented.get("content") or {}, answer, f"{method} {path} {status}")


def _check_body(document: dict[str, Any], content: dict[str, Any], answer: Any, where: str) -> None:
    if not content:
        assert not answer.content, f"{where}: no body is documented"
        return
    kind = answer["Content-Type"].partition(";")[0]
    if "application/octet-stream" in content:
        assert answer.streaming or answer.content, f"{where}: the document is empty"
        return
    assert kind == "application/json", f"{where}: {kind}"
    schema = _as_json_schema(content["application/json"]["schema"]) | {"components": _components(id(document))}
    problems = [
        f"{'/'.join(map(str, error.instance_path))}: {error.message[:200]}"
        for error in Draft7Validator(schema, validate_formats=True).iter_errors(answer.json())
    ]
    assert not problems, f"{where}: {problems[:5]}"


@cache
def _documents() -> list[tuple[str, dict[str, Any]]]:
    return [(base, yaml.safe_load((HUBEE / name).read_text())) for name, base in FILES.items() if HUBEE.exists()]


@cache
def _components(which: int) -> Any:
    (document,) = (document for _, document in _documents() if id(document) == which)
    return _as_json_schema(document["components"])


@cache
def _operation(method: str, path: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
    for base, document in _documents():
        for template, operations in document["paths"].items():
            pattern = base + re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
            if re.fullmatch(pattern, path) and method.lower() in operations:
                return document, operations[method.lower()]
    return None


def _as_json_schema(node: Any) -> Any:
    """Turn OpenAPI 3.0's dialect into JSON Schema: ``nullable`` becomes a type.

    The pattern of an address is left out: it refuses `+` and top-level domains of five letters, which exist.
    """
    if isinstance(node, list):
        return [_as_json_schema(one) for one in node]
    if not isinstance(node, dict):
        return node
    made = {key: _as_json_schema(value) for key, value in node.items() if key not in ("nullable", "example")}
    if node.get("format") == "email":
        made.pop("pattern", None)
    if node.get("nullable"):
        return {"anyOf": [{"type": "null"}, made]}
    return made
