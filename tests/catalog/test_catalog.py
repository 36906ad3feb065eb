"""The built-in workers are registered, with schemas that make a form and that every task of the demo fits."""

from itertools import islice
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from core.demo.plan import SHARES, tasks
from core.demo.unworked import UNWORKED_TYPE
from core.workers import worker_factory
from core.workers.catalog import load

load()
SCHEMAS: dict[str, Any] = {name: worker_factory.registration(name).param_schema for name in SHARES}
SCHEMAS[UNWORKED_TYPE.name] = UNWORKED_TYPE.param_schema
GOOD = {
    "PrismQ.YouTube.Channel.Scrape": {"channel_url": "@quiet-tape-club"},
    "PrismQ.YouTube.Video.Search": {"search_query": "lo-fi"},
    "PrismQ.YouTube.Video.Single": {"video_id": "SMPLBS3ZFei"},
    "Echo": {"message": ""},
    UNWORKED_TYPE.name: {"subreddit": "sample_workshop"},
}
BAD = [
    ("PrismQ.YouTube.Channel.Scrape", {}),
    ("PrismQ.YouTube.Channel.Scrape", {"channel_url": "@quiet-tape-club", "max_videos": 0}),
    ("PrismQ.YouTube.Channel.Scrape", {"channel_url": "@quiet-tape-club", "max_videos": 101}),
    ("PrismQ.YouTube.Channel.Scrape", {"channel_url": "@quiet-tape-club", "colour": "red"}),
    ("PrismQ.YouTube.Video.Search", {"search_query": ""}),
    ("PrismQ.YouTube.Video.Search", {"search_query": "a" * 201}),
    ("PrismQ.YouTube.Video.Search", {"search_query": "a", "max_results": 51}),
    ("PrismQ.YouTube.Video.Single", {}),
    ("PrismQ.YouTube.Video.Single", {"video_id": "too short"}),
    ("Echo", {}),
]


def fits(task_type: str, parameters: Any) -> bool:
    return Draft202012Validator(SCHEMAS[task_type]).is_valid(parameters)


def test_loading_twice_is_the_same_as_once():
    before = worker_factory.registrations()
    load()
    assert worker_factory.registrations() == before


@pytest.mark.parametrize("task_type", SCHEMAS)
def test_every_field_has_what_a_form_shows(task_type: str):
    Draft202012Validator.check_schema(SCHEMAS[task_type])
    for name, field in SCHEMAS[task_type]["properties"].items():
        assert {"type", "title", "description", "examples"} <= set(field)
        assert all(Draft202012Validator(field).is_valid(example) for example in field["examples"]), name
        assert Draft202012Validator(field).is_valid(field.get("default", field["examples"][0]))


@pytest.mark.parametrize("task_type", GOOD)
def test_good_parameters_fit(task_type: str):
    assert fits(task_type, GOOD[task_type])


@pytest.mark.parametrize(("task_type", "parameters"), BAD)
def test_bad_parameters_do_not_fit(task_type: str, parameters: dict[str, Any]):
    assert not fits(task_type, parameters)


def test_every_task_of_the_demo_fits_its_schema():
    assert all(fits(task.task_type, task.parameters) for task in islice(tasks(7), 500))


def test_nobody_works_on_the_type_that_is_meant_to_be_stuck():
    assert UNWORKED_TYPE.name not in worker_factory
