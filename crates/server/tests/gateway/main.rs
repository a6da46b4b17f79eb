//! Running gateways: in this process, several at a time, and as the built program.

#[cfg(test)]
mod faces;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod logs;
#[cfg(test)]
mod process;
#[cfg(test)]
mod raw;
#[cfg(test)]
mod reloads;
#[cfg(test)]
mod running;
#[cfg(test)]
mod stopping;
