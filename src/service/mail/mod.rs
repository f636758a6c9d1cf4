//! How mail leaves the service: by an SMTP server, or as files of a folder while there is none. What stands in a
//! mail, and when it is sent, is for whoever writes it.
//!
//! Nothing here logs or tells an address, a subject or a text: errors name the server's code at most.

pub mod account_letters;
pub mod letters;
mod outbox;
mod smtp;

use std::path::PathBuf;
use std::time::{Duration, UNIX_EPOCH};

use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, Message};
use lettre::{Address, address::Envelope};

use crate::config::{Config, Smtp};
use crate::model::{Email, Id, Timestamp, Zone};

use self::smtp::Line;
pub use self::smtp::Probe;

/// So many characters may a line of a mail have (RFC 5322, section 2.1.1).
const LONGEST_LINE: usize = 998;

/// A mail, before it has a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub to: Email,
    /// Of one line; what is none becomes one.
    pub subject: String,
    /// Plain text.
    pub text: String,
}

/// Why a mail did not leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Another time it may.
    Later {
        why: String,
        /// It lies with the server or the way to it: no other mail would leave now, either.
        concerns_all: bool,
    },
    /// It never will.
    Never { why: String },
}

/// What takes mail.
enum Way {
    Smtp(Box<Smtp>),
    Outbox(PathBuf),
    Nowhere,
}

/// The way by which mail leaves, and whom it is from.
pub struct Mailer {
    way: Way,
    from: String,
}

/// What stays open from one mail to the next of a run.
#[derive(Default)]
pub struct Run(Option<Line>);

impl Run {
    /// Takes leave of the server.
    pub async fn end(self) {
        if let Some(line) = self.0 {
            line.quit().await;
        }
    }
}

impl Mailer {
    pub fn new(config: &Config) -> Self {
        let way = match (&config.smtp, &config.outbox) {
            (Some(smtp), _) => Way::Smtp(Box::new(smtp.clone())),
            (None, Some(folder)) => Way::Outbox(folder.clone()),
            (None, None) => Way::Nowhere,
        };
        Self {
            way,
            from: config.mail_from.clone(),
        }
    }

    /// Whether there is anything that takes mail.
    pub const fn takes_mail(&self) -> bool {
        !matches!(self.way, Way::Nowhere)
    }

    /// Where mail goes, in words.
    pub fn describe(&self) -> String {
        match &self.way {
            Way::Smtp(smtp) => format!("mail goes out by {}", smtp.shown()),
            Way::Outbox(folder) => format!("mail is written to {}", folder.display()),
            Way::Nowhere => "no mail is sent: there is no smtp_url (RONDO_SMTP_URL)".into(),
        }
    }

    /// Greets the server and signs in, if there is one.
    ///
    /// # Errors
    /// In words, if it does not take mail from us.
    pub async fn probe(&self) -> Result<Option<Probe>, String> {
        match &self.way {
            Way::Smtp(smtp) => smtp::probe(smtp, &self.domain()).await.map(Some),
            Way::Outbox(_) | Way::Nowhere => Ok(None),
        }
    }

    /// Lets a mail go. `id` makes its Message-ID, so that one that is sent twice (after a crash between the
    /// server's answer and our note of it) can be told from two mails; `date` is when it was written.
    ///
    /// # Errors
    /// Why it did not, and whether to try again.
    pub async fn deliver(
        &self,
        run: &mut Run,
        letter: &Letter,
        id: Id,
        date: Timestamp,
    ) -> Result<(), Refusal> {
        let (envelope, message) = self
            .form(letter, id, date)
            .map_err(|why| Refusal::Never { why })?;
        match &self.way {
            Way::Smtp(smtp) => {
                let mut line = match run.0.take() {
                    Some(line) => line,
                    None => Line::open(smtp, &self.domain()).await?,
                };
                let sent = line.send(&envelope, &message).await;
                if line.is_usable() {
                    run.0 = Some(line);
                }
                sent
            }
            Way::Outbox(folder) => {
                let (folder, name) = (folder.clone(), outbox::name(id, date));
                let written = tokio::task::spawn_blocking(move || outbox::write(&folder, &name, &message));
                let why = match written.await {
                    Ok(Ok(())) => return Ok(()),
                    Ok(Err(words)) => words,
                    Err(_) => "the outbox was not written".into(),
                };
                Err(Refusal::Later {
                    why,
                    concerns_all: true,
                })
            }
            Way::Nowhere => Err(Refusal::Never {
                why: "there is nothing that takes mail".into(),
            }),
        }
    }

    /// The domain of the sender's address, by which we greet the server and name mails.
    fn domain(&self) -> String {
        let from = self.from.parse::<Mailbox>();
        from.map_or_else(|_| "localhost".into(), |from| from.email.domain().to_owned())
    }

    /// The mail as it goes over the wire (RFC 5322), and its envelope.
    fn form(&self, letter: &Letter, id: Id, date: Timestamp) -> Result<(Envelope, Vec<u8>), String> {
        let from: Mailbox = self
            .from
            .parse()
            .map_err(|_| "mail_from is no address".to_owned())?;
        let to = address_of(&letter.to).ok_or("the address is one that mail cannot go to")?;
        let millis = u64::try_from(date.millis()).unwrap_or(0);
        let automatic = HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".into(),
        );
        let message = Message::builder()
            .from(from)
            .to(Mailbox::new(None, to))
            .subject(one_line(&letter.subject))
            .date(UNIX_EPOCH + Duration::from_millis(millis))
            .message_id(Some(format!("<{id}@{}>", self.domain())))
            .raw_header(automatic)
            .header(ContentType::TEXT_PLAIN)
            .body(body_of(&letter.text))
            .map_err(|error| format!("the mail cannot be put together: {error}"))?;
        Ok((message.envelope().clone(), message.formatted()))
    }
}

/// The address as servers take it: the domain in ASCII; what was written before it, if that is ASCII.
/// A moment as people read it, by the clocks of their zone.
fn shown_moment(at: Timestamp, zone: Zone) -> String {
    let clock = zone.wall_clock(at).format("%A, %-d %B %Y, %H:%M");
    format!("{clock} ({})", zone.name())
}

fn address_of(email: &Email) -> Option<Address> {
    let (key_local, domain) = email.key().rsplit_once('@')?;
    let (local, _) = email.written().rsplit_once('@')?;
    let local = if local.is_ascii() { local } else { key_local };
    Address::new(local, domain).ok()
}

/// The text as it is, where mail may be so; that a line is longer than it is nice to read is no reason to break it: whoever
/// copies a link out of the mail gets it whole.
fn body_of(text: &str) -> Body {
    let is_plain =
        |line: &str| line.len() <= LONGEST_LINE && line.bytes().all(|b| (b' '..=b'~').contains(&b));
    if text.split('\n').all(is_plain) {
        let lines = text.replace('\n', "\r\n").into_bytes();
        return Body::dangerous_pre_encoded(lines, ContentTransferEncoding::SevenBit);
    }
    Body::new(text.to_owned())
}

/// Without the breaks and other control characters of which a header must have none.
fn one_line(text: &str) -> String {
    let plain = |c: char| {
        if c.is_control() || "\u{2028}\u{2029}".contains(c) {
            ' '
        } else {
            c
        }
    };
    text.chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mailer() -> Mailer {
        Mailer {
            way: Way::Nowhere,
            from: "Rondo für alle <todo@example.org>".into(),
        }
    }

    fn letter(subject: &str, text: &str) -> Letter {
        Letter {
            to: "Person@bücher.example".parse().unwrap(),
            subject: subject.into(),
            text: text.into(),
        }
    }

    fn formed(letter: &Letter) -> String {
        let (id, date) = (Id::from_bytes([7; 12]), Timestamp::from_millis(1_790_000_000_000));
        let (_, bytes) = mailer().form(letter, id, date).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    fn head_of(mail: &str) -> Vec<&str> {
        mail.split_once("\r\n\r\n").unwrap().0.split("\r\n").collect()
    }

    #[test]
    fn a_mail_has_what_one_needs_and_says_that_a_program_wrote_it() {
        let mail = formed(&letter("Reminder: Milk", "Milk\n"));
        let head = head_of(&mail);
        for line in [
            "To: Person@xn--bcher-kva.example",
            "Subject: Reminder: Milk",
            "Date: Mon, 21 Sep 2026 14:13:20 +0000",
            "Message-ID: <070707070707070707070707@example.org>",
            "Auto-Submitted: auto-generated",
            "Content-Type: text/plain; charset=utf-8",
        ] {
            assert!(head.contains(&line), "{line}: {mail}");
        }
        assert!(mail.ends_with("\r\n\r\nMilk\r\n"), "{mail:?}");
        assert_eq!(
            formed(&letter("Reminder: Milk", "Milk\n")),
            mail,
            "the same mail twice is the same"
        );
    }

    #[test]
    fn what_is_not_ascii_goes_through_as_ascii() {
        let mail = formed(&letter("Äpfel 🍎 kaufen", "Für Zoë 🦀\n"));
        assert!(mail.is_ascii(), "{mail}");
        // The words of the subject, by RFC 2047 in base64 of UTF-8.
        assert!(mail.contains("Subject: =?utf-8?b?"), "{mail}");
        assert!(!mail.contains("pfel"), "{mail}");
    }

    #[test]
    fn no_subject_makes_a_header_of_its_own() {
        for subject in [
            "Milk\r\nBcc: victim@example.org",
            "Milk\nBcc: victim@example.org",
            "Milk\rBcc: victim@example.org",
            "Milk\r\n\r\nBcc: victim@example.org",
            "Milk\u{2028}Bcc: victim@example.org",
            "Milk\u{85}Bcc: victim@example.org",
            "Milk\0Bcc: victim@example.org",
        ] {
            let mail = formed(&letter(subject, "Milk\n"));
            let plain = formed(&letter("Milk", "Milk\n"));
            let names = |mail: &str| -> Vec<String> {
                let lines = head_of(mail)
                    .into_iter()
                    .filter(|line| !line.starts_with([' ', '\t']));
                lines
                    .map(|line| line.split(':').next().unwrap().to_owned())
                    .collect()
            };
            assert_eq!(names(&mail), names(&plain), "{subject:?}: {mail}");
            assert!(!mail.contains("\nBcc") && !mail.contains("\rBcc"), "{mail}");
        }
    }

    #[test]
    fn a_link_stays_whole() {
        let link = format!("https://todo.example.org/reset-password#token={}", "x".repeat(43));
        let mail = formed(&letter("Set a new password", &format!("Open it:\n\n{link}\n")));
        assert!(mail.contains(&format!("\r\n{link}\r\n")), "{mail}");
        assert!(
            head_of(&mail).contains(&"Content-Transfer-Encoding: 7bit"),
            "{mail}"
        );
    }

    #[test]
    fn a_long_subject_is_folded_and_no_line_is_too_long() {
        let mail = formed(&letter(&"ä".repeat(500), &"x".repeat(5000)));
        assert!(mail.split("\r\n").all(|line| line.len() <= 998), "{mail}");
    }
}
