"""
The official Python SDK (PureCloudPlatformClientV2), read as text -> Facts.

The package is generated, one method an operation and one class a definition, in one style throughout; it is read,
never imported: importing thousands of classes takes longer, and code of a given folder should not run. It knows no
statuses, error codes, permissions, required or read-only fields.

Operations are asked for by `wanted(METHOD, path)`; only the definitions they need are read.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeGuard

from mockgc.contract.errors import SourceError
from mockgc.contract.facts import (
    JSON_TYPE,
    Answer,
    Body,
    Definition,
    Facts,
    Operation,
    Parameter,
    Place,
    Schema,
    Source,
    ordered,
    references,
    used_by,
)

PACKAGE = "PureCloudPlatformClientV2"
Wanted = Callable[[str, str], bool]

_SCALARS: dict[str, Schema] = {
    "str": {"type": "string"},
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "bool": {"type": "boolean"},
    "object": {"type": "object"},
    "datetime": {"type": "string", "format": "date-time"},
    "date": {"type": "string", "format": "date"},
    "file": {"type": "file"},
    "LocalDateTime": {"type": "string", "format": "local-date-time"},
    "YearMonth": {"type": "string", "format": "year-month"},
}


def installed_sdk() -> Path:
    """
    Folder of the installed SDK.

    Raises:
        SourceError: it is not installed beside mockgc.
    """
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        expected = f"pip install {PACKAGE}, or give the folder of the package instead of `sdk`"
        raise SourceError("sdk", f"{PACKAGE} is not installed in this environment", expected)
    return Path(found.origin).parent


def is_sdk(folder: Path) -> bool:
    """Whether a folder looks like the package."""
    return (folder / "apis").is_dir() and (folder / "models" / "__init__.py").is_file()


def read_sdk(folder: Path, wanted: Wanted, date: str | None = None) -> Facts:
    """
    Facts of the wanted operations and of the definitions they need.

    Raises:
        SourceError: the folder is not the package, or is written in a style unknown here; names file and method.
    """
    if not is_sdk(folder):
        raise SourceError("sdk", "the folder has no apis/ and models/", f"give the folder of the package {PACKAGE}")
    reader = _Reader(folder)
    operations = {operation.key: operation for operation in reader.operations(wanted)}
    waiting = set[str]().union(*map(used_by, operations.values()))
    definitions: dict[str, Definition] = {}
    while waiting:
        name = waiting.pop()
        definitions[name] = reader.definition(name)
        waiting |= references(definitions[name].schema) - definitions.keys()
    source = Source("sdk", PACKAGE, reader.version(), reader.digest(), date)
    return Facts((source,), operations, definitions)


class _Reader:
    """One package folder; remembers what it read, for the digest."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, str] = {}
        pairs = re.findall(r"^from \.(\w+) import (\w+)$", self._text("models/__init__.py"), re.MULTILINE)
        self._files = {name: f"models/{file}.py" for file, name in pairs}

    def _text(self, file: str) -> str:
        raw = (self._folder / file).read_bytes()
        self._read[file] = hashlib.sha256(raw).hexdigest()
        return raw.decode("utf-8").replace("\r\n", "\n")

    def digest(self) -> str:
        """SHA-256 over the names and digests of all files read, sorted."""
        lines = "".join(f"{digest}  {file}\n" for file, digest in sorted(self._read.items()))
        return hashlib.sha256(lines.encode()).hexdigest()

    def version(self) -> str:
        found = re.search(r"purecloud-sdk'\] = '([^']+)'", self._text("api_client.py"))
        return found.group(1) if found else "unknown"

    def operations(self, wanted: Wanted) -> Iterator[Operation]:
        for path in sorted((self._folder / "apis").glob("*_api.py")):
            tag = path.stem.removesuffix("_api").replace("_", " ").title()
            for chunk in re.split(r"^(?:    @.*\n)*    def ", self._text(f"apis/{path.name}"), flags=re.MULTILINE)[1:]:
                target = re.search(r"resource_path = '([^']+)'", chunk)
                method = re.search(r"call_api\(resource_path, '([A-Z]+)'", chunk)
                if target and method and wanted(method.group(1), target.group(1)):
                    yield self._operation(f"apis/{path.name}", tag, method.group(1), target.group(1), chunk)

    def _operation(self, file: str, tag: str, method: str, path: str, chunk: str) -> Operation:
        # In a class, because lines of some docstrings stand further left than the code.
        function = next(node for node in ast.walk(ast.parse(f"class _:\n    def {chunk}")) if _is_function(node))
        place = f"sdk: {file}: {function.name}"
        document = ast.get_docstring(function) or ""
        types = {name: written for written, name in re.findall(r"^\s*:param (\S.*?) (\w+):", document, re.MULTILINE)}
        required = {argument.arg for argument in function.args.args}
        body = re.search(r"body_params = params\['(\w+)'\]", chunk)
        response = re.search(r"response_type=(?:'([^']+)'|None)", chunk)
        answer = self._schema(response.group(1), place) if response and response.group(1) else None
        parameters = [
            Parameter(name, where, python in required, schema, "multi" if schema.get("type") == "array" else None)
            for where, name, python in _parameters(chunk)
            for schema in [self._schema(types[python], place)]
        ]
        return Operation(
            id=_camel(function.name),
            method=method,
            path=path,
            tag=tag,
            parameters=ordered(path, parameters),
            body=Body(self._schema(types[body.group(1)], place), body.group(1) in required) if body else None,
            answers=(Answer(None, answer),),
            consumes=_media(chunk, "content_type") if body else (),
            produces=_media(chunk, "accept"),
        )

    def definition(self, name: str) -> Definition:
        tree = ast.parse(self._text(self._files[name]))
        properties, names = _dictionary(tree, "swagger_types"), _dictionary(tree, "attribute_map")
        enums = dict(_enums(tree))
        place = f"sdk: {self._files[name]}"
        fields = {
            names[python]: _with_enum(self._schema(written, place), enums.get(python))
            for python, written in properties.items()
        }
        return Definition(name, {"type": "object", "properties": fields} if fields else {"type": "object"})

    def _schema(self, written: str, place: str) -> Schema:
        """A type as the SDK writes it: `str`, `list[WorkPlan]`, `dict(str, object)`."""
        if written in _SCALARS:
            return _SCALARS[written]
        if listed := re.fullmatch(r"list\[(.+)\]", written):
            return {"type": "array", "items": self._schema(listed.group(1), place)}
        if mapping := re.fullmatch(r"dict\(str, (.+)\)", written):
            return {"type": "object", "additionalProperties": self._schema(mapping.group(1), place)}
        if written in self._files:
            return {"$ref": written}
        raise SourceError(place, f"unknown type {written!r}", "a scalar, list[…], dict(str, …) or a class of models/")


def _is_function(node: ast.AST) -> TypeGuard[ast.FunctionDef]:
    return isinstance(node, ast.FunctionDef)


def _parameters(chunk: str) -> Iterator[tuple[Place, str, str]]:
    """(place, name on the wire, Python name) of each parameter but the body."""
    places: dict[str, Place] = {"path": "path", "query": "query", "header": "header"}
    for where, name, python in re.findall(r"(\w+)_params\['([^']+)'\] = params\['(\w+)'\]", chunk):
        if where in places:
            yield places[where], name, python


def _media(chunk: str, which: str) -> tuple[str, ...]:
    found = re.search(rf"select_header_{which}\(\[([^\]]*)\]", chunk)
    types = re.findall(r"'([^']+)'", found.group(1)) if found else []
    return () if set(types) <= {JSON_TYPE} else tuple(sorted(types))


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _dictionary(tree: ast.AST, attribute: str) -> dict[str, str]:
    """The literal assigned to `self.<attribute>`."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Attribute)
            and node.targets[0].attr == attribute
        ):
            return {str(key): str(value) for key, value in ast.literal_eval(node.value).items()}
    return {}


def _enums(tree: ast.AST) -> Iterator[tuple[str, list[str]]]:
    """(field, values) of each setter that knows its allowed values."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "allowed_values":
                    yield function.name, list(ast.literal_eval(node.value))


def _with_enum(schema: Schema, values: list[str] | None) -> Schema:
    """The SDK writes all enum values as texts, also those of integers."""
    if values is None:
        return schema
    return {**schema, "enum": [int(value) for value in values] if schema.get("type") == "integer" else values}
