"""The rule of the layers: which room may import what. There is no exception list."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from types import MappingProxyType

from tests.architecture.source import Module, dotted_uses, imports

ENGINES = frozenset({"matching", "calendars", "mail", "bundle", "gazetteer"})
INSIDE = frozenset({"domain", "services", "config"}) | ENGINES
EDGES = frozenset({"web", "jobs", "storage", "demo", "fetching"})

# What a room may import besides itself. A name with a dot is one module, not the whole room;
# the empty name is the package's own ``__init__``.
ALLOWED_BY_ROOM = MappingProxyType(
    {
        "domain": frozenset[str](),
        "config": frozenset[str](),
        **dict.fromkeys(ENGINES, frozenset({"domain"})),
        "services": frozenset({"domain"}) | ENGINES,
        "web": frozenset({"services", "domain"}),
        "jobs": frozenset({"services", "domain"}),
        "demo": frozenset({"services", "domain"}),
        "storage": frozenset({"services.ports", "domain"}),
        "fetching": frozenset({"services.ports", "domain"}),
        "factory": INSIDE | EDGES | {""},
        "cli": INSIDE | EDGES | {"", "factory"},
        "": frozenset({"cli"}),
        "__main__": frozenset({"cli"}),
    }
)

# Packages from outside, for the rooms below the edges and for the clock. Edges choose freely.
OUTSIDE_BY_ROOM = MappingProxyType(
    {
        "domain": frozenset[str](),
        "config": frozenset[str](),
        "mail": frozenset({"dkim"}),
        "bundle": frozenset[str](),
        "services": frozenset[str](),
        "matching": frozenset({"numpy", "highspy"}),
        "calendars": frozenset({"icalendar", "recurring_ical_events", "holidays"}),
        "gazetteer": frozenset({"pypostalcode", "zipcodes"}),
        "jobs": frozenset({"apscheduler"}),
    }
)

# The hour is an argument. Monotonic clocks only measure how long something took.
CLOCKS = frozenset(
    {
        "datetime.datetime.now",
        "datetime.datetime.utcnow",
        "datetime.datetime.today",
        "datetime.date.today",
        "time.time",
        "time.time_ns",
        "time.localtime",
        "time.gmtime",
    }
)
FLASK_GLOBALS = frozenset({"flask.current_app", "flask.g", "flask.request", "flask.session"})


def strange_rooms(modules: Iterable[Module]) -> tuple[str, ...]:
    """Return the modules whose room is on no line yet."""
    return tuple(module.name for module in modules if module.room not in ALLOWED_BY_ROOM)


def layer_breaches(modules: Iterable[Module]) -> tuple[str, ...]:
    """Return every sideways or upward import, types-only and late ones included."""
    modules = tuple(modules)
    known = frozenset(module.name for module in modules)
    root = min(known, key=len).partition(".")[0]
    return tuple(
        f"{module.name}:{found.line} imports {found.target}"
        for module in modules
        for found in imports(module, known)
        if found.target.partition(".")[0] == root
        and not _may_import(module.room, found.target.partition(".")[2])
    )


def outside_breaches(modules: Iterable[Module]) -> tuple[str, ...]:
    """Return every import of an outside package that the room has no business with."""
    modules = tuple(modules)
    known = frozenset(module.name for module in modules)
    roots = frozenset(name.partition(".")[0] for name in known)
    return tuple(
        f"{module.name}:{found.line} imports {found.target}"
        for module in modules
        if module.room in OUTSIDE_BY_ROOM
        for found in imports(module, known)
        if (package := found.target.partition(".")[0]) not in sys.stdlib_module_names | roots
        and package not in OUTSIDE_BY_ROOM[module.room]
    )


def clock_readings(modules: Iterable[Module]) -> tuple[str, ...]:
    """Return where a room below the edges asks what time it is."""
    return _uses(modules, CLOCKS)


def flask_globals(modules: Iterable[Module]) -> tuple[str, ...]:
    """Return where a room below the edges touches what only a web request has."""
    return _uses(modules, FLASK_GLOBALS)


def importers(modules: Iterable[Module], package: str) -> tuple[str, ...]:
    """Return the modules that import an outside package."""
    return tuple(
        module.name
        for module in modules
        if any(found.target.partition(".")[0] == package for found in imports(module, ()))
    )


def _may_import(room: str, target: str) -> bool:
    goal = target.partition(".")[0]
    allowed = ALLOWED_BY_ROOM.get(room, frozenset()) | {room}
    return goal in allowed or any(
        target == entry or target.startswith(f"{entry}.") for entry in allowed if "." in entry
    )


def _uses(modules: Iterable[Module], banned: frozenset[str]) -> tuple[str, ...]:
    return tuple(
        f"{module.name}:{use.line} uses {use.target}"
        for module in modules
        if module.room in INSIDE
        for use in dotted_uses(module)
        if use.target in banned
    )
