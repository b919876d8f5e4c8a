"""Which channels a message may take. The two branches share nothing: no setting leads from exercise to vendor."""

from __future__ import annotations

from dataclasses import dataclass, field

from incident_desk.domain.errors import N_, DomainError
from incident_desk.notify.channel import Channel, VendorAccount
from incident_desk.notify.exercise_channel import ExerciseChannel
from incident_desk.notify.twilio_channel import TwilioChannel


class NoVendor(DomainError):
    """No vendor is set up, so real messages wait."""

    code = "no_vendor"
    status = 503
    message_id = N_("No message vendor is set up: messages of real cases wait. Telephone instead.")


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """Where messages may go. ``phones_token`` signs the callbacks of the wall; ``vendors`` in order of preference."""

    phones_url: str = "http://127.0.0.1:8090"
    phones_token: str = field(default="", repr=False)
    vendors: tuple[VendorAccount, ...] = ()


def channels_for(exercise: bool, settings: ChannelSettings) -> tuple[Channel, ...]:
    """The channels for a message, best first. Make them once and keep them: each holds its connections.

    Raises:
        NotLoopback: the exercise's address is not on this machine.
        NoVendor: a real message, and no vendor is set up.
    """
    if exercise is not False:
        return (ExerciseChannel(settings.phones_url, settings.phones_token),)
    if not settings.vendors:
        raise NoVendor
    return tuple(TwilioChannel(account) for account in settings.vendors)
