"""A program with a bearer token, as the API's tests use one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Program:
    """Asks ``/api/v1`` with one token."""

    client: Any
    token: str

    def get(self, path: str) -> Any:
        """GET a path below ``/api/v1``."""
        return self.client.get(f"/api/v1{path}", headers=self._headers())

    def post(self, path: str, body: object = None, *, key: str | None = None, version: str | None = None) -> Any:
        """POST JSON."""
        return self.send("POST", path, body, key=key, version=version)

    def send(
        self, method: str, path: str, body: object = None, *, key: str | None = None, version: str | None = None
    ) -> Any:
        """Any method with JSON."""
        headers = (
            self._headers() | ({"Idempotency-Key": key} if key else {}) | ({"If-Match": version} if version else {})
        )
        return self.client.open(f"/api/v1{path}", method=method, json=body, headers=headers)

    def raw(self, method: str, path: str, body: str) -> Any:
        """Any method with a body as it stands."""
        return self.client.open(
            f"/api/v1{path}", method=method, data=body, content_type="application/json", headers=self._headers()
        )

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Accept-Language": "en"}
