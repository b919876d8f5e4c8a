"""Why a neighbour's file is not taken."""

from __future__ import annotations

from incident_desk.domain.errors import N_, DomainError


class NoticeFileRefused(DomainError):
    """A file that is not what a desk makes; *why* says what is wrong with it."""

    code = "notice_file_refused"
    message_id = N_("The file was not taken: %(why)s. Ask the sender for it again, and check by telephone.")

    def __init__(self, *, why: str, field: str | None = "file") -> None:
        super().__init__(field=field, why=why)


class NoticeFileTooLarge(DomainError):
    """More than any notice needs."""

    code = "notice_file_too_large"
    status = 413
    message_id = N_("The file is larger than %(megabytes)s MB: it is no file of a notice.")


class NotForThisOffice(DomainError):
    """A file that is addressed to somebody else."""

    code = "not_for_this_office"
    status = 409
    message_id = N_("This file is addressed to %(name)s, not to your office. Tell the sender by telephone.")


class OnlyExercisesHere(DomainError):
    """A real notice on a desk that holds exercises only."""

    code = "only_exercises_here"
    status = 409
    message_id = N_("This desk holds exercises only, and the file is no exercise. Take it on the real desk.")


class OtherKindOfCase(DomainError):
    """An exercise's file and a real case, or the other way round."""

    code = "other_kind_of_case"
    status = 409
    message_id = N_("An exercise's file opens or joins only an exercise, a real one only a real case.")


class SameNumberOtherContent(DomainError):
    """A second file under a number that was taken with other content."""

    code = "same_number_other_content"
    status = 409
    message_id = N_("A file with this number was taken before with other content. Check by telephone which one holds.")
