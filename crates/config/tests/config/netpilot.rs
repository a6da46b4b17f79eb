//! The database, the session key and the origins of a NetPilot deployment, with the backend's own defaults.

use super::common::{MASTER, read};
use postern_config::Config;
use postern_model::ExposeSecret;

const SECRET: (&str, &str) = ("SECRET_KEY", "0f8b6c1d2e3a4f5061728394a5b6c7d8");

/// Loads the profile with these variables; `more` is added to the file.
fn load(environment: &[(&str, &str)], more: &str) -> Result<(Config, Vec<String>), String> {
    let google = [("GOOGLE_CLIENT_ID", "id"), ("GOOGLE_CLIENT_SECRET", "a-client-secret-of-google")];
    let text =
        format!("public_url = 'http://localhost:8080'\n{more}\n[access]\nanyone = true\n[keys]\nmaster = '{MASTER}'\n");
    let profile = [("POSTERN_LEGACY__PROFILE", "netpilot")];
    let loaded = read(&text, &[&google[..], &profile[..], environment].concat(), &[]);
    let loaded = loaded.map_err(|problems| problems.to_string())?;
    Ok((loaded.config, loaded.warnings.into_iter().map(|warning| warning.to_string()).collect()))
}

fn store(environment: &[(&str, &str)], more: &str) -> Result<Option<String>, String> {
    let (config, _) = load(&[&[SECRET], environment].concat(), more)?;
    Ok(config.store.url.map(|url| url.expose_secret().to_owned()))
}

#[test]
fn a_dialog_that_offers_to_skip_what_is_required_is_warned_of() {
    for (challenge, policy, warned) in [
        ("dashboard", "required", true),
        ("dashboard", "per-user", false),
        ("pages", "required", false),
        ("pages", "per-user", false),
    ] {
        let more =
            format!("store.url = 'sqlite'\nlegacy.second_factor = '{challenge}'\nsecond_factor.policy = '{policy}'");
        let (_, warnings) = load(&[SECRET], &more).unwrap();
        let found = warnings.iter().any(|warning| warning.contains("Skip for now") && warning.contains("\"pages\""));
        assert_eq!(found, warned, "{challenge} {policy}: {warnings:?}");
    }
}

#[test]
fn the_backend_s_defaults_complete_its_database() {
    let url = store(&[("DB_HOST", "db"), ("DB_PASSWORD", "p")], "").unwrap();
    assert_eq!(url.as_deref(), Some("postgresql://netpilot%5Fuser:p@db:5432/netpilot%5Fdb"));
}

#[test]
fn credentials_are_read_as_sqlalchemy_reads_them_in_the_backend_s_url() {
    for (password, read) in [
        ("p%40ss%2Fword", "p%40ss%2Fword"),
        ("100%", "100%25"),
        ("50%zz", "50%25zz"),
        ("a+b c", "a%2Bb%20c"),
        ("#$!&?", "%23%24%21%26%3F"),
    ] {
        let url = store(&[("DB_HOST", "db"), ("DB_USERNAME", "net%40pilot"), ("DB_PASSWORD", password)], "").unwrap();
        assert_eq!(url, Some(format!("postgresql://net%40pilot:{read}@db:5432/netpilot%5Fdb")), "{password}");
    }
}

#[test]
fn a_missing_database_is_an_error_that_names_db_host() {
    for environment in [&[("DB_PASSWORD", "canary")][..], &[], &[("DB_NAME", "x"), ("DATABASE_URL", "postgres://h/x")]]
    {
        let told = store(environment, "").unwrap_err();
        assert!(told.contains("environment variable DB_HOST: DB_HOST is not set"), "{told}");
        assert!(told.contains("set DB_HOST") && !told.contains("canary"), "{told}");
    }
    assert_eq!(store(&[], "store.url = 'sqlite'").unwrap(), None, "spelled out");
    assert!(store(&[], "store.url = 'postgres://u:p@h/d'").unwrap().is_some());
    let several = "postgresql://u:p@a:5432,b:5433/d?target_session_attrs=read-write";
    assert_eq!(store(&[], &format!("store.url = '{several}'")).unwrap().as_deref(), Some(several));
}

#[test]
fn a_database_url_must_name_the_backend_s_database() {
    let parts = [("DB_HOST", "db"), ("DB_PASSWORD", "used"), ("DB_PORT", "5433")];
    let with = |url| store(&[&parts[..], &[("DATABASE_URL", url)]].concat(), "");
    for other in [
        "postgresql://u:canary@other:5433/netpilot_db",
        "postgresql://u:canary@db/netpilot_db",
        "postgresql+psycopg2://u:canary@db:5433/other",
    ] {
        let told = with(other).unwrap_err();
        assert!(told.contains("environment variable DATABASE_URL: database mismatch"), "{told}");
        assert!(told.contains("\"netpilot_db\" on db:5433") && !told.contains("canary"), "{told}");
    }
    let same = with("postgresql://u:ignored@DB:5433/netpilot_db?sslmode=require").unwrap().unwrap();
    assert_eq!(same, "postgresql://netpilot%5Fuser:used@db:5433/netpilot%5Fdb?sslmode=require");

    let (config, warnings) = load(&[SECRET, ("DATABASE_URL", "postgresql+psycopg2://u:p@h/d")], "").unwrap();
    assert_eq!(config.store.url.unwrap().expose_secret(), "postgresql://u:p@h/d");
    assert!(warnings.iter().any(|warning| warning.contains("ignores this URL")), "{warnings:?}");
}

#[test]
fn a_port_that_is_none_is_an_error_that_names_db_port() {
    for port in ["5433x", "0", "65536", "-1", "5432,5433"] {
        let told = store(&[("DB_HOST", "db"), ("DB_PASSWORD", "canary"), ("DB_PORT", port)], "").unwrap_err();
        assert!(told.contains(&format!("environment variable DB_PORT: \"{port}\" is no port")), "{told}");
        assert!(told.contains("from 1 to 65535") && !told.contains("canary"), "{told}");
    }
}

#[test]
fn a_flag_that_is_neither_true_nor_false_is_told() {
    let database = [SECRET, ("DB_HOST", "db")];
    for (name, holds) in [
        ("RATE_LIMITING_ENABLED", "the rate limit stays on"),
        ("AUDIT_LOGGING_ENABLED", "are recorded"),
        ("USE_HTTPS", "cookies follow public_url"),
        ("SECURE_COOKIES", "cookies follow public_url"),
    ] {
        let warned = |value| {
            let (config, warnings) = load(&[&database[..], &[(name, value)]].concat(), "").unwrap();
            (config.limits.requests_per_address.is_some(), warnings.join("\n"))
        };
        let (limited, warnings) = warned("maybe");
        let told = format!("environment variable {name}: \"maybe\" is neither true nor false, and is ignored: ");
        assert!(limited && warnings.contains(&told) && warnings.contains(holds), "{warnings}");
        assert!(!warned("TRUE").1.contains("neither"));
    }
}

#[test]
fn a_missing_session_key_is_an_error_unless_spelled_out() {
    let database = [("DB_HOST", "db")];
    let told = load(&database, "").unwrap_err();
    assert!(told.contains("legacy.flask_secret_key: SECRET_KEY is not set"), "{told}");
    let (config, _) = load(&database, "[legacy]\nflask_session = false").unwrap();
    assert!(config.netpilot.unwrap().flask.is_none());
    let (config, _) = load(&[database[0], SECRET], "[legacy]\nflask_session = false").unwrap();
    assert!(config.netpilot.unwrap().flask.is_none(), "our own setting wins");
}

#[test]
fn a_published_session_key_is_refused() {
    for key in [
        "CHANGE_ME_IN_PRODUCTION_use_openssl_rand_hex_32",
        "your_secret_key_here",
        "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",
    ] {
        let told = load(&[("DB_HOST", "db"), ("SECRET_KEY", key)], "").unwrap_err();
        assert!(told.contains("environment variable SECRET_KEY): this is a well-known default"), "{told}");
        assert!(!told.contains(key), "{told}");
    }
}

#[test]
fn the_dashboard_and_the_backend_s_default_origins_may_call_the_api() {
    let origins = |environment: &[(&str, &str)], more: &str| -> Vec<String> {
        let (config, _) = load(&[&[SECRET, ("DB_HOST", "db")], environment].concat(), more).unwrap();
        config.cors_origins.iter().map(ToString::to_string).collect()
    };
    let defaults = ["http://localhost:3000", "http://localhost:5173"];
    assert_eq!(origins(&[], ""), defaults);
    let frontend = ("FRONTEND_URL", "https://app.example.com/dashboard");
    assert_eq!(origins(&[frontend], ""), [&defaults[..], &["https://app.example.com"]].concat());
    let own = ("CORS_ORIGINS", "https://b.example.com");
    assert_eq!(origins(&[frontend, own], ""), ["https://b.example.com", "https://app.example.com"]);
    let ours = "cors.origins = ['https://c.example.com']";
    assert_eq!(origins(&[frontend, own], ours), ["https://c.example.com", "https://app.example.com"]);
}

#[test]
fn a_flask_session_that_no_proxy_can_carry_is_refused() {
    let loaded = |more: &str| load(&[SECRET, ("DB_HOST", "db")], more);
    assert!(loaded("").unwrap().0.check_cookies, "checks over HTTP carry it by themselves");
    assert!(!loaded("legacy.flask_session = false").unwrap().0.check_cookies);
    for (nothing, key) in
        [("check.cookies = false", "check.cookies"), ("compat.authelia = true", "legacy.flask_secret_key")]
    {
        let told = loaded(nothing).unwrap_err();
        assert!(told.contains(key) && told.contains("the backend answers 401"), "{told}");
        for otherwise in [
            "listen.ext_authz = '127.0.0.1:9191'",
            "legacy.flask_session = false",
            "upstream = [{ name = 'app', url = 'http://127.0.0.1:5000' }]",
        ] {
            loaded(&format!("{nothing}\n{otherwise}")).unwrap();
        }
    }
}
