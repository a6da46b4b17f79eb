"""The marked CHANGEs of each file for a load balancer at 127.0.0.1 that terminates TLS."""

ENVOY_APPEND = """                        # CHANGE behind a CDN or load balancer: without this.
                        - append:
                            append_action: OVERWRITE_IF_EXISTS_OR_ADD
                            header:
                              key: x-forwarded-for
                              value: "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%"
"""
BALANCED: dict[str, dict[str, str]] = {
    "nginx": {"# set_real_ip_from 192.0.2.0/24;": "set_real_ip_from 127.0.0.1;", "# real_ip_header": "real_ip_header",
              "# real_ip_recursive": "real_ip_recursive", "# 192.0.2.0/24 1;": "127.0.0.1 1;"},
    "traefik": {"trustedIPs: []": 'trustedIPs: ["127.0.0.1"]', "trustForwardHeader: false": "trustForwardHeader: true"},
    "caddy": {"# trusted_proxies static 192.0.2.0/24": "trusted_proxies static 127.0.0.1"},
    "envoy": {"xff_num_trusted_hops: 0": "xff_num_trusted_hops: 1", ENVOY_APPEND: "",
              'safe_regex: { regex: "x-forwarded-.*" }': 'safe_regex: { regex: "x-forwarded-(?:[^fp].*|f[^o].*|p[^r].*)" }'},
    "envoy-grpc": {"xff_num_trusted_hops: 0": "xff_num_trusted_hops: 1", ENVOY_APPEND: "",
                   'safe_regex: { regex: "x-forwarded[^A-Za-z0-9].*" }':
                       'safe_regex: { regex: "x-forwarded[^A-Za-z0-9](?:[^fp].*|f[^o].*|p[^r].*)" }'},
    "haproxy": {"acl balancer src 192.0.2.0/24": "acl balancer src 127.0.0.1"},
    "apache": {"# RemoteIPHeader ": "RemoteIPHeader ", "# RemoteIPTrustedProxy 192.0.2.0/24": "RemoteIPTrustedProxy 127.0.0.1",
               "RequestHeader set X-Forwarded-Proto expr=%{REQUEST_SCHEME}": "RequestHeader set X-Forwarded-Proto https"},
}
