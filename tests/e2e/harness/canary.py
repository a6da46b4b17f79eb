"""Collects every secret that the tests saw, to search for them where none may be."""

import re
import threading

import ahocorasick

# Shorter values occur by chance.
SHORTEST = 9


class Canary:
    """The secrets seen so far, by kind."""

    def __init__(self) -> None:
        self._seen = ahocorasick.Automaton()
        self._lock = threading.Lock()

    def saw(self, kind: str, value: str | None) -> None:
        """Adds a secret; ignores values too short to search for."""
        if value and len(value) >= SHORTEST:
            with self._lock:
                self._seen.add_word(value, (kind, len(value)))

    def leaks(self, text: str) -> list[str]:
        """The secrets in a text, each once: kind and preceding text, never the secret."""
        with self._lock:
            if not self._seen:
                return []
            self._seen.make_automaton()
            found = {}
            for end, (kind, length) in self._seen.iter(text):
                start = end - length + 1
                before = re.sub(r"\s+", " ", text[max(0, start - 80):start])
                found.setdefault((kind, text[start:end + 1]), f"{kind} ({length} characters) after …{before}")
        return list(found.values())

    def __len__(self) -> int:
        return len(self._seen)
