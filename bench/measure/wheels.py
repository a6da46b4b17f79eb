"""Caddy, Traefik and Envoy: without and with a forward-auth check. One core, kept connections, no access log."""

import shutil
from pathlib import Path

from .processes import NotInstalled, Program, free_port

ROOT = Path(__file__).resolve().parents[2]
#: The pinned wheels, here or among the tools of the end-to-end tests.
FOLDERS = (ROOT / "bench" / ".venv" / "bin", ROOT / "tests" / "e2e" / ".venv" / "bin")


def tool(name: str) -> Path:
    """Finds a program. Raises NotInstalled."""
    for folder in FOLDERS:
        if (folder / name).is_file():
            return folder / name
    if found := shutil.which(name):
        return Path(found)
    raise NotInstalled(f"{name} is missing: run bench/install")


def caddy(home: Path, upstream: int, auth: int | None) -> tuple[Program, int]:
    port = free_port()
    ask = f"""forward_auth 127.0.0.1:{auth} {{
            uri /postern/auth/caddy
            copy_headers X-Auth-User X-Auth-Assertion
        }}""" if auth else ""
    config = home / f"Caddyfile-{port}"
    config.write_text(f"""
{{
    admin off
    persist_config off
    auto_https off
    default_bind 127.0.0.1
    log {{
        level ERROR
    }}
}}
http://:{port} {{
    route {{
        {ask}
        reverse_proxy 127.0.0.1:{upstream} {{
            transport http {{
                keepalive_idle_conns_per_host 64
            }}
        }}
    }}
}}
""")
    folders = {"XDG_DATA_HOME": str(home), "XDG_CONFIG_HOME": str(home), "GOMAXPROCS": "1"}
    return Program([tool("caddy"), "run", "--adapter", "caddyfile", "--config", config], home / f"caddy-{port}.log",
                   env=folders), port


def traefik(home: Path, upstream: int, auth: int | None) -> tuple[Program, int]:
    port = free_port()
    dynamic, static = home / f"dynamic-{port}.yml", home / f"traefik-{port}.yml"
    ask = f"""
  middlewares:
    ask:
      forwardAuth:
        address: "http://127.0.0.1:{auth}/postern/auth/traefik"
        authResponseHeaders: [X-Auth-User, X-Auth-Assertion]
""" if auth else ""
    dynamic.write_text(f"""
http:
  routers:
    app: {{ rule: "PathPrefix(`/`)", service: app{", middlewares: [ask]" if auth else ""} }}
  services:
    app: {{ loadBalancer: {{ servers: [{{ url: "http://127.0.0.1:{upstream}" }}] }} }}
{ask}""")
    static.write_text(f"""
entryPoints: {{ web: {{ address: "127.0.0.1:{port}" }} }}
providers: {{ file: {{ filename: "{dynamic}", watch: false }} }}
log: {{ level: ERROR }}
global: {{ checkNewVersion: false, sendAnonymousUsage: false }}
""")
    return Program([tool("traefik"), f"--configFile={static}"], home / f"traefik-{port}.log", env={"GOMAXPROCS": "1"}), port


def envoy(home: Path, upstream: int, auth: int | None) -> tuple[Program, int]:
    port = free_port()
    config = home / f"envoy-{port}.yaml"
    config.write_text(ENVOY.format(port=port, ask=ENVOY_ASKS if auth else "",
                                   clusters=cluster("app", upstream) + (cluster("auth", auth) if auth else "")))
    return Program([tool("envoy"), "--config-path", config, "--disable-hot-restart",
                    "--concurrency", "1", "--log-level", "error"], home / f"envoy-{port}.log"), port


def cluster(name: str, port: int) -> str:
    return f"""
    - name: {name}
      connect_timeout: 2s
      load_assignment:
        cluster_name: {name}
        endpoints:
          - lb_endpoints: [{{ endpoint: {{ address: {{ socket_address: {{ address: 127.0.0.1, port_value: {port} }} }} }} }}]"""


ENVOY = """
static_resources:
  listeners:
    - name: web
      address: {{ socket_address: {{ address: 127.0.0.1, port_value: {port} }} }}
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: web
                use_remote_address: true
                route_config:
                  virtual_hosts:
                    - name: app
                      domains: ["*"]
                      routes: [{{ match: {{ prefix: "/" }}, route: {{ cluster: app }} }}]
                http_filters:{ask}
                  - name: envoy.filters.http.router
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
  clusters:{clusters}
"""

ENVOY_ASKS = """
                  - name: envoy.filters.http.ext_authz
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz
                      http_service:
                        server_uri: { uri: "http://auth", cluster: auth, timeout: 2s }
                        path_prefix: /postern/auth/envoy
                        authorization_request:
                          headers_to_add: [{ key: x-forwarded-proto, value: http }]
                        authorization_response:
                          allowed_upstream_headers: { patterns: [{ exact: x-auth-user }, { exact: x-auth-assertion }] }
                      allowed_headers: { patterns: [{ exact: cookie }, { exact: x-forwarded-for }, { exact: accept }] }
"""
