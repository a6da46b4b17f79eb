"""A gateway whose sockets somebody else holds, as systemd does for `deploy/systemd/postern.socket`."""

import os
import socket

from . import toml
from .gateway import Gateway, program
from .processes import Process


class Held:
    """Holds the gateway's address (and the one for gRPC, if it has one) and passes it to each process that is started."""

    def __init__(self, gateway: Gateway):
        self.gateway = gateway
        ports = {"postern": gateway.port} | ({"ext-authz": gateway.ext_authz} if gateway.ext_authz else {})
        self._sockets = {name: socket.create_server(("127.0.0.1", port), backlog=4096) for name, port in ports.items()}
        listen = gateway.config["listen"]
        listen["address"] = "systemd:postern"
        if gateway.ext_authz:
            listen["ext_authz"] = "systemd:ext-authz"
        gateway.config_file.write_text(toml.dumps(gateway.config))

    def start(self) -> None:
        """Starts a process that gets the sockets as descriptors from 3 on (sd_listen_fds(3))."""
        names, numbers = ":".join(self._sockets), [held.fileno() for held in self._sockets.values()]
        passed = " ".join(f"{3 + index}<&{100 + index}" for index in range(len(numbers)))
        script = f"export LISTEN_PID=$$ LISTEN_FDS={len(numbers)} LISTEN_FDNAMES={names}; exec \"$@\" {passed}"
        # Numbers that are out of the way first, since a descriptor may already be 3.
        moved = [os.dup2(number, 100 + index) for index, number in enumerate(numbers)]
        try:
            self.gateway.process = Process("gateway", ["bash", "-c", script, "sh", program(), "serve", "--config",
                                                       self.gateway.config_file], self.gateway.log, pass_fds=moved)
        finally:
            for number in moved:
                os.close(number)

    def restart(self) -> int:
        """Ends the process and starts the next one; returns the first one's exit status."""
        status = self.gateway.stop()
        self.start()
        return status

    def close(self) -> None:
        for held in self._sockets.values():
            held.close()
