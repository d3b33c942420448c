"""Whatever a district holds, writing it and reading it again gives equal values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from scheduler.bundle.changes import changes
from scheduler.bundle.files import Folder
from scheduler.bundle.reading import read_bundle
from scheduler.bundle.values import Bundle, BusyFile
from scheduler.bundle.writing import write_bundle
from scheduler.domain.volunteers import BusySource
from tests.bundle import sample
from tests.bundle.strategies import bundles, texts
from tests.bundle.test_writing import files_of
from tests.trying import examples


@examples(30)
@given(bundles())
def test_district_survives_being_written_and_read(bundle: Bundle) -> None:
    with TemporaryDirectory() as folder:
        first, second = Path(folder, "first"), Path(folder, "second")
        write_bundle(bundle, first)
        read = read_whole(first)
        write_bundle(read, second)
        assert read == bundle
        assert changes(bundle, read) == ()
        assert files_of(first) == files_of(second)


@given(texts.filter(str.strip), texts)
def test_any_text_survives_in_a_cell(title: str, note: str) -> None:
    cells = ",".join('"' + text.replace('"', '""') + '"' for text in (title, note))
    header = "request,teacher_email,topic,kind,windows,title,note\n"
    row = f"r9,lena@schools.example,robotics,talk,2026-12-08 P1,{cells}\n"
    with TemporaryDirectory() as folder:
        whole = sample.merged(Path(folder), sample.changed(requests=header + row, bookings=NONE))
    assert whole.requests is not None
    assert (whole.requests["r9"].title, whole.requests["r9"].note) == (title, note)


@given(st.binary(max_size=200))
def test_any_octets_are_refused_with_a_sentence(octets: bytes) -> None:
    with TemporaryDirectory() as folder:
        files: dict[str, str | bytes] = {"district.toml": sample.DISTRICT, "topics.csv": octets}
        assert sample.problems(Path(folder), files)


NONE = sample.BOOKINGS.split("v1")[0]


def read_whole(folder: Path) -> Bundle:
    """Return a whole district, its calendars left as they are."""
    return read_bundle(
        Folder(folder),
        existing=Bundle.empty(),
        read_busy=unread,
        read_closures=sample.closures_of_lines,
    ).merged


def unread(files: Iterable[BusyFile]) -> Iterator[BusySource]:
    """Keep calendars of any octets without reading them."""
    return (BusySource(file.content, ()) for file in files)
