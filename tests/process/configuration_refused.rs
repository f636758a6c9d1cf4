//! Configurations that are refused: each in one line that names the setting and how to mend it, and
//! never shows a secret. (SECURITY 40)

use crate::installation::{Installation, OTHER_SECRET, SECRET};

/// What is wrong, and what the line about it must say.
struct Case<'a> {
    set: &'a [(&'a str, &'a str)],
    files: &'a [(&'a str, &'a str)],
    arguments: &'a [&'a str],
    words: &'a [&'a str],
}

const SOUND: Case<'static> = Case {
    set: &[],
    files: &[],
    arguments: &["serve"],
    words: &[],
};

#[track_caller]
fn refuses_each(cases: &[Case<'_>]) {
    for case in cases {
        let mut site = Installation::empty();
        case.files.iter().for_each(|(name, text)| site.write(name, text));
        case.set.iter().for_each(|(name, value)| site.set(name, value));
        site.run(case.arguments).refuses_with(case.words);
        assert!(
            !site.path("data").exists(),
            "it was refused before anything was made"
        );
    }
}

/// Names and their values.
type Variables<'a> = &'a [(&'a str, &'a str)];

/// Variables that are wrong, one set a case.
#[track_caller]
fn refuses_variables(cases: &[(Variables<'_>, &[&str])]) {
    for (set, words) in cases {
        refuses_each(&[Case { set, words, ..SOUND }]);
    }
}

/// Files of the working directory that are wrong.
#[track_caller]
fn refuses_files(cases: &[(&str, &str, &[&str])]) {
    for (name, text, words) in cases {
        refuses_each(&[Case {
            files: &[(name, text)],
            words,
            ..SOUND
        }]);
    }
}

const PRODUCTION: (&str, &str) = ("ENV", "production");
const DB: (&str, &str) = ("DB", "sqlite:data/rondo.db");
const URL: (&str, &str) = ("RONDO_PUBLIC_URL", "https://todo.example.org");

#[test]
fn production_asks_for_its_database_secret_and_public_address_by_name() {
    refuses_variables(&[
        (
            &[PRODUCTION, ("SECRET", SECRET), URL],
            &["needs a database", "set DB", "mongodb://"],
        ),
        (
            &[PRODUCTION, DB, URL],
            &["needs a secret", "set SECRET", "SECRET_FILE", "openssl rand"],
        ),
        (
            &[PRODUCTION, DB, ("SECRET", SECRET)],
            &["needs public_url", "set RONDO_PUBLIC_URL"],
        ),
    ]);
    // Which profile runs may stand in .env, too.
    refuses_files(&[(".env", "ENV=production\n", &["ENV=production needs a database"])]);
}

#[test]
fn production_refuses_short_secrets_and_placeholders_wherever_they_come_from() {
    let with = |name, value| [PRODUCTION, DB, URL, ("SECRET", SECRET), (name, value)];
    let short = &["the secret is shorter than 32 characters", "openssl rand"][..];
    let placeholder = &["the secret looks like a placeholder", "openssl rand"][..];
    refuses_variables(&[
        (&with("SECRET", "hunter2"), short),
        (
            &with("SECRET", "hunter2-change-me-hunter2-change-me"),
            placeholder,
        ),
        (
            &with("SECRET", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
            placeholder,
        ),
        (
            &with("SECRET", "your-secret-of-32-characters-or-more"),
            placeholder,
        ),
        (
            &with("SECRET_PREVIOUS", "hunter2"),
            &["the previous secret is shorter than 32 characters", "or none"],
        ),
    ]);
    for (text, words) in [
        ("hunter2\n", short),
        ("\n", &["the secret is empty", "openssl rand"]),
        ("change-me-change-me-change-me-hunter2\n", placeholder),
    ] {
        refuses_each(&[Case {
            set: &[PRODUCTION, DB, URL, ("SECRET_FILE", "secret.txt")],
            files: &[("secret.txt", text)],
            words,
            ..SOUND
        }]);
    }
    for (text, words) in [
        ("hunter2\n", "the previous secret is shorter than 32 characters"),
        (
            "change-me-change-me-change-me-hunter2\n",
            "the previous secret looks like a placeholder",
        ),
        (
            "hunter2\u{1}-Zk8vQe1rTy6uHn3mWc9xLp4sBd7fGj2a\n",
            "the previous secret has control characters",
        ),
    ] {
        refuses_each(&[Case {
            set: &with("SECRET_PREVIOUS_FILE", "previous.txt"),
            files: &[("previous.txt", text)],
            words: &[words, "give the one that was used before, or none"],
            ..SOUND
        }]);
    }
}

#[test]
fn a_secret_file_that_cannot_be_read_is_named() {
    refuses_variables(&[
        (
            &[PRODUCTION, DB, URL, ("SECRET_FILE", "missing.txt")],
            &["secret_file missing.txt", "cannot be read"],
        ),
        (
            &[PRODUCTION, DB, URL, ("SECRET_FILE", "/dev")],
            &["secret_file /dev", "cannot be read"],
        ),
        (
            &[("SECRET_PREVIOUS_FILE", "missing.txt")],
            &["secret_previous_file missing.txt", "cannot be read"],
        ),
        (
            &[("DB_FILE", "missing.txt")],
            &["db_file missing.txt", "cannot be read"],
        ),
    ]);
}

#[test]
fn settings_that_contradict_each_other_are_both_named() {
    refuses_variables(&[
        (
            &[("SECRET", "hunter2"), ("SECRET_FILE", "x")],
            &["secret and secret_file are both set", "set one"],
        ),
        (
            &[("SECRET_PREVIOUS", "hunter2"), ("SECRET_PREVIOUS_FILE", "x")],
            &["secret_previous and secret_previous_file are both set", "set one"],
        ),
        (
            &[DB, ("DB_FILE", "x")],
            &["db and db_file are both set", "set one"],
        ),
        (
            &[("RONDO_REFRESH_IDLE_DAYS", "91")],
            &["refresh_idle_days (91) is more than refresh_absolute_days (90)"],
        ),
    ]);
}

#[test]
fn values_that_are_nonsense_are_named_with_their_setting() {
    refuses_variables(&[
        (
            &[("ENV", "staging")],
            &["staging", "development, test or production"],
        ),
        (&[("PORT", "http")], &["port", "PORT in the environment"]),
        (
            &[("PORT", "70000")],
            &["port", "PORT in the environment", "70000"],
        ),
        (
            &[("RONDO_ADDRESS", "everywhere")],
            &["address", "RONDO_ADDRESS in the environment"],
        ),
        (
            &[("RONDO_REGISTRATION", "maybe")],
            &["registration", "open, invite, closed"],
        ),
        (
            &[("RONDO_TOKEN_ALGORITHM", "HS256")],
            &["token_algorithm", "RS256, ES256"],
        ),
        (
            &[("RONDO_BCRYPT_COST", "4")],
            &["bcrypt_cost is 4", "between 10 and 16"],
        ),
        (&[("RONDO_DRAIN_SECONDS", "-1")], &["drain_seconds"]),
        (&[("RONDO_WORKERS", "0")], &["workers"]),
        (
            &[("RONDO_PUBLIC_URL", "todo.example.org")],
            &["public_url", "https://todo.example.org"],
        ),
        (
            &[("RONDO_PUBLIC_URL", "https://todo.example.org/app")],
            &["public_url", "such as"],
        ),
        (&[("RONDO_CORS_ORIGINS", "*")], &["cors_origins", "such as"]),
        (
            &[("RONDO_TRUSTED_PROXIES", "everyone")],
            &["trusted_proxies", "10.0.0.0/8"],
        ),
        (
            &[("DB", "mysql://user:hunter2@db.example.org/x")],
            &["db is neither", "sqlite:PATH", "mongodb://"],
        ),
    ]);
    let flags: [(&[&str], &[&str]); 2] = [
        (
            &["serve", "--db", "mongo://user:hunter2@db.example.org"],
            &["db is neither", "mongodb://"],
        ),
        (
            &["serve", "--db", "sqlite:"],
            &["without a path", "sqlite:data/rondo.db"],
        ),
    ];
    for (arguments, words) in flags {
        refuses_each(&[Case {
            arguments,
            words,
            ..SOUND
        }]);
    }
}

#[test]
fn unknown_names_are_refused_wherever_they_stand() {
    refuses_variables(&[
        (
            &[("RONDO_SECRETT", "hunter2")],
            &["RONDO_SECRETT in the environment is no setting", "SECRET_FILE"],
        ),
        (
            &[("RONDO_", "hunter2")],
            &["RONDO_ in the environment is no setting"],
        ),
    ]);
    refuses_files(&[
        (
            ".env",
            "RONDO_SECRETT=hunter2\n",
            &["RONDO_SECRETT in .env is no setting"],
        ),
        (
            "Rocket.toml",
            "[default]\nsecrett = 'hunter2'\n",
            &["\"secrett\"", "Rocket.toml", "is no setting", "secret_file"],
        ),
        // Rocket itself takes these, and would pass over one that is misspelt.
        (
            "Rocket.toml",
            "[default]\nlimits = { forms = '1 GiB' }\n",
            &["\"limits\"", "Rocket.toml", "is no setting"],
        ),
        (
            "Rocket.toml",
            "[staging]\nport = 4001\n",
            &["\"staging\"", "Rocket.toml", "[production]"],
        ),
        (
            "Rocket.toml",
            "port = 4001\n",
            &["\"port\"", "Rocket.toml", "[default]"],
        ),
    ]);
    refuses_each(&[
        Case {
            files: &[("my.toml", "[development]\nsecrett = 'hunter2'\n")],
            arguments: &["serve", "--config", "my.toml"],
            words: &["\"secrett\"", "my.toml", "is no setting"],
            ..SOUND
        },
        Case {
            files: &[("my.toml", "[prodution]\nport = 4001\n")],
            arguments: &["serve", "--config", "my.toml"],
            words: &["\"prodution\"", "my.toml", "[production]"],
            ..SOUND
        },
        // A key of another profile is looked at too: it would end the start of production one day.
        Case {
            files: &[("Rocket.toml", "[production]\nsecrett = 'hunter2'\n")],
            words: &["\"secrett\"", "Rocket.toml", "is no setting"],
            ..SOUND
        },
    ]);
}

#[test]
fn files_that_cannot_be_read_are_named_and_not_repeated() {
    refuses_files(&[
        (
            "Rocket.toml",
            "[default]\nsecret = 'hunter2\n",
            &["Rocket.toml", "is not TOML"],
        ),
        (
            "Rocket.toml",
            "[default\nsecret = 'hunter2'\n",
            &["Rocket.toml", "is not TOML"],
        ),
        (
            "Rocket.toml",
            "[default]\nsecret = 'hunter2' 'hunter2'\n",
            &["Rocket.toml", "is not TOML", "line 2"],
        ),
        (
            "Rocket.toml",
            "[default]\nsecret = hunter2\n",
            &["Rocket.toml", "is not TOML", "line 2"],
        ),
        (
            "Rocket.toml",
            "[default]\nsecret = ['hunter2']\n",
            &["secret", "Rocket.toml"],
        ),
        (
            "Rocket.toml",
            "default = 'hunter2'\n",
            &["Rocket.toml", "default"],
        ),
        (
            ".env",
            "SECRET hunter2\n",
            &[".env has a line that is not NAME=value"],
        ),
        (
            ".env",
            "SECRET='hunter2\n",
            &[".env has a line that is not NAME=value"],
        ),
    ]);
    refuses_each(&[
        Case {
            arguments: &["serve", "--config", "missing.toml"],
            words: &["missing.toml cannot be read"],
            ..SOUND
        },
        Case {
            files: &[(
                "my.toml",
                "[default]\ndb = 'mongodb://user:hunter2@db.example.org\n",
            )],
            arguments: &["serve", "--config", "my.toml"],
            words: &["my.toml", "is not TOML", "line 2"],
            ..SOUND
        },
    ]);
}

#[test]
fn a_secret_that_is_a_number_is_not_shown() {
    let site = Installation::empty();
    site.write("Rocket.toml", "[default]\nsecret = 47110815\n");
    let refused = site.run(&["serve"]);
    refused.refuses_with(&["secret", "Rocket.toml"]);
    assert!(!refused.stderr.contains("47110815"), "{refused:?}");
}

#[test]
fn every_command_refuses_a_bad_configuration_alike() {
    for arguments in [
        &["migrate"][..],
        &["migrate", "--status"],
        &["user", "list"],
        &["healthcheck"],
    ] {
        refuses_each(&[Case {
            set: &[("SECRET", OTHER_SECRET), ("RONDO_SECRETT", "hunter2")],
            arguments,
            words: &["RONDO_SECRETT in the environment is no setting"],
            ..SOUND
        }]);
    }
}
