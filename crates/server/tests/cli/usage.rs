//! Wrong usage, wrong configuration, and what check says.

use super::program::Program;

#[test]
fn wrong_usage_is_2_and_help_is_0() {
    let program = Program::new();
    assert_eq!(program.run(&["frobnicate"]).code, 2);
    assert_eq!(program.run(&[]).code, 2);
    assert_eq!(program.run(&["check", "--set", "novalue"]).code, 2);
    let help = program.run(&["--help"]);
    assert_eq!(help.code, 0);
    assert!(help.out.contains("Exit codes: 0 success"), "{}", help.out);
    assert!(program.run(&["--version"]).out.starts_with("postern "));
}

#[test]
fn a_wrong_configuration_is_3_for_every_command() {
    let program = Program::new();
    program.configure("base_path = 'x'");
    for command in [&["check"][..], &["serve"], &["migrate"], &["users", "list"], &["keys", "status"]] {
        let ran = program.run(command);
        assert_eq!(ran.code, 3, "{command:?}: {}", ran.err);
        assert!(ran.err.contains("base_path (postern.toml): \"x\" is no base path"), "{}", ran.err);
    }
}

#[test]
fn a_missing_master_key_says_how_to_make_one() {
    let program = Program::new();
    std::fs::remove_file(program.path("master")).unwrap();
    let ran = program.run_with(&["serve"], &[("POSTERN_KEYS__MASTER_FILE", "")]);
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("keys.master: this is required and missing"), "{}", ran.err);
    assert!(ran.err.contains("postern keys generate"), "{}", ran.err);
}

#[test]
fn the_file_is_found_by_option_variable_and_place() {
    let program = Program::new();
    std::fs::rename(program.path("postern.toml"), program.path("other.toml")).unwrap();
    assert_eq!(program.run(&["check", "--offline"]).code, 3);
    assert_eq!(program.run(&["check", "--offline", "--config", "other.toml"]).code, 0);
    assert_eq!(program.run_with(&["check", "--offline"], &[("POSTERN_CONFIG", "other.toml")]).code, 0);
    let missing = program.run(&["check", "--config", "none.toml"]);
    assert!(missing.code == 3 && missing.err.contains("none.toml: the configuration file cannot be read"));
}

#[test]
fn check_prints_what_the_gateway_would_do() {
    let program = Program::new();
    let lines = "upstream = [{ name = 'app', url = 'http://127.0.0.1:5000' }]\n\
                 route = [{ path = '/assets/*', access = 'public', methods = ['GET'] }, { path = '/x', access = 'fresh(5m)' },\n\
                 { path = '/y', access = 'fresh(1h)', factor = 'phishing-resistant' }]";
    program.configure(lines);
    let ran = program.run(&["check", "--offline"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for piece in [
        "public address",
        "redirect URI to register",
        "http://localhost:8080/postern/callback",
        "every account with a verified address",
        "sign-out and revocation take effect within  10s",
        "/assets/*        any   GET      public                         app",
        "/x               any   any      fresh(5m)                      app",
        "/y               any   any      fresh(1h), phishing-resistant  app",
        "everything else  any   any      full                           app",
        "provider    not checked",
    ] {
        assert!(ran.out.contains(piece), "{piece}\n{}", ran.out);
    }
    let json = program.run(&["check", "--offline", "--json"]);
    let value: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(value["configuration"]["routes"][1]["access"], "fresh(5m)");
    assert_eq!(value["configuration"]["settings"]["cookie"], "postern");
}

#[test]
fn check_tells_whether_codes_are_sent_by_mail() {
    let program = Program::new();
    let mail =
        "second_factor.email_codes = true\nmail.url = 'smtp+plaintext://127.0.0.1:9'\nmail.from = 'a@example.com'";
    for (lines, told) in [("", "off"), (mail, "for users who switch them on, beside another factor")] {
        program.configure(lines);
        let ran = program.run(&["check", "--offline", "--json"]);
        let value: serde_json::Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err));
        assert_eq!(value["configuration"]["settings"]["codes_by_mail"], told);
    }
}

#[test]
fn check_says_what_cannot_be_reached_and_changes_nothing() {
    let program = Program::new();
    let ran = program.run(&["check"]);
    assert_eq!(ran.code, 5, "{}", ran.err);
    assert!(ran.out.contains("ok: SQLite; serve makes it in"), "{}", ran.out);
    assert!(ran.err.contains("http://127.0.0.1:9/ cannot be used"), "{}", ran.err);
    assert!(!program.path("state").exists());
    let environment = [("POSTERN_STORE__URL", "postgres://u:canary-password@127.0.0.1:9/x?sslmode=disable")];
    let ran = program.run_with(&["check"], &environment);
    assert_eq!(ran.code, 4, "{}", ran.err);
    assert!(ran.err.contains("check store.url"), "{}", ran.err);
}

#[test]
fn a_completion_script_is_printed() {
    let ran = Program::new().run(&["completions", "bash"]);
    assert!(ran.code == 0 && ran.out.contains("_postern()"));
}

#[test]
fn the_demonstration_says_what_to_build_where_it_is_missing() {
    let program = Program::new();
    let alone = program.path("postern");
    std::fs::copy(env!("CARGO_BIN_EXE_postern"), &alone).unwrap();
    let output = std::process::Command::new(&alone).arg("demo").env_clear().output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(err.contains("cargo build -p postern-demo"), "{err}");
}

#[test]
fn check_explains_the_deciding_route_and_what_each_session_gets() {
    let program = Program::new();
    let lines = "upstream = [{ name = 'app', url = 'http://127.0.0.1:5000' }]\n\
                 route = [{ path = '/assets/*', access = 'public', methods = ['GET'] }, { path = '/x', access = 'fresh(5m)' },\n\
                 { path = '/y', access = 'fresh(1h)', factor = 'phishing-resistant' }]";
    program.configure(lines);
    let explain = |method: &str, url: &str| {
        let ran = program.run(&["check", "--explain", method, url]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        ran.out
    };
    for (method, url, pieces) in [
        ("GET", "http://localhost:8080/assets/a.js?x", &["route[0], /assets/*", "public", "app", "passes"][..]),
        (
            "POST",
            "http://localhost:8080/assets/a.js",
            &["the default applies", "full", "401 SIGN_IN_REQUIRED: must sign in", "method"],
        ),
        (
            "GET",
            "http://localhost:8080/x",
            &["route[1], /x", "fresh(300s)", "route[0]       /assets/*  path", "the second 300s ago", "again"],
        ),
        (
            "GET",
            "http://localhost:8080/y",
            &[
                "route[2], /y",
                "phishing-resistant",
                "the second a code      401 PASSKEY_REQUIRED: must verify with a passkey",
                "the second a passkey   passes",
                "the passkey 3600s ago  401 PASSKEY_REQUIRED: must verify with a passkey",
            ],
        ),
        ("GET", "http://localhost:8080", &["the default applies"]),
        ("GET", "http://evil.example/x", &["421"]),
        ("GET", "http://localhost:8080/a/../x", &["400", "dot segment"]),
        ("GET", "http://localhost:8080/assets//a", &["public"]),
        ("GET", "http://localhost:8080/x;y", &["400", "match different routes"]),
        ("delete", "http://localhost:8080/x", &["405", "capital letters"]),
        ("GET", "http://localhost:8080/postern/verify", &["the gateway itself answers"]),
    ] {
        let out = explain(method, url);
        for piece in pieces {
            assert!(out.contains(piece), "{method} {url} should tell {piece:?}: {out}");
        }
    }
    let json: serde_json::Value =
        serde_json::from_str(&program.run(&["--json", "check", "--explain", "GET", "http://localhost:8080/x"]).out)
            .unwrap();
    assert_eq!(json["access"], "fresh(300s)");
    let wrong = program.run(&["check", "--explain", "GET", "localhost/x"]);
    assert!(wrong.code == 1 && wrong.err.contains("write https://host/path"), "{}", wrong.err);
}

#[test]
fn a_route_that_never_decides_is_warned_about() {
    let program = Program::new();
    program.configure("route = [{ path = '/a/*', access = 'full' }, { path = '/a/b', access = 'public' }]");
    let ran = program.run(&["check", "--offline"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("route[1].path: route[0] (/a/*) comes first"), "{}", ran.out);
}

#[test]
fn a_weaker_route_and_a_network_without_trusted_proxies_are_warned_about() {
    let program = Program::new();
    program.configure(
        "route = [{ path = '/api/*', methods = ['GET'], access = 'public' }, { path = '/api/admin/{x}', access = 'full' \
         }, { path = '/metrics', networks = ['10.0.0.0/8'], access = 'public' }]",
    );
    let ran = program.run(&["check", "--offline"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for piece in [
        "route[1].path: route[0] (/api/*) comes first, takes a part of its requests, and demands public where this one \
         demands full",
        "put this route before route[0]",
        "route[2].path: trusted_proxies is empty, so a proxy in front would count as the client",
        "/metrics         any   any      public  -         clients in 10.0.0.0/8",
    ] {
        assert!(ran.out.contains(piece), "{piece}\n{}", ran.out);
    }
}

#[test]
fn a_list_of_people_stands_where_people_are_known_and_names_somebody() {
    let program = Program::new();
    for (route, told) in [
        (
            "access = 'public', groups = ['ops']",
            "route[0].groups (postern.toml): a public route asks nobody who they are",
        ),
        (
            "access = 'deny', emails = ['a@example.com']",
            "route[0].emails (postern.toml): this route is closed to everybody",
        ),
        ("access = 'full', groups = []", "route[0].groups (postern.toml): this lists nobody"),
        ("access = 'full', users = ['ada@example.com']", "is no user's identifier"),
        ("access = 'full', domains = ['@example.com']", "\"@example.com\" is no domain"),
        ("access = 'full', networks = ['0.0.0.0/0']", "is every client"),
        ("access = 'full', host = '*.com'", "one label is free, and two at least are given"),
        ("access = 'full', host = 'a.example', hosts = ['b.example']", "host and hosts are both given"),
        ("access = 'full', group = ['ops']", "did you mean route.groups?"),
    ] {
        program.configure(&format!("route = [{{ path = '/x', {route} }}]"));
        let ran = program.run(&["check", "--offline"]);
        assert!(ran.code == 3 && ran.err.contains(told), "{route} should be told {told:?}: {}", ran.err);
    }
}

#[test]
fn check_explains_hosts_networks_and_people() {
    let program = Program::new();
    program.configure(
        "trusted_proxies = ['127.0.0.1']\nroute = [{ path = '/metrics', networks = ['10.0.0.0/8'], access = 'public' }, \
         { path = '/{t}/admin/*', hosts = ['*.apps.example'], access = 'second-factor', groups = ['ops'] }]",
    );
    let explain = |arguments: &[&str]| {
        let ran = program.run(&[&["--json", "check", "--explain", "GET"], arguments].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        serde_json::from_str::<serde_json::Value>(&ran.out).unwrap()
    };
    let told = explain(&["http://localhost:8080/metrics", "--from", "10.1.2.3"]);
    assert_eq!(told["route"], "route[0], /metrics");
    let told = explain(&["http://localhost:8080/metrics"]);
    assert_eq!(told["earlier_routes"][0]["differs_in"], "network");
    assert_eq!(told["earlier_routes"][1]["differs_in"], "host");
    let told = explain(&["http://a.apps.example/acme/admin/x"]);
    assert_eq!(told["allowed_users"], "groups [ops]; other users get 403");
    let sessions = &told["sessions"];
    assert_eq!(sessions[1]["session"], "first factor");
    let pending = sessions[1]["answer"].as_str().unwrap();
    assert!(pending.starts_with("401 SECOND_FACTOR_REQUIRED") && pending.contains("ENROLMENT_REQUIRED"), "{pending}");
    assert_eq!(sessions[2]["answer"], "passes");
    assert!(explain(&["http://a.b.apps.example/"])["every_client"].as_str().unwrap().starts_with("421"));
    assert_eq!(program.run(&["check", "--as", "ada@example.com"]).code, 2);
}

#[test]
fn check_explains_that_the_backend_s_back_door_stays_shut_in_every_reading() {
    let program = Program::new();
    program.configure("legacy = { profile = 'netpilot', flask_session = false }\nstore = { url = 'sqlite' }");
    for path in ["/dev/create-session/1", "/dev;x/create-session/1"] {
        let ran = program.run(&["check", "--explain", "GET", &format!("http://localhost:8080{path}")]);
        assert!(ran.code == 0 && ran.out.contains("404"), "{path}: {}{}", ran.out, ran.err);
    }
}

#[test]
fn problems_of_a_configuration_are_json_too() {
    let program = Program::new();
    program.configure("public_ulr = 'x'\nroute = [{ path = 'x', access = 'open', upstream = 'none' }]");
    let ran = program.run(&["check", "--offline", "--json"]);
    assert_eq!(ran.code, 3);
    let told: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let keys: Vec<&str> = told["problems"].as_array().unwrap().iter().map(|one| one["key"].as_str().unwrap()).collect();
    for key in ["public_ulr", "route[0].path", "route[0].access", "route[0].upstream"] {
        assert!(keys.contains(&key), "{key} {keys:?}");
    }
    assert!(told["problems"][0]["remedy"].is_string());
}

#[test]
fn check_tells_of_a_state_directory_that_can_hold_no_store() {
    let program = Program::new();
    let folder = program.path("state");
    std::fs::write(&folder, "a file").unwrap();
    for command in ["check", "migrate"] {
        let ran = program.run(&[command]);
        assert!(ran.err.contains(&format!("state_dir {}", folder.display())), "{}{}", ran.out, ran.err);
        assert!(!ran.err.contains("check store.url"), "{}", ran.err);
    }
}

#[test]
fn check_tells_of_sockets_that_cannot_be_made() {
    let program = Program::new();
    let file = program.path("file");
    std::fs::write(&file, "").unwrap();
    let long = program.path(&"x".repeat(120));
    for (path, told) in [
        ("/nope/x.sock".to_owned(), "its folder is not there"),
        (file.display().to_string(), "it is no socket"),
        (long.display().to_string(), "longer than the 107 bytes"),
    ] {
        program.configure(&format!("listen = {{ address = 'unix:{path}', management = 'off' }}"));
        let ran = program.run(&["check"]);
        assert!(ran.out.contains(told), "{told}\n{}{}", ran.out, ran.err);
    }
}

#[test]
fn check_tells_of_a_port_in_use_and_a_dead_upstream() {
    let program = Program::new();
    let listeners = [(); 3].map(|()| std::net::TcpListener::bind("127.0.0.1:0").unwrap());
    let [port, live, gone] = listeners.each_ref().map(|listener| listener.local_addr().unwrap().port());
    let [_taken, _live, dead] = listeners;
    drop(dead);
    program.configure(&format!(
        "listen = {{ address = '127.0.0.1:{port}', management = 'off' }}\n\
         upstream = [{{ name = 'app', url = 'http://127.0.0.1:{gone}' }}, {{ name = 'live', url = 'http://127.0.0.1:{live}' }}]"
    ));
    let ran = program.run(&["check"]);
    for piece in [
        format!("WARNING: 127.0.0.1:{port} is in use"),
        format!("WARNING: cannot connect to http://127.0.0.1:{gone}"),
        format!("ok: http://127.0.0.1:{live} accepts connections"),
    ] {
        assert!(ran.out.contains(&piece), "{piece}\n{}{}", ran.out, ran.err);
    }
}
