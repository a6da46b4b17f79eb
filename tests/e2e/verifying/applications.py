"""Programs made of the code of docs/verifying/*.md, unchanged."""

import re
import socket
import subprocess
import sys
from pathlib import Path

from harness import ports
from harness.processes import Process, clean_environment, listens
from harness.recorder import Recorded

E2E = Path(__file__).resolve().parents[1]
PAGES = E2E.parents[1] / "docs" / "verifying"
JARS = ":".join(f"/usr/share/java/{name}.jar" for name in (
    "tomcat10-embed-core", "jakarta-annotation-api", "jackson-core", "jackson-databind", "jackson-annotations"))

# The programs around the pages' code, where that is not a complete program.
GO_ASSERTED = """
package main

import (
	"encoding/json"
	"net/http"
	"os"
	"slices"
)

func main() {
	page := func(w http.ResponseWriter, r *http.Request) {
		caller := CallerOf(r)
		json.NewEncoder(w).Encode(map[string]any{
			"user": caller.User, "email": caller.Email, "second factor": slices.Contains(caller.Methods, "otp")})
	}
	panic(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), Asserted(http.HandlerFunc(page))))
}
"""
GO_SIGNED = """
package main

import (
	"encoding/json"
	"net/http"
	"os"
)

func main() {
	page := func(w http.ResponseWriter, r *http.Request) {
		json.NewEncoder(w).Encode(map[string]any{"user": r.Header.Get("X-Auth-User")})
	}
	panic(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), Signed(http.HandlerFunc(page))))
}
"""
JAVA_MAIN = """
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;

public final class Main {
    public static void main(String[] arguments) throws Exception {
        var tomcat = new Tomcat();
        tomcat.setBaseDir(System.getProperty("user.dir"));
        tomcat.setPort(Integer.parseInt(System.getenv("PORT")));
        tomcat.getConnector().setProperty("address", "127.0.0.1");
        var context = tomcat.addContext("", null);
        var filter = new FilterDef();
        filter.setFilterName("assertion");
        filter.setFilter(new AssertionFilter(new Assertions(System.getenv("GATEWAY"), System.getenv("AUDIENCE"))));
        context.addFilterDef(filter);
        var everywhere = new FilterMap();
        everywhere.setFilterName("assertion");
        everywhere.addURLPattern("/*");
        context.addFilterMap(everywhere);
        Tomcat.addServlet(context, "page", new HttpServlet() {
            @Override
            protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
                var caller = (Assertions.Caller) request.getAttribute("caller");
                response.setContentType("application/json");
                new ObjectMapper().writeValue(response.getOutputStream(), Map.of(
                    "user", request.getUserPrincipal().getName(), "email", caller.email(),
                    "second factor", caller.used("otp")));
            }
        });
        context.addServletMappingDecoded("/*", "page");
        tomcat.start();
        tomcat.getServer().await();
    }
}
"""
FRAMEWORKS = ["flask", "fastapi", "express", "go", "spring"]
SIGNING = ["flask", "fastapi", "express", "go"]


def blocks(page: str) -> dict[str, str]:
    """The code of a page by the title in its first line."""
    text = (PAGES / f"{page}.md").read_text()
    found = re.findall(r"```\w+\n((?:#|//) ([^\n]*)\n.*?)```", text, re.DOTALL)
    assert len(found) == len(re.findall(r"^```\w", text, re.MULTILINE)), "a block without a title"
    return {title: code for code, title in found}


class Builder:
    """Builds programs from the pages' code: `build` writes a folder once, and returns it with its start command."""

    def __init__(self, home: Path):
        self._home = home
        self._built: dict[str, tuple[Path, list]] = {}

    def build(self, framework: str, what: str, key: str = "") -> tuple[Path, list]:
        """`what` is `assertion` or `signed`; `key` is the kind of key for the latter."""
        name = f"{framework}-{what}-{key}"
        if name not in self._built:
            folder = self._home / name
            folder.mkdir()
            self._built[name] = folder, getattr(self, f"_{framework}")(folder, what, key)
        return self._built[name]

    def _flask(self, folder: Path, what: str, key: str) -> list:
        self._python(folder, "flask", what, key)
        return [sys.executable, "-m", "flask", "--app", what, "run", "--port"]

    def _fastapi(self, folder: Path, what: str, key: str) -> list:
        self._python(folder, "fastapi", what, key)
        return [sys.executable, "-m", "uvicorn", f"{what}:app", "--port"]

    def _python(self, folder: Path, page: str, what: str, key: str) -> None:
        (folder / f"{what}.py").write_text(blocks(page)[f"{what}.py"])
        if key:
            (folder / "keys.py").write_text(blocks("flask")[f"keys.py for {key}"])

    def _express(self, folder: Path, what: str, key: str) -> list:
        (folder / "node_modules").symlink_to(E2E / "node_modules")
        (folder / f"{what}.mjs").write_text(blocks("express")[f"{what}.mjs"])
        if key:
            (folder / "keys.mjs").write_text(blocks("express")[f"keys.mjs for {key}"])
        return ["node", f"{what}.mjs"]

    def _go(self, folder: Path, what: str, key: str) -> list:
        code = blocks("go")
        files = {"jwks.go": code["jwks.go"]}
        if what == "assertion":
            files |= {"assertion.go": code["assertion.go"], "main.go": GO_ASSERTED}
        else:
            files |= {"signature.go": code["signature.go"], "main.go": GO_SIGNED,
                      "signature_key.go": code[f"signature_key.go for {key}"]}
        for name, text in files.items():
            (folder / name).write_text(text)
        (folder / "go.mod").write_text("module app\n\ngo 1.25\n")
        settings = {"GOTOOLCHAIN": "local", "GOPROXY": "off", "GOFLAGS": "", "CGO_ENABLED": "0"}
        run([go(), "vet", "."], folder, settings)
        run([go(), "build", "-o", "program", "."], folder, settings)
        return [folder / "program"]

    def _spring(self, folder: Path, what: str, key: str) -> list:
        code = blocks("spring")
        for name, text in {"Main.java": JAVA_MAIN, **code}.items():
            if "not run" not in name:
                (folder / name).write_text(text)
        lints = "-Xlint:all,-processing,-serial,-deprecation"
        run(["javac", lints, "-Werror", "-cp", JARS, *map(str, folder.glob("*.java"))], folder, {})
        return ["java", "-XX:TieredStopAtLevel=1", "-cp", f"{JARS}:.", "Main"]


def go() -> str:
    """Go from the pinned Python packages."""
    import go as package

    return str(Path(package.__file__).parent / "bin" / "go")


def run(command: list[str], folder: Path, settings: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=folder, env=clean_environment(settings), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


class Application:
    """A running program."""

    def __init__(self, built: tuple[Path, list], **environment: str):
        folder, command = built
        self.port = ports.free()
        takes_port = command[-1] == "--port"
        log = folder / f"log-{self.port}"
        self.process = Process(folder.name, [*command, *([str(self.port)] if takes_port else [])], log, cwd=folder,
                               env={**environment, "PORT": str(self.port)})
        self.process.wait_until(lambda: listens(self.port))

    def answer(self, request: Recorded) -> tuple[int, str]:
        """Status and body of the response to these bytes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            connection.sendall(request.head + b"\r\nconnection: close\r\n\r\n" + request.body)
            received = b""
            while piece := connection.recv(65536):
                received += piece
        head, _, body = received.decode().partition("\r\n\r\n")
        return int(head.split(" ")[1]), body

    def stop(self) -> None:
        self.process.stop()
