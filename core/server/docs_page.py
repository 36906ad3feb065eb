"""The calls described for people: one HTML page that needs nothing from the network."""

from functools import cache
from html import escape

from core.server.openapi import INTRODUCTION, REFUSALS, refusals_of
from core.server.routes import OPERATIONS, Operation
from core.server.shapes import NAMED, Shape

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "nav{columns:3 16rem;font-size:.9rem}nav a{display:block}"
    "h2{margin-top:3rem}h3{font:bold 1rem monospace;border-top:1px solid #ccc;padding-top:1rem;margin-top:2rem}"
    "table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.2rem 1rem .2rem 0;vertical-align:top}"
    "code{background:#f3f3f3;padding:0 .2rem}.quiet{color:#666}"
    "@media(prefers-color-scheme:dark){body{background:#111;color:#ddd}code{background:#222}a{color:#8cf}}"
)


@cache
def page() -> bytes:
    """The page, in UTF-8."""
    links = "".join(f'<a href="#{_anchor(each)}">{each.method} {escape(each.path)}</a>' for each in OPERATIONS)
    calls = "".join(_call(each) for each in OPERATIONS)
    shapes = "".join(_named(name, shape) for name, shape in NAMED.items())
    refusals = "".join(f"<tr><td>{status}</td><td>{escape(text)}</td></tr>" for status, (_, text) in REFUSALS.items())
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>PrismQ TaskManager</title>'
        f"<style>{_STYLE}</style></head><body><h1>PrismQ TaskManager</h1><p>{escape(INTRODUCTION)}</p>"
        "<p>All paths are found below <code>/api</code> and at the root. Each answer is an object with"
        " <code>success</code>, <code>message</code>, <code>data</code> and <code>timestamp</code>; a refusal has"
        " <code>error</code> and <code>message</code>, sometimes <code>details</code>, and no <code>data</code>."
        " Where a key is configured, send it as <code>X-API-Key</code>."
        f" For programs: <code>/api/openapi.json</code>.</p><nav>{links}</nav><h2>Calls</h2>{calls}"
        f"<h2>Objects</h2>{shapes}<h2>Refusals</h2><table>{refusals}</table></body></html>"
    ).encode()


def _call(operation: Operation) -> str:
    fields = _table(operation.query | operation.body, operation.required)
    answers = "".join(
        f"<p>{status}: <code>data</code> is {_told(shape)}</p>" for status, shape in operation.answers.items()
    )
    about = f"<p>{_marked(operation.description)}</p>" if operation.description else ""
    refusals = ", ".join(str(status) for status in refusals_of(operation))
    return (
        f'<h3 id="{_anchor(operation)}">{operation.method} {escape(operation.path)}</h3>'
        f'<p>{_marked(operation.summary)}.</p>{about}{fields}{answers}<p class="quiet">Refusals: {refusals}</p>'
    )


def _named(name: str, shape: Shape) -> str:
    return f'<h3 id="{name}">{name}</h3>{_table(shape["properties"], tuple(shape["required"]), always="always there")}'


def _table(fields: dict[str, Shape], required: tuple[str, ...], always: str = "required") -> str:
    rows = "".join(
        f"<tr><td><code>{escape(name)}</code></td><td>{_told(shape)}</td>"
        f'<td class="quiet">{always if name in required else ""}</td></tr>'
        for name, shape in fields.items()
    )
    return f"<table>{rows}</table>" if rows else ""


def _told(shape: Shape) -> str:
    """A shape in words."""
    if "$ref" in shape:
        name = shape["$ref"].rsplit("/", 1)[1]
        return f'<a href="#{name}">{name}</a>'
    if "oneOf" in shape:
        return " or ".join(_told(each) for each in shape["oneOf"])
    if "const" in shape or "enum" in shape:
        return " | ".join(f"<code>{escape(_value(each))}</code>" for each in shape.get("enum", [shape.get("const")]))
    if "items" in shape:
        return f"list of {_kind(shape['items'])}{_range(shape, 'minItems', 'maxItems', ' of them')}"
    if "properties" in shape:
        inside = ", ".join(f"<code>{escape(name)}</code>: {_kind(each)}" for name, each in shape["properties"].items())
        return f"{{{inside}}}"
    limits = _range(shape, "minimum", "maximum") + _range(shape, "minLength", "maxLength", " characters")
    default = f", {_value(shape['default'])} unless said" if "default" in shape else ""
    about = f" ({_marked(shape['description'])})" if "description" in shape else ""
    return f"{_kind(shape)}{limits}{default}{about}"


def _kind(shape: Shape) -> str:
    """The same in a word, where the shape is a plain one."""
    if {"$ref", "oneOf", "const", "enum", "items", "properties"} & set(shape):
        return _told(shape)
    kinds = shape.get("type", "anything")
    return kinds if isinstance(kinds, str) else " or ".join(kinds)


def _range(shape: Shape, low: str, high: str, unit: str = "") -> str:
    if high in shape:
        return f", {shape.get(low, 0):g} to {shape[high]:g}{unit}"
    return f", at least {shape[low]:g}{unit}" if low in shape else ""


def _value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _marked(text: str) -> str:
    """Text with `code` marked as such."""
    parts = escape(text).split("`")
    return "".join(part if place % 2 == 0 else f"<code>{part}</code>" for place, part in enumerate(parts))


def _anchor(operation: Operation) -> str:
    return operation.method.lower() + "".join(letter if letter.isalnum() else "-" for letter in operation.path)
