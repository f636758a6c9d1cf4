//! Settings that are sound, each by itself, and still not what an installation for people should have.

use super::Finding;
use crate::config::Config;

pub(super) fn examine(config: &Config) -> Vec<Finding> {
    vec![public_address(config), proxies(config)]
}

/// The page keeps its session in a cookie that is `Secure`: over plain HTTP browsers do not send it, but
/// to the own machine.
fn public_address(config: &Config) -> Finding {
    const CHECK: &str = "public address";
    let url = &config.public_url;
    let Some(host) = url.strip_prefix("http://") else {
        return Finding::ok(CHECK, url);
    };
    let is_own = host == "localhost"
        || ["localhost:", "127.", "[::1]"]
            .iter()
            .any(|own| host.starts_with(own));
    if is_own && !config.environment.is_production() {
        return Finding::ok(CHECK, url);
    }
    Finding::warning(
        CHECK,
        format!("{url} is plain HTTP: passwords can be read on the way, and browsers keep no session cookie"),
        "put a proxy with TLS in front, and set RONDO_PUBLIC_URL to its https:// address",
    )
}

/// TLS ends in front of the service, never in it.
fn proxies(config: &Config) -> Finding {
    const CHECK: &str = "proxies";
    if !config.trusted_proxies.is_empty() {
        let networks = config.trusted_proxies.iter().map(ToString::to_string);
        let networks: Vec<_> = networks.collect();
        return Finding::ok(CHECK, format!("trusted: {}", networks.join(", ")));
    }
    if config.public_url.starts_with("https://") {
        return Finding::warning(
            CHECK,
            "a proxy ends TLS for the public address, and none is trusted: everybody seems to come from it, \
             and shares its limits",
            "set RONDO_TRUSTED_PROXIES to its address",
        );
    }
    Finding::ok(CHECK, "none in front, none trusted")
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;
    use crate::config::{Flags, Layers};

    #[test]
    fn plain_http_is_for_the_own_machine_and_tls_has_a_proxy() {
        for (url, trusted, expected) in [
            ("http://127.0.0.1:4000", "", [State::Ok, State::Ok]),
            ("http://localhost:4000", "", [State::Ok, State::Ok]),
            ("http://[::1]:4000", "", [State::Ok, State::Ok]),
            ("http://localhost.example.org", "", [State::Warning, State::Ok]),
            ("http://todo.example.org", "10.0.0.1", [State::Warning, State::Ok]),
            ("https://todo.example.org", "", [State::Ok, State::Warning]),
            ("https://todo.example.org", "10.0.0.0/8", [State::Ok, State::Ok]),
        ] {
            let variables = [("RONDO_PUBLIC_URL", url), ("RONDO_TRUSTED_PROXIES", trusted)];
            let config = Layers::of_variables(&variables)
                .config(&Flags::default())
                .unwrap();
            let states: Vec<_> = examine(&config).iter().map(|finding| finding.state).collect();
            assert_eq!(states, expected, "{url} {trusted}");
        }
    }
}
