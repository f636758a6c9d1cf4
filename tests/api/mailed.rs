//! Reading the mails that the service has written, of the outbox folder of its data.

use std::time::{Duration, Instant};

use crate::common::TestApp;

/// A mail as it lies in the outbox.
#[derive(Debug, Clone)]
pub struct Mail(pub String);

impl Mail {
    /// The lines of the head.
    pub fn head(&self) -> Vec<&str> {
        let (head, _) = self.0.split_once("\r\n\r\n").expect("a head and a body");
        head.split("\r\n").collect()
    }

    pub fn subject(&self) -> &str {
        let subjects = self
            .head()
            .into_iter()
            .filter_map(|line| line.strip_prefix("Subject: "));
        let subjects: Vec<_> = subjects.collect();
        let [subject] = subjects[..] else {
            panic!("not one subject: {}", self.0)
        };
        subject
    }

    /// The one line that is an address of a page.
    pub fn link(&self) -> &str {
        let links: Vec<_> = self
            .0
            .split("\r\n")
            .filter(|line| line.starts_with("http"))
            .collect();
        let [link] = links[..] else {
            panic!("not one link: {}", self.0)
        };
        link
    }

    /// The secret of the link.
    pub fn token(&self) -> String {
        let (_, secret) = self.link().split_once('#').expect("a fragment");
        let (_, secret) = secret.split_once('=').expect("a secret");
        assert_eq!(secret.len(), 43, "{secret}");
        secret.to_owned()
    }
}

/// All that was written to this address, the oldest first. What waits is sent before.
pub async fn mails_to(app: &TestApp, email: &str) -> Vec<Mail> {
    app.services.post.send_once().await.expect("the store answers");
    let outbox = app.database.data_dir.join("outbox");
    let files = std::fs::read_dir(&outbox).into_iter().flatten().flatten();
    let mut paths: Vec<_> = files
        .map(|file| file.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
        .collect();
    paths.sort();
    let to = format!("To: {email}");
    paths
        .iter()
        .map(|path| Mail(std::fs::read_to_string(path).expect("a mail can be read")))
        .filter(|mail| mail.head().contains(&to.as_str()))
        .collect()
}

/// The mails of this subject to this address, once there are so many.
pub async fn wait_for(app: &TestApp, email: &str, subject: &str, count: usize) -> Vec<Mail> {
    let begun = Instant::now();
    loop {
        let mut mails = mails_to(app, email).await;
        mails.retain(|mail| mail.subject() == subject);
        if mails.len() >= count {
            return mails;
        }
        let (found, all) = (mails.len(), mails_to(app, email).await);
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "{found} of {count}: {all:?}"
        );
        // The service's own job may have it in its hands.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The only mail of this subject to this address.
pub async fn the_mail(app: &TestApp, email: &str, subject: &str) -> Mail {
    let mut mails = wait_for(app, email, subject, 1).await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    mails.remove(0)
}

/// Waits until everything that was kept before is sent: what is asked for last leaves last.
pub async fn until_all_is_sent(app: &TestApp) {
    // Nothing of what waits is from the same millisecond.
    app.clock.advance(10);
    let email = format!("last{}@example.org", app.services.source.new_id());
    app.register(&email).await;
    the_mail(app, &email, VERIFY).await;
}

pub const VERIFY: &str = "Confirm your e-mail address";
pub const RESET: &str = "Set a new password";
pub const INVITED: &str = "You are invited to Rondo";
pub const DEVICE: &str = "A sign-in on a new device";
pub const MOVED: &str = "Your account has another e-mail address";
pub const LINKED: &str = "Your account was linked to a provider";
pub const UNLINKED: &str = "A provider was taken away from your account";
