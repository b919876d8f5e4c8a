"""``incident-desk demo``: load the exercise, and take it away again."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from incident_desk.cli.apps import desk
from incident_desk.cli.instants import INSTANT
from incident_desk.services import exercise
from incident_desk.services.exercise import SampleLogIn


@click.group()
def demo() -> None:
    """The exercise 演练: a tanker with aniline on a bridge over the Du River."""


@demo.command()
@click.option("--at", type=INSTANT, help="What the office clock shall say now; default the real time.")
def load(at: datetime | None) -> None:
    """Load the exercise; the county learned 35 minutes ago. Loaded already, nothing is done."""
    with desk():
        loaded = exercise.load(real_now=datetime.now(UTC), office_now=at)
        if not loaded.is_new:
            click.echo(f"演练 the exercise {loaded.case_no} is loaded already")
            return
        click.echo(f"演练 exercise loaded: {loaded.case_no}, the county learned at {loaded.learned_at.isoformat()}")
        click.echo("\n".join(log_in_lines(*exercise.log_ins())))


@demo.command()
@click.confirmation_option(prompt="Take the exercise away, with everything recorded in it?")
def reset() -> None:
    """Take the exercise away; own accounts stay. Stop the server first."""
    with desk(any_schema=True):
        kept = exercise.reset()
        click.echo(f"the exercise is taken away; accounts kept: {kept}")


def log_in_lines(password: str, log_ins: list[SampleLogIn]) -> list[str]:
    """The sample accounts, a line each, with the password they share."""
    return [
        f"演练 sample log-ins, all with the password {password}",
        *(f"  {one.login:<16} {one.role:<17} {one.name}  {one.office_name}" for one in log_ins),
    ]
