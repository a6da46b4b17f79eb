//! The command line through the built program: exit codes, tables, JSON, and no secret anywhere.

#[cfg(test)]
mod devices;
#[cfg(test)]
mod doctor;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod ownership;
#[cfg(test)]
mod program;
#[cfg(test)]
mod store;
#[cfg(test)]
mod tickets;
#[cfg(test)]
mod usage;
