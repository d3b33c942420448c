"""Secrets in addresses: who they are for, what they are bound to, and what they give away."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.errors import LinkEnded
from scheduler.domain.people import Person
from scheduler.services.records import Feed, FeedKind
from scheduler.services.tokens import (
    answer_token,
    bearer_of,
    feed_token,
    new_token,
    token_hash,
    visit_of_answer_token,
)
from tests.builders import TEACHER, VOLUNTEER, a_visit

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
UID = a_visit().uid
FEED = Feed("6f1d", FeedKind.VOLUNTEER, VOLUNTEER)
LENA, AMARA = Person(TEACHER, "Lena Fischer"), Person(VOLUNTEER, "Amara Okafor")


def bearer(token: str, *people: Person) -> Person | None:
    """Return who of them may answer with that link."""
    return bearer_of(
        token,
        people,
        signed=lambda email, number: answer_token(UID, email, key=KEY, generation=number),
    )


def test_fresh_tokens_hold_256_bits_and_never_repeat() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert {len(base64.urlsafe_b64decode(token + "=")) for token in tokens} == {32}


def test_hash_gives_nothing_of_the_token_away() -> None:
    token = new_token()
    assert len(token_hash(token)) == 64
    assert token_hash(token) == token_hash(token) != token_hash(token + "x")
    assert token not in token_hash(token)


class TestFeedToken:
    def test_same_feed_has_the_same_address_for_ever(self) -> None:
        assert feed_token(FEED, key=KEY) == "l916wbVOT2OvPQxE1fYhRdP8lAOHRrfj5nFN2zkx1bA"

    @pytest.mark.parametrize(
        "other",
        [replace(FEED, key="6f1e"), replace(FEED, generation=2)],
        ids=["feed", "generation"],
    )
    def test_another_feed_and_another_generation_have_another(self, other: Feed) -> None:
        assert feed_token(other, key=KEY) != feed_token(FEED, key=KEY)

    def test_another_key_gives_another(self) -> None:
        assert feed_token(FEED, key=OTHER_KEY) != feed_token(FEED, key=KEY)

    def test_parts_cannot_slide_into_each_other(self) -> None:
        first = feed_token(replace(FEED, key="a1", generation=12), key=KEY)
        assert first != feed_token(replace(FEED, key="a11", generation=2), key=KEY)


class TestAnswerToken:
    def test_names_the_visit_and_proves_the_person(self) -> None:
        token = answer_token(UID, VOLUNTEER, key=KEY)
        assert visit_of_answer_token(token) == UID
        assert bearer(token, LENA, AMARA) == AMARA

    def test_holds_no_address(self) -> None:
        token = answer_token(UID, VOLUNTEER, key=KEY)
        for part in token.split("."):
            opened = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
            assert b"amara" not in opened
        assert VOLUNTEER not in token

    def test_differs_by_person_visit_and_key(self) -> None:
        tokens = {
            answer_token(uid, email, key=key)
            for uid in (UID, "another")
            for email in (VOLUNTEER, TEACHER)
            for key in (KEY, OTHER_KEY)
        }
        assert len(tokens) == 8

    @pytest.mark.parametrize(
        "token",
        [
            answer_token(UID, VOLUNTEER, key=OTHER_KEY),
            answer_token("another", VOLUNTEER, key=KEY),
            answer_token(UID, "somebody@else.example", key=KEY),
            answer_token(UID, VOLUNTEER, key=KEY)[:-1],
            answer_token(UID, VOLUNTEER, key=KEY) + "=",
            answer_token(UID, VOLUNTEER, key=KEY).partition(".")[0],
            answer_token(UID, VOLUNTEER, key=KEY, generation=1),
            feed_token(FEED, key=KEY),
            "",
        ],
        ids=["key", "visit", "person", "cut", "padded", "half", "to come", "a feed's", "empty"],
    )
    def test_wrong_token_is_nobodys(self, token: str) -> None:
        assert bearer(token, LENA, AMARA) is None

    @pytest.mark.parametrize("generation", [0, 1, 2])
    def test_one_of_an_earlier_generation_has_ended(self, generation: int) -> None:
        token = answer_token(UID, VOLUNTEER, key=KEY, generation=generation)
        assert bearer(token, LENA, replace(AMARA, link_generation=generation)) == AMARA
        with pytest.raises(LinkEnded) as ended:
            bearer(token, LENA, replace(AMARA, link_generation=generation + 1))
        assert ended.value.email == VOLUNTEER

    @given(st.text(st.characters(exclude_categories=("Cs",))))
    def test_any_text_is_read_or_is_nobodys(self, text: str) -> None:
        assert isinstance(visit_of_answer_token(text), str)
        assert bearer(text, replace(AMARA, link_generation=2)) is None

    @given(st.text(st.characters(exclude_categories=("Cs",))))
    def test_any_uid_is_found_again(self, uid: str) -> None:
        assert visit_of_answer_token(answer_token(uid, VOLUNTEER, key=KEY)) == uid
