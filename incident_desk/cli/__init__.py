"""The ``incident-desk`` command. A subcommand's module, and with it its floor, loads when it is called."""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click

COMMANDS = {
    "account": "incident_desk.cli.account:account",
    "archive": "incident_desk.cli.archive:archive",
    "certificate": "incident_desk.cli.certificate:certificate",
    "clocks": "incident_desk.cli.clocks:clocks",
    "db": "incident_desk.cli.database:db",
    "demo": "incident_desk.cli.demo:demo",
    "doctor": "incident_desk.cli.doctor:doctor",
    "experts": "incident_desk.cli.experts:experts",
    "grade": "incident_desk.cli.grade:grade",
    "journal": "incident_desk.cli.journal:journal",
    "network": "incident_desk.cli.network:network",
    "phones": "incident_desk.cli.phones:phones",
    "rules": "incident_desk.cli.rules:rules",
    "serve": "incident_desk.cli.server.serve:serve",
    "trace": "incident_desk.cli.trace:trace",
    "web": "incident_desk.cli.server.web:web",
    "worker": "incident_desk.cli.server.worker:worker",
}


class BadInput(click.ClickException):
    """Bad input: one line on standard error, exit code 2."""

    exit_code = 2

    def show(self, file: object = None) -> None:
        """Print the one line."""
        click.echo(f"incident-desk: {' '.join(self.message.split())}", err=True)


class Failure(BadInput):
    """The input was good, the work failed: one line on standard error, exit code 1."""

    exit_code = 1


@contextmanager
def loading() -> Iterator[None]:
    """No search for garbage while modules load: they make much and drop little, and each search goes through it all."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class LazyGroup(click.Group):
    """A click group that imports a subcommand's module only when that subcommand is asked for."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run; a wrong option, like any bad input, is one line on standard error and exit code 2."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        try:
            done = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        except click.ClickException as error:
            message = " ".join(error.format_message().split())
            click.echo(f"incident-desk: {message}", err=True)
            sys.exit(error.exit_code)
        except click.Abort:
            click.echo("incident-desk: aborted", err=True)
            sys.exit(1)
        sys.exit(done if isinstance(done, int) else 0)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, without importing anything."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the one command that was named."""
        target = COMMANDS.get(cmd_name)
        if target is None:
            return None
        module_name, _, attribute = target.partition(":")
        with loading():
            command = getattr(importlib.import_module(module_name), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the names alone: their help would import every floor."""
        with formatter.section("Commands"):
            formatter.write_text(", ".join(self.list_commands(ctx)))


@click.group(cls=LazyGroup, invoke_without_command=True)
@click.version_option(package_name="incident-desk")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Incident Desk: the 24-hour duty desk for sudden environmental incidents (突发环境事件)."""
    if ctx.invoked_subcommand is None:
        command = LazyGroup.get_command(main, ctx, "serve")
        assert command is not None
        ctx.invoke(command)
