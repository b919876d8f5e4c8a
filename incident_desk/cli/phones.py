"""``incident-desk phones``: the loopback stand-in for the message vendors."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from types import FrameType

import click

from incident_desk.cli import BadInput, Failure
from incident_desk.notify.phone_wall import PhoneWall
from incident_desk.notify.wall_courier import NotThisMachineError


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8090, show_default=True, help="0 takes any free port.")
@click.option("--backlog", type=click.IntRange(1, 65535), default=1024, show_default=True, help="Waiting connections.")
@click.option("--inbound-url", default="", help="Where answers go (default: beside the receipts' address).")
@click.option("--auth-token", default=None, help="The only token accepted (default: any).")
@click.option("--ca", type=click.Path(path_type=Path), default=None, help="Authority of the desk's certificate.")
@click.option("--json", "as_json", is_flag=True, help="Print the address as one JSON document.")
def phones(  # noqa: PLR0917 - one parameter an option
    port: int, backlog: int, inbound_url: str, auth_token: str | None, ca: Path | None, as_json: bool
) -> None:
    """Show a wall of phones on 127.0.0.1 that receives what the desk sends in an exercise, and can answer."""
    if auth_token is not None and not auth_token:
        raise BadInput("--auth-token must not be empty")
    if ca is not None and not ca.is_file():
        raise BadInput(f"--ca {ca}: there is no such file")
    try:
        wall = PhoneWall(port, backlog=backlog, inbound_url=inbound_url, auth_token=auth_token, ca=ca)
    except NotThisMachineError as error:
        raise BadInput(f"--inbound-url: {error}") from error
    except OSError as error:
        raise Failure(f"127.0.0.1:{port} cannot be used: {error.strerror or error}") from error
    signal.signal(signal.SIGTERM, _stop)
    click.echo(json.dumps({"url": wall.url}) if as_json else f"电话墙 Wall of phones: {wall.url}/  (Ctrl+C 结束)")
    try:
        wall.serve()
    except KeyboardInterrupt:
        pass
    finally:
        wall.close()


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
