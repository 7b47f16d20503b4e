"""Signed, dated tokens: for one sending of a form, and for links in mail.

A form's token is signed but stored nowhere until the form is sent: the unique column of
the stored item makes it good for one item only.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core import signing
from django.utils import timezone

from .models.moderated import new_token

FORM_AGE = dt.timedelta(hours=12)


class FormExpired(Exception):
    """The token is too old, forged or missing; the reader gets the text and a fresh one."""


@dataclass(frozen=True)
class FormToken:
    """What a valid token says: the item's future token and how long the form was open."""

    token: str
    seconds_open: float


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt="questions.form")


def issue() -> str:
    return _signer().sign(new_token())


def open_form(signed: str) -> FormToken:
    """The token inside, or ``FormExpired``."""
    try:
        token = _signer().unsign(signed, max_age=FORM_AGE)
    except signing.BadSignature:
        raise FormExpired from None
    issued = signing.b62_decode(signed.split(":")[1])
    return FormToken(token, max(0.0, timezone.now().timestamp() - issued))


def mail_link(purpose: str, pk: int, email: str) -> str:
    """A key for one act on one question by whoever reads that address's mail."""
    return signing.dumps([pk, email], salt=f"questions.{purpose}", compress=False)


def read_mail_link(purpose: str, key: str) -> tuple[int, str]:
    """The question's id and the address the key was made for, or ``BadSignature``."""
    pk, email = signing.loads(key, salt=f"questions.{purpose}")
    return int(pk), str(email)
