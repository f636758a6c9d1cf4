//! Whether mail leaves: the server is greeted and signed in to, and nothing is sent.

use super::{Finding, in_time};
use crate::config::{Config, SmtpTls};
use crate::service::mail::Mailer;

const CHECK: &str = "mail";

pub(super) async fn examine(config: &Config) -> Finding {
    let mailer = Mailer::new(config);
    let Some(smtp) = &config.smtp else {
        return if mailer.takes_mail() {
            Finding::ok(CHECK, mailer.describe())
        } else {
            Finding::warning(
                CHECK,
                mailer.describe(),
                "set smtp_url (RONDO_SMTP_URL) and mail_from, or tell people that there are no mails",
            )
        };
    };
    let place = smtp.shown();
    let probe = match in_time(mailer.probe()).await.flatten() {
        Ok(Some(probe)) => probe,
        Ok(None) => return Finding::skipped(CHECK, "there is no server"),
        Err(words) => {
            return Finding::warning(
                CHECK,
                format!("{place}: {words}"),
                "look at smtp_url (RONDO_SMTP_URL) and whether that server runs",
            );
        }
    };
    let signed_in = if probe.is_signed_in { ", signed in" } else { "" };
    let says = format!("{} answers at {place}{signed_in}", probe.name);
    if smtp.tls == SmtpTls::None && !smtp.is_local() {
        return Finding::warning(
            CHECK,
            format!("{says}; mails go over the network in the clear"),
            "take ?tls=none away from smtp_url",
        );
    }
    Finding::ok(CHECK, says)
}
