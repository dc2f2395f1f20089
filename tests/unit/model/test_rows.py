"""New rows: values are in place at once, and what a class checks or takes note of is not passed by."""

import pytest

from model.link import CalendarLink
from model.people import Worker


def test_values_of_a_new_row_are_in_place():
    assert Worker(ref="mia", name="Mia", tz="Australia/Adelaide").ref == "mia"


def test_what_a_class_takes_note_of_is_noted_for_a_new_row_too():
    link = CalendarLink(href="https://anna@Cal.Example:8443/anna/")
    assert link.host == "cal.example:8443"


def test_what_a_class_does_not_have_is_refused():
    with pytest.raises(TypeError, match="Worker has no nickname"):
        Worker(nickname="M")
