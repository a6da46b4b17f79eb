//! Every bad input is told with its key, what is wrong with it, and what to write instead.

use super::common::{MASTER, minimal, read};

/// Line to add below the section (or replace in it), the key that is named, a piece of what is wrong, of the remedy.
const CASES: &[(&str, &str, &str, &str)] = &[
    ("public_url = ''", "public_url", "required and missing", "https://netpilot.example.com"),
    ("public_url = 'http://netpilot.example.com'", "public_url", "is not https", "localhost"),
    ("public_url = 'https://*.example.com'", "public_url", "is not where a browser could go", "the one host"),
    ("public_url = 'https://example.com:0'", "public_url", "is not where a browser could go", "and the port"),
    ("public_url = 'https://netpilot.example.com/app'", "public_url", "is no origin", "without a path"),
    ("[pages]\naccent = 'blue'", "pages.accent", "is no colour", "#0b3d91"),
    ("[pages]\naccent = '#3f8cff'", "pages.accent", "a contrast of 3.01:1", "a darker one, such as \"#"),
    ("[pages]\naccent = '#084c40'\naccent_dark = '#084c40'", "pages.accent_dark", "on dark pages", "a lighter one"),
    ("[pages]\naccent_dark = '#6ed3b6'", "pages.accent_dark", "no pages.accent", "pages.accent"),
    ("[pages]\nlogo = '/nowhere/logo.svg'", "pages.logo", "cannot be read", "8 KiB"),
    (
        concat!("[pages]\nlogo = '", env!("CARGO_MANIFEST_DIR"), "/../../Cargo.lock'"),
        "pages.logo",
        "larger than 8192",
        "8 KiB",
    ),
    ("[pages]\nlogo = '/dev/null'", "pages.logo", "neither an SVG nor a PNG", "8 KiB"),
    ("[pages]\nfooter = \"a\\nb\"", "pages.footer", "is no line to show", "200 bytes"),
    ("public_url = 7", "public_url", "is not a text", "quotes"),
    ("base_path = 'postern'", "base_path", "is no base path", "/postern"),
    ("base_path = '/'", "base_path", "is no base path", "/postern"),
    ("base_path = '/a/../b'", "base_path", "is no base path", "/postern"),
    ("trusted_proxies = ['10.0.0.0/33']", "trusted_proxies", "is no network", "10.0.0.0/8"),
    ("trusted_proxies = ['0.0.0.0/0']", "trusted_proxies", "trusts everybody", "list the addresses"),
    ("trusted_proxies = '10.0.0.1'", "trusted_proxies", "no list of texts", "[\"a\", \"b\"]"),
    ("google = 3", "google", "a section, not a value", "[google]"),
    ("publik_url = 'x'", "publik_url", "no such key", "did you mean public_url?"),
    ("client_id = 'x'", "client_id", "no such key", "did you mean google.client_id?"),
    ("[listen]\naddress = '8080'", "listen.address", "no address to listen on", "127.0.0.1:8080"),
    ("[listen]\naddress = '*:80'", "listen.address", "no address to listen on", "0.0.0.0:8080"),
    ("[listen]\nmanagement = '127.0.0.1:8080'", "listen.management", "same as listen.address", "\"off\""),
    ("[listen]\naddress = 'systemd:'", "listen.address", "no address to listen on", "systemd:name"),
    ("[listen]\next_authz = '127.0.0.1:9080'", "listen.ext_authz", "another listener", "of its own"),
    ("[listen]\nredirect = '127.0.0.1:8080'", "listen.redirect", "another listener", "of its own"),
    (
        "[listen]\next_authz = '0.0.0.0:80'\nredirect = '127.0.0.1:80'",
        "listen.redirect",
        "another listener",
        "of its own",
    ),
    (
        "[[upstream]]\nname = 'a'\nurl = 'http://localhost:8080'",
        "upstream[0].url",
        "listen.address is 127.0.0.1:8080",
        "backend",
    ),
    ("[[upstream]]\nname = 'a'\nurl = 'http://127.0.0.1:9080'", "upstream[0].url", "listen.management is", "backend"),
    ("[listen]\nacme_webroot = '/srv/acme'", "listen.acme_webroot", "nothing listens", "listen.redirect"),
    ("[listen]\nproxy_protocol = ['0.0.0.0/0']", "listen.proxy_protocol", "claim any address", "list the addresses"),
    ("[listen]\nproxy_protocol = ['any']", "listen.proxy_protocol", "is no network", "10.0.0.0/8"),
    ("[listen]\nreuse_port = 'perhaps'", "listen.reuse_port", "neither true nor false", "without quotes"),
    ("[listen]\nmax_connections = 0", "listen.max_connections", "in range", "from 1 to"),
    ("[limits]\nconnections_per_address = 0", "limits.connections_per_address", "in range", "from 1 to"),
    ("[limits]\nconnections_per_address = 'many'", "limits.connections_per_address", "no whole number", "\"off\""),
    ("[listen]\nmax_connections = 'many'", "listen.max_connections", "no whole number", "without quotes"),
    ("[listen]\nadress = 'x'", "listen.adress", "no such key", "did you mean listen.address?"),
    ("[google]\nissuer = 'http://accounts.example.com'", "google.issuer", "is not https", "this machine"),
    ("[google]\nissuer = 'accounts.google.com'", "google.issuer", "is no http or https URL", "https://host"),
    ("[google]\nissuer = 'https://a.example/?x'", "google.issuer", "query or fragment", "discovery document"),
    ("[google]\nclient_id = 'your_google_client_id_here'", "google.client_id", "placeholder", "Google Cloud Console"),
    ("[google]\nclient_id = ''", "google.client_id", "required and missing", "Google Cloud Console"),
    ("[google]\nclient_secret = ''", "google.client_secret", "required and missing", "client_secret_file"),
    ("[google]\nclient_secret = 'changeme'", "google.client_secret", "well-known default", "Google Cloud Console"),
    ("[google]\nclient_secret_file = '/x'", "google.client_secret", "both given", "keep one of"),
    ("[access]\ndomains = []", "access.anyone", "lets nobody sign in", "access.anyone = true"),
    ("[access]\ndomains = ['@example.com']", "access.domains", "is no domain", "without @"),
    ("[access]\nemails = ['ada']", "access.emails", "no e-mail address", "ada@example.com"),
    ("[access]\nemails = ['a@evil.com@example.com']", "access.emails", "no e-mail address", "ada@example.com"),
    ("[access]\nadmins = [1]", "access.admins", "no list of texts", "[\"a\", \"b\"]"),
    ("[access]\nanyone = 'perhaps'", "access.anyone", "neither true nor false", "without quotes"),
    ("[store]\nurl = 'mysql://a/b'", "store.url", "no PostgreSQL URL", "postgresql://"),
    ("[store]\nurl = 'postgres://u:p@a/b?sslrootcert=/none.pem'", "store.url", "sslrootcert: the file", "readable PEM"),
    (
        "[store]\nurl = 'postgres://u:p@a/b?sslrootcert=system&sslmode=prefer'",
        "store.url",
        "sslrootcert=system needs",
        "sslmode=verify-full",
    ),
    ("[store]\nurl = 'postgres://u:p@a/b?sslcert=/c.pem'", "store.url", "sslcert", "client certificates"),
    ("[store]\nurl = 'postgres://a,b/c?target_session_attrs=standby'", "store.url", "cannot be used", "read-write"),
    ("[store]\nurl = 'postgres://a/c?pool=1'", "store.url", "the parameter pool of this URL", "remove it"),
    ("[store]\nurl = 'postgres://u:p@[a/b'", "store.url", "no PostgreSQL URL", "percent-encoded"),
    ("[store]\nmigrate = 'yes'", "store.migrate", "neither auto nor off", "postern migrate"),
    ("[store]\npool_size = 0", "store.pool_size", "in range", "from 1 to"),
    ("[pages]\nsupport = 'mailto:help'", "pages.support", "no e-mail address", "mailto:help@example.com"),
    ("[pages]\nsupport = 'javascript:alert(1)'", "pages.support", "no http or https URL", "mailto:help@example.com"),
    ("[pages]\nsupport = 'http://help.example'", "pages.support", "neither an https URL", "mailto:help@example.com"),
    ("[pages]\nproduct = \"\\u202egpj.exe\"", "pages.product", "is no name to show", "bidirectional"),
    ("[pages]\nproduct = \"a\\u2066b\"", "pages.product", "is no name to show", "bidirectional"),
    ("[pages]\nproduct = '  '", "pages.product", "is no name to show", "64 bytes"),
    ("[pages]\nfooter = \"a\\u200fb\"", "pages.footer", "is no line to show", "200 bytes"),
    ("[pages]\nprivacy = 'mailto:a@b.example'", "pages.privacy", "no http or https URL", "https://host/path"),
    ("[keys]\nmaster = ''", "keys.master", "required and missing", "postern keys generate"),
    ("[keys]\nmaster = 'AAAA'", "keys.master", "has 3 bytes and needs 32", "postern keys generate"),
    ("[keys]\nmaster = '!!'", "keys.master", "not base64", "postern keys generate"),
    (
        "[keys]\nmaster = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='",
        "keys.master",
        "key is weak",
        "postern keys generate",
    ),
    ("[keys]\nmaster_command = ['echo', 'x']", "keys.master_command", "beside master", "keep one"),
    ("[keys]\nprevious = ['AAAA']", "keys.previous", "has 3 bytes", "postern keys generate"),
    ("[keys]\nprevious_files = ['/none']", "keys.previous_files", "/none cannot be read", "name a file"),
    ("[session]\nlifetime = '25h'", "session.lifetime", "24 hours at most", "24h"),
    ("[session]\nlifetime = '12'", "session.lifetime", "is no duration", "\"12h\""),
    ("[session]\nlifetime = 12", "session.lifetime", "is not a text", "quotes"),
    ("[session]\nidle = '13h'", "session.idle", "longer than session.lifetime", "shorter"),
    ("[session]\nfirst_factor = '13h'", "session.first_factor", "longer than session.lifetime", "shorter"),
    ("[session]\nrevocation_bound = '6m'", "session.revocation_bound", "five minutes", "at most \"5m\""),
    ("[session]\noutage_grace = '2h'", "session.outage_grace", "longer than an hour", "\"off\""),
    ("[session]\ncookie = '__Host-x'", "session.cookie", "has a prefix", "leave it out"),
    ("[session]\ncookie = 'a b'", "session.cookie", "no cookie name", "letters"),
    ("[second_factor]\npolicy = 'never'", "second_factor.policy", "is no policy", "per-user"),
    ("[second_factor]\nenrolment = 'closed'", "second_factor.enrolment", "is no policy", "ticket-after-reset"),
    ("[second_factor]\nticket_lifetime = '8d'", "second_factor.ticket_lifetime", "longer than a week", "7d"),
    ("[second_factor]\ntrusted_devices = '91d'", "second_factor.trusted_devices", "more than 90 days", "90d"),
    ("[second_factor]\ntrusted_devices = '59m'", "second_factor.trusted_devices", "less than an hour", "1h"),
    ("[second_factor]\ntrusted_devices = 'yes'", "second_factor.trusted_devices", "is no duration", "30d"),
    ("[second_factor]\nemail_codes = true", "second_factor.email_codes", "no usable [mail] section", "mail.url"),
    ("[second_factor]\nsms_codes = true", "second_factor.sms_codes", "no usable [sms] section", "sms.url"),
    ("[sms]\nurl = 'http://sms.example.com/'", "sms.url", "readable for everybody", "https://"),
    (
        "[sms]\nurl = 'https://ada:canary@sms.example.com/'",
        "sms.url",
        "has a user name or a password",
        "sms.token_file",
    ),
    ("[sms]\nurl = 'https://sms.example.com/'\ntimeout = '10h'", "sms.timeout", "too long", "1m"),
    ("[sms]\nurl = 'https://sms.example.com/#x'", "sms.url", "has a fragment", "https://"),
    ("[sms]\ntoken = 'a'", "sms.url", "sms.token is given, and no hook", "https://"),
    ("[sms]\nurl = 'https://sms.example.com/'\nheader = 'X-Key'", "sms.header", "there is none", "sms.token_file"),
    (
        "[sms]\nurl = 'https://sms.example.com/'\ntoken = 'a'\nheader = 'a b'",
        "sms.header",
        "no header name",
        "X-Api-Key",
    ),
    (
        "[sms]\nurl = 'https://sms.example.com/'\ntoken = 'a'\nheader = 'Host'",
        "sms.header",
        "another meaning",
        "X-Api-Key",
    ),
    (
        "[sms]\nurl = 'https://sms.example.com/'\ntoken = \"a\\nb\"",
        "sms.token",
        "cannot stand in a header",
        "on one line",
    ),
    ("[second_factor]\nissuer = 'a:b'", "second_factor.issuer", "cannot be a label", "without a colon"),
    ("[mail]\nurl = 'smtp://mail.example.com'", "mail.from", "required and missing", "Postern <postern@example.com>"),
    ("[mail]\nfrom = 'a@example.com'", "mail.url", "mail.from is given, and no server", "smtps://"),
    ("[mail]\nnotices = ['locked']", "mail.url", "mail.notices is given, and no server", "smtps://"),
    ("[mail]\nplaintext = true", "mail.url", "mail.plaintext is given, and no server", "smtps://"),
    ("[mail]\nreply_to = 'a@example.com'", "mail.url", "mail.reply_to is given, and no server", "smtps://"),
    ("[mail]\nretry_after = '5m'", "mail.url", "mail.retry_after is given, and no server", "smtps://"),
    ("[mail]\nurl = 'https://a'\nfrom = 'a@b.c'", "mail.url", "no URL of a mail server", "smtps://"),
    ("[mail]\nurl = 'smtp://a/x'\nfrom = 'a@b.c'", "mail.url", "no URL of a mail server", "smtps://"),
    ("[mail]\nurl = 'smtps://u:secret@a'\nfrom = 'a@b.c'", "mail.url", "holds the password", "password_file"),
    ("[mail]\nurl = 'smtps://u@a'\nfrom = 'a@b.c'", "mail.password", "there is no password", "password_file"),
    ("[mail]\nurl = 'smtps://a'\nfrom = 'a@b.c'\npassword = 'x'", "mail.url", "names no user", "%40"),
    (
        "[mail]\nurl = 'smtp+plaintext://10.0.0.1'\nfrom = 'a@b.c'",
        "mail.url",
        "readable for everybody",
        "plaintext = true",
    ),
    ("[mail]\nurl = 'smtps://a'\nfrom = 'nobody'", "mail.from", "is no mail address", "postern@example.com"),
    ("[mail]\nurl = 'smtps://a'\nfrom = 'a@b.c'\nnotices = ['all']", "mail.notices", "no kind of mail", "factor-added"),
    ("[[upstream]]\nurl = 'http://a'", "upstream[0].name", "required and missing", "name ="),
    ("[[upstream]]\nname = 'a'", "upstream[0].url", "required and missing", "url ="),
    ("[[upstream]]\nname = 'a'\nurl = 'http://a/x'", "upstream[0].url", "more than an origin", "host and port only"),
    ("[[upstream]]\nname = 'a'\nurl = 'ftp://a'", "upstream[0].url", "no http or https URL", "https://host"),
    (
        "[[upstream]]\nname = 'a'\nurl = 'http://a'\n[[upstream]]\nname = 'a'\nurl = 'http://b'",
        "upstream[1].name",
        "name of an earlier upstream",
        "of its own",
    ),
    ("[upstream]\nname = 'a'", "upstream", "no list of tables", "[[upstream]]"),
    ("[[route]]\naccess = 'public'", "route[0].path", "required and missing", "/below/*"),
    ("[[route]]\npath = '/x'", "route[0].access", "required and missing", "first-factor"),
    ("[[route]]\npath = 'x'\naccess = 'full'", "route[0].path", "is no path", "/assets/*"),
    ("[[route]]\npath = '/a*'\naccess = 'full'", "route[0].path", "is no path", "/assets/*"),
    ("[[route]]\npath = '/a/../b'\naccess = 'full'", "route[0].path", "is no path", "/assets/*"),
    ("[[route]]\npath = '/a'\naccess = 'open'", "route[0].access", "is no access level", "fresh(5m)"),
    (
        "[[route]]\npath = '/a'\naccess = 'full'\nfactor = 'passkey'",
        "route[0].factor",
        "is no kind of second factor",
        "phishing-resistant",
    ),
    (
        "[[route]]\npath = '/a'\naccess = 'first-factor'\nfactor = 'phishing-resistant'",
        "route[0].factor",
        "asks nobody for a second factor",
        "second-factor",
    ),
    (
        "[passkeys]\nrelying_party = 'passkeys.example.net'\n[[route]]\npath = '/a'\naccess = 'full'\nhost = 'b.example.net'",
        "passkeys.relying_party",
        "no other host of the gateway",
        "the host of a [[route]]",
    ),
    (
        "[passkeys]\nenabled = false\n[[route]]\npath = '/a'\naccess = 'full'\nfactor = 'phishing-resistant'",
        "route[0].factor",
        "passkeys are off",
        "passkeys.enabled = true",
    ),
    (
        "[[route]]\npath = '/a'\naccess = 'full'\nbinding = 'tpm'",
        "route[0].binding",
        "is nothing that a session can be bound to",
        "any or device",
    ),
    (
        "[[route]]\npath = '/a'\naccess = 'first-factor'\nbinding = 'device'",
        "route[0].binding",
        "asks nobody for a second factor",
        "second-factor",
    ),
    (
        "[[route]]\npath = '/a'\naccess = 'full'\nbinding = 'device'",
        "route[0].binding",
        "nobody could pass",
        "session.device_binding = \"offer\"",
    ),
    ("[session]\ndevice_binding = 'always'", "session.device_binding", "is no way to bind sessions", "\"offer\""),
    ("[session]\ndevice_proof = '2h'", "session.device_proof", "good for long", "\"10m\""),
    (
        "[session]\ndevice_binding = 'offer'\n[[route]]\npath = '/a'\naccess = 'full'\nhost = 'b.example.net'",
        "session.device_binding",
        "one host only",
        "\"off\"",
    ),
    (
        "[session]\ndevice_binding = 'offer'\nsame_site = 'none'",
        "session.device_binding",
        "not sent by other sites",
        "\"off\"",
    ),
    (
        "[[route]]\npath = '/a'\naccess = 'full'\nupstream = 'x'",
        "route[0].upstream",
        "no upstream \"x\"",
        "[[upstream]]",
    ),
    ("[check]\npaths = 'lenient'", "check.paths", "no way to compare paths", "case-insensitive"),
    ("[check]\npaths = ['exact', 'trailing-slash']", "check.paths", "stands beside", "alone"),
    (
        "[[route]]\npath = '/a'\naccess = 'full'\ncross_site = 'yes'",
        "route[0].cross_site",
        "\"yes\"",
        "refuse or allow",
    ),
    (
        "[[route]]\npath = '/a'\naccess = 'public'\nkeep_posts = true",
        "route[0].keep_posts",
        "no form to keep",
        "the form is sent to",
    ),
    (
        "[[route]]\npath = '/a'\naccess = 'first-factor'\nkeep_posts = true",
        "route[0].keep_posts",
        "after the second factor",
        "the form is sent to",
    ),
    (
        "[[route]]\npath = '/a'\naccess = 'full'\nmethods = ['GET']\nkeep_posts = true",
        "route[0].keep_posts",
        "takes no POST",
        "the form is sent to",
    ),
    (
        "[[route]]\npath = '/a'\naccess = 'full'\nkeep_posts = 'maybe'",
        "route[0].keep_posts",
        "neither true nor false",
        "without quotes",
    ),
    (
        "[[route]]\npath = '/a'\naccess = 'full'\nencoded = ['%2F', '%2E']",
        "route[0].encoded",
        "\"%2E\" is no encoded character to allow",
        "write those of %2F, %23, %3F, %3B and %5C",
    ),
    ("[[route]]\npath = '/a'\naccess = 'full'\nencoded = ['/']", "route[0].encoded", "\"/\" is no encoded", "%2F"),
    ("[[route]]\npath = '/a'\naccess = 'full'\nmethods = ['get']", "route[0].methods", "is no method", "in capitals"),
    ("[[route]]\npath = '/a'\naccess = 'full'\nhost = 'a/b'", "route[0].host", "is no host", "app.example.com"),
    ("[[route]]\npath = '/a'\nacces = 'full'", "route[0].acces", "no such key", "did you mean route.access?"),
    ("[identity]\ndialects = ['headers']", "identity.dialects", "is no dialect", "oauth2-proxy"),
    ("[identity]\nalso_remove = ['X_User']", "identity.also_remove", "is no name of a header", "X-Corp-*"),
    ("[identity]\nalso_remove = ['Co*']", "identity.also_remove", "would remove cookie", "remove it"),
    (
        "[identity]\nsignature_algorithm = 'ed25519'\nsignature_key_id = 'k1'",
        "identity.signature_key_id",
        "only with a key",
        "identity.signature_key_file",
    ),
    (
        "[identity]\nsignature_key = 'canary'",
        "identity.signature_algorithm",
        "required with a signature key",
        "ed25519",
    ),
    (
        "[identity]\nsignature_algorithm = 'rsa'\nsignature_key = 'canary'",
        "identity.signature_algorithm",
        "is no algorithm",
        "hmac-sha256",
    ),
    (
        "[identity]\nsignature_algorithm = 'hmac-sha256'\nsignature_key = 'Y2FuYXJ5'",
        "identity.signature_key",
        "6 bytes and needs at least 32",
        "openssl rand -base64 32",
    ),
    (
        "[identity]\nsignature_algorithm = 'hmac-sha256'\nsignature_key = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='",
        "identity.signature_key",
        "weak",
        "openssl rand -base64 32",
    ),
    (
        "[identity]\nsignature_algorithm = 'ed25519'\nsignature_key_file = '/dev/null'",
        "identity.signature_key_file",
        "is empty",
        "name a file",
    ),
    (
        "[identity]\nsignature_algorithm = 'ed25519'\nsignature_key = 'Y2FuYXJ5'",
        "identity.signature_key",
        "neither an Ed25519 key",
        "openssl genpkey",
    ),
    (
        "[identity]\nsignature_algorithm = 'hmac-sha256'\nsignature_key_id = 'a \"b'\n\
         signature_key = 'pJ6vL0o1xkW7dQ9mTt2yZ3b8uRrC4nEeHhGgKkXwB5s='",
        "identity.signature_key_id",
        "without quotes",
        "postern-1",
    ),
    ("[legacy]\nprofile = 'flask'", "legacy.profile", "is no profile", "netpilot"),
    ("[legacy]\nfrontend_url = 'http://a'", "legacy.frontend_url", "only with the NetPilot profile", "legacy.profile"),
    (
        "[legacy]\nprofile = 'netpilot'\nfrontend_url = 'x'",
        "legacy.frontend_url",
        "no http or https URL",
        "https://host",
    ),
    (
        "[legacy]\nprofile = 'netpilot'\nflask_secret_key = 'my-strong-secret-key'",
        "legacy.flask_secret_key",
        "well-known default",
        "openssl rand -hex 32",
    ),
    (
        "upstream = []\n[legacy]\nprofile = 'netpilot'\nflask_secret_key = '0f8b6c1d2e3a4f5061728394a5b6c7d8'\n\
         [check]\ncookies = false",
        "check.cookies",
        "the backend answers 401",
        "[[upstream]]",
    ),
    (
        "upstream = []\n[legacy]\nprofile = 'netpilot'\nflask_secret_key = '0f8b6c1d2e3a4f5061728394a5b6c7d8'\n\
         [compat]\nauthelia = true",
        "legacy.flask_secret_key",
        "[compat] carry no backend session",
        "deploy/",
    ),
    (
        "[legacy]\nprofile = 'netpilot'\nflask_secret_key = 'short-one'",
        "legacy.flask_secret_key",
        "shorter than 16 bytes",
        "openssl rand -hex 32",
    ),
    (
        "[legacy]\nprofile = 'netpilot'\ntotp_encryption_key = 'x'",
        "legacy.totp_encryption_key",
        "no Fernet key",
        "44 characters",
    ),
    ("[legacy]\nprofile = 'netpilot'\nenv_file = '/none/.env'", "legacy.env_file", "cannot be read", "name the .env"),
    ("[cors]\norigins = ['*']", "cors.origins", "any page", "list the origins"),
    ("[cors]\norigins = ['https://a.example/']", "cors.origins", "", ""),
    ("[cors]\norigins = ['a.example']", "cors.origins", "is no origin", "scheme and host"),
    ("[listen]\nshutdown_delay = '1000d'", "listen.shutdown_delay", "too long", "1h"),
    ("[limits]\nrequests_per_address = '120'", "limits.requests_per_address", "is no rate", "120/1m"),
    ("[limits]\nrequests_per_address = '0/1m'", "limits.requests_per_address", "is no rate", "\"off\""),
    ("[log]\nlevel = 'loud'", "log.level", "no log filter", "debug"),
    ("[log]\nlevel = ' , '", "log.level", "no log filter", "debug"),
    ("[log]\nformat = 'xml'", "log.format", "no log format", "json"),
    ("[log]\nretention = 'forever'", "log.retention", "is no duration", "\"12h\""),
    ("[loging]\nlevel = 'info'", "loging", "no such key", "did you mean log"),
];

/// Puts the lines of a case into the minimal configuration, in place of a key of the same name.
fn spoil(lines: &str) -> String {
    let (section, body) = match lines.split_once('\n') {
        Some((header, body)) if header.starts_with('[') && !header.starts_with("[[") => (Some(header), body),
        _ => (None, lines),
    };
    let key = body.split('=').next().unwrap().trim();
    let minimal = minimal();
    if lines.starts_with("[[") {
        return format!("{minimal}\n{lines}");
    }
    let kept: Vec<&str> = minimal.lines().map(str::trim).collect();
    let mut text = String::new();
    let mut within: Option<&str> = None;
    let mut placed = false;
    if section.is_none() {
        text.push_str(body);
        text.push('\n');
    }
    for line in kept {
        if line.starts_with('[') {
            within = Some(line);
        }
        let same_place = within == section;
        let replaced = same_place && line.split('=').next().map(str::trim) == Some(key);
        // A section given as a value cannot stand beside the section.
        let clash = section.is_none() && within == Some(format!("[{key}]").as_str());
        if !replaced && !clash {
            text.push_str(line);
            text.push('\n');
        }
        if section.is_some() && line == section.unwrap() {
            text.push_str(body);
            text.push('\n');
            placed = true;
        }
    }
    if section.is_some() && !placed {
        text.push_str(lines);
    }
    text
}

#[test]
fn every_bad_value_is_named_and_comes_with_a_remedy() {
    for (lines, key, what, remedy) in CASES {
        let text = spoil(lines);
        let Err(problems) = read(&text, &[], &[]) else {
            assert!(what.is_empty(), "accepted: {lines}");
            continue;
        };
        let found = problems.0.iter().find(|problem| problem.key == *key && problem.what.contains(what));
        let found = found.unwrap_or_else(|| panic!("{lines}\n{problems}"));
        assert!(found.remedy.contains(remedy), "{lines}\n{problems}");
        assert!(!what.is_empty(), "refused: {lines}\n{problems}");
        assert!(!problems.to_string().contains(MASTER), "{problems}");
        assert!(!problems.to_string().contains("canary"), "{problems}");
    }
}

#[test]
fn a_command_that_gives_no_key_is_named_and_its_output_is_not() {
    let without = minimal().replace("master = ", "#");
    for (command, what) in [
        ("['/none/program']", "/none/program cannot be run"),
        ("['false']", "false failed (exit status: 1)"),
        ("['true']", "true printed nothing"),
        ("['echo', 'canary']", "this is not base64"),
        ("['head', '-c', '60', '/dev/zero']", "this is not base64"),
    ] {
        let told = read(&format!("{without}master_command = {command}"), &[], &[]).unwrap_err().to_string();
        assert!(told.contains("keys.master_command (") && told.contains(what), "{told}");
        assert!(!told.contains("canary"), "{told}");
    }
    assert!(read(&format!("{without}master_command = ['echo', '{MASTER}']"), &[], &[]).is_ok());
}

#[test]
fn what_cannot_be_read_is_not_told_of_as_missing_too() {
    let access = minimal().replace("domains = [\"example.com\"]", "emails = ['ada']");
    let route = minimal() + "[[route]]\npath = '/a'\naccess = 'full'\nemails = ['ada']";
    let sms = minimal() + "[sms]\nurl = 'ftp://x'\n[second_factor]\nsms_codes = true";
    for (text, key) in [(access, "access.emails"), (route, "route[0].emails"), (sms, "sms.url")] {
        let problems = read(&text, &[], &[]).unwrap_err();
        let keys: Vec<&str> = problems.0.iter().map(|problem| problem.key.as_str()).collect();
        assert_eq!(keys, [key], "{problems}");
    }
}

#[test]
fn files_that_never_end_are_refused() {
    let without = minimal().replace("master = ", "#");
    let told = read(&format!("{without}master_file = '/dev/zero'"), &[], &[]).unwrap_err().to_string();
    assert!(told.contains("keys.master_file") && told.contains("larger than 4 MiB"), "{told}");
}

#[test]
fn every_problem_is_told_at_once() {
    let text = "base_path = 'x'\n[session]\nlifetime = 1\n[google]\nclient_di = 'a'\n";
    let problems = read(text, &[], &[]).unwrap_err();
    let keys: Vec<&str> = problems.0.iter().map(|problem| problem.key.as_str()).collect();
    for key in [
        "public_url",
        "base_path",
        "google.client_id",
        "google.client_secret",
        "google.client_di",
        "access.anyone",
        "keys.master",
        "session.lifetime",
    ] {
        assert!(keys.contains(&key), "{key}: {keys:?}");
    }
    assert!(problems.to_string().starts_with("the configuration has 8 problems:\n"), "{problems}");
}

#[test]
fn the_place_of_a_value_is_named() {
    let problems =
        read(&format!("base_path = 'x'\n{}", minimal()), &[("POSTERN_LOG__FORMAT", "xml")], &[]).unwrap_err();
    let text = problems.to_string();
    assert!(text.contains("postern.toml): \"x\" is no base path"), "{text}");
    assert!(text.contains("log.format (environment variable POSTERN_LOG__FORMAT): \"xml\""), "{text}");
    let problems = read(&minimal(), &[("POSTERN_GOOGLE_CLIENT_ID", "a")], &[("log.formt", "json")]).unwrap_err();
    let text = problems.to_string();
    assert!(text.contains("google_client_id (environment variable POSTERN_GOOGLE_CLIENT_ID)"), "{text}");
    assert!(text.contains("did you mean google.client_id (POSTERN_GOOGLE__CLIENT_ID)?"), "{text}");
    assert!(text.contains("log.formt (--set): there is no such key"), "{text}");
}

#[test]
fn a_syntax_error_names_the_line_and_quotes_nothing() {
    let problems = read("public_url = 'https://a.example'\nmaster = 'canary-secret\n", &[], &[]).unwrap_err();
    let text = problems.to_string();
    assert!(text.contains("this is not TOML at line 2"), "{text}");
    assert!(!text.contains("canary"), "{text}");
}

#[test]
fn a_missing_file_is_named() {
    let problems =
        postern_config::load(&super::common::sources(Some("/none/postern.toml".into()), &[], &[])).unwrap_err();
    let text = problems.to_string();
    assert!(text.contains("/none/postern.toml") && text.contains("--config FILE"), "{text}");
}

#[test]
fn control_characters_in_a_value_do_not_reach_the_terminal() {
    let problems = read(&format!("base_path = \"\\u001b[31m\"\n{}", minimal()), &[], &[]).unwrap_err();
    assert!(!problems.to_string().contains('\u{1b}'));
}

#[test]
fn every_problem_of_one_route_is_told() {
    let route = "[[route]]\npath = 'x'\naccess = 'open'\nupstream = 'none'\nmethods = ['get']";
    let told = read(&format!("{}\n{route}", minimal()), &[], &[]).unwrap_err().to_string();
    for key in ["route[0].path", "route[0].access", "route[0].upstream", "route[0].methods"] {
        assert!(told.contains(key), "{key}\n{told}");
    }
}
