"""The headers of every answer, as OWASP's REST and HTTP headers cheat sheets ask of an API with a page or two.

What an answer says itself stands: a page's policy, how long a hash tile may be kept.
"""

from __future__ import annotations

from typing import Final

from starlette.types import Scope

from api.request_ids import HEADER as REQUEST_ID

Header = tuple[bytes, bytes]

POLICY: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""Of what is shown in a browser as it is: it loads, runs and sends nothing, and nobody frames it."""
_FEATURES: Final = (
    *("accelerometer", "camera", "display-capture", "fullscreen", "geolocation", "gyroscope", "magnetometer"),
    *("microphone", "midi", "payment", "publickey-credentials-get", "screen-wake-lock", "usb", "xr-spatial-tracking"),
)
"""Of browsers, which no page of ours uses, but that of signing in for passkeys."""


def permissions(own: str | None = None) -> str:
    """A Permissions-Policy that denies every feature, but the one that a page of ours uses itself."""
    denied = [f"{feature}=()" for feature in _FEATURES if feature != own]
    return ", ".join([*denied, *([] if own is None else [f"{own}=(self)"])])


_ALWAYS: Final[tuple[Header, ...]] = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_UNLESS_SAID: Final[tuple[Header, ...]] = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", POLICY.encode()),
    (b"permissions-policy", permissions().encode()),
)
_TLS: Final[Header] = (b"strict-transport-security", b"max-age=31536000")
"""Over TLS alone (RFC 6797, 7.2); a proxy says so with X-Forwarded-Proto. Of this host alone: others are not ours."""


def dressed(scope: Scope, headers: list[Header], request_id: str) -> list[Header]:
    """An answer's headers with those that every answer has."""
    said = {name.lower() for name, _ in headers}
    more = [*_ALWAYS, *(header for header in _UNLESS_SAID if header[0] not in said), (REQUEST_ID, request_id.encode())]
    if scope.get("scheme") == "https":
        more.append(_TLS)
    return [*headers, *more]
