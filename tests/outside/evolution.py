"""Evolution Data Server takes invitations as a mail program hands them over.

Run by the system's own Python, which has the server's bindings, inside a message bus of its own:
``dbus-run-session -- python3 tests/outside/evolution.py FILE…``. Each file is one message
between calendars. After each, one line of JSON says what the calendar holds then. Nothing here
knows how such messages work: the server's engine, that of GNOME's calendar and mail, applies them.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

SECONDS = 30


def main(paths: list[str]) -> None:
    """Hand over each message and print the calendar after it."""
    client, engine = _calendar()
    from gi.repository import ICalGLib

    for path in paths:
        message = ICalGLib.Component.new_from_string(Path(path).read_text(encoding="utf-8"))
        client.receive_objects_sync(message, engine.OperationFlags.NONE, None)
        _, entries = client.get_object_list_sync("#t", None)
        print(json.dumps(sorted((_told(each) for each in entries), key=str)), flush=True)


def _calendar() -> tuple[Any, Any]:
    import gi

    for name, version in (("ECal", "2.0"), ("EDataServer", "1.2"), ("ICalGLib", "3.0")):
        gi.require_version(name, version)
    from gi.repository import ECal, EDataServer

    registry = EDataServer.SourceRegistry.new_sync(None)
    source = registry.ref_builtin_calendar()
    kind = ECal.ClientSourceType.EVENTS
    return ECal.Client.connect_sync(source, kind, SECONDS, None), ECal


def _told(entry: Any) -> dict[str, object]:
    return {
        "uid": entry.get_uid(),
        "start": _utc(entry.get_dtstart()),
        "end": _utc(entry.get_dtend()),
        "status": str(entry.get_status().value_nick),
        "sequence": entry.get_sequence(),
        "summary": entry.get_summary(),
        "location": entry.get_location(),
    }


def _utc(time: Any) -> str:
    seconds = time.as_timet_with_zone(time.get_timezone())
    return datetime.fromtimestamp(seconds, UTC).isoformat()


if __name__ == "__main__":
    main(sys.argv[1:])
