//! `rondo user …`: the operator's daily care of accounts.

use std::sync::Arc;

use clap::{Args, Subcommand};

use super::prompt::{confirm, read_password};
use super::{Storage, say, services, words};
use crate::app::StartError;
use crate::model::{Email, Factors, Id, Role, User};
use crate::service::Services;
use crate::service::accounts::{NewUser, UserPatch, Who};
use crate::service::audit::By;

#[derive(Args)]
#[command(mut_args(|storage| storage.global(true)))]
pub struct UserCommand {
    #[command(flatten)]
    storage: Storage,
    #[command(subcommand)]
    action: Action,
}

/// What names an account on the command line.
const WHO: &str = "Its e-mail address, or its id";

#[derive(Subcommand)]
enum Action {
    /// Make an account; the password is asked for
    Add {
        /// The e-mail address that it signs in with
        #[arg(long)]
        email: Email,
        /// The name that is shown
        #[arg(long, default_value = "", value_parser = parse_name)]
        name: String,
        /// Make it an administrator
        #[arg(long)]
        admin: bool,
        /// Read the password from the first line of standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// Invite somebody to make an account; a running service sends the mail
    Invite {
        /// The address that the invitation goes to, and that the account will have
        email: Email,
        /// Make it an administrator
        #[arg(long)]
        admin: bool,
        /// Print the link in the place of a mail, to be passed on; so it is where no mail is sent
        #[arg(long)]
        link: bool,
    },
    /// List all accounts
    List,
    /// Let an account sign in again
    Enable {
        #[arg(help = WHO)]
        who: String,
    },
    /// Keep an account from signing in, and end its sessions
    Disable {
        #[arg(help = WHO)]
        who: String,
    },
    /// Make an account a user or an administrator
    SetRole {
        #[arg(help = WHO)]
        who: String,
        /// user or admin
        role: Role,
    },
    /// Set a new password, which is asked for, and end all sessions
    SetPassword {
        #[arg(help = WHO)]
        who: String,
        /// Read the password from the first line of standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// Take all second factors of an account away, whose owner has lost them
    ResetFactors {
        #[arg(help = WHO)]
        who: String,
    },
    /// Delete an account and everything of it
    Delete {
        #[arg(help = WHO)]
        who: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

impl UserCommand {
    pub async fn run(self) -> Result<(), StartError> {
        let services = services(&self.storage).await?;
        let done = act(&services, self.action).await;
        services.close().await;
        done
    }
}

async fn act(services: &Arc<Services>, action: Action) -> Result<(), StartError> {
    let accounts = &services.accounts;
    match action {
        Action::Add {
            email,
            name,
            admin,
            password_stdin,
        } => {
            let password = read_password(password_stdin)?;
            let role = if admin { Role::Admin } else { Role::User };
            let user = accounts
                .create(
                    By::operator(),
                    NewUser {
                        name,
                        email,
                        password,
                        role,
                    },
                    "password",
                )
                .await
                .map_err(words)?;
            say(format_args!("added {}", line(&user)))?;
        }
        Action::Invite { email, admin, link } => invite(services, email, admin, link).await?,
        Action::List => list(services).await?,
        Action::Enable { who } => {
            change(
                services,
                &who,
                UserPatch {
                    disabled: Some(false),
                    ..UserPatch::default()
                },
                "enabled",
            )
            .await?;
        }
        Action::Disable { who } => {
            change(
                services,
                &who,
                UserPatch {
                    disabled: Some(true),
                    ..UserPatch::default()
                },
                "disabled",
            )
            .await?;
        }
        Action::SetRole { who, role } => {
            change(
                services,
                &who,
                UserPatch {
                    role: Some(role),
                    ..UserPatch::default()
                },
                "changed",
            )
            .await?;
        }
        Action::SetPassword { who, password_stdin } => {
            find(services, &who).await?;
            let password = Some(read_password(password_stdin)?);
            change(
                services,
                &who,
                UserPatch {
                    password,
                    ..UserPatch::default()
                },
                "changed",
            )
            .await?;
        }
        Action::ResetFactors { who } => {
            let user = find(services, &who).await?;
            if user.factors == Factors::default() {
                return Err(StartError(format!("{who} has no second factor")));
            }
            let user = services.factors.reset(user.id).await.map_err(words)?;
            say(format_args!("reset the second factors of {}", line(&user)))?;
        }
        Action::Delete { who, yes } => {
            let user = find(services, &who).await?;
            if !yes && !confirm(&format!("Delete {} and everything of it?", line(&user)))? {
                return Err(StartError("nothing was deleted".into()));
            }
            accounts.erase(By::operator(), user.id).await.map_err(words)?;
            say(format_args!("deleted {}", line(&user)))?;
        }
    }
    Ok(())
}

async fn invite(services: &Services, email: Email, admin: bool, link: bool) -> Result<(), StartError> {
    let role = if admin { Role::Admin } else { Role::User };
    let invitations = &services.invitations;
    if link || !invitations.takes_mail() {
        // Alone on its line, for whoever copies it.
        return say(invitations.link(email, role).await.map_err(words)?);
    }
    let invitation = invitations
        .invite(By::operator(), email, role)
        .await
        .map_err(words)?;
    let line = format!(
        "invited {} until {}",
        invitation.email.written(),
        invitation.expires_at
    );
    say(crate::logging::one_line(&line))
}

async fn list(services: &Services) -> Result<(), StartError> {
    let mut after = None;
    loop {
        let page = services.accounts.page(after, 200).await?;
        for user in &page {
            say(line(user))?;
        }
        match page.last() {
            Some(last) if page.len() == 200 => after = Some(last.id),
            _ => return Ok(()),
        }
    }
}

async fn change(services: &Services, who: &str, patch: UserPatch, done: &str) -> Result<(), StartError> {
    let user = find(services, who).await?;
    let user = services
        .accounts
        .apply(By::operator(), user.id, patch, None, "password")
        .await
        .map_err(words)?;
    say(format_args!("{done} {}", line(&user)))?;
    Ok(())
}

/// A name, by the rule of the API's schemas (`common.json#/$defs/name`).
fn parse_name(text: &str) -> Result<String, String> {
    if text.chars().count() > 200 || text.chars().any(char::is_control) {
        return Err("a name stands on one line and has at most 200 characters".into());
    }
    Ok(text.to_owned())
}

/// The account with this id or e-mail address.
async fn find(services: &Services, who: &str) -> Result<User, StartError> {
    let named = match (who.parse::<Id>(), who.parse::<Email>()) {
        (Ok(id), _) => Who::Id(id),
        (_, Ok(email)) => Who::Email(email),
        (Err(_), Err(_)) => {
            return Err(StartError(format!(
                "{who:?} is neither an id nor an e-mail address"
            )));
        }
    };
    services
        .accounts
        .lookup(&named)
        .await?
        .ok_or_else(|| StartError(format!("there is no account {who}")))
}

/// An account on one line: id, role, state, address, name.
fn line(user: &User) -> String {
    let state = if user.disabled { "disabled" } else { "enabled" };
    let email = user.email.as_ref().map_or("-", Email::written);
    let line = format!(
        "{}  {:<5}  {state:<8}  {email}  {}",
        user.id,
        user.role.name(),
        user.name
    );
    crate::logging::one_line(line.trim_end()).into_owned()
}
