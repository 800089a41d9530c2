"""Records: what `dataclasses` offers, without compiling code for each class.

A run defines over a hundred records; `dataclasses` compiles several functions for each of them, which took a fifth
of a small validation. Here all records share a handful of functions. Type checkers see dataclasses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, dataclass_transform

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
_MISSING: Any = object()


class Field:
    """How a field gets its value when none is given, and whether it shows and compares."""

    __slots__ = ("compare", "default", "factory", "show")

    def __init__(self, default: Any, factory: Any, *, show: bool, compare: bool) -> None:
        self.default, self.factory, self.show, self.compare = default, factory, show, compare


def field(
    *, default: Any = _MISSING, default_factory: Any = _MISSING, repr: bool = True, compare: bool = True
) -> Any:
    """Return a field with a default or a factory of defaults."""
    return Field(default, default_factory, show=repr, compare=compare)


@dataclass_transform(field_specifiers=(field,))
def record(
    *,
    frozen: bool = False,
    slots: bool = False,
    eq: bool = True,
    order: bool = False,
    kw_only: bool = False,
) -> Callable[[type[T]], type[T]]:
    """Make a class a record of its annotated names; the arguments mean what they mean to `dataclass`."""

    def make(cls: type[T]) -> type[T]:
        own = cls.__dict__.get("__annotations__", {})  # noqa: RUF063 - of this class alone, unevaluated
        fields = {name: _field(cls, name) for name in own}
        kept = {k: v for k, v in cls.__dict__.items() if k not in {*fields, "__dict__", "__weakref__"}}
        kept |= {"__match_args__": () if kw_only else tuple(fields), "__record__": fields}
        kept["__init__"] = _init(cls.__name__, fields, positional=0 if kw_only else len(fields))
        kept.setdefault("__repr__", _repr)
        if slots:
            kept["__slots__"] = tuple(fields)
        if frozen:
            kept |= {"__setattr__": _refuse, "__delattr__": _refuse}
        if eq:
            kept |= {"__eq__": _eq, "__hash__": _hash if frozen else None}
        if order:
            kept |= {"__lt__": _lt, "__le__": _le, "__gt__": _gt, "__ge__": _ge}
        made: type[T] = type.__call__(type(cls), cls.__name__, cls.__bases__, kept)
        return made

    return make


def replace(item: T, **changes: Any) -> T:
    """Return a copy of a record with some fields changed."""
    fields = type(item).__record__  # type: ignore[attr-defined]
    return type(item)(**{name: getattr(item, name) for name in fields} | changes)


def _field(cls: type, name: str) -> Field:
    value = cls.__dict__.get(name, _MISSING)
    return value if isinstance(value, Field) else Field(value, _MISSING, show=True, compare=True)


def _init(record_name: str, fields: dict[str, Field], *, positional: int) -> Callable[..., None]:
    names = tuple(fields)
    total = len(names)

    def __init__(self: object, *args: Any, **given: Any) -> None:  # noqa: N807 - it becomes the method
        put = object.__setattr__
        for name, value in zip(names, args, strict=False):
            put(self, name, value)
        count = len(args)
        if count == total and not given:
            return
        if count > positional:
            raise TypeError(f"{record_name} takes {positional} positional values, {count} are given")
        for name in names[count:]:
            if name in given:
                put(self, name, given.pop(name))
            else:
                put(self, name, _default(record_name, name, fields[name]))
        if given:
            raise TypeError(f"{record_name} has no field {', '.join(given)} to set")

    return __init__


def _default(record_name: str, name: str, spec: Field) -> Any:
    if spec.factory is not _MISSING:
        return spec.factory()
    if spec.default is _MISSING:
        raise TypeError(f"{record_name} needs {name}")
    return spec.default


def _key(item: Any) -> tuple[Any, ...]:
    return tuple(getattr(item, name) for name, spec in type(item).__record__.items() if spec.compare)


def _repr(self: Any) -> str:
    shown = (f"{n}={getattr(self, n)!r}" for n, spec in type(self).__record__.items() if spec.show)
    return f"{type(self).__name__}({', '.join(shown)})"


def _eq(self: Any, other: object) -> Any:
    return _key(self) == _key(other) if type(self) is type(other) else NotImplemented


def _hash(self: Any) -> int:
    return hash(_key(self))


def _lt(self: Any, other: Any) -> Any:
    return _key(self) < _key(other) if type(self) is type(other) else NotImplemented


def _le(self: Any, other: Any) -> Any:
    return _key(self) <= _key(other) if type(self) is type(other) else NotImplemented


def _gt(self: Any, other: Any) -> Any:
    return _key(self) > _key(other) if type(self) is type(other) else NotImplemented


def _ge(self: Any, other: Any) -> Any:
    return _key(self) >= _key(other) if type(self) is type(other) else NotImplemented


def _refuse(self: object, name: str, *_value: object) -> None:
    raise AttributeError(f"{type(self).__name__} is frozen, {name} cannot change")
