//! Which layer wins, secrets in files, and the environment of a NetPilot deployment.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use super::common::{MASTER, minimal, read, sources};
use postern_authn::rules::PathComparison;
use postern_config::{Address, HeaderDialect, load};
use postern_model::ExposeSecret;
use postern_model::access::Access;
use tempfile::TempDir;

#[test]
fn the_minimal_configuration_has_the_documented_defaults() {
    let config = read(&minimal(), &[], &[]).unwrap().config;
    assert_eq!(config.base_path, "/postern");
    assert_eq!(config.listen.address, Address::Tcp("127.0.0.1".to_owned(), 8080));
    assert_eq!(config.listen.management, Some(Address::Tcp("127.0.0.1".to_owned(), 9080)));
    assert_eq!(config.google.issuer.as_str(), "https://accounts.google.com/");
    assert_eq!(config.session.limits, postern_model::access::SessionLimits::default());
    assert_eq!(config.session.cookie, "postern");
    assert_eq!(config.session.revocation_bound, Duration::from_secs(10));
    assert_eq!(config.identity.dialects, [HeaderDialect::XAuth]);
    assert_eq!(config.limits.requests_per_address.map(|rate| rate.requests), Some(120));
    assert!(config.trusted_proxies.is_empty() && config.upstreams.is_empty() && config.netpilot.is_none());
    assert!(config.store.url.is_none() && config.store.migrate);
}

#[test]
fn the_command_line_beats_the_environment_beats_the_file() {
    let text = format!("base_path = '/file'\nstate_dir = '/file'\n{}", minimal());
    let environment = [("POSTERN_BASE_PATH", "/environment"), ("POSTERN_STATE_DIR", "/environment")];
    let config = read(&text, &environment, &[("base_path", "/line")]).unwrap().config;
    assert_eq!(config.base_path, "/line");
    assert_eq!(config.state_dir.to_str(), Some("/environment"));
}

#[test]
fn the_environment_alone_is_enough_and_its_text_becomes_the_right_type() {
    let environment = [
        ("POSTERN_PUBLIC_URL", "https://a.example"),
        ("POSTERN_GOOGLE__CLIENT_ID", "0123"),
        ("POSTERN_GOOGLE__CLIENT_SECRET", "12345"),
        ("POSTERN_ACCESS__ANYONE", "yes"),
        ("POSTERN_ACCESS__ADMINS", "ada@example.com, Bob@example.com"),
        ("POSTERN_KEYS__MASTER", MASTER),
        ("POSTERN_LISTEN__MAX_CONNECTIONS", "7"),
        ("POSTERN_TRUSTED_PROXIES", r#"["10.0.0.0/8", "192.0.2.1"]"#),
        ("POSTERN_UPSTREAM", r#"[{ name = "a", url = "http://127.0.0.1:5000" }]"#),
        ("POSTERN_ROUTE", r#"[{ path = "/x/*", access = "fresh(5m)", methods = ["GET"] }]"#),
        ("POSTERN_SERVICE_HOST", "10.96.0.1"),
        ("POSTERN_PORT_8080_TCP", "tcp://10.96.0.1:8080"),
        ("POSTERN_CONFIG", "/elsewhere"),
        ("HOME", "/root"),
    ];
    let config = load(&sources(None, &environment, &[])).unwrap().config;
    assert_eq!(config.google.client_id, "0123");
    assert_eq!(config.google.client_secret.expose_secret(), "12345");
    assert!(config.access.anyone);
    assert_eq!(config.access.admins, ["ada@example.com", "bob@example.com"]);
    assert_eq!(config.listen.max_connections, 7);
    assert_eq!(config.trusted_proxies.len(), 2);
    assert_eq!(config.upstreams[0].name, "a");
    assert_eq!(config.routes[0].access, Access::Fresh(Duration::from_secs(300)));
}

#[test]
fn secrets_come_from_files_without_their_newline() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("secret"), "from-a-file \n").unwrap();
    std::fs::write(path("master"), format!("{MASTER}\n")).unwrap();
    std::fs::write(path("empty"), "\n").unwrap();
    let text = minimal().replace("client_secret = \"canary-client-secret\"", "").replace("master = ", "#");
    let files = [("POSTERN_GOOGLE__CLIENT_SECRET_FILE", path("secret")), ("POSTERN_KEYS__MASTER_FILE", path("master"))];
    let files: Vec<(&str, &str)> = files.iter().map(|(name, path)| (*name, path.as_str())).collect();
    let config = read(&text, &files, &[]).unwrap().config;
    assert_eq!(config.google.client_secret.expose_secret(), "from-a-file ");

    for (file, what) in [(path("empty"), "is empty"), (path("none"), "cannot be read")] {
        let problems = read(&text, &[("POSTERN_GOOGLE__CLIENT_SECRET_FILE", &file), files[1]], &[]).unwrap_err();
        let told = problems.to_string();
        assert!(told.contains("google.client_secret_file (environment variable") && told.contains(what), "{told}");
        assert!(told.contains(&file), "{told}");
    }
}

#[test]
fn a_secret_on_the_command_line_is_refused() {
    let problems = read(&minimal(), &[], &[("google.client_secret", "canary-argument")]).unwrap_err().to_string();
    assert!(problems.contains("visible to every process") && problems.contains("client_secret_file"), "{problems}");
    assert!(!problems.contains("canary"), "{problems}");
}

#[test]
fn unwise_settings_are_warnings() {
    let text = format!("{}\n[session]\nidle = '2h'\nsecond_factor = '20h'", minimal());
    let warnings = read(&text, &[], &[]).unwrap().warnings;
    let keys: Vec<&str> = warnings.iter().map(|warning| warning.key.as_str()).collect();
    assert_eq!(keys, ["session.idle", "session.second_factor"]);
}

/// The comparisons, and the keys that are warned about.
fn compared(lines: &str) -> (Vec<PathComparison>, Vec<String>) {
    let loaded = read(&format!("{}\n{lines}", minimal()), &[], &[]).unwrap();
    (loaded.config.path_comparisons(), loaded.warnings.into_iter().map(|warning| warning.key).collect())
}

#[test]
fn how_a_backend_compares_paths_is_told_or_follows_from_its_framework() {
    const UPSTREAMS: &str = "[[upstream]]\nname = 'a'\nurl = 'http://127.0.0.1:1'\n[[upstream]]\nname = 'b'\nurl = \
                             'http://127.0.0.1:2'\n";
    let (exact, default, lenient) = (PathComparison::EXACT, PathComparison::default(), PathComparison::LENIENT);
    let case = PathComparison { ignore_case: true, ignore_trailing_slash: false };
    let express = "[[bridge]]\nkind = 'express'\nupstream = 'b'\nsecret = 'a-long-enough-secret-of-cookie-session'\n";
    for (lines, expected) in [
        (String::new(), vec![default]),
        ("[check]\npaths = ['case-insensitive', 'trailing-slash']".to_owned(), vec![lenient]),
        ("[check]\npaths = 'exact'".to_owned(), vec![exact]),
        (format!("{UPSTREAMS}paths = 'case-insensitive'"), vec![default, case]),
        (format!("{UPSTREAMS}[check]\npaths = ['exact']"), vec![exact, exact]),
        (format!("{UPSTREAMS}{express}"), vec![default, lenient]),
        (format!("{UPSTREAMS}paths = 'exact'\n{express}"), vec![default, exact]),
    ] {
        assert_eq!(compared(&lines).0, expected, "{lines}");
    }
}

#[test]
fn routes_that_another_spelling_walks_round_or_that_another_route_decides_are_warned_about() {
    let deny = "[[route]]\npath = '/admin/*'\naccess = 'deny'\n";
    let landing = "[[route]]\npath = '/app/*'\naccess = 'full'\n[[route]]\npath = '/app'\naccess = 'public'\n";
    for (lines, keys) in [
        (deny.to_owned(), &["check.paths"][..]),
        (format!("{deny}[check]\npaths = 'trailing-slash'"), &[]),
        (format!("{deny}[check]\npaths = 'case-insensitive'"), &[]),
        (landing.to_owned(), &["route[1].path"]),
        (format!("{landing}[check]\npaths = 'exact'"), &[]),
        ("[[route]]\npath = '/health'\naccess = 'public'".to_owned(), &[]),
    ] {
        assert_eq!(compared(&lines).1, keys, "{lines}");
    }
}

#[test]
fn encoded_characters_are_allowed_by_route_and_those_that_never_pass_are_warned_about() {
    let route = |path: &str, access: &str, encoded: &str| {
        format!("[[route]]\npath = '{path}'\naccess = '{access}'\nencoded = {encoded}\n")
    };
    let slash_and_hash = route("/npm/*", "full", "['%2F', '%23']");
    let loaded = read(&format!("{}\n{slash_and_hash}", minimal()), &[], &[]).unwrap();
    assert_eq!(loaded.config.routes[0].encoded.to_string(), "%2F, %23");
    assert!(loaded.config.routes[0].to_route(0, &[]).encoded == loaded.config.routes[0].encoded);

    let below = "[[route]]\npath = '/files/*'\naccess = 'public'\n";
    for (lines, keys) in [
        (slash_and_hash.clone(), &[][..]),
        (route("/projects/{id}/issues", "full", "['%2F']"), &[]),
        (route("/files/{name}", "public", "['%2f']"), &["route[0].encoded"]),
        (route("/files/{name}", "public", "['%5C']"), &["route[0].encoded"]),
        (route("/files/{name}", "public", "['%3B', '%3F']"), &[]),
        (route("/files/{name}/raw", "public", "['%3F']"), &["route[0].encoded"]),
        (format!("{}{below}", route("/files/{name}", "public", "['%2F']")), &[]),
    ] {
        let exact = format!("{lines}[check]\npaths = 'exact'");
        assert_eq!(compared(&exact).1, keys, "{lines}");
    }
}

#[test]
fn debug_output_holds_no_secret() {
    let environment = [
        ("POSTERN_STORE__URL", "postgres://u:canary-password@db/x"),
        ("POSTERN_LEGACY__PROFILE", "netpilot"),
        ("POSTERN_LEGACY__FLASK_SECRET_KEY", "canary-flask-key-0123456789"),
        ("POSTERN_LEGACY__TOTP_ENCRYPTION_KEY", "Y2FuYXJ5LWNhbmFyeS1jYW5hcnktY2FuYXJ5LTEyMzQ="),
    ];
    let loaded = read(&minimal(), &environment, &[]).unwrap();
    let debug = format!("{loaded:?}");
    for secret in ["canary", MASTER, "Y2FuYXJ5"] {
        assert!(!debug.contains(secret), "{debug}");
    }
}

/// An `.env` as the backend's documentation has it.
const ENV: &str = r#"
# NetPilot backend
GOOGLE_CLIENT_ID=backend-client
GOOGLE_CLIENT_SECRET="backend secret #1"
SECRET_KEY='0f8b6c1d2e3a4f5061728394a5b6c7d8'
FRONTEND_URL=https://dashboard.example.com/app
CORS_ORIGINS=http://localhost:5173,https://dashboard.example.com
export DB_HOST=db.example.com
DB_PORT=5433
DB_USERNAME=net pilot
DB_PASSWORD=p@$$/w:rd?#%
DB_NAME=netpilot
USE_HTTPS=true
SECURE_COOKIES=false
TOTP_ENCRYPTION_KEY=Y2FuYXJ5LWNhbmFyeS1jYW5hcnktY2FuYXJ5LTEyMzQ=
RATE_LIMITING_ENABLED=false
AUDIT_LOGGING_ENABLED=false
SESSION_2FA_TIMEOUT_HOURS=4
SERVER_PORT=5000
"#;

fn netpilot(env: &str, more: &str, environment: &[(&str, &str)]) -> Result<postern_config::Loaded, String> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(".env");
    std::fs::write(&path, env).unwrap();
    let text = format!(
        "public_url = 'http://localhost:8080'\n[access]\nanyone = true\n[keys]\nmaster = '{MASTER}'\n[legacy]\nprofile = \
         'netpilot'\nenv_file = '{}'\n{more}",
        path.display()
    );
    read(&text, environment, &[]).map_err(|problems| problems.to_string())
}

#[test]
fn routes_for_networks_want_somebody_who_tells_where_clients_are() {
    let warned = |lines: &str| {
        let route = "\n[[route]]\npath = '/office'\nnetworks = ['192.0.2.0/24']\naccess = 'public'";
        let loaded = read(&format!("{lines}\n{}{route}", minimal()), &[], &[]).unwrap();
        loaded.warnings.iter().any(|warning| warning.what.contains("trusted_proxies is empty"))
    };
    assert!(warned(""));
    for told in
        ["trusted_proxies = ['10.0.0.1']", "listen.proxy_protocol = ['10.0.0.1']", "listen.proxy_protocol = ['unix']"]
    {
        assert!(!warned(told), "{told}");
    }
}

#[test]
fn an_existing_env_file_is_taken_as_it_is() {
    let loaded = netpilot(ENV, "", &[]).unwrap();
    let config = loaded.config;
    assert_eq!(config.google.client_id, "backend-client");
    assert_eq!(config.google.client_secret.expose_secret(), "backend secret #1");
    assert_eq!(
        config.store.url.unwrap().expose_secret(),
        "postgresql://net%20pilot:p%40%24%24%2Fw%3Ard%3F%23%25@db.example.com:5433/netpilot"
    );
    let profile = config.netpilot.unwrap();
    assert_eq!(profile.frontend_url.as_str(), "https://dashboard.example.com/app");
    assert!(profile.flask.is_some() && profile.fernet.is_some());
    assert_eq!(config.cors_origins.len(), 2, "the dashboard is listed already");
    assert_eq!(config.session.limits.second_factor, Duration::from_secs(4 * 3600));
    assert!(config.limits.requests_per_address.is_none());
    assert_eq!(config.second_factor.issuer, "NetPilot");
    assert_eq!(config.identity.audience, "netpilot");
    let warned: Vec<String> = loaded.warnings.iter().map(|warning| warning.what.clone()).collect();
    assert!(warned.iter().any(|what| what.contains("USE_HTTPS")), "{warned:?}");
    assert!(warned.iter().any(|what| what.contains("always recorded")), "{warned:?}");
}

#[test]
fn our_own_settings_win_and_the_process_wins_over_the_env_file() {
    let more = "[google]\nclient_id = 'ours'\n[limits]\nrequests_per_address = '5/1s'";
    let environment = [("SESSION_2FA_TIMEOUT_HOURS", "2"), ("DB_NAME", "other")];
    let config = netpilot(ENV, more, &environment).unwrap().config;
    assert_eq!(config.google.client_id, "ours");
    assert_eq!(config.limits.requests_per_address.map(|rate| rate.requests), Some(5));
    assert_eq!(config.session.limits.second_factor, Duration::from_secs(2 * 3600));
    assert!(config.store.url.unwrap().expose_secret().ends_with("@db.example.com:5433/other"));
}

#[test]
fn a_secret_file_of_ours_replaces_the_env_file_s_secret() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("secret");
    std::fs::write(&path, "a-secret-of-ours").unwrap();
    let config = netpilot(ENV, &format!("[google]\nclient_secret_file = '{}'", path.display()), &[]).unwrap().config;
    assert_eq!(config.google.client_secret.expose_secret(), "a-secret-of-ours");
}

#[test]
fn problems_with_the_env_file_name_the_variable() {
    let env = ENV.replace("'0f8b6c1d2e3a4f5061728394a5b6c7d8'", "my-strong-secret-key");
    let told = netpilot(&env, "", &[]).unwrap_err();
    assert!(told.contains("legacy.flask_secret_key (environment variable SECRET_KEY): this is a well-known"), "{told}");
    let told = netpilot(&ENV.replace("HOURS=4", "HOURS=soon"), "", &[]).unwrap_err();
    assert!(told.contains("SESSION_2FA_TIMEOUT_HOURS: this is no number of hours"), "{told}");
    let told = netpilot("A=1\nGOOGLE_CLIENT_SECRET='canary secret\n", "", &[]).unwrap_err();
    assert!(told.contains("line 2 is not NAME=value") && !told.contains("canary"), "{told}");
}

#[test]
fn without_the_profile_the_backend_s_variables_mean_nothing() {
    let config = read(&minimal(), &[("GOOGLE_CLIENT_ID", "other"), ("SECRET_KEY", "x")], &[]).unwrap().config;
    assert_eq!(config.google.client_id, "client-1");
}

#[test]
fn limits_are_numbers_or_off_wherever_they_come_from() {
    let upstream = |name: &str, most: &str| {
        format!("[[upstream]]\nname = '{name}'\nurl = 'http://127.0.0.1:5000'\nmax_connections = {most}\n")
    };
    let upstreams = [upstream("a", "100"), upstream("b", "'off'")].concat();
    let text = format!("limits.connections_per_address = 7\n{}\n{upstreams}", minimal());
    let load = |environment: &[(&str, &str)]| read(&text, environment, &[]).unwrap().config;
    let config = load(&[]);
    assert_eq!(config.limits.connections_per_address, Some(7));
    assert_eq!(config.upstreams.iter().map(|upstream| upstream.max_connections).collect::<Vec<_>>(), [Some(100), None]);
    let from = |text| load(&[("POSTERN_LIMITS__CONNECTIONS_PER_ADDRESS", text)]).limits.connections_per_address;
    assert_eq!((from("9"), from("off"), from("")), (Some(9), None, Some(512)));
}

fn warned(text: &str, environment: &[(&str, &str)]) -> Vec<String> {
    read(text, environment, &[]).unwrap().warnings.iter().map(ToString::to_string).collect()
}

#[test]
fn a_variable_that_overrides_the_file_is_warned_about() {
    let text = format!("base_path = '/file'\nlisten.max_connections = 7\n{}", minimal());
    let environment = [("POSTERN_BASE_PATH", "/image"), ("POSTERN_LISTEN__MAX_CONNECTIONS", "7")];
    let told = warned(&text, &environment);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("base_path (environment variable POSTERN_BASE_PATH): this overrides"), "{told:?}");
    let secret = warned(&text, &[("POSTERN_GOOGLE__CLIENT_SECRET", "canary")]).join(" ");
    assert!(secret.contains("google.client_secret") && !secret.contains("canary"), "{secret}");
}

#[test]
fn a_secret_file_for_every_user_is_warned_about_and_its_byte_order_mark_dropped() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("secret");
    std::fs::write(&path, "\u{feff}from-a-file\r\n").unwrap();
    let text = minimal().replace("client_secret = \"canary-client-secret\"", "");
    let file = path.display().to_string();
    let environment = [("POSTERN_GOOGLE__CLIENT_SECRET_FILE", file.as_str())];
    for (mode, warns) in [(0o644, true), (0o640, false), (0o600, false)] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let told = warned(&text, &environment);
        assert_eq!(
            told.iter().any(|told| told.contains("read by every user") && told.contains("chmod")),
            warns,
            "{told:?}"
        );
    }
    let config = read(&text, &environment, &[]).unwrap().config;
    assert_eq!(config.google.client_secret.expose_secret(), "from-a-file");
}

#[test]
fn management_on_every_interface_is_warned_about() {
    for (address, warns) in [("0.0.0.0:9080", true), ("[::]:9080", true), ("10.0.0.1:9080", false), ("off", false)] {
        let told = warned(&format!("listen.management = '{address}'\n{}", minimal()), &[]);
        assert_eq!(told.iter().any(|told| told.contains("listen.management")), warns, "{address}: {told:?}");
    }
}
