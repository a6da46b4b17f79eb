//! `postern check`: validates, connects without changing anything, and prints a summary of the configuration.

use std::sync::Arc;
use std::time::Duration;

use postern_authn::Authn;
use postern_authn::sign_in::SignIn;
use postern_keystore::SessionCookie;
use postern_model::clock::Clock;
use postern_model::entropy::Entropy;
use postern_model::store::{Store, StoreError};
use serde_json::{Value, json};

use super::context::block_on;
use super::error::CommandError;
use super::output::{Output, table};
use super::reachability;
use super::settings::Settings;
use super::summary::Summary;
use crate::from_config::rules;
use crate::guide_import::GuideImport;
use crate::listeners::tls_files;
use crate::oidc_http_client::ProviderClient;
use crate::signing;
use crate::storage::Storage;
use crate::system::{SystemClock, SystemEntropy};
use postern_config::{CertificateFiles, Config};
use postern_listener::tls::Credentials;

/// Longest wait for the store or the provider.
const PATIENCE: Duration = Duration::from_secs(15);

const NO_NOTICES: &str = "store.url leads to a connection pooler, through which changes by other replicas are noticed within \
                          session.revocation_bound only, and migrations are refused: set store.listen_url to a direct connection";

/// Runs the check. The exit code names the first failure in this order: configuration, store, provider.
pub(super) fn run(settings: &Settings, output: &mut Output<'_>, offline: bool) -> Result<(), CommandError> {
    let loaded = settings.load()?;
    let config = &loaded.config;
    let file = settings.file().map_or_else(|| "none; environment only".to_owned(), |path| path.display().to_string());
    let summary = Summary::of(config, file);
    let (store, provider, mut findings) = match offline {
        true => (None, None, Vec::new()),
        false => block_on(async {
            let (store, provider, mut findings, mail, sms) = tokio::join!(
                check_store(config),
                check_provider(config),
                reachability::upstreams(config),
                reachability::mail(config),
                reachability::sms(config)
            );
            findings.extend(mail.into_iter().chain(sms));
            Ok((Some(store), Some(provider), findings))
        })?,
    };
    if !offline {
        findings.splice(0..0, reachability::listeners(config));
        findings.push(reachability::descriptors(config));
    }
    let certificate = config.listen.tls.as_ref().map(|files| check_certificate(files, config));
    let warnings: Vec<Value> = loaded.warnings.iter().map(|warning| json!(warning.to_string())).collect();
    let shown = json!({
        "configuration": summary.to_json(),
        "warnings": warnings,
        "store": store.as_ref().map(result_json),
        "provider": provider.as_ref().map(result_json),
        "certificate": certificate.as_ref().map(result_json),
        "reachability": findings.iter().map(|finding| match &finding.state {
            Ok(detail) => json!({ "what": finding.what, "ok": true, "detail": detail }),
            Err(detail) => json!({ "what": finding.what, "ok": false, "detail": detail }),
        }).collect::<Vec<_>>(),
    });
    output.show(&shown, |to| {
        summary.write(to)?;
        let row = |name: &str, checked: &Option<Result<String, CommandError>>| {
            let text = match checked {
                None => "not checked".to_owned(),
                Some(Ok(text)) => format!("ok: {text}"),
                Some(Err(failure)) => format!("PROBLEM: {failure}"),
            };
            vec![name.to_owned(), text]
        };
        writeln!(to)?;
        let mut rows = vec![row("store", &store), row("provider", &provider)];
        rows.extend(certificate.is_some().then(|| row("certificate", &certificate)));
        rows.extend(findings.iter().map(|finding| {
            let state = match &finding.state {
                Ok(detail) => format!("ok: {detail}"),
                Err(detail) => format!("WARNING: {detail}"),
            };
            vec![finding.what.clone(), state]
        }));
        table(to, &["CONNECTION", "STATE"], &rows)?;
        for warning in &loaded.warnings {
            writeln!(to, "\nwarning: {warning}")?;
        }
        Ok(())
    })?;
    certificate.transpose()?;
    store.transpose()?;
    provider.transpose()?;
    Ok(())
}

fn result_json(checked: &Result<String, CommandError>) -> Value {
    match checked {
        Ok(text) => json!({ "ok": true, "detail": text }),
        Err(failure) => json!({ "ok": false, "detail": failure.to_string() }),
    }
}

/// Checks whether browsers would accept the certificate.
fn check_certificate(files: &CertificateFiles, config: &Config) -> Result<String, CommandError> {
    let host = config.public_url.host();
    let read = Credentials::read(&tls_files(files), host, SystemClock.now());
    let read = read.map_err(|error| CommandError::Failed(format!("listen.tls: {error}")))?;
    let fits = if read.covers_host() {
        format!("is for {host}")
    } else {
        format!("is NOT for {host}, so that browsers will refuse it")
    };
    Ok(format!("{fits}; expires {}", read.expires()))
}

/// Connects to the store without changing anything.
pub(super) async fn check_store(config: &Config) -> Result<String, CommandError> {
    if !Storage::is_there(config) {
        Storage::may_be_made(config)?;
        return Ok(format!("SQLite; serve makes it in {}", config.state_dir.display()));
    }
    let late = |_| CommandError::Store(format!("the store does not answer within {} s", PATIENCE.as_secs()));
    tokio::time::timeout(PATIENCE, look_into_store(config)).await.map_err(late)?
}

async fn look_into_store(config: &Config) -> Result<String, CommandError> {
    let entropy = Arc::new(SystemEntropy::default());
    let storage = Storage::open(config, entropy)?;
    let store = storage.port();
    match store.ready().await {
        Err(StoreError::Schema(_)) if config.store.migrate => {
            storage.may_migrate().await?;
            return Ok(format!("{} answers; serve brings its schema up to date", storage.name()));
        }
        ready => ready?,
    }
    let concerns = store.concerns().await?;
    if !concerns.is_empty() {
        return Err(StoreError::Unsuitable(concerns.join("; ")).into());
    }
    let keys = signing::open_all(store.as_ref(), &config.keys.keyring).await?;
    let keys = if keys == 1 { "1 signing key opens".to_owned() } else { format!("{keys} signing keys open") };
    let state = format!("{}, schema up to date, {keys} under the master key", storage.name());
    let state = match without_passkeys(config, store.as_ref()).await? {
        Some(warning) => format!("{state}; warning: {warning}"),
        None => state,
    };
    let state = match storage.hears_no_notices() {
        true => format!("{state}; warning: {NO_NOTICES}"),
        false => state,
    };
    let (clock, entropy): (Arc<dyn Clock>, Arc<dyn Entropy>) =
        (Arc::new(SystemClock), Arc::new(SystemEntropy::default()));
    match GuideImport::of(config, &store, &clock, &entropy).waiting().await? {
        Some(waiting) if waiting.is_stuck() => Ok(format!("{state}; warning: {waiting}")),
        Some(waiting) => Ok(format!("{state}; {waiting}")),
        None => Ok(state),
    }
}

/// Warns of accounts that have nothing but backup codes left while passkeys are switched off.
async fn without_passkeys(config: &Config, store: &dyn Store) -> Result<Option<String>, StoreError> {
    if config.passkeys.is_some() {
        return Ok(None);
    }
    let factors = store.all_factors().await?;
    let have = match factors.iter().filter(|(_, factors)| !factors.has_app()).count() {
        0 => return Ok(None),
        1 => "1 account has".to_owned(),
        more => format!("{more} accounts have"),
    };
    Ok(Some(format!(
        "passkeys are switched off, and {have} no authenticator app: only backup codes are left to sign in with; switch passkeys on \
         (passkeys.enabled, and a public_url with a name), or reset them (postern users reset EMAIL --ticket)"
    )))
}

/// Reads the provider's discovery document and keys.
pub(super) async fn check_provider(config: &Config) -> Result<String, CommandError> {
    let issuer = &config.google.issuer;
    let failed = |why: String| {
        CommandError::Provider(format!(
            "{issuer} cannot be used: {why}; check google.issuer and that it can be reached"
        ))
    };
    let client = ProviderClient::for_issuer(&config.google).map_err(|error| failed(error.to_string()))?;
    let cookie = SessionCookie::new(&config.session.cookie, config.public_url.is_https());
    let cookie = cookie.map_err(|error| failed(error.to_string()))?;
    // A probe does not use the store, so an empty one in memory takes its place.
    let entropy: Arc<SystemEntropy> = Arc::new(SystemEntropy::default());
    let store = Storage::in_memory(Arc::clone(&entropy) as _)?.port();
    let keyring = Arc::clone(&config.keys.keyring);
    let authn = Arc::new(Authn::new(store, keyring, Arc::new(SystemClock), entropy, rules::settings(config)));
    let site = Arc::new(rules::site(config));
    let sign_in = SignIn::new(authn, site, rules::provider(config), rules::access(config), cookie, Arc::new(client));
    sign_in.probe().await.map_err(|error| failed(error.to_string()))?;
    Ok(format!("{} describes itself as expected", rules::provider_name(config)))
}
