"""``incident-desk account``: make people and tokens. The first administrator is made here."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from incident_desk.cli.apps import desk
from incident_desk.domain.permissions import Actor, Role
from incident_desk.services import people

COMMAND_LINE = "command-line"


@click.group()
def account() -> None:
    """Accounts of this installation."""


@account.command()
@click.argument("name")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--office", required=True, help="GB/T 2260 code, such as 420300.")
@click.option("--display-name", default="", help="The name on screens; default NAME.")
@click.option("--phone", default=None)
@click.password_option(help="At least ten characters; asked for when not given.")
def add(name: str, *, role: str, office: str, display_name: str, phone: str | None, password: str) -> None:
    """Make the account NAME."""
    with desk():
        people.add_person(
            name,
            display_name or name,
            password,
            role=Role(role),
            office=office,
            phone=phone,
            actor=Actor(ref=COMMAND_LINE, office=office),
            now=datetime.now(UTC),
        )
        click.echo(f"made the account {name}")


@account.command()
@click.argument("name")
@click.option("--label", default="program")
def token(name: str, label: str) -> None:
    """Make a token that acts as the account NAME; it is shown once."""
    with desk():
        person = people.person_by_login(name)
        click.echo(
            people.make_token(
                label,
                role=Role(person.role),
                office=person.office_code,
                actor=Actor(ref=COMMAND_LINE, office=person.office_code),
                now=datetime.now(UTC),
                person_id=person.id,
            )
        )
