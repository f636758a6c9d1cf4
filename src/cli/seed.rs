//! `rondo seed`: fills a database with something to try out, through the services as people do.

mod demo;

use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::Args;
use tokio::time::sleep;

use super::prompt::read_password;
use super::{Storage, read_config, say, services, words};
use crate::app::StartError;
use crate::model::{Caller, Email, Id, Role, Scopes, Sort, TodoDraft, TodoFilter, User};
use crate::service::Services;
use crate::service::accounts::{NewUser, Who};
use crate::service::audit::By;
use crate::service::lists::ListDraft;
use crate::service::todos::PageRequest;

/// So many to-dos are drafted before they are kept.
const AT_ONCE: usize = 10_000;

/// From so many on, some of them come again and some have steps.
const VARIED: u32 = 24;

/// What is made within one millisecond is in no order that anybody chose.
const APART: Duration = Duration::from_millis(2);

/// How many to-dos are read at a time to be counted.
const PAGE: usize = 500;

#[derive(Args)]
pub struct Seed {
    #[command(flatten)]
    storage: Storage,
    /// Make demo accounts with lists and to-dos (there is nothing else to make yet)
    #[arg(long, required = true)]
    demo: bool,
    /// How many accounts
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=1000))]
    users: u32,
    /// How many to-dos each of them has
    #[arg(long, default_value_t = 40, value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    todos: u32,
    /// The address of the first account; the others have a number behind the name
    #[arg(long, default_value = "demo@example.org")]
    email: Email,
    /// Read their password from the first line of standard input (default: a random one, printed once)
    #[arg(long)]
    password_stdin: bool,
    /// Make them in production, too, among the accounts of people
    #[arg(long)]
    even_in_production: bool,
}

impl Seed {
    pub async fn run(self) -> Result<(), StartError> {
        let config = read_config(&self.storage.flags())?;
        if config.environment.is_production() && !self.even_in_production {
            return Err(StartError(
                "this is production (ENV), where demo accounts would stand among those of people; \
                 if that is meant, add --even-in-production"
                    .into(),
            ));
        }
        let emails = (1..=self.users)
            .map(|number| numbered(&self.email, number))
            .collect::<Result<Vec<_>, _>>()?;
        let given = self.password_stdin.then(|| read_password(true)).transpose()?;
        let services = services(&self.storage).await?;
        let done = self.fill(&services, emails, given, &config.public_url).await;
        services.close().await;
        done
    }

    async fn fill(
        &self,
        services: &Arc<Services>,
        emails: Vec<Email>,
        given: Option<String>,
        public_url: &str,
    ) -> Result<(), StartError> {
        let password = given.clone().unwrap_or_else(|| random_password(services));
        let mut made = 0;
        for (number, email) in (1_u32..).zip(emails) {
            let written = email.written().to_owned();
            if let Some(user) = services.accounts.lookup(&Who::Email(email.clone())).await? {
                let count = count_todos(services, &user).await?;
                say(format_args!(
                    "{written} is there already, with {count} to-dos: left as it is"
                ))?;
                continue;
            }
            let begun = Instant::now();
            let new = NewUser {
                name: if number == 1 {
                    "Demo".into()
                } else {
                    format!("Demo {number}")
                },
                email,
                password: password.clone(),
                role: Role::User,
            };
            let user = services
                .accounts
                .create(By::operator(), new, "password")
                .await
                .map_err(words)?;
            self.add_todos(services, &user, number).await?;
            made += 1;
            say(format_args!(
                "made {written} with {} to-dos in {:.1} s",
                self.todos,
                begun.elapsed().as_secs_f64()
            ))?;
        }
        if made == 0 {
            return say("nothing was made; `rondo user delete EMAIL` takes an account away, to make it anew");
        }
        say(format_args!(
            "\nSign in at {public_url} with one of these addresses."
        ))?;
        match given {
            Some(_) => say("The password of what was made is the one that was given."),
            None => say(format_args!(
                "The password of what was made, shown this once: {password}"
            )),
        }
    }

    async fn add_todos(&self, services: &Services, user: &User, number: u32) -> Result<(), StartError> {
        let caller = caller(user);
        let today = services.source.now();
        let lists = if self.todos == 0 {
            Vec::new()
        } else {
            add_lists(services, &caller).await?
        };
        let in_list = |draft: TodoDraft| TodoDraft {
            list_id: demo::list_of(&draft).and_then(|place| lists.get(place).copied()),
            ..draft
        };
        // Each account has others in front.
        let first = u64::from(number) * 7;
        let mut end = first + u64::from(self.todos);
        if self.todos >= VARIED {
            let recurring: Vec<_> = demo::recurring(today).map(in_list).collect();
            end -= u64::try_from(recurring.len()).unwrap_or(0);
            services.todos.create_all(&caller, recurring).await?;
            // Each of them and its steps one after the other: a slow database is asked for one thing at a time.
            for (title, steps) in demo::WITH_STEPS {
                let whole = services.todos.create(&caller, demo::plain(title), None).await?;
                for (place, step) in steps.iter().enumerate() {
                    sleep(APART).await;
                    let draft = TodoDraft {
                        done: place == 0,
                        parent_id: Some(whole.id),
                        ..demo::plain(step)
                    };
                    services.todos.create(&caller, draft, None).await?;
                }
                end -= 1 + u64::try_from(steps.len()).unwrap_or(0);
            }
        }
        for from in (first..end).step_by(AT_ONCE) {
            let drafts = (from..end)
                .take(AT_ONCE)
                .map(|place| in_list(demo::todo(place, today)));
            services.todos.create_all(&caller, drafts.collect()).await?;
        }
        Ok(())
    }
}

/// The ids of the account's lists.
async fn add_lists(services: &Services, caller: &Caller) -> Result<Vec<Id>, StartError> {
    let mut lists = Vec::new();
    for (name, color, _) in demo::LISTS {
        sleep(APART).await;
        let draft = ListDraft {
            name: name.into(),
            color: color.parse().ok(),
        };
        lists.push(services.lists.create(caller, draft, None).await?.list.id);
    }
    Ok(lists)
}

/// `demo@example.org`, `demo2@example.org`, …
fn numbered(first: &Email, number: u32) -> Result<Email, StartError> {
    if number == 1 {
        return Ok(first.clone());
    }
    let (name, domain) = first.written().rsplit_once('@').unwrap_or((first.written(), ""));
    format!("{name}{number}@{domain}").parse().map_err(|_| {
        StartError(format!(
            "--email: {name:?} is too long to have a number behind it; give a shorter one"
        ))
    })
}

fn random_password(services: &Services) -> String {
    let mut random = [0; 15];
    services.source.fill(&mut random);
    URL_SAFE_NO_PAD.encode(random)
}

/// Somebody who is signed in, as far as to-dos ask.
fn caller(user: &User) -> Caller {
    Caller {
        user_id: user.id,
        session_id: Id::from_bytes([0; 12]),
        role: user.role,
        scopes: Scopes::of_role(user.role),
        is_delegated: false,
    }
}

async fn count_todos(services: &Services, user: &User) -> Result<usize, StartError> {
    let (caller, mut count, mut cursor) = (caller(user), 0, None);
    loop {
        let request = PageRequest {
            filter: TodoFilter::default(),
            due_after: None,
            due_before: None,
            due_within: None,
            sort: Sort::Position,
            descending: false,
            limit: PAGE,
            cursor,
        };
        let page = services.todos.page(&caller, request).await?;
        count += page.items.len();
        match page.next {
            Some(next) => cursor = Some(next),
            None => return Ok(count),
        }
    }
}
