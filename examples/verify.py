#!/usr/bin/env python3
"""Another service, as far as it verifies the access tokens of Rondo, with PyJWT: by the public keys, asking nobody.

    python3 examples/verify.py ISSUER SCOPE

ISSUER is the public address of the service, exactly as it is configured there; SCOPE is what a token must allow. Tokens
are read from standard input, one a line; for each a line tells whose it is, or why it is refused.

It needs the package pyjwt[crypto].
"""

import json
import sys
import time
import urllib.request

import jwt

# The algorithms that Rondo signs with. Never those that a token names.
ALGORITHMS = ["RS256", "ES256"]
# How far two clocks may differ, in seconds.
LEEWAY = 5
# For names of keys that are not known the keys are read again, but no more often than this, in seconds.
COOL_DOWN = 2


class Refused(Exception):
    """Why a token is none."""


class Keys:
    """The public keys of the issuer, as long as it says that they may be kept."""

    def __init__(self, issuer: str):
        self.address = f"{issuer}/.well-known/jwks.json"
        self.keys: dict[str, jwt.PyJWK] = {}
        self.read_at = self.fresh_until = float("-inf")

    def find(self, kid: str) -> jwt.PyJWK:
        now = time.monotonic()
        is_known = kid in self.keys and now < self.fresh_until
        if not is_known and now >= self.read_at + COOL_DOWN:
            self.read(now)
        if kid not in self.keys:
            raise Refused("no such key")
        return self.keys[kid]

    def read(self, now: float) -> None:
        """At a failure the keys that are known stay: a service that restarts must not stop this one."""
        self.read_at = now
        try:
            with urllib.request.urlopen(self.address, timeout=5) as answer:
                document, cache = json.load(answer), answer.headers.get("Cache-Control", "")
        except (OSError, ValueError) as error:
            print(f"verify: the keys cannot be read: {error}", file=sys.stderr)
            return
        self.keys = {key.key_id: key for key in jwt.PyJWKSet.from_dict(document).keys}
        ages = [part.split("=")[1] for part in cache.replace(" ", "").split(",") if part.startswith("max-age=")]
        self.fresh_until = now + (int(ages[0]) if ages else 0)


def verify(token: str, issuer: str, scope: str, keys: Keys) -> dict:
    """The claims of an access token of this issuer that allows this."""
    try:
        header = jwt.get_unverified_header(token)
        # A refresh token is signed by the same keys, and lets nobody in.
        if header.get("typ") != "at+jwt" or header.get("alg") not in ALGORITHMS or "crit" in header:
            raise Refused("no access token")
        key = keys.find(header.get("kid", ""))
        claims = jwt.decode(
            token,
            key,
            algorithms=[key.algorithm_name],
            issuer=issuer,
            audience=issuer,
            leeway=LEEWAY,
            options={"require": ["iss", "aud", "sub", "exp", "nbf", "iat", "scope"]},
        )
    except jwt.InvalidTokenError as error:
        raise Refused(str(error)) from None
    if scope not in claims["scope"].split(" "):
        raise Refused(f"it does not allow {scope}")
    return claims


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit("usage: verify.py ISSUER SCOPE")
    issuer, scope = sys.argv[1:]
    keys = Keys(issuer)
    for line in sys.stdin:
        try:
            claims = verify(line.strip(), issuer, scope, keys)
            print(f"user {claims['sub']}", flush=True)
        except Refused as why:
            print(f"refused: {why}", flush=True)


if __name__ == "__main__":
    main()
