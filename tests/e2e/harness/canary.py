"""Remembers every secret that the tests saw, to look for them where none may be."""

import re
import threading

# Shorter values occur by chance.
SHORTEST = 9


class Canary:
    """The secrets seen so far, by kind."""

    def __init__(self) -> None:
        self._seen: dict[str, str] = {}
        self._lock = threading.Lock()

    def saw(self, kind: str, value: str | None) -> None:
        """Remembers a secret; ignores what is too short to search for."""
        if value and len(value) >= SHORTEST:
            with self._lock:
                self._seen[value] = kind

    def leaks(self, text: str, allowed: tuple[str, ...] = ()) -> list[str]:
        """Which secrets occur in a text: kind and a few characters around, never the secret."""
        with self._lock:
            seen = dict(self._seen)
        found = []
        for value, kind in seen.items():
            if kind not in allowed and (at := text.find(value)) >= 0:
                before = re.sub(r"\s+", " ", text[max(0, at - 80):at])
                found.append(f"{kind} ({len(value)} characters) after …{before}")
        return found

    def __len__(self) -> int:
        return len(self._seen)
