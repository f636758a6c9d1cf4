//! The server's address: what Rondo sets where the address does not, and errors that tell no secrets.

use std::time::Duration;

use mongodb::error::{Error as DriverError, ErrorKind};
use mongodb::options::{
    Acknowledgment, ClientOptions, ConnectionString, ReadPreference, SelectionCriteria, Tls, WriteConcern,
};
use tokio::time::timeout;

use super::run::cause_of;
use crate::store::{Result, StoreError};

/// How long the DNS records of a `mongodb+srv` address are waited for.
const DNS_LIMIT: Duration = Duration::from_secs(2);
/// The driver's own 30 s are longer than anybody waits.
const SELECTION_LIMIT: Duration = Duration::from_secs(2);
/// Less than the limit of an operation, so that the server says that no majority took the write.
const MAJORITY_LIMIT: Duration = Duration::from_millis(2500);
const POOL_SIZE: u32 = 32;
/// How a certificate begins in a file.
const PEM_BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";

/// The driver's options for `address`, and the hosts in it, to be named in errors.
pub(super) async fn options(address: &str) -> Result<(ClientOptions, String)> {
    let parsed = ConnectionString::parse(address).map_err(|_| malformed(address))?;
    let hosts = hosts_of(address);
    let resolved = timeout(DNS_LIMIT, ClientOptions::parse(parsed)).await;
    let mut options = match resolved {
        Ok(Ok(options)) => options,
        Ok(Err(error)) if matches!(*error.kind, ErrorKind::DnsResolve { .. }) => {
            let cause = format!("the DNS records of {hosts} cannot be read: {}", cause_of(&error));
            return Err(StoreError::Unavailable(cause));
        }
        Ok(Err(_)) => return Err(malformed(address)),
        Err(_) => {
            let cause = format!(
                "the DNS records of {hosts} did not come within {} s",
                DNS_LIMIT.as_secs()
            );
            return Err(StoreError::Unavailable(cause));
        }
    };
    check_files(&options)?;
    set_defaults(&mut options);
    Ok((options, hosts))
}

/// The files that the address names, before the driver opens them: it does not always say which, and takes
/// a file without a certificate for one of a server that nobody trusts.
fn check_files(options: &ClientOptions) -> Result<()> {
    let Some(Tls::Enabled(tls)) = &options.tls else {
        return Ok(());
    };
    for (option, path) in [
        ("tlsCAFile", &tls.ca_file_path),
        ("tlsCertificateKeyFile", &tls.cert_key_file_path),
    ] {
        let Some(path) = path else { continue };
        let cause = match std::fs::read(path) {
            Ok(bytes) if bytes.windows(PEM_BEGIN.len()).any(|window| window == PEM_BEGIN) => continue,
            Ok(_) => "has no certificate in PEM".to_owned(),
            Err(error) => format!("cannot be read: {error}"),
        };
        return Err(StoreError::Fault(format!(
            "the address of the MongoDB server cannot be used: its {option} {} {cause}",
            path.display()
        )));
    }
    Ok(())
}

fn set_defaults(options: &mut ClientOptions) {
    options.app_name.get_or_insert_with(|| "rondo".into());
    options.server_selection_timeout.get_or_insert(SELECTION_LIMIT);
    options.connect_timeout.get_or_insert(SELECTION_LIMIT);
    options.max_pool_size.get_or_insert(POOL_SIZE);
    options.retry_reads.get_or_insert(true);
    options.retry_writes.get_or_insert(true);
    // What was answered survives the death of a machine. The read concern waits for the server's greeting.
    options.write_concern.get_or_insert_with(|| {
        WriteConcern::builder()
            .w(Acknowledgment::Majority)
            .journal(true)
            .w_timeout(MAJORITY_LIMIT)
            .build()
    });
    options
        .selection_criteria
        .get_or_insert(SelectionCriteria::ReadPreference(ReadPreference::Primary));
}

/// The hosts as they stand in the address, without what stands in front of the last `@`.
fn hosts_of(address: &str) -> String {
    let open = without_user(address);
    let rest = open.split_once("://").map_or(open.as_str(), |(_, rest)| rest);
    rest.split(['/', '?']).next().unwrap_or_default().to_owned()
}

/// The address without user name and password. A password that was not percent-encoded can hold any
/// character, so everything up to the very last `@` goes.
fn without_user(address: &str) -> String {
    let (scheme, rest) = address.split_once("://").unwrap_or(("", address));
    let rest = rest.rsplit_once('@').map_or(rest, |(_, open)| open);
    format!("{scheme}://{rest}")
}

/// What is wrong with the address. The driver's message quotes the part that it does not understand,
/// which may be a piece of a password or the value of an option: so the parts are tried one by one, and
/// only what cannot be secret is told.
fn malformed(address: &str) -> StoreError {
    const FORM: &str = "its form is mongodb://user:password@host:port/database?option=value";
    let open = without_user(address);
    let (place, options) = open.split_once('?').unwrap_or((&open, ""));
    let cause = if !(address.starts_with("mongodb://") || address.starts_with("mongodb+srv://")) {
        "it must begin with mongodb:// or mongodb+srv://".into()
    } else if let Err(error) = ConnectionString::parse(place) {
        // Without the user, what is left of a sound address is hosts and a database.
        if open.len() == address.len() {
            cause_of(&error)
        } else {
            "the part behind the last @ is not host:port/database".into()
        }
    } else if let Some(option) = misunderstood(options) {
        match name_of(option) {
            "" => "an option in it has no name".into(),
            name => format!("the option `{name}` is unknown or has a value that is not understood"),
        }
    } else if ConnectionString::parse(&open).is_err() {
        "its options are repeated or contradict each other".into()
    } else {
        "a user name or password in it must be percent-encoded".into()
    };
    StoreError::Fault(format!(
        "the address of the MongoDB server cannot be used: {cause}; {FORM}"
    ))
}

/// The first option that cannot be used.
fn misunderstood(options: &str) -> Option<&str> {
    let is_understood =
        |option: &str| ConnectionString::parse(format!("mongodb://localhost/?{option}")).is_ok();
    let mut each = options.split('&').filter(|_| !options.is_empty());
    each.find(|option| option.is_empty() || !is_understood(option))
}

fn name_of(option: &str) -> &str {
    let name = option.split('=').next().unwrap_or_default();
    let is_name = name.len() <= 40 && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_name { name } else { "…" }
}

/// Options that parse, but that the driver cannot work with.
pub(super) fn unusable(error: &DriverError) -> StoreError {
    StoreError::Fault(format!(
        "the address of the MongoDB server cannot be used: {}",
        cause_of(error)
    ))
}

/// Why there is no connection, with the hosts that were tried.
pub(super) fn unreachable(hosts: &str, error: StoreError) -> StoreError {
    match error {
        StoreError::Unavailable(cause) => StoreError::Unavailable(format!(
            "no MongoDB server answers at {hosts}: {}",
            first_reason(&cause)
        )),
        StoreError::Fault(cause) => {
            StoreError::Fault(format!("the MongoDB server at {hosts} refuses: {cause}"))
        }
        StoreError::Duplicate => StoreError::Duplicate,
    }
}

/// The first server's own error, out of the driver's description of all servers.
fn first_reason(cause: &str) -> &str {
    let reason = cause.split_once("Error: Kind: ").map(|(_, rest)| rest);
    reason.and_then(|rest| rest.split(" }").next()).unwrap_or(cause)
}

#[cfg(test)]
mod tests {
    use mongodb::options::ReadConcern;

    use super::*;

    fn fault(address: &str) -> String {
        match malformed(address) {
            StoreError::Fault(cause) => cause,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn what_the_address_says_is_kept_and_the_rest_is_set() {
        let (plain, hosts) = options("mongodb://user:pass@a.example:1,b.example/x")
            .await
            .unwrap();
        assert_eq!(hosts, "a.example:1,b.example");
        assert_eq!(plain.default_database.as_deref(), Some("x"));
        assert_eq!(plain.app_name.as_deref(), Some("rondo"));
        assert_eq!(plain.server_selection_timeout, Some(SELECTION_LIMIT));
        assert_eq!(plain.read_concern, None);
        let concern = plain.write_concern.unwrap();
        assert_eq!(
            (concern.w, concern.journal),
            (Some(Acknowledgment::Majority), Some(true))
        );

        let address =
            "mongodb://a/?appName=x&serverSelectionTimeoutMS=9000&maxPoolSize=5&w=1&readConcernLevel=local";
        let (own, _) = options(address).await.unwrap();
        assert_eq!(own.app_name.as_deref(), Some("x"));
        assert_eq!(own.server_selection_timeout, Some(Duration::from_secs(9)));
        assert_eq!(
            (own.max_pool_size, own.read_concern),
            (Some(5), Some(ReadConcern::local()))
        );
        assert_eq!(own.write_concern.unwrap().w, Some(Acknowledgment::Nodes(1)));
    }

    #[tokio::test]
    async fn an_address_that_is_malformed_is_told_without_its_secrets() {
        for address in [
            "postgres://user:s3cret@host/db",
            "user:s3cret@host",
            "mongodb://user:s3cret@/db",
            "mongodb://user:s3cret@host:port/db",
            "mongodb://user:s3c%ret@host/db",
            "mongodb://user:s3cret/x@y@host:27017/db",
            "mongodb://user:s3cret?x@host/db",
            "mongodb://user:a:s3cret@host/db",
            "mongodb://user:s3cret@host/db?readConcernLevel=majority&w=s3cret&journal=perhaps",
            "mongodb://user:s3cret@host/db?authMechanismProperties=s3cret",
            "mongodb://user:s3cret@host/d$b",
            "mongodb+srv://user:s3cret@host:1/db",
            "mongodb+srv://user:s3cret@a,b/db",
            "mongodb://user:x@host/db?tlsCertificateKeyFilePassword=s3cret&s3cret",
            "mongodb://@",
            "",
        ] {
            let error = options(address).await.unwrap_err();
            assert!(matches!(error, StoreError::Fault(_)), "{address}: {error:?}");
            let text = format!("{error} {error:?}");
            for secret in ["s3c", "cret", "user:"] {
                assert!(
                    !text.replace("user:password@host", "").contains(secret),
                    "{address}: {text}"
                );
            }
        }
    }

    #[test]
    fn what_is_wrong_with_an_address_is_told_in_words() {
        assert!(fault("host:27017").contains("must begin with mongodb://"));
        assert!(fault("mongodb://host/db?journal=perhaps").contains("the option `journal`"));
        assert!(fault("mongodb://host/db?&journal=true").contains("an option in it has no name"));
        assert!(fault("mongodb://host/db?w=1&w=2").contains("repeated"));
        assert!(fault("mongodb://u:p%@host/db").contains("percent-encoded"));
        assert!(fault("mongodb://host:port/db").contains("port"));
    }

    #[test]
    fn the_first_reason_is_taken_out_of_the_drivers_description() {
        let driver = "ping: Server selection timeout: No available servers. Topology: { Type: Unknown, \
            Servers: [ { Address: a:1, Type: Unknown, Error: Kind: I/O error: refused } ] }";
        assert_eq!(first_reason(driver), "I/O error: refused");
        assert_eq!(first_reason("no answer"), "no answer");
    }
}
