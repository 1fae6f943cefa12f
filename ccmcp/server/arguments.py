"""A tool's dataclasses as MCP sees them: JSON schemas out, checked arguments in."""

import dataclasses
import json
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, cast, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, create_model

from ccmcp.errors import BadArgumentError, BadArgumentsError, did_you_mean
from ccmcp.limits import Ge, Le, MaxLen, MinLen
from ccmcp.redact import clean
from ccmcp.result import descriptions


class Arguments:
    """
    The arguments of a tool, made from its parameters dataclass.

    Unknown names and wrong values are refused. Lenient it is only where real clients err and
    no doubt is left: "5" for 5, "true" for true, null for an argument that is not given.
    """

    def __init__(self, tool: str, parameters: type[Any]) -> None:
        self._tool = tool
        self._parameters = parameters
        self._model = _model(parameters)
        self.schema: dict[str, Any] = lean(self._model.model_json_schema())
        """The tool's input schema."""

    def read(self, given: Mapping[str, object]) -> Any:
        """
        An instance of the parameters dataclass.

        Raises:
            BadArgumentsError: with a sentence for each argument that is unknown, missing or can't be used.

        """
        properties = self.schema["properties"]
        values = {
            name: _meant(properties.get(name, {}), value)
            for name, value in given.items()
            if value is not None or name not in properties
        }
        try:
            found = self._model.model_validate(values)
        except ValidationError as error:
            problems = dict.fromkeys(str(fault["loc"][0]) for fault in error.errors(include_url=False))
            raise BadArgumentsError(
                self._tool, [self._problem(name, given.get(name)) for name in problems]
            ) from None
        return self._parameters(**{name: getattr(found, name) for name in type(found).model_fields})

    def _problem(self, name: str, value: object) -> str:
        properties = self.schema["properties"]
        if name not in properties:
            known = did_you_mean(name, list(properties)) if properties else "It takes none."
            return f"Unknown argument {clean(name)[:60]!r}. {known}"
        if value is None:
            return f"{name} is missing. Give {_wanted(properties[name])}."
        shown = clean(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        return str(BadArgumentError(name, shown, f"Give {_wanted(properties[name])}."))


def output_schema(result: type[Any]) -> dict[str, Any]:
    """
    The schema of a result without nulls: what may be null may be missing.

    New keys may come with a new version, so further properties are allowed.
    """
    schema = TypeAdapter(result).json_schema(mode="serialization")
    _describe(schema, result)
    for part in _dataclasses(result):
        _describe(schema.get("$defs", {}).get(part.__name__, {}), part)
    return lean(schema)


def lean(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema without titles, and without nulls: what may be null is optional instead."""
    nullable = {
        name for name, inner in schema.get("properties", {}).items() if _NULL in inner.get("anyOf", ())
    }
    slim: dict[str, Any] = {}
    for key, value in schema.items():
        match key:
            case "title":
                pass
            case "properties" | "$defs":
                slim[key] = {name: lean(inner) for name, inner in value.items()}
            case "items" | "additionalProperties" if isinstance(value, dict):
                slim[key] = lean(value)
            case "anyOf":
                choices = [lean(choice) for choice in value if choice != _NULL]
                slim |= choices[0] if len(choices) == 1 else {key: choices}
            case "required":
                slim |= {key: left} if (left := [name for name in value if name not in nullable]) else {}
            case "default" if value is None:
                pass
            case _:
                slim[key] = value
    return slim


_NULL = {"type": "null"}


def _model(parameters: type[Any]) -> type[BaseModel]:
    hints = get_type_hints(parameters, include_extras=True)
    told = descriptions(cast("Any", parameters))  # mypy takes classes for unhashable
    fields: dict[str, Any] = {
        field.name: (
            _limited(hints[field.name]),
            Field(default=_default(field), description=told.get(field.name)),
        )
        for field in dataclasses.fields(parameters)
    }
    return create_model(
        parameters.__name__,
        __config__=ConfigDict(extra="forbid", strict=True, protected_namespaces=()),
        **fields,
    )


def _limited(hint: object) -> object:
    """A parameter's type with its limits as pydantic knows them."""
    if get_origin(hint) is not Annotated:
        return hint
    kind, *limits = get_args(hint)
    for limit in limits:
        match limit:
            case Ge(least):
                kind = Annotated[kind, Field(ge=least)]
            case Le(most):
                kind = Annotated[kind, Field(le=most)]
            case MinLen(least):
                kind = Annotated[kind, Field(min_length=least)]
            case MaxLen(most):
                kind = Annotated[kind, Field(max_length=most)]
            case _:
                kind = Annotated[kind, limit]
    return kind


def _default(field: "dataclasses.Field[Any]") -> object:
    if field.default is not dataclasses.MISSING:
        return field.default
    return ... if field.default_factory is dataclasses.MISSING else field.default_factory()


def _meant(schema: Mapping[str, Any], value: object) -> object:
    """The value a client meant, where there is no doubt."""
    match schema.get("type"), value:
        case "integer", str() if re.fullmatch(r"-?[0-9]{1,15}", value):
            return int(value)
        case "integer", float() if value.is_integer():  # 5.0 is an integer to JSON Schema
            return int(value)
        case "boolean", "true" | "True":
            return True
        case "boolean", "false" | "False":
            return False
        case "array", [*items]:
            return tuple(items)
        case _:
            return value


def _wanted(schema: Mapping[str, Any]) -> str:
    """A schema in words."""
    low, high = schema.get("minimum"), schema.get("maximum")
    match schema.get("type"):
        case _ if choices := schema.get("enum", [schema["const"]] if "const" in schema else []):
            return f"one of {', '.join(map(repr, choices))}"
        case "boolean":
            return "true or false"
        case "integer":
            return f"an integer{_range(low, high)}"
        case "number":
            return f"a number{_range(low, high)}"
        case "array":
            return f"a list, each {_wanted(schema['items'])}"
        case _:
            return f"a text{_length(schema.get('minLength', 0), schema.get('maxLength'))}"


def _range(low: object, high: object) -> str:
    match low, high:
        case None, None:
            return ""
        case _, None:
            return f" of at least {low}"
        case None, _:
            return f" of at most {high}"
        case _:
            return f" from {low} to {high}"


def _length(low: object, high: object) -> str:
    match low, high:
        case 0, None:
            return ""
        case 1, None:
            return " that is not empty"
        case _, None:
            return f" of at least {low} characters"
        case _:
            return f" of {low} to {high} characters"


def _dataclasses(kind: type[Any]) -> Iterator[type[Any]]:
    """The dataclasses a dataclass is made of, itself left out."""
    waiting = list(get_type_hints(kind).values())
    seen = {kind}
    while waiting:
        hint = waiting.pop()
        waiting += get_args(hint)
        if isinstance(hint, type) and dataclasses.is_dataclass(hint) and hint not in seen:
            seen.add(hint)
            waiting += get_type_hints(hint).values()
            yield hint


def _describe(schema: dict[str, Any], kind: type[Any]) -> None:
    told = descriptions(cast("Any", kind))  # as above
    for name, inner in schema.get("properties", {}).items():
        if name in told:
            inner["description"] = told[name]
