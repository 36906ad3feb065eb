"""Where a parameter schema holds schemas: at the keywords that are known to, and nowhere else."""

from collections.abc import Iterator
from typing import Any, cast

PARTS = frozenset(
    {
        *("additionalProperties", "contains", "contentSchema", "else", "if", "items", "not", "propertyNames", "then"),
        *("unevaluatedItems", "unevaluatedProperties", "allOf", "anyOf", "oneOf", "prefixItems"),
        *("additionalItems", "disallow", "extends", "type"),  # of older drafts
    }
)
"""What holds a schema, or a list of them."""

NAMED_PARTS = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies"})
"""What holds schemas by names that are free, so that none of these is a keyword."""


def schemas(schema: object) -> Iterator[dict[str, Any]]:
    """A schema and all those inside it. What a keyword holds that is not known is a value, whatever it looks like."""
    waiting: list[Any] = [schema]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            part = cast(dict[str, Any], item)
            yield part
            for name, member in part.items():
                if name in PARTS:
                    waiting.append(member)
                elif name in NAMED_PARTS and isinstance(member, dict):
                    waiting += cast(dict[str, Any], member).values()
        elif isinstance(item, list):
            waiting += cast(list[Any], item)


def with_empty_objects(schema: Any) -> Any:
    """The schema with `{}` where schemas are held by name and it says `[]`: PHP writes an empty object like that."""
    if isinstance(schema, list):
        return [with_empty_objects(each) for each in cast(list[Any], schema)]
    if not isinstance(schema, dict):
        return schema
    return {name: _member(name, value) for name, value in cast(dict[str, Any], schema).items()}


def _member(name: str, value: Any) -> Any:
    if name in PARTS:
        return with_empty_objects(value)
    if name not in NAMED_PARTS:
        return value
    if value == []:
        return {}
    if not isinstance(value, dict):
        return value
    # Among dependencies a list holds names, and an empty one none.
    empty: Any = [] if name == "dependencies" else {}
    held = cast(dict[str, Any], value)
    return {each: empty if part == [] else with_empty_objects(part) for each, part in held.items()}
