//! Configuration as an operator meets it.

#[cfg(test)]
mod common;
#[cfg(test)]
mod errors;
#[cfg(test)]
mod files;
#[cfg(test)]
mod layers;
#[cfg(test)]
mod netpilot;
