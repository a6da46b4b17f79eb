//! What must come of each step: the rules of the second factor in a few lines, without a store.

use std::time::Duration;

use postern_model::clock::{Clock, Timestamp};
use postern_model::trusted_device::TRUSTED_DEVICES_MAX;

use crate::machine::{Machine, STEP_SECONDS};
use crate::steps::{BROWSERS, Step};

/// How a step ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It did what it is for.
    Done,
    /// The code was wrong or used, and counted.
    Wrong,
    /// The factor is locked; the code was not checked.
    Locked,
    /// It was refused for another reason, or there was nothing to do.
    Refused,
}

/// What is compared after each step.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct State {
    /// The session of each browser: none, or whether it passes where a second factor is required.
    pub(crate) sessions: [Option<bool>; BROWSERS],
    /// Whether a second factor is set up, and how many backup codes are left.
    pub(crate) backup_codes: Option<usize>,
    /// Failures and locks of the app and of the backup codes.
    pub(crate) counters: Option<[Counter; 2]>,
    /// Number of trusted devices, as far as a session can ask.
    pub(crate) devices: usize,
}

/// Consecutive failures, and the lock that came of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counter {
    pub(crate) failures: u32,
    pub(crate) locked_until: Option<Timestamp>,
}

impl Counter {
    fn is_locked(self, now: Timestamp) -> bool {
        self.locked_until.is_some_and(|until| now < until)
    }

    /// The third failure in a row locks for five minutes, later ones for longer.
    fn fail(&mut self, now: Timestamp) {
        self.failures += 1;
        let minutes = match self.failures {
            0..=2 => None,
            3 => Some(5),
            4 => Some(15),
            5 => Some(60),
            _ => Some(24 * 60),
        };
        self.locked_until = minutes.map(|minutes: u64| now.after(Duration::from_secs(minutes * 60)));
    }
}

/// An app with its backup codes.
struct Factor {
    /// The time step of the last code that was accepted; older ones and itself are used up.
    last_step: u64,
    /// Which backup codes are left.
    codes: Vec<bool>,
    app: Counter,
    backup: Counter,
}

/// The person's state.
#[derive(Default)]
pub(crate) struct Model {
    sessions: [Option<bool>; BROWSERS],
    factor: Option<Factor>,
    /// Number of trusted devices of this factor.
    devices: usize,
    /// Whether the cookie that the person holds is that of a device which is trusted still.
    holds_trusted: bool,
}

impl Model {
    /// Applies a step, and returns how it must end.
    pub(crate) fn perform(&mut self, step: Step, machine: &Machine) -> Outcome {
        let now = machine.clock.now();
        match step {
            Step::Wait(span) => {
                machine.clock.advance(span);
                Outcome::Done
            }
            Step::SignIn(browser) => {
                self.sessions[browser] = Some(false);
                Outcome::Done
            }
            Step::SetUp(browser, right) => self.set_up(browser, right, now),
            Step::Code(browser, trust) => {
                let was_raised = self.sessions[browser] == Some(true);
                let outcome = self.code(browser, now);
                if outcome == Outcome::Done && trust && !was_raised {
                    (self.devices, self.holds_trusted) = ((self.devices + 1).min(TRUSTED_DEVICES_MAX as usize), true);
                }
                outcome
            }
            Step::WrongCode(browser) => self.guess(browser, now, |factor| &mut factor.app),
            Step::BackupCode(browser, which) => self.backup_code(browser, which, now),
            Step::WrongBackupCode(browser) => self.guess(browser, now, |factor| &mut factor.backup),
            Step::TrustedDevice(browser) => {
                let waits = self.sessions[browser] == Some(false) && self.factor.is_some();
                if !(waits && self.holds_trusted) {
                    return Outcome::Refused;
                }
                self.sessions[browser] = Some(true);
                Outcome::Done
            }
            Step::ForgetDevices(browser) => {
                if self.sessions[browser].is_none() || self.devices == 0 {
                    return Outcome::Refused;
                }
                (self.devices, self.holds_trusted) = (0, false);
                Outcome::Done
            }
            Step::Remove(browser) => self.remove(browser, now),
            Step::Reset => {
                if self.factor.take().is_none() {
                    return Outcome::Refused;
                }
                *self = Self::default();
                Outcome::Done
            }
            Step::Unlock => self.each_counter(),
            Step::Import => match &mut self.factor {
                None => Outcome::Refused,
                Some(factor) => {
                    factor.codes = vec![true; 2];
                    Outcome::Done
                }
            },
        }
    }

    /// A first set-up needs the provider's sign-in only; it never replaces a second factor.
    fn set_up(&mut self, browser: usize, right: bool, now: Timestamp) -> Outcome {
        if self.sessions[browser].is_none() || self.factor.is_some() {
            return Outcome::Refused;
        }
        if !right {
            return Outcome::Wrong;
        }
        let (app, backup) = (Counter::default(), Counter::default());
        self.factor = Some(Factor { last_step: step_of(now), codes: vec![true; Machine::BACKUP_CODES], app, backup });
        self.sessions[browser] = Some(true);
        (self.devices, self.holds_trusted) = (0, false);
        Outcome::Done
    }

    fn code(&mut self, browser: usize, now: Timestamp) -> Outcome {
        let Some((session, factor)) = self.sessions[browser].as_mut().zip(self.factor.as_mut()) else {
            return Outcome::Refused;
        };
        if factor.app.is_locked(now) {
            return Outcome::Locked;
        }
        if step_of(now) <= factor.last_step {
            factor.app.fail(now);
            return Outcome::Wrong;
        }
        (factor.last_step, factor.app, *session) = (step_of(now), Counter::default(), true);
        Outcome::Done
    }

    fn backup_code(&mut self, browser: usize, which: usize, now: Timestamp) -> Outcome {
        let Some((session, factor)) = self.sessions[browser].as_mut().zip(self.factor.as_mut()) else {
            return Outcome::Refused;
        };
        if factor.backup.is_locked(now) {
            return Outcome::Locked;
        }
        match factor.codes.get_mut(which) {
            Some(left) if *left => *left = false,
            _ => {
                factor.backup.fail(now);
                return Outcome::Wrong;
            }
        }
        (factor.backup, *session) = (Counter::default(), true);
        Outcome::Done
    }

    fn guess(&mut self, browser: usize, now: Timestamp, counter: impl Fn(&mut Factor) -> &mut Counter) -> Outcome {
        let (Some(_), Some(factor)) = (self.sessions[browser], &mut self.factor) else { return Outcome::Refused };
        let counter = counter(factor);
        if counter.is_locked(now) {
            return Outcome::Locked;
        }
        counter.fail(now);
        Outcome::Wrong
    }

    /// Removing takes a session that passes and a code of its own, and ends the other sessions.
    fn remove(&mut self, browser: usize, now: Timestamp) -> Outcome {
        if self.sessions[browser] != Some(true) {
            return Outcome::Refused;
        }
        let outcome = self.code(browser, now);
        if outcome == Outcome::Done {
            *self = Self::default();
            self.sessions[browser] = Some(false);
        }
        outcome
    }

    fn each_counter(&mut self) -> Outcome {
        let Some(factor) = &mut self.factor else { return Outcome::Refused };
        (factor.app, factor.backup) = (Counter::default(), Counter::default());
        Outcome::Done
    }

    /// The state to compare with the stored one.
    pub(crate) fn state(&self) -> State {
        let asks = self.sessions.iter().any(Option::is_some);
        State {
            sessions: self.sessions,
            backup_codes: self.factor.as_ref().map(|factor| factor.codes.iter().filter(|left| **left).count()),
            counters: self.factor.as_ref().map(|factor| [factor.app, factor.backup]),
            devices: if asks { self.devices } else { 0 },
        }
    }
}

fn step_of(now: Timestamp) -> u64 {
    now.unix_time() / STEP_SECONDS
}
