"""
The answer-first front: the client's opening questions, answered from a file while the rest still loads.

Lines in, lines out, no I/O. Importing the SDK takes most of a second, several on a busy
machine, and clients give up early; what they ask first has fixed answers. So the front
knows these answers (`manifest.py` asks the real server for them) and gives them to
requests of exactly the expected shape. Everything else, errors included, it leaves to the
real server, which is first told what the front has settled: the era of the protocol.
Standard library only, and little of it.
"""

import json
from collections.abc import Mapping

REPLAYED = "ccmcp: opening request"
"""The id under which the real server is asked again what the front has answered; its answer goes nowhere."""

_VERSION = "io.modelcontextprotocol/protocolVersion"
_CAPABILITIES = "io.modelcontextprotocol/clientCapabilities"
_CLIENT = "io.modelcontextprotocol/clientInfo"
_RESERVED = "io.modelcontextprotocol/"


class Front:
    """One connection's opening, until its first question of substance."""

    def __init__(self, manifest: Mapping[str, object]) -> None:
        self._manifest = manifest
        self._version = ""
        self.replay: list[bytes] = []
        """The lines that bring the real server to where the front is."""

        self.listed = False
        """Whether the client has its tools: its next question may be of substance."""

    def answer(self, line: bytes) -> bytes | None:
        """The line to send back, b"" when there is nothing to say, None when the real server must take over."""
        if not line.strip():
            return b""
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            return None
        match message:
            case {"jsonrpc": "2.0", "method": str(method), "id": str() | int() as number} if not isinstance(
                number, bool
            ):
                return self._request(message, method, number)
            case {"jsonrpc": "2.0", "method": str(method)} if "id" not in message:
                return self._notification(line, method)
            case _:
                return None

    def _request(self, message: Mapping[str, object], method: str, number: str | int) -> bytes | None:
        version = self._settled(method, message.get("params"))
        outcome = self._outcome(version, method)
        if outcome is None:
            return None
        if not self._version:
            self._version = version
            self.replay.append(json.dumps({**message, "id": REPLAYED}).encode())
        self.listed = self.listed or method == "tools/list"
        return json.dumps({"jsonrpc": "2.0", "id": number, **outcome}, separators=(",", ":")).encode()

    def _notification(self, line: bytes, method: str) -> bytes:
        if method == "notifications/initialized" and self._version:
            self.replay.append(line)
        return b""

    def _settled(self, method: str, params: object) -> str:
        """The protocol version this request is served in, "" when the front is not sure of it."""
        match params:
            case {"_meta": {"io.modelcontextprotocol/protocolVersion": str(version)} as meta, **rest}:
                modern = version == self._manifest.get("modern") and self._version in ("", version)
                return version if modern and not rest and _is_envelope(meta) else ""
            case {
                "protocolVersion": str(version),
                "capabilities": capabilities,
                "clientInfo": client,
                **rest,
            }:
                opening = method == "initialize" and not self._version and not set(rest) - {"_meta"}
                return self._handshake(version) if opening and _is_client(capabilities, client) else ""
            case None:
                return self._legacy(method)
            case {**rest} if not set(rest) - {"_meta"}:
                return self._legacy(method)
            case _:
                return ""

    def _legacy(self, method: str) -> str:
        """The version that was agreed on in a handshake."""
        return (
            self._version if self._version != self._manifest.get("modern") and method != "initialize" else ""
        )

    def _handshake(self, version: str) -> str:
        match self._manifest.get("legacy"):
            case [*known, newest]:
                return version if version in known else str(newest)
            case _:
                return ""

    def _outcome(self, version: str, method: str) -> dict[str, object] | None:
        answers, outcomes = self._manifest.get("answers"), self._manifest.get("outcomes")
        methods = answers.get(version) if isinstance(answers, dict) else None
        place = methods.get(method) if isinstance(methods, dict) else None
        outcome = outcomes[place] if isinstance(place, int) and isinstance(outcomes, list) else None
        return outcome if isinstance(outcome, dict) else None


def _is_envelope(meta: Mapping[str, object]) -> bool:
    known = {_VERSION, _CAPABILITIES, _CLIENT}
    others = {key for key in meta if key.startswith(_RESERVED)} - known
    client = meta.get(_CLIENT, {"name": "", "version": ""})
    return not others and _CAPABILITIES in meta and _is_client(meta[_CAPABILITIES], client)


def _is_client(capabilities: object, client: object) -> bool:
    match client:
        case {"name": str(), "version": str()}:
            return isinstance(capabilities, dict) and all(map(_is_capability, capabilities.items()))
        case _:
            return False


def _is_capability(pair: tuple[str, object]) -> bool:
    match pair:
        case "experimental" | "extensions", {**named}:
            return all(isinstance(each, dict) for each in named.values())
        case _, value:
            return _is_flags(value)


def _is_flags(value: object) -> bool:
    """Objects of booleans all the way down: what capabilities look like when nothing about them is odd."""
    match value:
        case {**inner}:
            return all(_is_flags(each) for each in inner.values())
        case _:
            return isinstance(value, bool)
