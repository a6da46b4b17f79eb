//! Tells frames with a person's data from control frames, which browsers send by themselves (RFC 6455 §5.2, §5.5).

/// Opcodes from here on are those of control frames: close, ping and pong.
const CONTROL: u8 = 8;

/// Follows the frames of one direction of a WebSocket. It needs only their headers, and checks nothing.
#[derive(Debug, Default)]
pub(super) struct Frames {
    /// The bytes of an incomplete header.
    header: Vec<u8>,
    /// Bytes of the payload that are still to come.
    payload: u64,
    /// Whether the frame under way has data.
    data: bool,
}

impl Frames {
    /// Takes the bytes that follow; returns whether part of a data frame is among them.
    pub(super) fn has_data(&mut self, mut bytes: &[u8]) -> bool {
        let mut found = false;
        while let Some((first, rest)) = bytes.split_first() {
            if self.payload > 0 {
                found |= self.data;
                let taken = usize::try_from(self.payload).unwrap_or(usize::MAX).min(bytes.len());
                self.payload -= taken as u64;
                bytes = bytes.get(taken..).unwrap_or_default();
                continue;
            }
            bytes = rest;
            self.header.push(*first);
            if let Some((opcode, length)) = complete(&self.header) {
                self.header.clear();
                (self.payload, self.data) = (length, opcode < CONTROL);
                found |= self.data;
            }
        }
        found
    }
}

/// The opcode and the length of the payload; `None` while the header is incomplete.
fn complete(header: &[u8]) -> Option<(u8, u64)> {
    let [first, second, rest @ ..] = header else { return None };
    let (length, mask) = match second & 0x7f {
        126 => {
            let (length, mask) = rest.split_first_chunk()?;
            (u64::from(u16::from_be_bytes(*length)), mask)
        }
        127 => {
            let (length, mask) = rest.split_first_chunk()?;
            (u64::from_be_bytes(*length), mask)
        }
        length => (u64::from(length), rest),
    };
    let masked = second & 0x80 != 0;
    (!masked || mask.len() == 4).then_some((first & 0x0f, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A masked frame with this opcode and a payload of this length.
    fn frame(opcode: u8, length: usize) -> Vec<u8> {
        let mut frame = vec![0x80 | opcode];
        match length {
            0..126 => frame.push(0x80 | length as u8),
            126..65536 => {
                frame.push(0x80 | 126);
                frame.extend((length as u16).to_be_bytes());
            }
            _ => {
                frame.push(0x80 | 127);
                frame.extend((length as u64).to_be_bytes());
            }
        }
        frame.extend([1, 2, 3, 4]);
        frame.resize(frame.len() + length, 0x81);
        frame
    }

    #[test]
    fn text_binary_and_continued_frames_have_data_and_control_frames_have_none() {
        for length in [0, 1, 125, 126, 300, 70_000] {
            for opcode in 0..=2 {
                assert!(Frames::default().has_data(&frame(opcode, length)), "{opcode} {length}");
            }
            for opcode in 8..=10 {
                assert!(!Frames::default().has_data(&frame(opcode, length)), "{opcode} {length}");
            }
        }
    }

    #[test]
    fn a_frame_without_a_mask_ends_where_its_payload_does() {
        let mut frames = Frames::default();
        for (bytes, data) in
            [(&[0x8a, 0][..], false), (&[0x81, 1, b'x'], true), (&[0x89, 1, b'x'], false), (&[1, 0], true)]
        {
            assert_eq!(frames.has_data(bytes), data, "{bytes:?}");
        }
    }

    #[test]
    fn frames_are_followed_however_their_bytes_are_cut() {
        let control = [frame(10, 4), frame(9, 0), frame(10, 125), frame(8, 2)].concat();
        let mixed = [frame(10, 4), frame(1, 200), frame(9, 0), frame(2, 66_000), frame(8, 2)].concat();
        for piece in [1, 2, 3, 7, 1000, mixed.len()] {
            let mut frames = Frames::default();
            assert!(!control.chunks(piece).any(|part| frames.has_data(part)), "{piece}");
            // Every part is taken.
            assert!(mixed.chunks(piece).filter(|part| frames.has_data(part)).count() > 0, "{piece}");
            assert!(frames.has_data(&frame(1, 1)) && !frames.has_data(&frame(10, 1)), "{piece}");
        }
    }
}
