"""The thread of a request on its pages: who reads, who writes, and nothing of anybody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scheduler.services.ports import Store
from tests.builders import COORDINATOR, TEACHER, VOLUNTEER
from tests.small_district import OFFICE, OTHER_TEACHER, OTHER_VOLUNTEER, VIEWER
from tests.web.conftest import Visitor, main_text, parsed

SignIn = Callable[[str], Visitor]
PAGE = "/requests/robots/messages"
HOSTILE = "<script>x</script>\nSecond line"


@pytest.mark.usefixtures("small_district")
def test_teacher_and_volunteer_write_to_each_other(signed_in_as: SignIn) -> None:
    teacher, volunteer = signed_in_as(TEACHER), signed_in_as(VOLUNTEER)
    assert teacher.send(PAGE, {"words": HOSTILE}).status_code == 303
    answer = volunteer.get(PAGE).text
    assert "&lt;script&gt;x&lt;/script&gt;<br>Second line" in answer
    said = main_text(parsed(answer))
    assert "Lena Fischer, teacher Sat 21 November, 09:00" in said
    assert "Lena Fischer and the coordinators get it by e-mail." in said
    volunteer.send(PAGE, {"words": "Yes, I will."})
    said = main_text(teacher.page("/requests/robots"))
    assert "Amara Okafor, speaker" in said
    assert "Yes, I will." in said


@pytest.mark.usefixtures("small_district")
def test_no_address_is_shown(signed_in_as: SignIn) -> None:
    signed_in_as(TEACHER).send(PAGE, {"words": "Hello"})
    for email in (VOLUNTEER, VIEWER, COORDINATOR):
        page = signed_in_as(email).get(PAGE).text
        assert TEACHER not in page
        assert VOLUNTEER not in page


@pytest.mark.usefixtures("small_district")
@pytest.mark.parametrize(
    ("words", "told"),
    [(" ", "Write a few words first"), ("x" * 2001, "Use at most 2,000 letters")],
)
def test_what_is_wrong_is_said_and_kept(signed_in_as: SignIn, words: str, told: str) -> None:
    answer = signed_in_as(TEACHER).send(PAGE, {"words": words})
    assert answer.status_code == 422
    assert told in answer.text
    assert words in answer.text


def test_who_reads_and_who_writes(small_district: Store, signed_in_as: SignIn) -> None:
    everyone = (
        *(TEACHER, OTHER_TEACHER, COORDINATOR, VIEWER),
        *(VOLUNTEER, OTHER_VOLUNTEER, OFFICE),
    )
    reads = {email for email in everyone if signed_in_as(email).get(PAGE).status_code == 200}
    assert reads == {TEACHER, COORDINATOR, VIEWER, VOLUNTEER}
    for email in everyone:
        on = PAGE if email in reads - {VIEWER} else "/calendars"
        answer = signed_in_as(email).send(PAGE, {"words": "Hello"}, on=on)
        assert (answer.status_code == 303) == (email in reads - {VIEWER}), email
    with small_district.read() as work:
        assert len(work.messages.of_request("robots")) == 3
