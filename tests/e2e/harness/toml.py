"""Writes the TOML of a configuration: strings, numbers, booleans, lists, tables, arrays of tables."""

import json
import re


def dumps(table: dict, prefix: str = "") -> str:
    """A table as TOML; `None` values are left out."""
    table = {key: value for key, value in table.items() if value is not None}
    plain = {key: value for key, value in table.items() if not _is_table(value)}
    text = "".join(f"{_key(key)} = {_value(value)}\n" for key, value in plain.items())
    for key, value in table.items():
        name = f"{prefix}{_key(key)}"
        if isinstance(value, dict):
            text += f"\n[{name}]\n{dumps(value, f'{name}.')}"
        elif _is_table(value):
            text += "".join(f"\n[[{name}]]\n{dumps(item, f'{name}.')}" for item in value)
    return text


def _is_table(value: object) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name, ensure_ascii=False)


def _value(value: object) -> str:
    # JSON's strings, numbers, booleans and lists of them are valid TOML.
    return json.dumps(value, ensure_ascii=False)
