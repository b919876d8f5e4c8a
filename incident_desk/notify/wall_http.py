"""HTTP of the wall of phones: Twilio's Messages API below ``/2010-04-01/``, the page and its controls elsewhere."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from incident_desk.notify.channel import LONGEST_BODY
from incident_desk.notify.wall_book import API, PhoneMode, WallMessage, WallMode
from incident_desk.notify.wall_courier import NotThisMachineError, check_callback
from incident_desk.notify.wall_exchange import Exchange
from incident_desk.paths import templates_dir

_LARGEST_REQUEST = 64 * 1024
_SILENT_AT_MOST_S = 120.0


class ApiError(Exception):
    """An error as Twilio words it."""

    def __init__(self, status: int, code: int, message: str) -> None:
        self.status, self.code = status, code
        super().__init__(message)


class WallHandler(BaseHTTPRequestHandler):
    """One request. ``/2010-04-01/…`` is the vendor's API, everything else belongs to the page."""

    exchange: ClassVar[Exchange]
    auth_token: ClassVar[str | None]
    protocol_version = "HTTP/1.1"
    server_version = "IncidentDeskPhones/1"
    sys_version = ""
    timeout = 30
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Answer a GET."""
        self._answer(self._get)

    def do_POST(self) -> None:
        """Answer a POST."""
        self._answer(self._post)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Say nothing: requests hold telephone numbers."""

    def _answer(self, act: Callable[[], None]) -> None:
        try:
            act()
        except ApiError as error:
            self._json(
                error.status, {"code": error.code, "message": str(error), "more_info": "", "status": error.status}
            )
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _get(self) -> None:
        parts = urlsplit(self.path)
        if parts.path.startswith(f"/{API}/"):
            self._api_get(parts.path, parse_qs(parts.query))
            return
        self._require_own_page()
        if parts.path == "/":
            self._page()
        elif parts.path == "/wall/state":
            after = parse_qs(parts.query).get("after", ["-1"])[0]
            known = int(after) if after.lstrip("-").isdigit() else -1
            self._json(200, self.exchange.book.picture(known, 20.0))
        else:
            raise ApiError(404, 20404, "The requested resource was not found")

    def _post(self) -> None:
        body = self._body()
        parts = urlsplit(self.path)
        if parts.path.startswith(f"/{API}/"):
            self._api_post(parts.path, {name: values[0] for name, values in parse_qs(body).items()})
            return
        self._require_own_page()
        if self.headers.get_content_type() != "application/json":
            raise ApiError(415, 20415, "application/json is needed")
        try:
            said = json.loads(body)
            result = self._control(parts.path, said if isinstance(said, dict) else {})
        except (ValueError, KeyError, TypeError) as error:
            raise ApiError(400, 20400, f"not understood: {error}") from error
        self._json(200, result)

    def _control(self, path: str, said: dict[str, Any]) -> dict[str, object]:
        book = self.exchange.book
        if path == "/wall/answer":
            answer = self.exchange.answer(str(said["from"]), str(said["body"])[:LONGEST_BODY])
            if answer is None:
                raise ApiError(404, 20404, "this phone has no message to answer")
            return {"sid": answer.sid}
        if path == "/wall/mode":
            delay = float(said["delay_s"]) if "delay_s" in said else None
            if delay is not None and not 0 <= delay <= 600:
                raise ValueError("delay_s lies between 0 and 600")
            book.behave(WallMode(said["mode"]), delay)
        elif path == "/wall/phone":
            book.set_phone(str(said["number"]), PhoneMode(said["mode"]))
        elif path == "/wall/clear":
            book.clear()
        else:
            raise ApiError(404, 20404, "The requested resource was not found")
        return {"ok": True}

    def _api_get(self, path: str, query: dict[str, list[str]]) -> None:
        if self._held_back():
            return
        account, token, rest = self._account(path)
        del token
        if rest == "Messages.json":
            self._list(account, query)
            return
        found = self.exchange.book.find(rest.removeprefix("Messages/").removesuffix(".json"))
        if found is None or found.account_sid != account:
            raise ApiError(404, 20404, f"The requested resource {path} was not found")
        self._json(200, found.as_resource())

    def _list(self, account: str, query: dict[str, list[str]]) -> None:
        size = min(max(_whole(query, "PageSize", 50), 1), 1000)
        page = max(_whole(query, "Page", 0), 0)
        to, sender = query.get("To", [""])[0], query.get("From", [""])[0]
        found = [m for m in self.exchange.book.messages(to, sender) if m.account_sid == account]
        shown = found[page * size : (page + 1) * size]
        base = f"/{API}/Accounts/{account}/Messages.json?PageSize={size}"
        more = len(found) > (page + 1) * size
        self._json(
            200,
            {
                "messages": [message.as_resource() for message in shown],
                "page": page,
                "page_size": size,
                "start": page * size,
                "end": max(page * size + len(shown) - 1, 0),
                "uri": f"{base}&Page={page}",
                "first_page_uri": f"{base}&Page=0",
                "next_page_uri": f"{base}&Page={page + 1}" if more else None,
                "previous_page_uri": f"{base}&Page={page - 1}" if page else None,
            },
        )

    def _api_post(self, path: str, form: dict[str, str]) -> None:
        if self._held_back():
            return
        account, token, rest = self._account(path)
        if rest != "Messages.json":
            raise ApiError(404, 20404, f"The requested resource {path} was not found")
        message = self._message(account, token, form)
        if self.exchange.book.mode is WallMode.BUSY:
            raise ApiError(429, 20429, "Too Many Requests")
        if self.exchange.book.mode is WallMode.FAILING:
            raise ApiError(500, 20500, "An internal server error has occurred")
        self.exchange.take(message)
        if self.exchange.book.mode is WallMode.ANSWER_LOST:
            self.close_connection = True
            return
        self._json(201, message.as_resource())

    def _message(self, account: str, token: str, form: dict[str, str]) -> WallMessage:
        for name, code in (("To", 21604), ("Body", 21602)):
            if not form.get(name):
                raise ApiError(400, code, f"A '{name}' value is required.")
        sender = form.get("From") or form.get("MessagingServiceSid") or ""
        if not sender:
            raise ApiError(400, 21603, "A 'From' phone number is required.")
        to, body, callback = form["To"], form["Body"], form.get("StatusCallback", "")
        if not (to.startswith("+") and to[1:].isdigit()) or self.exchange.book.phone_mode(to) is PhoneMode.NO_SUCH:
            raise ApiError(400, 21211, "Invalid 'To' Phone Number")
        if len(body) > LONGEST_BODY:
            raise ApiError(400, 21617, "The concatenated message body exceeds the 1600 character limit")
        if callback:
            try:
                check_callback(callback)
            except NotThisMachineError as error:
                raise ApiError(400, 21609, f"Invalid 'StatusCallback' URL: {error}") from error
        return WallMessage(to=to, sender=sender, body=body, account_sid=account, callback=callback, token=token)

    def _held_back(self) -> bool:
        """Behave as told; true when no answer is to be given at all."""
        book = self.exchange.book
        if book.mode is WallMode.SLOW:
            time.sleep(book.delay_s)
        if book.mode is WallMode.SILENT:
            book.wait_while_silent(_SILENT_AT_MOST_S)
            self.close_connection = True
            return True
        return False

    def _account(self, path: str) -> tuple[str, str, str]:
        """Account and token of a request to the API, and the rest of its path."""
        _, _, word, account, *rest = [*path.split("/"), "", "", ""]
        try:
            scheme, _, coded = self.headers.get("Authorization", "").partition(" ")
            user, _, token = base64.b64decode(coded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            scheme, user, token = "", "", ""
        wanted = self.auth_token
        known = wanted is None or secrets.compare_digest(token.encode(), wanted.encode())
        if scheme.lower() != "basic" or not token or not known or user != account or word != "Accounts":
            raise ApiError(401, 20003, "Authenticate")
        return account, token, "/".join(filter(None, rest))

    def _require_own_page(self) -> None:
        """Refuse other sites' pages, which a browser on this machine could otherwise let in."""
        host = self.headers.get("Host", "")
        own = {f"{name}:{self.connection.getsockname()[1]}" for name in ("127.0.0.1", "localhost")}
        origin = self.headers.get("Origin")
        if host not in own or (origin is not None and origin != f"http://{host}"):
            raise ApiError(403, 20403, "only this machine's own page may ask this")

    def _body(self) -> str:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdigit() or int(length) > _LARGEST_REQUEST:
            self.close_connection = True
            raise ApiError(413, 20413, "the request is too large")
        return self.rfile.read(int(length)).decode("utf-8", "replace")

    def _page(self) -> None:
        nonce = secrets.token_urlsafe(16)
        page = (templates_dir() / "phones" / "wall.html").read_text("utf-8").replace("{{ nonce }}", nonce)
        policy = (
            f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; "
            "img-src data:; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        self._send(200, "text/html; charset=utf-8", page.encode(), {"Content-Security-Policy": policy})

    def _json(self, status: int, document: dict[str, Any]) -> None:
        self._send(status, "application/json", json.dumps(document, ensure_ascii=False).encode())

    def _send(self, status: int, kind: str, content: bytes, more: dict[str, str] | None = None) -> None:
        self.send_response(status)
        headers = {
            "Content-Type": kind,
            "Content-Length": str(len(content)),
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            **(more or {}),
        }
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


def _whole(query: dict[str, list[str]], name: str, default: int) -> int:
    text = query.get(name, [""])[0]
    return int(text) if text.isdigit() and len(text) < 7 else default
