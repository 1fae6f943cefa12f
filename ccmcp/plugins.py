"""One file = one tool (one rule, one exporter): find them all in a package."""

import importlib
import pkgutil
from typing import TypeVar

T = TypeVar("T")


def load(package: str, kind: type[T]) -> tuple[T, ...]:
    """
    Import each public module of a package and collect the single `kind` it defines, by module name.

    Modules whose name starts with an underscore are shared parts, not plug-ins.

    Raises:
        TypeError: a module defines none, or more than one: found at start-up, not in use.

    """
    paths = importlib.import_module(package).__path__
    names = sorted(info.name for info in pkgutil.iter_modules(paths) if not info.name.startswith("_"))
    return tuple(_only(f"{package}.{name}", kind) for name in names)


def _only(name: str, kind: type[T]) -> T:
    own = [value for value in vars(importlib.import_module(name)).values() if isinstance(value, kind)]
    if len(own) != 1:
        raise TypeError(f"{name} must define exactly one {kind.__name__}, not {len(own)}")
    return own[0]
