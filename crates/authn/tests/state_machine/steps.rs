//! What may happen, and random sequences of it.

use std::time::Duration;

use proptest::prelude::*;

/// One of the person's two browsers.
pub(crate) type Browser = usize;

/// Number of browsers.
pub(crate) const BROWSERS: usize = 2;

/// Something that the person, an administrator or time does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// Signs in with the provider, which begins a session.
    SignIn(Browser),
    /// Begins a set-up and enters the first code of the new app, right or wrong.
    SetUp(Browser, bool),
    /// Enters the app's code of this moment, with or without the wish to trust the device.
    Code(Browser, Trust),
    /// Enters a code that the app does not show.
    WrongCode(Browser),
    /// Enters one of the backup codes, used or not.
    BackupCode(Browser, usize),
    /// Enters what looks like a backup code and is none.
    WrongBackupCode(Browser),
    /// Presents the cookie of the device that was trusted last.
    TrustedDevice(Browser),
    /// Ends the trust in all devices.
    ForgetDevices(Browser),
    /// Removes the second factor with the app's code of this moment.
    Remove(Browser),
    /// An administrator removes the second factor.
    Reset,
    /// An administrator ends the locks.
    Unlock,
    /// The row is as the guide's backend writes it, with another app and codes, and is imported.
    Import,
    /// Time passes.
    Wait(Duration),
}

/// Whether the box "trust this device" is ticked.
pub(crate) type Trust = bool;

/// Sequences of steps, in which what leads on is more frequent than what ends everything.
pub(crate) fn sequences() -> impl Strategy<Value = Vec<Step>> {
    let browser = 0..BROWSERS;
    let step = prop_oneof![
        3 => browser.clone().prop_map(Step::SignIn),
        4 => (browser.clone(), prop::bool::weighted(0.8)).prop_map(|(browser, right)| Step::SetUp(browser, right)),
        6 => (browser.clone(), any::<bool>()).prop_map(|(browser, trust)| Step::Code(browser, trust)),
        5 => browser.clone().prop_map(Step::WrongCode),
        3 => (browser.clone(), 0..3_usize).prop_map(|(browser, which)| Step::BackupCode(browser, which)),
        3 => browser.clone().prop_map(Step::WrongBackupCode),
        4 => browser.clone().prop_map(Step::TrustedDevice),
        1 => browser.clone().prop_map(Step::ForgetDevices),
        1 => browser.prop_map(Step::Remove),
        1 => Just(Step::Reset),
        1 => Just(Step::Unlock),
        1 => Just(Step::Import),
        6 => prop::sample::select(vec![30, 5 * 60, 15 * 60, 3600, 24 * 3600]).prop_map(|secs| Step::Wait(Duration::from_secs(secs))),
    ];
    prop::collection::vec(step, 1..40).prop_map(|mut steps| {
        // Nothing happens to who never signs in.
        steps.insert(0, Step::SignIn(0));
        steps
    })
}
