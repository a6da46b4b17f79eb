//! A change of the master key, for the secrets of authenticator apps.

use std::sync::Arc;
use std::time::Duration;

use postern::signing::{check_sentinel, reseal, stale};
use postern::storage::Storage;
use postern::system::SystemEntropy;
use postern_keystore::{Keyring, MasterKey, SealContext};
use postern_model::ExposeSecret;
use postern_model::attempt_log::AttemptRecord;
use postern_model::authenticator::{AuthenticatorAdded, AuthenticatorAddition};
use postern_model::clock::Timestamp;
use postern_model::enrolment::{EnrolmentPurpose, PendingEnrolment};
use postern_model::enrolment_commit::{Committed, EnrolmentCommit};
use postern_model::entropy::Entropy;
use postern_model::factor::SecondFactor;
use postern_model::id::{AuthenticatorId, EnrolmentId, EventId, SessionId, UserId};
use postern_model::session::{Caller, Elevation, NewSession, SessionView, TokenHash, Verified, Vouched};
use postern_model::store::Store;
use postern_model::ticket::{TicketCheck, TicketPolicy};
use postern_model::user::{ProviderIdentity, UserMatch};

const NOW: Timestamp = Timestamp::from_secs(1_767_225_600);

/// Signs a person in.
async fn sign_in(store: &dyn Store, entropy: &dyn Entropy) -> UserId {
    let identity = ProviderIdentity {
        issuer: "https://accounts.google.com".to_owned(),
        subject: "ada".to_owned(),
        email: "ada@example.com".to_owned(),
        full_name: None,
        avatar_url: None,
        may_link: false,
    };
    let (id, token, caller) = (SessionId::draw(entropy), TokenHash([1; 32]), Caller::default());
    let session = NewSession { id, token, at: NOW, caller, vouched: Vouched::default(), replaces: None };
    match store.sign_in(&identity, &session).await.unwrap() {
        UserMatch::Created(user) => user.id,
        other => panic!("{other:?}"),
    }
}

async fn begin(store: &dyn Store, entropy: &dyn Entropy, view: &SessionView, purpose: EnrolmentPurpose) -> EnrolmentId {
    let id = EnrolmentId::draw(entropy);
    let pending = PendingEnrolment {
        id,
        session: view.session.id,
        user: view.user.id,
        token: TokenHash([9; 32]),
        sealed_secret: "pending".to_owned(),
        purpose,
        tries: 0,
        expires_at: NOW.after(Duration::from_secs(600)),
    };
    let open = TicketCheck { policy: TicketPolicy::OnDemand, presented: None, at: NOW, key: None };
    store.begin_enrolment(&pending, &open).await.unwrap();
    id
}

/// Enrols two authenticators with these sealed secrets.
async fn enrol(store: &dyn Store, entropy: &dyn Entropy, sealed: [String; 2]) {
    let session = |token| async move { store.session(&TokenHash([token; 32])).await.unwrap().unwrap() };
    let (view, [first, second]) = (session(1).await, sealed);
    let (user, id) = (view.user.id, view.session.id);
    let attempt = || AttemptRecord {
        id: EventId::draw(entropy),
        user,
        factor: SecondFactor::Totp,
        success: true,
        caller: Caller::default(),
        at: NOW,
    };
    let verified = Verified { method: SecondFactor::Totp, at: NOW };
    let commit = EnrolmentCommit {
        id: begin(store, entropy, &view, EnrolmentPurpose::First).await,
        user,
        replaces: false,
        sealed_secret: first,
        step: 1,
        passkey: None,
        backup_codes: Vec::new(),
        elevation: Elevation { session: id, from: TokenHash([1; 32]), to: TokenHash([2; 32]), verified },
        attempt: attempt(),
        shown: None,
        replay: None,
    };
    assert!(matches!(store.commit_enrolment(&commit).await.unwrap(), Committed::Done(_)));
    let addition = AuthenticatorAddition {
        enrolment: begin(store, entropy, &session(2).await, EnrolmentPurpose::Addition).await,
        id: AuthenticatorId::draw(entropy),
        user,
        name: "Tablet".to_owned(),
        sealed_secret: second,
        step: 1,
        session: id,
        from: TokenHash([2; 32]),
        to: TokenHash([3; 32]),
        attempt: attempt(),
        replay: None,
    };
    assert!(matches!(store.add_authenticator(&addition).await.unwrap(), AuthenticatorAdded::Done(_)));
}

#[tokio::test]
async fn the_secrets_of_all_authenticators_are_sealed_anew_and_the_former_key_can_go() {
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy::default());
    let storage = Storage::in_memory(Arc::clone(&entropy)).unwrap();
    storage.migrate().await.unwrap();
    let (store, entropy) = (storage.port(), entropy.as_ref());
    let text = |key: &postern_model::SecretString| MasterKey::from_base64(key).unwrap();
    let (old, new) = (MasterKey::generate(entropy), MasterKey::generate(entropy));
    let former = Keyring::new(text(&old), Vec::new());
    check_sentinel(store.as_ref(), &former, entropy).await.unwrap();
    let user = sign_in(store.as_ref(), entropy).await;
    let seal = |secret: &str| former.seal(entropy, &SealContext::totp(user), secret.as_bytes()).unwrap();
    enrol(store.as_ref(), entropy, [seal("FIRST"), seal("SECOND")]).await;

    let both = Keyring::new(text(&new), vec![text(&old)]);
    assert_eq!(stale(store.as_ref(), &both, entropy).await.unwrap().authenticators, 2);
    assert_eq!(reseal(store.as_ref(), &both, entropy).await.unwrap().authenticators, 2);
    assert_eq!(stale(store.as_ref(), &both, entropy).await.unwrap().total(), 0);
    let alone = Keyring::new(text(&new), Vec::new());
    let open = |sealed: &str| alone.open_text(&SealContext::totp(user), sealed).unwrap().expose_secret().to_owned();
    assert_eq!(open(&store.factors(user).await.unwrap().unwrap().totp_secret), "FIRST");
    assert_eq!(open(&store.all_further_authenticators().await.unwrap()[0].totp_secret), "SECOND");
}
