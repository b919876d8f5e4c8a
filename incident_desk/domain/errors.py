"""What can be wrong with an input or a request, said once and in words a person can act on.

A ``message_id`` is the English sentence and the gettext id of the Chinese one. The edges answer a
``DomainError`` by its ``code`` and ``status``; nothing below them formats an answer.
"""

from __future__ import annotations

from typing import ClassVar


def N_(message_id: str) -> str:  # noqa: N802 - gettext's own name for "collect, translate later"
    """Mark *message_id* for the catalogue without translating it here."""
    return message_id


class DomainError(Exception):
    """A refusal with a stable code, a sentence that says what to do, and the field it is about."""

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 422
    message_id: ClassVar[str] = N_("This was refused.")

    def __init__(self, *, field: str | None = None, **params: object) -> None:
        self.field = field
        self.params = params
        super().__init__(self.message_id % params if params else self.message_id)


class NotFound(DomainError):
    """There is no such thing, or it is not this person's to see; the two look the same from outside."""

    code = "not_found"
    status = 404
    message_id = N_("There is nothing here, or it belongs to another office.")


class NotAllowed(DomainError):
    """The person may see this, but the act belongs to another role."""

    code = "not_allowed"
    status = 403
    message_id = N_("Your role does not allow this. Ask the duty officer or the administrator.")


class ChangedMeanwhile(DomainError):
    """Somebody else saved first; nothing typed is lost."""

    code = "changed_meanwhile"
    status = 409
    message_id = N_("Somebody else changed this while you were typing. Compare both versions, then save again.")


class KeyReused(DomainError):
    """One Idempotency-Key came with two different bodies."""

    code = "key_reused"
    status = 409
    message_id = N_("This form was already sent with other content. Reload the page and send again.")


class BadValue(DomainError):
    """A single value that cannot be read."""

    code = "bad_value"
    message_id = N_("%(what)s cannot be read: %(value)s. %(hint)s")
