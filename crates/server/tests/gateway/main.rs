//! Running gateways: in this process, several at a time, and as the built program.

#[cfg(test)]
mod activation;
#[cfg(test)]
mod budgets;
#[cfg(test)]
mod certificates;
#[cfg(test)]
mod clean_up;
#[cfg(test)]
mod client;
#[cfg(test)]
mod code_mail;
#[cfg(test)]
mod ext_authz;
#[cfg(test)]
mod faces;
#[cfg(test)]
mod guide;
#[cfg(test)]
mod http2;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod logs;
#[cfg(test)]
mod others;
#[cfg(test)]
mod process;
#[cfg(test)]
mod proxy_protocol;
#[cfg(test)]
mod raw;
#[cfg(test)]
mod redirect;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod reloads;
#[cfg(test)]
mod reseal;
#[cfg(test)]
mod rotation;
#[cfg(test)]
mod running;
#[cfg(test)]
mod sharing;
#[cfg(test)]
mod stopping;
#[cfg(test)]
mod tls;
#[cfg(test)]
mod websockets;
