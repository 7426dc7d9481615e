"""Secrets of the environment and absolute paths stay out of evidence."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.core.record import RunRecord
from pytest_agentgates.core.verdict import GateResult, GateStatus
from pytest_agentgates.redact import cleaned
from tests.strategies import RECORDS

ELSEWHERE = Path("/nowhere/of-these-tests")
AWKWARD = 'p"a\\s|s<w>o_r*d\n%é'


def relative(text: str, root: Path) -> str:
    return cleaned(text, root, {})


def redact(text: str, environ: Mapping[str, str]) -> str:
    return cleaned(text, ELSEWHERE, environ)


@pytest.mark.parametrize(
    "name",
    [
        *("GITHUB_TOKEN", "github_token", "AWS_SECRET_ACCESS_KEY", "DB_PASSWORD", "PGPASSWORD", "STRIPE_KEY"),
        *("OPENAI_APIKEY", "SENTRY_DSN", "X_CREDENTIALS", "SSH_PASSPHRASE", "BASIC_AUTH", "my-api-key"),
    ],
)
def test_the_value_of_a_variable_with_a_secret_name_is_masked(name: str) -> None:
    assert redact("before s3cr3t-value after", {name: "s3cr3t-value"}) == "before *** after"


@pytest.mark.parametrize("name", ["HOME", "PATH", "MONKEY", "KEYBOARD", "PWD", "EDITOR", "AUTHOR"])
def test_other_variables_are_left_alone(name: str) -> None:
    assert redact("before s3cr3t-value after", {name: "s3cr3t-value"}) == "before s3cr3t-value after"


@pytest.mark.parametrize(
    "value",
    [
        *("short", "", "postgres", "True", "disabled", "keyring", "86400000", "3.5", "30000ms"),
        *("/home/ann/key.pem", "./keys/dev.json", "components/customers", "~/.ssh/id_ed25519", "C:\\keys\\dev.pem"),
    ],
)
def test_values_that_are_no_secret_are_left_alone(value: str) -> None:
    text = f"before {value} after"
    assert redact(text, {"MY_TOKEN": value}) == text


def test_the_password_of_a_url_is_masked_whatever_the_name() -> None:
    environ = {"DATABASE_URL": "postgresql://app:hunter2%21x@db.local/app"}
    assert redact("connect app:hunter2%21x@db.local with hunter2!x", environ) == "connect app:***@db.local with ***"


def test_a_token_as_user_name_of_a_url_is_masked() -> None:
    environ = {"REMOTE": "https://ghp_0123456789abcdef@github.com/x/y", "PLAIN": "ssh://deploy@host/x"}
    assert redact("ghp_0123456789abcdef deploy", environ) == "*** deploy"


def test_a_url_that_cannot_be_read_is_no_error() -> None:
    assert redact("text", {"A_URL": "http://[broken@x"}) == "text"


def test_each_line_of_a_key_is_masked() -> None:
    key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0\nBAQEFAASCBKcwggSjAgEAAoI\n-----END KEY-----\n"
    assert redact("E  'BAQEFAASCBKcwggSjAgEAAoI'", {"SIGNING_KEY": key}) == "E  '***'"


def test_the_longer_of_two_secrets_goes_first() -> None:
    assert redact("abcdef-123", {"A_TOKEN": "abcdef", "B_TOKEN": "abcdef-123"}) == "***"


@pytest.mark.parametrize(
    "text",
    [AWKWARD, json.dumps(AWKWARD), json.dumps(AWKWARD, ensure_ascii=False), repr(AWKWARD), html.escape(AWKWARD)],
)
def test_every_usual_quotation_of_a_secret_is_masked(text: str) -> None:
    assert redact(text, {"DB_PASSWORD": AWKWARD}).strip("\"'") == "***"


def test_the_root_becomes_a_dot() -> None:
    root = Path("/srv/app").absolute()
    text = f"{root}/a.py, {root}: {root}. {root}-old/b {root}2 {root}.bak /x{root}/y"
    assert relative(text, root) == f"./a.py, .: .. {root}-old/b {root}2 {root}.bak /x{root}/y"


def test_the_root_behind_a_link_becomes_a_dot_too(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
    text = f"{tmp_path / 'real'}/a.py {tmp_path / 'link'}/a.py"
    assert relative(text, tmp_path / "link") == "./a.py ./a.py"


def test_the_top_of_the_file_system_is_not_replaced() -> None:
    assert relative("/etc/passwd", Path("/")) == "/etc/passwd"


def test_every_text_of_a_value_is_cleaned_and_its_form_kept(tmp_path: Path) -> None:
    secret = "s3cr3t-value"
    text = f"{tmp_path}/x {secret}"
    findings = (Finding("R", text, fix=text),)
    dirty = GateResult("g", GateStatus.FAIL, text, findings, command=(text,), facts={text: [text, 3]})
    clean = "./x ***"
    expected = replace(
        dirty, message=clean, findings=(Finding("R", clean, fix=clean),), command=(clean,), facts={clean: [clean, 3]}
    )
    assert cleaned(dirty, tmp_path, {"A_TOKEN": secret}) == expected


@settings(deadline=None)
@given(RECORDS)
def test_a_record_without_secrets_stays_the_same(record: RunRecord) -> None:
    assert cleaned(record, Path("/no/such/root"), {"HOME": "/root"}) == record


@settings(deadline=None)
@given(st.text(min_size=12), st.text())
def test_any_long_secret_is_gone(secret: str, rest: str) -> None:
    text = redact(f"{rest}{secret}\n{rest}", {"A_TOKEN": f"Z1-{secret}"})
    assert f"Z1-{secret}" not in text
    assert redact(f"Z1-{secret}", {"A_TOKEN": f"Z1-{secret}"}) == "***"
