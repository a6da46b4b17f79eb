use super::*;

#[test]
fn every_name_of_every_dialect_is_protected_in_every_spelling() {
    for name in X_AUTH.iter().chain(&REMOTE).chain(&OAUTH2_PROXY) {
        assert!(is_protected(name.as_str().as_bytes()), "{name}");
        for spelling in [
            name.as_str().to_uppercase(),
            name.as_str().replace('-', "_"),
            name.as_str().replace('-', "."),
            name.as_str().replacen('-', "_", 1),
            format!("{name}_"),
            format!("{name}."),
        ] {
            assert!(is_protected(spelling.to_lowercase().as_bytes()), "{spelling}");
        }
    }
}

#[test]
fn every_name_and_family_is_found() {
    for name in (b'a'..=b'z').flat_map(|letter| families(letter).iter().chain(singles(letter))) {
        let name = format!("{name}{}", if name.ends_with('-') { "x" } else { "" });
        assert!(is_protected(name.as_bytes()), "{name}");
    }
}

/// A separate list, so that a name that is deleted from the lists above is missed here.
#[test]
fn identity_headers_of_other_gateways_are_protected() {
    for name in [
        "cf-access-authenticated-user-email",
        "cf-access-jwt-assertion",
        "cf-connecting-ip",
        "fastly-client-ip",
        "forwarded",
        "oidc-claim-sub",
        "oidc-claim-email",
        "proxy",
        "proxy-authorization",
        "remote-user",
        "signature",
        "signature-input",
        "ssl-client-s-dn",
        "tailscale-user-login",
        "tailscale-user-name",
        "true-client-ip",
        "x-amzn-oidc-data",
        "x-amzn-oidc-identity",
        "x-auth",
        "x-auth-request-user",
        "x-authenticated-userid",
        "x-authentik-username",
        "x-client-cert",
        "x-client-ip",
        "x-cluster-client-ip",
        "x-consumer-username",
        "x-consumer-id",
        "x-credential-identifier",
        "x-forwarded-user",
        "x-forwarded-client-cert",
        "x-forwarded-prefix",
        "x-goog-authenticated-user-email",
        "x-goog-iap-jwt-assertion",
        "x-http-method",
        "x-http-method-override",
        "x-method-override",
        "x-ms-client-principal",
        "x-ms-client-principal-name",
        "x-ms-token-aad-id-token",
        "x-original-url",
        "x-pomerium-jwt-assertion",
        "x-postern-user",
        "x-real-ip",
        "x-remote-user",
        "x-rewrite-url",
        "x-ssl-client-s-dn",
        "x-ssl-client-verify",
        "x-userinfo",
        "x-vouch-user",
        "x-vouch-idp-claims-email",
        "x-webauth-user",
    ] {
        assert!(is_protected(name.as_bytes()), "{name}");
    }
}

/// Written out, so that a name which is taken off the lists above is missed.
#[test]
fn the_identity_headers_of_the_field_are_protected() {
    for name in [
        // Postern, oauth2-proxy, Authelia.
        "x-auth-user",
        "x-auth-email",
        "x-auth-name",
        "x-auth-groups",
        "x-auth-methods",
        "x-auth-time",
        "x-auth-assertion",
        "x-auth-redirect",
        "x-auth-gate",
        "x-auth",
        "x-auth-request-user",
        "x-auth-request-email",
        "x-auth-request-groups",
        "x-auth-request-preferred-username",
        "x-auth-request-access-token",
        "x-forwarded-user",
        "x-forwarded-email",
        "x-forwarded-groups",
        "x-forwarded-preferred-username",
        "x-forwarded-access-token",
        "gap-auth",
        "gap-signature",
        "remote-user",
        "remote-email",
        "remote-name",
        "remote-groups",
        "x-remote-user",
        "x-remote-groups",
        "x-postern-user",
        // Grafana, authentik, Pomerium, Google, Cloudflare.
        "x-webauth-user",
        "x-webauth-role",
        "x-authentik-username",
        "x-authentik-jwt",
        "x-pomerium-jwt-assertion",
        "x-pomerium-claim-email",
        "x-goog-iap-jwt-assertion",
        "x-goog-authenticated-user-email",
        "cf-access-jwt-assertion",
        "cf-access-authenticated-user-email",
        // mod_auth_openidc, Tailscale, Vouch, AWS, Azure, Kong, APISIX, Teleport, Ory, SiteMinder, Shibboleth.
        "oidc-claim-sub",
        "oidc-claim-email",
        "oidc-access-token",
        "tailscale-user-login",
        "tailscale-user-name",
        "tailscale-app-capabilities",
        "x-vouch-user",
        "x-vouch-idp-claims-email",
        "x-amzn-oidc-identity",
        "x-amzn-oidc-data",
        "x-amzn-oidc-accesstoken",
        "x-amzn-mtls-clientcert",
        "x-ms-client-principal",
        "x-ms-client-principal-name",
        "x-ms-client-principal-id",
        "x-ms-token-aad-id-token",
        "x-consumer-username",
        "x-consumer-id",
        "x-consumer-custom-id",
        "x-consumer-groups",
        "x-credential-identifier",
        "x-authenticated-userid",
        "x-authenticated-scope",
        "x-anonymous-consumer",
        "x-userinfo",
        "x-id-token",
        "teleport-jwt-assertion",
        "sm-user",
        "sm-universalid",
        "x-token-subject",
        "x-token-user-name",
        "x-token-user-email",
        "shib-session-id",
        // Client certificates.
        "x-ssl-client-s-dn",
        "x-ssl-client-cert",
        "x-ssl-client-verify",
        "x-ssl-cert",
        "ssl-client-cert",
        "ssl-client-s-dn",
        "x-client-cert",
        "x-client-certificate",
        "x-client-dn",
        "x-client-verify",
        "client-cert",
        "client-cert-chain",
        "x-forwarded-client-cert",
        "x-forwarded-tls-client-cert",
        "x-arr-clientcert",
        // Where a request comes from and what it is about.
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-forwarded-port",
        "x-forwarded-server",
        "x-forwarded-prefix",
        "x-forwarded-uri",
        "x-forwarded-method",
        "x-forwarded",
        "forwarded",
        "forwarded-for",
        "x-real-ip",
        "x-client-ip",
        "x-cluster-client-ip",
        "true-client-ip",
        "client-ip",
        "wl-proxy-client-ip",
        "cf-connecting-ip",
        "cf-connecting-ipv6",
        "fastly-client-ip",
        "x-host",
        "x-original-url",
        "x-original-method",
        "x-original-uri",
        "x-rewrite-url",
        "x-http-method",
        "x-http-method-override",
        "x-method-override",
        "proxy",
        "proxy-authorization",
        "proxy-authenticate",
        "signature",
        "signature-input",
    ] {
        assert!(is_protected(name.as_bytes()), "{name}");
        assert!(is_protected(name.replace('-', "_").as_bytes()) || !name.contains('-'), "{name} with underscores");
    }
}

#[test]
fn ordinary_headers_pass() {
    for name in [
        "accept",
        "accept-language",
        "authorization",
        "content-type",
        "alt-svc",
        "content-length",
        "cookie",
        "date",
        "expect",
        "host",
        "origin",
        "referer",
        "sec-fetch-mode",
        "signature-date",
        "user-agent",
        "x-requested-with",
        "x-csrf-token",
        "x-auth-token",
        "range",
        "x-api-key",
        "if-none-match",
        "cache-control",
        "set-cookie",
        "priority",
        "x-request-id",
        "traceparent",
    ] {
        assert!(!is_protected(name.as_bytes()), "{name}");
    }
}
