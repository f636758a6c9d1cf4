//! Logs, by log4rs: readable on a console in development, JSON in a rolling file (unless `log_dir` is `none`)
//! and on the console in production. Whatever is logged, a record is one line.
//!
//! Never logged: passwords, tokens, cookies, authorisation codes, raw bodies, query strings.

use std::borrow::Cow;
use std::path::Path;

use log::LevelFilter;
use log::kv::{self, VisitSource};
use log4rs::append::console::{ConsoleAppender, Target};
use log4rs::append::rolling_file::RollingFileAppender;
use log4rs::append::rolling_file::policy::compound::CompoundPolicy;
use log4rs::append::rolling_file::policy::compound::roll::fixed_window::FixedWindowRoller;
use log4rs::append::rolling_file::policy::compound::trigger::size::SizeTrigger;
use log4rs::config::{Appender, Deserializers, Logger, RawConfig, Root};
use log4rs::encode::json::JsonEncoder;
use log4rs::encode::writer::simple::SimpleWriter;
use log4rs::encode::{Encode, Write};

use crate::clock::{Source as _, System};
use crate::config::Config;

/// Where the record of each request goes.
pub const REQUESTS: &str = "rondo::request";

/// A log file is rolled at this size, and this many old ones are kept.
const FILE_BYTES: u64 = 20 * 1024 * 1024;
const OLD_FILES: u32 = 10;

/// Sets up logging for the whole process, before anything else begins.
///
/// # Errors
/// A sentence, if the log folder or the configured file cannot be used.
pub fn init(config: &Config) -> Result<(), String> {
    if let Some(file) = &config.log_config {
        check(file).map_err(|words| {
            format!(
                "log_config {} cannot be used: {}",
                file.display(),
                one_line(&words)
            )
        })?;
        return log4rs::init_file(file, Deserializers::default()).map_err(|error| {
            format!("log_config {} cannot be used: {error}", file.display()).replace('\n', " ")
        });
    }
    let console: Box<dyn Encode> = if config.environment.is_production() {
        Box::new(Whole(JsonEncoder::new()))
    } else {
        Box::new(Whole(Readable))
    };
    let console = ConsoleAppender::builder()
        .target(Target::Stderr)
        .encoder(console)
        .build();
    let mut built =
        log4rs::Config::builder().appender(Appender::builder().build("console", Box::new(console)));
    let mut root = Root::builder().appender("console");
    if let Some(folder) = config
        .log_dir
        .as_deref()
        .filter(|_| config.environment.is_production())
    {
        built = built.appender(Appender::builder().build("file", Box::new(rolling_file(folder)?)));
        root = root.appender("file");
    }
    let own = if config.debug {
        LevelFilter::Debug
    } else {
        LevelFilter::Info
    };
    let built = built
        .logger(Logger::builder().build("rondo", own))
        // Rocket and hyper put headers and whole addresses into their records.
        .logger(Logger::builder().build("rocket", LevelFilter::Off))
        .logger(Logger::builder().build("_", LevelFilter::Off))
        .logger(Logger::builder().build("hyper", LevelFilter::Off))
        .build(root.build(LevelFilter::Warn))
        .map_err(|error| format!("logging cannot be set up: {error}"))?;
    log4rs::init_config(built)
        .map(|_| ())
        .map_err(|error| format!("logging cannot be set up: {error}"))
}

/// Refuses a file of which log4rs would use a part: it tells what it leaves out on standard error, and
/// goes on without. What log4rs refuses itself is left to it.
fn check(file: &Path) -> Result<(), String> {
    let Ok(text) = std::fs::read_to_string(file) else {
        return Ok(());
    };
    let Ok(raw) = serde_yaml::from_str::<RawConfig>(&text) else {
        return Ok(());
    };
    let (root, loggers) = (raw.root(), raw.loggers());
    if root.appenders().is_empty() && loggers.iter().all(|logger| logger.appenders().is_empty()) {
        return Err("neither root nor a logger has an appender, so that nothing would be logged".into());
    }
    let (appenders, errors) = raw.appenders_lossy(&Deserializers::default());
    if !errors.is_empty() {
        let words = format!("{errors:?}")
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        return Err(words.replace("AppenderErrors([", "").replace("])", ""));
    }
    let built = log4rs::Config::builder()
        .appenders(appenders)
        .loggers(loggers)
        .build(root);
    built.map(|_| ()).map_err(|errors| {
        let words = errors.errors().first().map(ToString::to_string);
        words.unwrap_or_else(|| "its parts do not fit".into())
    })
}

fn rolling_file(folder: &Path) -> Result<RollingFileAppender, String> {
    let failed = |error: &dyn std::fmt::Display| {
        format!(
            "the log folder {} cannot be used: {error}; set RONDO_LOG_DIR to one that can, or to \"none\" to log to the \
             console alone",
            folder.display()
        )
    };
    let roller = FixedWindowRoller::builder()
        .build(&format!("{}/rondo.{{}}.log", folder.display()), OLD_FILES)
        .map_err(|error| failed(&error))?;
    let policy = CompoundPolicy::new(Box::new(SizeTrigger::new(FILE_BYTES)), Box::new(roller));
    RollingFileAppender::builder()
        .encoder(Box::new(JsonEncoder::new()))
        .build(folder.join("rondo.log"), Box::new(policy))
        .map_err(|error| failed(&error))
}

/// Hands a record on in one piece. The console has no buffer of its own: each piece would be a system call,
/// and dozens of them make up one record of JSON.
#[derive(Debug)]
struct Whole<E>(E);

impl<E: Encode> Encode for Whole<E> {
    fn encode(&self, out: &mut dyn Write, record: &log::Record<'_>) -> anyhow::Result<()> {
        let mut whole = SimpleWriter(Vec::with_capacity(512));
        self.0.encode(&mut whole, record)?;
        out.write_all(&whole.0)?;
        Ok(())
    }
}

/// A line for people: level, message, then what belongs to it as `name=value`. Control characters
/// are escaped, so that nothing that a client sends can begin a line or colour a terminal.
#[derive(Debug)]
struct Readable;

impl Encode for Readable {
    fn encode(&self, out: &mut dyn Write, record: &log::Record<'_>) -> anyhow::Result<()> {
        let time = System::default().now().to_string();
        // The time of the day, to the second, in UTC.
        let mut line = format!("{} {:<5} {}", &time[11..19], record.level(), record.args());
        record.key_values().visit(&mut Pairs(&mut line))?;
        writeln!(out, "{}", one_line(&line))?;
        Ok(())
    }
}

/// The text with its control characters (line breaks, terminal escapes) made visible, and Unicode's own
/// line breaks too.
pub fn one_line(text: &str) -> Cow<'_, str> {
    let is_unseen = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    if !text.contains(is_unseen) {
        return Cow::Borrowed(text);
    }
    let mut line = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_unseen(c) {
            line.extend(c.escape_default());
        } else {
            line.push(c);
        }
    }
    Cow::Owned(line)
}

/// Writes key-value pairs behind a message.
struct Pairs<'a>(&'a mut String);

impl<'kvs> VisitSource<'kvs> for Pairs<'_> {
    fn visit_pair(&mut self, key: kv::Key<'kvs>, value: kv::Value<'kvs>) -> Result<(), kv::Error> {
        use std::fmt::Write as _;
        write!(self.0, " {key}={value}").map_err(kv::Error::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_logged_is_one_line_without_terminal_escapes() {
        assert_eq!(
            one_line("a\r\nERROR forged\u{1b}[31m\u{85}\u{2028}é"),
            "a\\r\\nERROR forged\\u{1b}[31m\\u{85}\\u{2028}é"
        );
    }
}
