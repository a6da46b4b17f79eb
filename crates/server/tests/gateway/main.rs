//! Running gateways: in this process, several at a time, and as the built program.

#[cfg(test)]
mod ext_authz;
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
mod rotation;
#[cfg(test)]
mod running;
#[cfg(test)]
mod stopping;
