"""No class of the board takes a name by accident that Textual uses for something else."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Iterator
from functools import cache

from textual.message_pump import MessagePump

import tui

INTENDED = {
    "__init__", "AUTO_FOCUS", "ALLOW_SELECT", "BINDINGS", "COMPONENT_CLASSES", "CSS_PATH", "DEFAULT_CSS", "TITLE",
    "action_command_palette", "action_cursor_right", "action_help_quit", "action_page_down", "action_page_up",
    "action_quit", "action_suspend_process", "_fatal_error",
    "_border_subtitle", "_border_title", "border_subtitle", "border_title", "check_action", "clear_notifications",
    "compose", "cursor_position", "dismiss", "display",
    "get_css_variables", "get_default_screen", "get_driver_class", "get_suggestion", "get_system_commands",
    "notify", "notify_style_update",
    "render_line", "render_lines", "stylesheet", "theme", "value", "virtual_size",
}  # fmt: skip
"""What Textual offers to be said or done in another way."""


def classes() -> Iterator[type]:
    """Every class of the board that Textual runs."""
    for module in pkgutil.walk_packages(tui.__path__, "tui."):
        if module.name.endswith("__main__"):
            continue
        for _, each in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if issubclass(each, MessagePump) and each.__module__ == module.name:
                yield each


@cache
def names(cls: type) -> frozenset[str]:
    """What a class defines: in its body, and on ``self`` in its methods."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(cls))).body
    assert isinstance(tree, ast.ClassDef)
    found = {each.name for each in tree.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
    for each in tree.body:
        targets = (
            each.targets if isinstance(each, ast.Assign) else [each.target] if isinstance(each, ast.AnnAssign) else []
        )
        found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return frozenset(found | {name for name in stored(tree)})


def stored(tree: ast.ClassDef) -> Iterator[str]:
    """Attributes that its methods set."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and ast.unparse(node.value) == "self":
            yield node.attr


def of_textual(cls: type) -> set[str]:
    """What its bases in Textual define."""
    return {name for base in cls.__mro__ if base.__module__.startswith("textual.") for name in names(base)}


def test_no_class_shadows_what_textual_uses():
    handler = ("on_", "watch_")  # Textual calls those of every class
    shadowed = {
        f"{cls.__name__}.{name}"
        for cls in classes()
        for name in (names(cls) & of_textual(cls)) - INTENDED
        if not name.startswith(handler)
    }
    assert sorted(shadowed) == []
