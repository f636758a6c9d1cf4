//! What is asked of whoever types: passwords, and whether it is meant.

use std::io::{BufRead as _, IsTerminal as _};

use crate::app::StartError;

/// A password: asked for twice at a terminal, or the first line of standard input.
///
/// # Errors
/// A sentence, if there is none, the two differ, or it is too short or too long.
pub fn read_password(from_stdin: bool) -> Result<String, StartError> {
    let unreadable = |error: std::io::Error| StartError(format!("the password cannot be read: {error}"));
    let password = if from_stdin {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).map_err(unreadable)?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    } else if std::io::stdin().is_terminal() {
        let password = rpassword::prompt_password("Password: ").map_err(unreadable)?;
        if rpassword::prompt_password("Once more: ").map_err(unreadable)? != password {
            return Err(StartError("the two are not the same; nothing was changed".into()));
        }
        password
    } else {
        return Err(StartError(
            "there is no terminal to ask for the password; use --password-stdin".into(),
        ));
    };
    let length = password.chars().count();
    if !(8..=1000).contains(&length) {
        return Err(StartError(
            "a password has at least 8 characters, and at most 1000".into(),
        ));
    }
    Ok(password)
}

/// Whether the answer is yes.
///
/// # Errors
/// A sentence, if there is no terminal to ask at.
pub fn confirm(question: &str) -> Result<bool, StartError> {
    if !std::io::stdin().is_terminal() {
        return Err(StartError(
            "there is no terminal to ask whether it is meant; use --yes".into(),
        ));
    }
    eprint!("{question} [y/N] ");
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|error| StartError(error.to_string()))?;
    Ok(line.trim().eq_ignore_ascii_case("y"))
}
