"""The databases that tests are given are empty, their own, and really what they say."""

import pytest
from sqlalchemy import create_engine, inspect, text


@pytest.mark.parametrize("turn", [1, 2])
def test_every_test_begins_with_an_empty_database_of_its_own(database_url, turn):
    engine = create_engine(database_url)
    try:
        assert inspect(engine).get_table_names() == []
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE left_behind (id INTEGER)"))
        assert inspect(engine).get_table_names() == ["left_behind"]
    finally:
        engine.dispose()
