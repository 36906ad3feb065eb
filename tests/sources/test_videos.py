"""A video becomes an idea as PrismQ maps it, and says nothing that its platform did not tell."""

from dataclasses import replace

import pytest

from core.sources.port import Video

TOLD = Video(
    video_id="SMPLvideo01",
    title="Why bread rises",
    description="Yeast, time and warmth.",
    content="Today we look at bread.",
    tags=("bread", "yeast"),
    channel_id="UCSMPL",
    channel_title="Ann bakes",
    url="https://sample.example/watch?v=SMPLvideo01",
    published_at="2026-02-01T08:00:00Z",
    duration_seconds=61,
    views=2000,
    likes=90,
    comments=10,
    resolution="1920x1080",
    language="en",
)
UNTOLD = Video("SMPLvideo02", "A premiere", "Soon.", "", (), "UCSMPL", "", "https://sample.example/watch", "")


def test_a_video_is_mapped_as_prismq_maps_it():
    assert TOLD.to_idea() == {
        "title": "Why bread rises",
        "description": "Yeast, time and warmth.",
        "content": "Today we look at bread.",
        "keywords": ["bread", "yeast"],
        "source_type": "video",
        "metadata": {
            "video_id": "SMPLvideo01",
            "channel_id": "UCSMPL",
            "channel_title": "Ann bakes",
            "views": "2000",
            "likes": "90",
            "comments": "10",
            "duration": "61",
            "resolution": "1920x1080",
            "language": "en",
            "is_short": "false",
            "computed_score": "5",
        },
        "source_id": "SMPLvideo01",
        "source_url": "https://sample.example/watch?v=SMPLvideo01",
        "source_platform": "youtube",
        "source_created_by": "Ann bakes",
        "source_created_at": "2026-02-01T08:00:00Z",
        "score": 5,
    }


def test_what_nobody_knows_is_left_out_and_is_no_zero():
    idea = UNTOLD.to_idea()
    assert idea["metadata"] == {"video_id": "SMPLvideo02", "channel_id": "UCSMPL", "is_short": "false"}
    assert not {"score", "source_created_by", "source_created_at"} & idea.keys()


def test_a_zero_that_was_told_is_kept():
    metadata = replace(TOLD, views=0, likes=0, comments=0).to_idea()["metadata"]
    assert (metadata["views"], metadata["likes"], metadata["comments"]) == ("0", "0", "0")


@pytest.mark.parametrize(
    ("views", "likes", "comments", "score"),
    [
        (2000, 90, 10, 5),
        (10, 30, 0, 100),
        (1000, 0, 0, 0),
        (0, 0, 0, None),
        (None, 90, 10, None),
        (2000, None, 10, None),
        (2000, 90, None, None),
    ],
)
def test_a_score_is_the_share_of_views_that_were_engaged_where_all_of_it_is_known(
    views: int | None, likes: int | None, comments: int | None, score: int | None
):
    assert replace(TOLD, views=views, likes=likes, comments=comments).score == score
