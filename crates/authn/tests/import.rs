//! Users of the guide's backend keep their authenticators and their unused backup codes.

#![cfg(test)]

mod support;

use data_encoding::HEXLOWER;
use postern_authn::factors::FactorError;
use postern_keystore::FernetKey;
use postern_model::SecretString;
use postern_model::clock::Clock;
use postern_model::factor::{SecondFactor, StoredFactors};
use postern_model::id::UserId;
use postern_model::session::Caller;
use postern_model::store::{FactorStore, SessionStore};
use ring::digest::{SHA256, digest};
use support::World;
use totp_rs::{Builder, Secret};

const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

/// A user whose row in `user_2fa_settings` is as the guide's backend leaves it: the secret under Fernet, one code
/// hashed with its dash (the guide) and one without (newer builds).
async fn legacy_user() -> (World, FernetKey, UserId) {
    let world = World::new().await;
    let view = world.sign_in().await.view;
    let offer = world.authn.begin_enrolment(&view, None, &Caller::default()).await.unwrap();
    let secret = Secret::try_from_base32(postern_model::ExposeSecret::expose_secret(&offer.secret_base32)).unwrap();
    let code = Builder::new().with_secret(secret).build().unwrap().generate(world.clock.now().unix_time());
    world.authn.confirm_enrolment(&view, None, &code.to_string(), &Caller::default()).await.unwrap();

    let key = fernet::Fernet::generate_key();
    let hex = |text: &str| HEXLOWER.encode(digest(&SHA256, text.as_bytes()).as_ref());
    let ours = world.store.factors(view.user.id).await.unwrap().unwrap();
    let legacy = StoredFactors {
        totp_secret: fernet::Fernet::new(&key).unwrap().encrypt(SECRET.as_bytes()),
        last_step: ours.last_step,
        backup_codes: vec![hex("A1B2-C3D4"), hex("E5F60718")],
    };
    assert!(world.store.reseal(view.user.id, &ours, &legacy).await.unwrap());
    (world, FernetKey::parse(&SecretString::from(key)).unwrap(), view.user.id)
}

#[tokio::test]
async fn an_imported_authenticator_and_both_kinds_of_backup_code_work() {
    let (world, key, user) = legacy_user().await;
    let report = world.authn.import_netpilot(&key).await.unwrap();
    assert_eq!((report.imported, report.unchanged, report.unreadable), (1, 0, 0));
    let stored = world.store.factors(user).await.unwrap().unwrap();
    assert!(!stored.totp_secret.starts_with("gAAAA"), "Fernet is gone");
    assert!(stored.backup_codes.iter().all(|code| code.len() != 64), "bare SHA-256 is gone");

    world.clock.advance(std::time::Duration::from_secs(60));
    let view = world.sign_in().await.view;
    let secret = Secret::try_from_base32(SECRET).unwrap();
    let code = Builder::new().with_secret(secret).build().unwrap().generate(world.clock.now().unix_time());
    let mut view =
        world.authn.verify(&view, SecondFactor::Totp, &code.to_string(), &Caller::default()).await.unwrap().view;
    for code in ["a1b2c3d4", "E5F6-0718"] {
        view = world.authn.verify(&view, SecondFactor::Backup, code, &Caller::default()).await.unwrap().view;
    }
    assert_eq!(view.factors.backup_codes_left, 0);
}

#[tokio::test]
async fn importing_again_changes_nothing_and_revives_nothing() {
    let (world, key, user) = legacy_user().await;
    world.authn.import_netpilot(&key).await.unwrap();
    let view = world.sign_in().await.view;
    world.authn.verify(&view, SecondFactor::Backup, "A1B2-C3D4", &Caller::default()).await.unwrap();
    let before = world.store.factors(user).await.unwrap();
    let report = world.authn.import_netpilot(&key).await.unwrap();
    assert_eq!((report.imported, report.unchanged), (0, 1));
    assert_eq!(world.store.factors(user).await.unwrap(), before);
}

#[tokio::test]
async fn a_wrong_key_imports_nothing_and_says_so() {
    let (world, _, user) = legacy_user().await;
    let before = world.store.factors(user).await.unwrap();
    let other = FernetKey::parse(&SecretString::from(fernet::Fernet::generate_key())).unwrap();
    let report = world.authn.import_netpilot(&other).await.unwrap();
    assert_eq!((report.imported, report.unreadable), (0, 1));
    assert_eq!(world.store.factors(user).await.unwrap(), before);
    // Until the import nobody gets in by a code that cannot be checked.
    let view = world.store.sessions_of(user).await.unwrap();
    assert_eq!(view.len(), 1);
    let view = world.sign_in().await.view;
    let refused = world.authn.verify(&view, SecondFactor::Totp, "123456", &Caller::default()).await;
    assert!(matches!(refused, Err(FactorError::Unreadable(_))));
}

#[tokio::test]
async fn who_waits_for_the_import_and_whose_secret_no_key_opens_is_told() {
    let (world, key, user) = legacy_user().await;
    let other = FernetKey::parse(&SecretString::from(fernet::Fernet::generate_key())).unwrap();
    assert_eq!(world.authn.waiting_for_import().await.unwrap(), [user]);
    assert_eq!(world.authn.not_decrypted_by(&key).await.unwrap(), []);
    assert_eq!(world.authn.not_decrypted_by(&other).await.unwrap(), [user]);
    world.authn.import_netpilot(&key).await.unwrap();
    assert_eq!(world.authn.waiting_for_import().await.unwrap(), []);
    assert_eq!(world.authn.not_decrypted_by(&other).await.unwrap(), [], "a sealed secret takes no key of the guide");
}

#[tokio::test]
async fn backup_codes_that_were_left_behind_are_imported_with_a_secret_that_was_not() {
    let (world, key, user) = legacy_user().await;
    let legacy = world.store.factors(user).await.unwrap().unwrap();
    world.authn.import_netpilot(&key).await.unwrap();
    let ours = world.store.factors(user).await.unwrap().unwrap();
    let half = StoredFactors { backup_codes: legacy.backup_codes.clone(), ..ours.clone() };
    assert!(world.store.reseal(user, &ours, &half).await.unwrap());
    assert_eq!(world.authn.waiting_for_import().await.unwrap(), [user]);
    assert_eq!(world.authn.import_netpilot(&key).await.unwrap().imported, 1);
    let after = world.store.factors(user).await.unwrap().unwrap();
    assert_eq!(after.totp_secret, ours.totp_secret);
    assert!(after.backup_codes.len() == 2 && after.backup_codes.iter().all(|code| code.len() != 64));

    // The other way round: a secret under Fernet, and codes that are wrapped already or none at all.
    for backup_codes in [after.backup_codes.clone(), Vec::new()] {
        let now = world.store.factors(user).await.unwrap().unwrap();
        let half = StoredFactors { totp_secret: legacy.totp_secret.clone(), backup_codes, ..now.clone() };
        assert!(world.store.reseal(user, &now, &half).await.unwrap());
        assert_eq!(world.authn.import_netpilot(&key).await.unwrap().imported, 1);
        let imported = world.store.factors(user).await.unwrap().unwrap();
        assert_eq!(imported.backup_codes, half.backup_codes);
        assert_eq!(world.authn.waiting_for_import().await.unwrap(), []);
    }
}
