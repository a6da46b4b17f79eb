//! Confirmation of commands that cannot be undone.

use std::io::{self, BufRead, IsTerminal, Write};

use postern_config::printable;

use super::error::CommandError;

/// Asks the operator to type `word` at the terminal; with `yes` it does not ask.
///
/// # Errors
/// [`CommandError::Failed`] if something else is typed, or if standard input is not a terminal: scripts must pass
/// `--yes`.
pub(super) fn confirm(yes: bool, what: &str, word: &str) -> Result<(), CommandError> {
    if yes {
        return Ok(());
    }
    let input = io::stdin();
    let terminal = input.is_terminal();
    let prompt = Prompt { what, word };
    prompt.put(&mut input.lock(), &mut io::stderr(), terminal)
}

/// Effect of a command, and the word that confirms it.
struct Prompt<'a> {
    what: &'a str,
    word: &'a str,
}

impl Prompt<'_> {
    fn put(self, input: &mut dyn BufRead, output: &mut dyn Write, terminal: bool) -> Result<(), CommandError> {
        let Self { what, word } = self;
        if !terminal {
            return Err(CommandError::Failed(format!(
                "not confirmed: this {what}. Standard input is no terminal, so nothing was asked; add --yes"
            )));
        }
        write!(output, "This {what}.\nType {} to confirm: ", printable(word))?;
        output.flush()?;
        let mut line = String::new();
        input.read_line(&mut line)?;
        if line.trim().eq_ignore_ascii_case(word) {
            return Ok(());
        }
        Err(CommandError::Failed("not confirmed; nothing was changed".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_typed_word_at_a_terminal_confirms() {
        let try_with = |typed: &str, terminal: bool| {
            let mut prompt = Vec::new();
            let outcome = Prompt { what: "ends sessions", word: "ada@example.com" }.put(
                &mut typed.as_bytes(),
                &mut prompt,
                terminal,
            );
            (outcome.is_ok(), String::from_utf8(prompt).unwrap())
        };
        assert!(try_with("ada@example.com\n", true).0);
        assert!(try_with(" ADA@example.com \n", true).0);
        for typed in ["", "\n", "y\n", "yes\n", "eve@example.com\n"] {
            assert!(!try_with(typed, true).0, "{typed:?}");
        }
        assert_eq!(try_with("ada@example.com\n", false), (false, String::new()));
        let prompt = try_with("", true).1;
        assert_eq!(prompt, "This ends sessions.\nType ada@example.com to confirm: ");
    }
}
