"""Every code, decision and reason has a sentence: nobody is shown a bare code instead of words."""

import re
from typing import get_args

import pytest

from model.inbound import ChangeState
from sync import explain
from sync.classify import Code
from sync.judge import Decision

CODES = get_args(Code)


@pytest.mark.parametrize("state", ChangeState)
@pytest.mark.parametrize("code", CODES)
def test_every_code_has_a_sentence_for_every_outcome(code: str, state: ChangeState) -> None:
    said = explain.outcome(code, state)
    assert re.fullmatch(r"[A-Z][^{}]+\.", said)
    assert not re.search(r"\b(E\d|[A-Z]{3,})", said)


def test_sentences_of_one_code_differ_by_outcome_and_of_one_outcome_by_code() -> None:
    for code in CODES:
        assert len({explain.outcome(code, state) for state in ChangeState}) == len(ChangeState)
    for state in ChangeState:
        assert len({explain.outcome(code, state) for code in CODES}) == len(CODES)


@pytest.mark.parametrize("decision", Decision)
@pytest.mark.parametrize("code", CODES)
def test_every_judged_line_is_in_words(code: str, decision: Decision) -> None:
    said = explain.judged(code, decision, "STALE_BASE", ("SLOT_OVERLAP",))
    assert not re.search(r"\b(E\d+|[A-Z]{3,})\b(?!\])", said)


def test_a_dismissed_grey_event_is_told_apart_from_a_deletion() -> None:
    assert "not shown again" in explain.outcome("E5", "APPLIED", "SESSION_CANCELLED")
