"""Which tasks the demo makes: an endless row, the same for the same seed, no two alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count, product
from random import Random

from core.demo.unworked import UNWORKED_TYPE
from core.models import Json, NewTask
from core.sources.sample import Library, SampleSource

OPENING = 24
"""How many of the first tasks are meant to be there at once."""

UNWORKED_PLACES = (4, 11, 19)
"""Where in the opening the tasks stand that nobody works on; none come later, so that they do not pile up."""

SUBREDDITS = ("sample_workshop", "sample_kitchen", "sample_stargazing")
HIGHEST_PRIORITY = 9

CHANNEL, SEARCH, SINGLE, ECHO = (
    "PrismQ.YouTube.Channel.Scrape",
    "PrismQ.YouTube.Video.Search",
    "PrismQ.YouTube.Video.Single",
    "Echo",
)
SHARES = {CHANNEL: 34, SEARCH: 34, SINGLE: 24, ECHO: 8}
"""How often each type comes, in percent."""

CHANNEL_FORMS = ("https://www.youtube.com/{}", "https://sample.example/{}/videos", "{}")
VIDEO_FORMS = ("https://www.youtube.com/watch?v={}", "https://youtu.be/{}?si=demo", "https://m.youtube.com/shorts/{}")

TOPICS = (
    "lo-fi beats rain", "tape loops", "study music piano", "potato gratin", "one pan dinner", "sourdough pancakes",
    "cutting board", "hand tools", "shaker stool", "night watchmen", "town clocks map", "lamplighters history",
    "slow Spanish", "train station phrases", "shadowing practice", "retry loops", "SQLite queues", "flaky tests",
    "async generators", "balcony tomatoes", "compost", "garlic beds", "Saturn binoculars", "meteor nights",
)  # fmt: skip
ANGLES = (
    "for beginners", "step by step", "in a weekend", "by hand", "explained", "mistakes", "cheap and good", "live",
    "from scratch", "without talking",
)  # fmt: skip
ECHOES = ("Hello from the demo", "Is anybody listening?", "Testing, testing", "One more for the road")

Parameters = dict[str, Json]


def tasks(seed: int) -> Iterator[NewTask]:
    """The tasks of the demo, without end: first those of the opening, then the steady feed."""
    chance = Random(f"plan {seed}")
    library = SampleSource().library
    parameters: Mapping[str, Iterator[Parameters]] = {
        CHANNEL: channel_parameters(chance, library),
        SEARCH: search_parameters(chance),
        SINGLE: single_parameters(chance, library),
        ECHO: ({"message": f"{chance.choice(ECHOES)} ({number})"} for number in count(1)),
    }
    subreddits = iter(SUBREDDITS)
    for place in count():
        priority = chance.randint(0, HIGHEST_PRIORITY)
        if place in UNWORKED_PLACES:
            posts: Parameters = {"subreddit": next(subreddits), "max_posts": chance.randint(5, 50)}
            yield NewTask(UNWORKED_TYPE.name, posts, priority)
        else:
            yield next_task(chance, parameters, priority)


def next_task(chance: Random, parameters: Mapping[str, Iterator[Parameters]], priority: int) -> NewTask:
    """A task of some type. Channels and videos run out after some hours; then a search stands in for them."""
    (task_type,) = chance.choices(tuple(SHARES), tuple(SHARES.values()))
    for kind in (task_type, SEARCH):
        for found in parameters[kind]:
            return NewTask(kind, found, priority)
    raise AssertionError("searches have no end")


def channel_parameters(chance: Random, library: Library) -> Iterator[Parameters]:
    """Every channel, the one that is gone too, in every form, with every number of videos from 3 to 25: once."""
    every = list(product(library.channels, CHANNEL_FORMS, range(3, 26)))
    chance.shuffle(every)
    for channel, form, limit in every:
        yield {"channel_url": form.format(channel.handle), "max_videos": limit}


def single_parameters(chance: Random, library: Library) -> Iterator[Parameters]:
    """Every video, the private ones too, by its id and in every form of its URL: once."""
    every = list(product(sorted((*library.videos, *library.private)), (None, *VIDEO_FORMS)))
    chance.shuffle(every)
    for video_id, form in every:
        yield {"video_url": form.format(video_id)} if form else {"video_id": video_id}


def search_parameters(chance: Random) -> Iterator[Parameters]:
    """Searches without end; a number keeps each from being the same as another."""
    for number in count(1):
        query = f"{chance.choice(TOPICS)} {chance.choice(ANGLES)} part {number}"
        yield {"search_query": query, "max_results": chance.randint(2, 12)}
