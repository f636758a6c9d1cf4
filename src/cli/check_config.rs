//! `rondo check-config`: what holds, and where each value came from.

use clap::Args;
use serde_json::json;

use super::{Storage, say};
use crate::app::StartError;
use crate::config::{Layers, Setting};
use crate::logging::one_line;

#[derive(Args)]
pub struct CheckConfig {
    #[command(flatten)]
    storage: Storage,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// The width of a terminal, and how much of it a value may take before its source.
const WIDTH: usize = 80;
const VALUES: usize = 32;

impl CheckConfig {
    pub fn run(self) -> Result<(), StartError> {
        let (config, settings) = Layers::of_process()
            .and_then(|layers| layers.report(&self.storage.flags()))
            .map_err(|error| StartError(error.to_string()))?;
        let profile = config.environment.name();
        if self.json {
            let settings: Vec<_> = settings
                .iter()
                .map(|setting| {
                    json!({
                        "name": setting.name,
                        "value": setting.value,
                        "hidden": setting.is_hidden,
                        "source": setting.source,
                    })
                })
                .collect();
            return say(format_args!(
                "{:#}",
                json!({ "profile": profile, "settings": settings })
            ));
        }
        say(format_args!("The configuration is sound. Profile: {profile}\n"))?;
        table(&settings).iter().try_for_each(say)
    }
}

/// Three columns; where a value leaves no room, its source stands on the next line.
fn table(settings: &[Setting]) -> Vec<String> {
    let width = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or(0);
    let names = width(&mut settings.iter().map(|setting| setting.name.len()));
    let shown: Vec<String> = settings
        .iter()
        .map(|setting| one_line(&setting.shown()).into_owned())
        .collect();
    let lengths = shown.iter().map(|value| value.chars().count());
    let values = width(&mut lengths.filter(|length| *length <= VALUES));
    let line = |(setting, value): (&Setting, &String)| {
        let (name, source) = (setting.name.as_str(), one_line(&setting.source));
        let length = value.chars().count();
        if length <= values && names + values + source.chars().count() + 4 <= WIDTH {
            format!("{name:<names$}  {value:<values$}  {source}")
        } else if names + length + source.chars().count() + 4 <= WIDTH {
            format!("{name:<names$}  {value}  {source}")
        } else {
            format!("{name:<names$}  {value}\n{:names$}    {source}", "")
        }
    };
    settings.iter().zip(&shown).map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stays_within_a_terminal_and_a_long_value_has_its_source_below() {
        let setting = |name: &str, value: &str, source: &str| Setting {
            name: name.into(),
            value: value.into(),
            is_hidden: false,
            source: source.into(),
        };
        let long = "mongodb://one.example:27017,two.example:27017/rondo";
        let lines = table(&[
            setting("port", "4000", "PORT in the environment"),
            setting("access_token_seconds", "900", "default"),
            setting("db", long, "DB in .env"),
            setting("data_dir", "a\u{1b}[31m", "default"),
        ]);
        assert_eq!(
            lines[0],
            "port                  4000         PORT in the environment"
        );
        assert_eq!(lines[1], "access_token_seconds  900          default");
        assert_eq!(
            lines[2],
            format!("db                    {long}\n                        DB in .env")
        );
        assert_eq!(lines[3], "data_dir              a\\u{1b}[31m  default");
    }
}
