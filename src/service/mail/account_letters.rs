//! What stands in the mails about accounts: plain text, in English. Nothing that somebody else may have written (a
//! name, say) stands in them: whoever asks for a mail to a stranger must not choose its words.

use super::Letter;
use crate::model::Email;

/// The mail that brings the link by which an address is verified.
pub fn verification(to: Email, link: &str) -> Letter {
    Letter {
        to,
        subject: "Confirm your e-mail address".into(),
        text: format!(
            "Somebody, we hope you, has an account at Rondo with this e-mail address.\n\n\
             To confirm that it is yours, open this page within a day:\n\n{link}\n\n-- \n\
             If it was not you, do nothing.\n"
        ),
    }
}

/// The mail that brings the link by which a new password is set.
pub fn password_reset(to: Email, link: &str) -> Letter {
    Letter {
        to,
        subject: "Set a new password".into(),
        text: format!(
            "Somebody, we hope you, has asked to set a new password for your account at Rondo.\n\n\
             To do so, open this page within an hour:\n\n{link}\n\n\
             It can be used once, and all devices are signed out by it.\n\n-- \n\
             If it was not you, do nothing: your password stays as it is.\n"
        ),
    }
}

/// The mail to whoever is invited to make an account.
pub fn invitation(to: Email, url: &str, link: &str) -> Letter {
    Letter {
        to,
        subject: "You are invited to Rondo".into(),
        text: format!(
            "Whoever looks after Rondo at {url}\n\
             invites you to make an account there, with this e-mail address.\n\n\
             To do so, open this page within a week:\n\n{link}\n\n-- \n\
             If you do not want one, do nothing.\n"
        ),
    }
}

/// The notice to an address that was an account's until now.
pub fn address_changed(to: Email) -> Letter {
    Letter {
        to,
        subject: "Your account has another e-mail address".into(),
        text: "The account at Rondo that had this e-mail address has another one now, and no mail about it comes here \
               any more.\n\n-- \n\
               If it was not you who changed it, tell whoever runs the service at once.\n"
            .into(),
    }
}
