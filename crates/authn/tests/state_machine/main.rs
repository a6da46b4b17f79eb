//! A state machine of one person's second factor: random sequences of set-ups, codes right, wrong and used, locks, trusted devices,
//! resets and imports, through two replicas on either store, against a model of what must come of each.

#![cfg(test)]

mod machine;
mod model;
mod steps;

use std::sync::Arc;

use machine::Machine;
use model::Model;
use postern_model::store::Store;
use postern_store::SqliteStore;
use postern_testkit::entropy::SeededEntropy;
use postern_testkit::postgres::TestDatabase;
use proptest::test_runner::{Config, TestRunner};
use steps::{Step, sequences};

/// Performs a sequence, and compares outcome and state with the model's after each step.
async fn run(replicas: [Arc<dyn Store>; 2], steps: &[Step]) {
    let mut machine = Machine::new(replicas);
    let mut model = Model::default();
    for (index, step) in steps.iter().enumerate() {
        let expected = model.perform(*step, &machine);
        let actual = machine.perform(*step, index % 2).await;
        assert_eq!(actual, expected, "outcome of step {index}, {step:?}, of {steps:?}");
        assert_eq!(machine.state().await, model.state(), "state after step {index}, {step:?}, of {steps:?}");
    }
}

/// Runs as many sequences as `cases`; one that fails is shortened.
fn explore(cases: u32, one: impl Fn(&tokio::runtime::Runtime, &[Step])) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let explored = runner.run(&sequences(), |steps| {
        one(&runtime, &steps);
        Ok(())
    });
    if let Err(failure) = explored {
        panic!("{failure}");
    }
}

#[test]
fn second_factors_do_as_the_model_says_on_sqlite() {
    explore(64, |runtime, steps| {
        let folder = tempfile::tempdir().unwrap();
        let open = |seed| SqliteStore::open(&folder.path().join("db"), Arc::new(SeededEntropy::new(seed))).unwrap();
        runtime.block_on(async {
            let stores = [open(1), open(2)];
            stores[0].migrate().await.unwrap();
            run(stores.map(|store| Arc::new(store) as Arc<dyn Store>), steps).await;
        });
    });
}

#[test]
fn second_factors_do_as_the_model_says_on_postgresql() {
    explore(24, |runtime, steps| {
        runtime.block_on(async {
            let database = TestDatabase::migrated().await;
            run([database.store(), database.store()].map(|store| Arc::new(store) as Arc<dyn Store>), steps).await;
        });
    });
}
