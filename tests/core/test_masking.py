"""Secrets are known by their names and by their looks, wherever they stand."""

from __future__ import annotations

import pytest

from core.masking import MASK, masked, masked_text

SECRETS = [
    ("Authorization: Bearer abc.def-ghi", "abc.def"),
    ("got Bearer abcdefgh12", "abcdefgh12"),
    ("sk-proj-abcdefghijkl1234", "abcdefghijkl1234"),
    ("(AIzaSyNOTREALNOTREAL)", "NOTREAL"),
    ("ghp_0123456789abcdefABCDEF", "0123456789"),
    ("AKIAIOSFODNN7EXAMPLE", "IOSFODNN7"),
    ("x eyJhbGciOi.eyJzdWIi.c2lnbmF0 y", "eyJzdWIi"),
    ("https://ann:hunter2@example.org/x", "hunter2"),
    ("mysql://root:pa:ss@host/db", "pa:ss"),
    ("https://example.org/x?key=hunter2&q=1", "hunter2"),
    ('{"token": "hunter2", "n": 1}', "hunter2"),
    ('{\\"token\\":\\"hunter2\\"}', "hunter2"),
    ("curl --api-key hunter2 -v", "hunter2"),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIhunter2\n-----END RSA PRIVATE KEY-----", "hunter2"),
    ("X-API-Key: hunter2, retry", "hunter2"),
    ("Cookie: session=hunter2; theme=dark", "hunter2"),
]


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_what_looks_like_a_secret_or_follows_its_name_is_masked(text: str, secret: str):
    assert secret not in masked_text(text)
    assert MASK in masked_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "keywords: bread, sourdough",
        "https://example.org/@lofi?q=1",
        "task-1234 failed",
        "basic checks",
        "sk-1",
        "a@b.c",
    ],
)
def test_other_text_is_left_alone(text: str):
    assert masked_text(text) == text


def test_a_schema_tells_of_fields_and_hides_none_of_their_rules():
    schema = {"type": "object", "properties": {"api_key": {"type": "string", "description": "Yours."}}}
    assert masked(schema) == schema
    assert masked({"api_key": {"value": "hunter2"}}) == {"api_key": MASK}


def test_masking_twice_is_masking_once():
    for text, _ in SECRETS:
        assert masked_text(masked_text(text)) == masked_text(text)
