"""
The `dataclass`, `field` and `replace` of the standard library, without what makes them slow to load.

For what `ccmcp classify` loads before it can answer: dataclasses takes 5 ms to import and half a millisecond a class,
most of it to compile methods that are never called. Here an `__init__` is compiled when the first value is made, and
the other methods are shared. Type checkers see dataclasses' own; at run time nothing else is missing but the error for
who assigns to a frozen value. What asks dataclasses about such a class (`fields`, `asdict`, `replace`) is told what it
expects.
"""

# ruff: noqa: ANN001, ANN002, ANN003, ANN201, ANN202, ANN204 - type checkers read dataclasses' own instead

from operator import attrgetter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dataclasses import dataclass, field, replace
else:

    class field:  # noqa: N801 - as the library's
        """A default, and whether comparing and showing leave the field out."""

        __slots__ = ("compare", "default", "default_factory", "repr")

        def __init__(self, *, default=None, default_factory=None, repr=True, compare=True):  # noqa: A002
            self.default, self.default_factory, self.repr, self.compare = (
                default,
                default_factory,
                repr,
                compare,
            )

    def dataclass(*, frozen=False, slots=False, kw_only=False):
        """A decorator: the class with the methods of a dataclass. Its base classes are none."""

        def made(plain):
            names = tuple(plain.__dict__.get("__annotations__", ()))  # noqa: RUF063 - inspect takes 3 ms to import
            inside = dict(plain.__dict__)
            defaults = {name: inside.pop(name) for name in names if name in inside}
            if slots:
                inside = {
                    name: value for name, value in inside.items() if name not in ("__dict__", "__weakref__")
                }
                inside["__slots__"] = names
            else:
                inside = dict(plain.__dict__)
            inside |= {
                "__init__": _first_init,
                "__eq__": _equal,
                "__repr__": _shown,
                "__hash__": _hash if frozen else None,
                "__match_args__": () if kw_only else names,
                "__dataclass_fields__": _Described("__dataclass_fields__"),
                "__dataclass_params__": _Described("__dataclass_params__"),
                "_defaults": (names, defaults, kw_only),
                "_values": staticmethod(_getter(names)),
                "_compared": staticmethod(_getter([each for each in names if getattr(defaults.get(each), "compare", True)])),
            }  # fmt: skip
            inside.setdefault("__class_getitem__", classmethod(lambda cls, _: cls))
            return type(plain)(plain.__name__, plain.__bases__, inside)

        return made

    def replace(value, /, **changes):
        """A copy with other values in some of its fields."""
        kind = type(value)
        names = kind._defaults[0]  # noqa: SLF001 - ours, written above
        return kind(**dict(zip(names, kind._values(value), strict=True)) | changes)  # noqa: SLF001 - as above

    def _getter(names):
        return (
            attrgetter(*names)
            if len(names) > 1
            else lambda value: tuple(getattr(value, each) for each in names)
        )

    def _first_init(self, *given, **named):
        kind = next(each for each in type(self).__mro__ if "_defaults" in each.__dict__)
        kind.__init__ = _init(*kind._defaults)  # noqa: SLF001 - as above
        kind.__init__(self, *given, **named)

    def _init(names, defaults, kw_only):
        space = {"_made": field}
        words, lines = ["self", "*"] if kw_only else ["self"], []
        for name in names:
            default = defaults.get(name, _MISSING)
            value = name
            if isinstance(default, field) and default.default_factory:
                space[f"_d_{name}"] = default.default_factory
                words.append(f"{name}=_made")
                value = f"_d_{name}() if {name} is _made else {name}"
            elif default is _MISSING:
                words.append(name)
            else:
                space[f"_d_{name}"] = default.default if isinstance(default, field) else default
                words.append(f"{name}=_d_{name}")
            lines.append(f" self.{name}={value}")
        exec(f"def __init__({','.join(words)}):\n" + "\n".join(lines or [" pass"]), space)  # noqa: S102 - of our own names
        return space["__init__"]

    _MISSING = object()

    def _equal(self, other):
        return self._compared(self) == self._compared(other) if type(other) is type(self) else NotImplemented

    def _hash(self):
        return hash(self._compared(self))

    def _shown(self):
        names, defaults, _ = self._defaults
        inside = ", ".join(
            f"{each}={getattr(self, each)!r}" for each in names if getattr(defaults.get(each), "repr", True)
        )
        return f"{type(self).__qualname__}({inside})"

    class _Described:
        """What dataclasses knows of its classes, made when it asks."""

        def __init__(self, name):
            self.name = name

        def __get__(self, _, kind):
            import dataclasses  # noqa: PLC0415 - that it is not imported before is the point of this module

            names, defaults, kw_only = kind._defaults  # noqa: SLF001 - as above
            described = []
            for name in names:
                default = defaults.get(name, _MISSING)
                if isinstance(default, field):
                    made = (
                        {"default_factory": default.default_factory}
                        if default.default_factory
                        else {"default": default.default}
                    )
                    of = dataclasses.field(**made, repr=default.repr, compare=default.compare)
                elif default is _MISSING:
                    of = dataclasses.field()
                else:
                    of = dataclasses.field(default=default)
                described.append((name, kind.__annotations__[name], of))
            frozen = kind.__hash__ is not None
            twin = dataclasses.make_dataclass(kind.__name__, described, kw_only=kw_only, frozen=frozen)
            return getattr(twin, self.name)


__all__ = ["dataclass", "field", "replace"]
