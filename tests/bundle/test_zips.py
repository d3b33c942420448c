"""One .zip or a few files: what is taken, under which names, and what is refused unread."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from collections.abc import Callable

import pytest

from scheduler.bundle import zip_checks, zips
from scheduler.bundle.zips import Unpacked, chosen, packed
from scheduler.domain.errors import BadInput

SCHOOLS = b"school,name\n"
SOUND = packed([("schools.csv", SCHOOLS)])


def read(octets: bytes) -> dict[str, bytes]:
    """Return the files of an archive."""
    return dict(Unpacked(io.BytesIO(octets), name="d.zip"))


def refusal(*files: tuple[str, bytes]) -> str:
    """Return what is said against these files."""
    with pytest.raises(BadInput) as caught:
        dict(chosen((name, io.BytesIO(octets)) for name, octets in files))
    return str(caught.value)


def made(*names: str, change: Callable[[zipfile.ZipInfo], None] = lambda entry: None) -> bytes:
    """Return an archive with a schools file and others, each entry changed before it is written."""
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("schools.csv", *names):
            entry = zipfile.ZipInfo(name)
            change(entry)
            archive.writestr(entry, SCHOOLS)
    return octets.getvalue()


def as_link(entry: zipfile.ZipInfo) -> None:
    """Make an entry a link, as Unix marks one."""
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16


def as_lzma(entry: zipfile.ZipInfo) -> None:
    """Pack an entry in a way that is seldom used."""
    entry.compress_type = zipfile.ZIP_LZMA


class TestTaken:
    def test_archive_gives_its_files_by_name(self) -> None:
        files = [("schools.csv", SCHOOLS), ("busy/amara@robots.example.ics", b"BEGIN")]
        assert read(packed(files)) == dict(files)

    def test_equal_files_pack_to_equal_octets(self) -> None:
        assert packed([("schools.csv", SCHOOLS)]) == SOUND

    def test_folder_around_everything_is_looked_through(self) -> None:
        files = [("my district/schools.csv", SCHOOLS), ("my district/busy/a@b.example.ics", b"B")]
        assert set(read(packed(files))) == {"schools.csv", "busy/a@b.example.ics"}

    def test_what_computers_add_is_left_out(self) -> None:
        litter = ("__MACOSX/._schools.csv", ".DS_Store", "Thumbs.db", "photo.jpg")
        assert set(read(made(*litter))) == {"schools.csv"}

    def test_several_files_are_taken_at_once(self) -> None:
        given = [("schools.csv", io.BytesIO(SCHOOLS)), ("C:\\d\\topics.csv", io.BytesIO(b"t"))]
        assert dict(chosen(given)) == {"schools.csv": SCHOOLS, "topics.csv": b"t"}

    def test_calendar_that_bears_an_address_is_somebodys_busy_time(self) -> None:
        given = [("amara@robots.example.ics", io.BytesIO(b"B")), ("closures.ics", io.BytesIO(b"C"))]
        assert dict(chosen(given)) == {
            "busy/amara@robots.example.ics": b"B",
            "closures.ics": b"C",
        }


class TestRefused:
    @pytest.mark.parametrize(
        ("octets", "sentence"),
        [
            (b"", "This is no sound .zip file."),
            (b"PK\x03\x04 and nothing more", "This is no sound .zip file."),
            (SOUND[:-30], "This is no sound .zip file."),
            (made("../topics.csv"), "“../topics.csv” leads out of the .zip."),
            (made("/etc/topics.csv"), "“/etc/topics.csv” leads out of the .zip."),
            (made("C:topics.csv"), "“C:topics.csv” leads out of the .zip."),
            (made("topics.csv", change=as_link), "“schools.csv” is a link, not a file."),
            (made(change=as_lzma), "The .zip is packed in a way we do not read."),
            (packed([("photo.jpg", b"x")]), "None of the files is one we know"),
            (packed([]), "None of the files is one we know"),
        ],
    )
    def test_archive_that_is_not_to_be_unpacked(self, octets: bytes, sentence: str) -> None:
        assert refusal(("d.zip", octets)).startswith(f"d.zip: {sentence}")

    @pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
    @pytest.mark.parametrize("name", ["schools.csv", "Schools.CSV"])
    def test_archive_with_a_name_twice(self, name: str) -> None:
        assert "is in the .zip twice" in refusal(("d.zip", made(name)))

    def test_archive_with_a_password(self) -> None:
        locked = bytearray(SOUND)
        for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            locked[locked.index(sign) + offset] |= 1
        assert "has a password" in refusal(("d.zip", bytes(locked)))

    def test_archive_that_is_damaged_inside(self) -> None:
        hurt = bytearray(packed([("schools.csv", SCHOOLS * 40)]))
        hurt[45] ^= 0xFF
        assert refusal(("d.zip", bytes(hurt))).startswith("schools.csv: This file is damaged")

    def test_archive_that_swells(self) -> None:
        bomb = packed([("closures.ics", bytes(3 * zip_checks.SMALL_OCTETS))])
        assert "swells too much" in refusal(("d.zip", bomb))

    def test_archive_that_is_too_large_once_unpacked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(zip_checks, "MOST_OCTETS", 10)
        assert "larger than" in refusal(("d.zip", SOUND))

    def test_spreadsheet_that_is_too_large(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(zip_checks, "MOST_TABLE_OCTETS", 10)
        assert refusal(("d.zip", SOUND)).startswith("schools.csv: This file is larger than")
        assert refusal(("schools.csv", SCHOOLS)).startswith("schools.csv: This file is larger")

    def test_archive_of_too_many_files(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(zip_checks, "MOST_FILES", 1)
        assert "more than 1 files" in refusal(("d.zip", made("topics.csv")))

    def test_list_of_files_without_end_is_not_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(zips, "MOST_AT_ONCE", 100)
        assert "no sound .zip" in refusal(("d.zip", made(*(f"busy/{n}.ics" for n in range(9)))))

    def test_size_that_is_a_lie_unpacks_no_more_than_it_says(self) -> None:
        lying = bytearray(packed([("schools.csv", SCHOOLS * 1_000)]))
        for sign, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
            struct.pack_into("<I", lying, lying.index(sign) + offset, 5)
        assert refusal(("d.zip", bytes(lying))).startswith("schools.csv: This file is damaged")

    @pytest.mark.parametrize(
        ("files", "sentence"),
        [
            ((), "None of the files is one we know"),
            ((("photo.jpg", b"x"),), "None of the files is one we know"),
            ((("d.zip", SOUND), ("schools.csv", SCHOOLS)), "Choose one .zip alone"),
            ((("schools.csv", SCHOOLS), ("schools.csv", SCHOOLS)), "This file is there twice."),
        ],
    )
    def test_choice_of_files_that_is_none(
        self, files: tuple[tuple[str, bytes], ...], sentence: str
    ) -> None:
        assert sentence in refusal(*files)
