"""The context of every part: where the programs are, how long to measure, what to stop at the end."""

import shutil
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from .gateway import CHECK, Gateway
from .load import Load
from .processes import LOAD_CORE, SERVER_CORE, Program, free_port
from .rounds import Setup, interleave


@dataclass
class Bench:
    bins: Path
    home: Path
    rounds: int
    seconds: float
    quick: bool
    say: object
    running: ExitStack = field(default_factory=ExitStack)

    def folder(self, name: str) -> Path:
        """An empty folder."""
        folder = self.home / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return folder

    def keep(self, program):
        """Stops it at the end of the part."""
        self.running.callback(program.stop)
        return program

    def program(self, name: str, command: list, **options) -> Program:
        return self.keep(Program(command, self.home / f"{name}.log", **options))

    def gateway(self, name: str, sessions: int = 1, **options) -> tuple[Gateway, list[str]]:
        """A gateway with sessions, not started yet, and their tokens."""
        gateway = self.keep(Gateway(self.bins, self.folder(name), **options))
        return gateway, gateway.sessions(sessions)

    def upstream(self) -> int:
        """Starts the upstream behind everything; returns its port."""
        port = free_port()
        self.program("upstream", [self.bins / "postern-bench", "upstream", port], cores=LOAD_CORE).answers(port)
        return port

    def bare(self, kind: str, gateway: Gateway, headers: Path, *more, cores: str = SERVER_CORE, workers: int = 1,
             options: tuple = ()) -> tuple[Program, int]:
        """A bare server (`check`, or `proxy` with the upstream's port) with the sessions of that gateway."""
        port = free_port()
        command = [self.bins / "postern-bench", "--workers", workers, kind, port, *more, headers, gateway.tokens, *options]
        return self.program(f"bare-{kind}-{port}", command, cores=cores).answers(port), port

    def interleave(self, setups: list[Setup], seconds: float | None = None, rounds: int | None = None) -> None:
        interleave(setups, rounds or self.rounds, seconds or self.seconds, self.say)

    def check_setup(self, name: str, gateway: Gateway, token: str, port: int | None = None, program: Program | None = None) -> Setup:
        """A check by the gateway, or the same request to another server."""
        load = Load(CHECK, gateway.check_headers(token))
        return Setup(name, port or gateway.port, [program or gateway.program], load)
