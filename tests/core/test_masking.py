"""Secrets are known by their names and by their looks, wherever they stand."""

from __future__ import annotations

import pytest

from core.masking import MASK, WINDOW, mask_also, masked, masked_text, masked_windows

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


def test_a_schema_hides_the_values_that_it_tells_of_secrets():
    key = {"type": "string", "default": "hunter2", "examples": ["hunter2", ""], "maxLength": 9, "const": "hunter2"}
    hidden = {"type": "string", "default": MASK, "examples": [MASK, ""], "maxLength": 9, "const": MASK}
    assert masked({"properties": {"api_key": key}}) == {"properties": {"api_key": hidden}}
    inner = {"properties": {"auth_token": {"items": {"enum": ["hunter2"]}, "anyOf": [{"default": "hunter2"}]}}}
    told = masked({"$defs": {"x": inner}, "patternProperties": {"_key$": key}})
    assert "hunter2" not in str(told) and "maxLength" in str(told)
    plain = {"properties": {"message": {"default": "hunter2", "enum": ["hunter2"]}}}
    assert masked(plain) == plain


def test_a_member_of_data_that_is_named_like_a_part_of_a_schema_hides_its_secrets():
    assert masked({"properties": {"auth": {"token": "hunter2"}}}) == {"properties": {"auth": {"token": MASK}}}


def test_a_configured_key_is_masked_wherever_it_comes_up():
    mask_also("heron-77", "heron-77-and-more", "short")
    assert masked_text("heron-77 heron-77-and-more, short") == f"{MASK} {MASK}, short"
    assert masked({"said": ["the heron-77"]}) == {"said": [f"the {MASK}"]}


def test_a_configured_key_at_the_end_of_a_window_is_masked():
    mask_also("heron,77,and,more")
    for shift in range(20):
        text = "x" * (WINDOW - shift) + "heron,77,and,more" + " y" * WINDOW
        assert "".join(masked_windows(text)) == masked_text(text)


def test_masking_twice_is_masking_once():
    for text, _ in SECRETS:
        assert masked_text(masked_text(text)) == masked_text(text)


@pytest.mark.parametrize(
    "told",
    [
        *(f"Bearer {'a1' * 8}|Basic {'a1' * 8}|sk-{'a1' * 8}|sk_live_{'a1' * 8}|pk_test_{'a1' * 8}".split("|")),
        *(f"AIza{'a1' * 8}|ya29.{'a1' * 8}|github_pat_{'a1' * 8}|glpat-{'a1' * 8}|xoxb-{'a1' * 8}".split("|")),
        *(f"gh{kind}_{'a1' * 8}" for kind in "pousr"),
        *(f"AKIA{'A1' * 8}|ASIA{'A1' * 8}|eyJ{'a1' * 8}.{'a1' * 8}|https://ann:{'a1' * 8}@host".split("|")),
        f"-----BEGIN RSA PRIVATE KEY-----{'a1' * 8}",
    ],
)
def test_whatever_looks_like_a_secret_is_masked_amid_a_text_that_names_none(told: str):
    assert ("a1" in told or "A1" in told) and "a1a1" not in masked_text(f"so {told} it is").lower()


@pytest.mark.parametrize(
    "name",
    [
        *("key", "token", "secret", "password", "passwd", "passphrase", "pwd", "KEY", "Tokens"),
        *("credential", "authorization", "cookie"),
        *("\u212aey", "to\u212aen", "\u017fecret", "pa\u017f\u017fword", "credent\u0131al", "author\u0130zation"),
    ],
)
def test_what_is_said_behind_the_name_of_a_secret_is_masked_however_the_name_is_written(name: str):
    assert "heron" not in masked_text(f"its {name} = heron77")


@pytest.mark.parametrize("option", ["--api-key", "--token", "-password", "--Secret"])
def test_what_follows_an_option_for_a_secret_is_masked(option: str):
    assert masked_text(f"run {option} heron77 now") == f"run {option} {MASK} now"
