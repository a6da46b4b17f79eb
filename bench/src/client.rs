//! A client of one connection and one buffer, which allocates nothing once it is connected.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

/// How long a server may take to begin to listen.
const PATIENCE: Duration = Duration::from_secs(10);

/// Sends one request at a time.
pub(crate) struct Client {
    stream: TcpStream,
    buffer: [u8; 16 * 1024],
}

impl Client {
    /// Connects to `127.0.0.1:port`, and waits for a server to listen there.
    pub(crate) fn connect(port: u16) -> anyhow::Result<Self> {
        let end = Instant::now() + PATIENCE;
        loop {
            match TcpStream::connect((Ipv4Addr::LOCALHOST, port)) {
                Ok(stream) => {
                    stream.set_nodelay(true)?;
                    return Ok(Self { stream, buffer: [0; 16 * 1024] });
                }
                Err(_) if Instant::now() < end => std::thread::sleep(Duration::from_millis(10)),
                Err(error) => return Err(error).context("no server listens"),
            }
        }
    }

    /// Sends a request.
    pub(crate) fn send(&mut self, request: &[u8]) -> anyhow::Result<()> {
        Ok(self.stream.write_all(request)?)
    }

    /// Reads the whole response, which must be a 200 with a length.
    pub(crate) fn receive(&mut self) -> anyhow::Result<()> {
        let mut filled = 0;
        loop {
            let free =
                self.buffer.get_mut(filled..).filter(|free| !free.is_empty()).context("the response is too long")?;
            match self.stream.read(free)? {
                0 => bail!("the server closed the connection"),
                read => filled += read,
            }
            let answer = self.buffer.get(..filled).unwrap_or_default();
            if let Some(length) = length(answer) {
                if !answer.starts_with(b"HTTP/1.1 200 ") {
                    bail!("unexpected response: {}", String::from_utf8_lossy(answer));
                }
                if filled >= length {
                    return Ok(());
                }
            }
        }
    }
}

/// The length of a response with its body, once its head is complete.
fn length(answer: &[u8]) -> Option<usize> {
    const FIELD: &[u8] = b"\r\ncontent-length: ";
    let head = answer.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let field = answer.get(..head)?.windows(FIELD.len()).position(|window| window.eq_ignore_ascii_case(FIELD))?;
    let digits = answer.get(field + FIELD.len()..)?.iter().take_while(|byte| byte.is_ascii_digit());
    Some(head + digits.fold(0, |length, digit| length * 10 + usize::from(digit - b'0')))
}
