//! The keys that sign assertions, on two replicas that share a store, with a clock that is moved by hand; and a change of
//! the master key under them.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use postern::signing::{Rotated, SigningKeys, adopt_peppers, check_sentinel, reseal, rotate, stale};
use postern::storage::Storage;
use postern::system::SystemEntropy;
use postern_config::SigningKeysConfig;
use postern_keystore::{Keyring, MasterKey, SigningAlgorithm};
use postern_model::clock::{Clock, Timestamp};
use postern_model::entropy::Entropy;
use postern_model::store::Store;

const MINUTE: i64 = 60;
const CONFIG: SigningKeysConfig = SigningKeysConfig {
    algorithm: SigningAlgorithm::Es256,
    publish_before: Duration::from_secs(600),
    keep_retired: Duration::from_secs(3600),
    rotate_every: None,
};

struct Hands(AtomicI64);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_secs(self.0.load(Ordering::SeqCst))
    }
}

struct Cluster {
    store: Arc<dyn Store>,
    keyring: Arc<Keyring>,
    clock: Arc<Hands>,
    entropy: Arc<dyn Entropy>,
}

impl Cluster {
    async fn new() -> Self {
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy::default());
        let storage = Storage::in_memory(Arc::clone(&entropy)).unwrap();
        storage.migrate().await.unwrap();
        let keyring = Arc::new(Keyring::new(master(), Vec::new()));
        Self { store: storage.port(), keyring, clock: Arc::new(Hands(AtomicI64::new(1_767_225_600))), entropy }
    }

    async fn replica(&self, config: SigningKeysConfig) -> SigningKeys {
        let (clock, entropy) = (Arc::clone(&self.clock) as Arc<dyn Clock>, Arc::clone(&self.entropy));
        SigningKeys::open(Arc::clone(&self.store), Arc::clone(&self.keyring), clock, entropy, config).await.unwrap()
    }

    async fn rotate(&self, revoke: Option<&[String]>) -> Result<Rotated, String> {
        let from: (&dyn Clock, &dyn Entropy) = (self.clock.as_ref(), self.entropy.as_ref());
        let done = rotate(self.store.as_ref(), &self.keyring, from, &CONFIG, revoke).await;
        done.map_err(|error| error.to_string())
    }

    fn pass(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

fn master() -> MasterKey {
    MasterKey::from_base64(&MasterKey::generate(&SystemEntropy::default())).unwrap()
}

/// The key that signs, and those in the key set, the newest first.
async fn seen(replica: &SigningKeys) -> (String, Vec<String>) {
    replica.refresh().await.unwrap();
    let set: serde_json::Value = serde_json::from_str(&replica.jwks(&[])).unwrap();
    let kids = set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned());
    (replica.active().kid().to_owned(), kids.collect())
}

#[tokio::test]
async fn the_next_key_is_published_then_signs_on_every_replica_and_the_former_stays_for_a_while() {
    let cluster = Cluster::new().await;
    let (one, two) = (cluster.replica(CONFIG).await, cluster.replica(CONFIG).await);
    let first = one.active().kid().to_owned();
    assert_eq!(two.active().kid(), first);
    let next = cluster.rotate(None).await.unwrap().kid;
    for replica in [&one, &two] {
        assert_eq!(seen(replica).await, (first.clone(), vec![next.clone(), first.clone()]));
    }
    let refused = cluster.rotate(None).await.unwrap_err();
    assert!(refused.contains("published already"), "{refused}");
    cluster.pass(10 * MINUTE - 1);
    assert_eq!(seen(&one).await.0, first);
    cluster.pass(1);
    for replica in [&one, &two] {
        assert_eq!(seen(replica).await, (next.clone(), vec![next.clone(), first.clone()]));
    }
    cluster.pass(60 * MINUTE);
    assert_eq!(seen(&one).await, (next.clone(), vec![next.clone()]));
    assert_eq!(cluster.store.signing_keys().await.unwrap().len(), 1, "the row is gone too");
}

#[tokio::test]
async fn a_leaked_key_is_out_at_once_and_another_signs() {
    let cluster = Cluster::new().await;
    let (one, two) = (cluster.replica(CONFIG).await, cluster.replica(CONFIG).await);
    let leaked = one.active().kid().to_owned();
    let unknown = cluster.rotate(Some(&["nobody".to_owned()])).await.unwrap_err();
    assert!(unknown.contains("there is no key nobody"), "{unknown}");
    let next = cluster.rotate(Some(std::slice::from_ref(&leaked))).await.unwrap().kid;
    for replica in [&one, &two] {
        assert_eq!(seen(replica).await, (next.clone(), vec![next.clone()]));
    }
    cluster.pass(1);
    let third = cluster.rotate(Some(&[])).await.unwrap().kid;
    assert_eq!(seen(&one).await, (third.clone(), vec![third, next]));
}

#[tokio::test]
async fn of_many_replicas_one_rotates_when_the_time_has_come() {
    let cluster = Cluster::new().await;
    let config = SigningKeysConfig { rotate_every: Some(Duration::from_secs(86_400)), ..CONFIG };
    let replicas = [cluster.replica(config).await, cluster.replica(config).await, cluster.replica(config).await];
    let first = replicas[0].active().kid().to_owned();
    cluster.pass(86_400 - 10 * MINUTE - 1);
    let refresh = || async {
        let [one, two, three] = &replicas;
        let (a, b, c) = tokio::join!(one.refresh(), two.refresh(), three.refresh());
        a.and(b).and(c).unwrap();
    };
    refresh().await;
    assert_eq!(cluster.store.signing_keys().await.unwrap().len(), 1);
    cluster.pass(1);
    refresh().await;
    refresh().await;
    assert_eq!(cluster.store.signing_keys().await.unwrap().len(), 2);
    assert_eq!(seen(&replicas[2]).await.0, first);
    cluster.pass(10 * MINUTE);
    let second = seen(&replicas[0]).await.0;
    assert_ne!(second, first);
    assert_eq!(seen(&replicas[1]).await.0, second);
}

#[tokio::test]
async fn another_algorithm_comes_as_a_rotation() {
    let cluster = Cluster::new().await;
    let one = cluster.replica(CONFIG).await;
    let two = cluster.replica(SigningKeysConfig { algorithm: SigningAlgorithm::EdDsa, ..CONFIG }).await;
    assert_eq!(two.active().kid(), one.active().kid());
    let (first, set) = seen(&two).await;
    assert_eq!((one.active().kid(), set.len()), (first.as_str(), 2));
    cluster.pass(10 * MINUTE);
    assert_eq!(seen(&two).await.1.len(), 2);
    assert_eq!(two.active().algorithm(), SigningAlgorithm::EdDsa);
    let set: serde_json::Value = serde_json::from_str(&two.jwks(&[])).unwrap();
    assert_eq!((&set["keys"][0]["kty"], &set["keys"][1]["kty"]), (&"OKP".into(), &"EC".into()));
}

#[tokio::test]
async fn a_running_gateway_takes_another_algorithm_and_other_times() {
    let cluster = Cluster::new().await;
    let one = cluster.replica(CONFIG).await;
    let first = seen(&one).await.0;
    let publish_before = Duration::from_secs(120);
    one.configure(SigningKeysConfig { algorithm: SigningAlgorithm::EdDsa, publish_before, ..CONFIG });
    assert_eq!(seen(&one).await.1.len(), 2);
    cluster.pass(2 * MINUTE - 1);
    assert_eq!(seen(&one).await.0, first);
    cluster.pass(1);
    assert_ne!(seen(&one).await.0, first);
    assert_eq!(one.active().algorithm(), SigningAlgorithm::EdDsa);
}

#[tokio::test]
async fn a_change_of_the_master_key_seals_everything_anew_and_the_former_can_go() {
    let mut cluster = Cluster::new().await;
    let entropy = Arc::clone(&cluster.entropy);
    let store = Arc::clone(&cluster.store);
    let text = |key: &postern_model::SecretString| MasterKey::from_base64(key).unwrap();
    let (old, new) = (MasterKey::generate(entropy.as_ref()), MasterKey::generate(entropy.as_ref()));
    cluster.keyring = Arc::new(Keyring::new(text(&old), Vec::new()));
    check_sentinel(store.as_ref(), &cluster.keyring, entropy.as_ref()).await.unwrap();
    let first = cluster.replica(CONFIG).await.active().kid().to_owned();

    let alone = Keyring::new(text(&new), Vec::new());
    assert!(check_sentinel(store.as_ref(), &alone, entropy.as_ref()).await.is_err());
    assert!(reseal(store.as_ref(), &alone, entropy.as_ref()).await.is_err(), "nothing is written over");
    let both = Keyring::new(text(&new), vec![text(&old)]);
    assert_eq!(stale(store.as_ref(), &both, entropy.as_ref()).await.unwrap().total(), 2);
    let done = reseal(store.as_ref(), &both, entropy.as_ref()).await.unwrap();
    assert_eq!((done.sentinel, done.signing_keys), (1, 1));
    assert_eq!(stale(store.as_ref(), &both, entropy.as_ref()).await.unwrap().total(), 0);
    assert_eq!(reseal(store.as_ref(), &both, entropy.as_ref()).await.unwrap().total(), 0);

    check_sentinel(store.as_ref(), &alone, entropy.as_ref()).await.unwrap();
    adopt_peppers(store.as_ref(), &alone).await.unwrap();
    cluster.keyring = Arc::new(alone);
    assert_eq!(cluster.replica(CONFIG).await.active().kid(), first);
}
