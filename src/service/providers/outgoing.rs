//! Requests to a provider: to addresses that are let through only, bounded in time and size, and no further than the
//! address that was asked for.

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use url::{Host, Url};

use crate::config::Provider;

/// A provider answers in that time, or not at all.
const LIMIT: Duration = Duration::from_secs(4);
const CONNECT_LIMIT: Duration = Duration::from_secs(2);
/// No document of a provider's is longer, in bytes.
const LONGEST: usize = 256 * 1024;

/// Why there is no answer, in words for the log and for the operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoAnswer(pub String);

/// Which addresses are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    /// Also those of private networks and of this machine, and without TLS.
    pub is_private: bool,
}

impl Reach {
    /// Half a sentence, if this address is not asked.
    fn refuse(self, address: IpAddr) -> Option<&'static str> {
        let address = match address.to_canonical() {
            // Addresses of IPv4 that are written as ones of IPv6 (NAT64).
            IpAddr::V6(v6) if v6.segments()[..6] == [0x64, 0xff9b, 0, 0, 0, 0] => {
                let [.., a, b, c, d] = v6.octets();
                IpAddr::V4(Ipv4Addr::new(a, b, c, d))
            }
            other => other,
        };
        let (is_never, is_private) = match address {
            IpAddr::V4(v4) => (is_never_v4(v4), is_private_v4(v4)),
            IpAddr::V6(v6) => (is_never_v6(v6), v6.is_loopback() || v6.is_unique_local()),
        };
        if is_never {
            Some("is link-local or no address of one machine")
        } else if is_private && !self.is_private {
            Some("is private or this machine's own, and private_addresses is not set")
        } else {
            None
        }
    }

    /// Looks at an address before anything is sent there. What its name stands for is looked at by [`Names`].
    ///
    /// # Errors
    /// A sentence that says why it is not asked.
    pub fn check(self, url: &Url) -> Result<(), NoAnswer> {
        let refuse = |why: &str| Err(NoAnswer(format!("{url} is not asked: its address {why}")));
        if url.scheme() != "https" && !(url.scheme() == "http" && self.is_private) {
            return refuse("does not begin with https://");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("has a user's name in it");
        }
        let literal = match url.host() {
            None => return refuse("names no host"),
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            Some(Host::Domain(_)) => None,
        };
        literal
            .and_then(|address| self.refuse(address))
            .map_or(Ok(()), refuse)
    }
}

const fn is_never_v4(address: Ipv4Addr) -> bool {
    address.is_link_local()
        || address.is_unspecified()
        || address.is_broadcast()
        || address.is_multicast()
        || address.octets()[0] == 0
}

fn is_private_v4(address: Ipv4Addr) -> bool {
    let [a, b, ..] = address.octets();
    let is_shared = a == 100 && (64..128).contains(&b);
    address.is_private() || address.is_loopback() || is_shared
}

fn is_never_v6(address: Ipv6Addr) -> bool {
    address.is_unicast_link_local() || address.is_unspecified() || address.is_multicast()
}

/// Finds what names stand for, and looks at each address before it is connected to.
struct Names(Reach);

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if let Some(why) = found.iter().find_map(|address| reach.refuse(address.ip())) {
                let words = format!("{} is not asked: its address {why}", name.as_str());
                return Err(Box::new(NoAnswer(words)) as Box<dyn std::error::Error + Send + Sync>);
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// What asks one provider.
pub struct Outgoing {
    client: reqwest::Client,
    reach: Reach,
}

impl Outgoing {
    /// # Errors
    /// A sentence, if the certificates of `ca_file` cannot be used.
    pub fn new(provider: &Provider) -> Result<Self, NoAnswer> {
        let reach = Reach {
            is_private: provider.private_addresses,
        };
        let unusable = |words: String| NoAnswer(format!("providers.{}.ca_file {words}", provider.name));
        let mut roots = rustls::RootCertStore::empty();
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        for certificate in CertificateDer::pem_slice_iter(provider.ca.as_deref().unwrap_or("").as_bytes()) {
            let certificate = certificate.map_err(|error| unusable(error.to_string()))?;
            roots
                .add(certificate)
                .map_err(|error| unusable(error.to_string()))?;
        }
        let tls = rustls::ClientConfig::builder_with_provider(Arc::new(
            rustls::crypto::aws_lc_rs::default_provider(),
        ))
        .with_safe_default_protocol_versions()
        .map_err(|error| NoAnswer(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(Policy::none())
            .referer(false)
            .no_proxy()
            .user_agent("rondo")
            .timeout(LIMIT)
            .connect_timeout(CONNECT_LIMIT)
            .dns_resolver(Names(reach))
            .build()
            .map_err(|error| NoAnswer(error.to_string()))?;
        Ok(Self { client, reach })
    }

    /// Asks, and reads the answer whole.
    ///
    /// # Errors
    /// A sentence: the address is not asked, nothing answers in time, the answer leads elsewhere or is too long.
    pub async fn ask(&self, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
        let asked = request.uri().to_string();
        let answer = self.look(request).await?;
        if answer.status().is_redirection() {
            return Err(NoAnswer(format!(
                "{asked} answers with a redirect, which is not followed"
            )));
        }
        Ok(answer)
    }

    /// The same, of an answer that may lead elsewhere. It is not followed.
    ///
    /// # Errors
    /// As [`Outgoing::ask`].
    pub async fn look(&self, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
        let request = reqwest::Request::try_from(request).map_err(|error| NoAnswer(error.to_string()))?;
        let url = request.url().clone();
        self.reach.check(&url)?;
        let failed = |error: &reqwest::Error| NoAnswer(format!("{url}: {}", innermost(error)));
        let mut response = self
            .client
            .execute(request)
            .await
            .map_err(|error| failed(&error))?;
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| failed(&error))? {
            body.extend_from_slice(&chunk);
            if body.len() > LONGEST {
                return Err(NoAnswer(format!(
                    "{url} answers with more than {} KiB",
                    LONGEST / 1024
                )));
            }
        }
        let mut answer = HttpResponse::new(body);
        *answer.status_mut() = status;
        *answer.headers_mut() = headers;
        Ok(answer)
    }
}

impl<'c> AsyncHttpClient<'c> for Outgoing {
    type Error = NoAnswer;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, NoAnswer>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.ask(request))
    }
}

/// What is at the bottom of an error: "error sending request" tells nobody anything.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(url: &str, is_private: bool) -> Option<String> {
        let url = Url::parse(url).unwrap();
        Reach { is_private }
            .check(&url)
            .err()
            .map(|NoAnswer(words)| words)
    }

    #[test]
    fn link_local_addresses_are_never_asked() {
        for url in [
            "https://169.254.169.254/latest/meta-data",
            "https://[fe80::1]/",
            "https://[::ffff:169.254.169.254]/",
            "https://[64:ff9b::a9fe:a9fe]/",
            "https://2852039166/",
            "https://0xa9.0xfe.0xa9.0xfe/",
            "https://0.0.0.0/",
            "https://0.1.2.3/",
            "https://[::]/",
            "https://224.0.0.1/",
            "https://255.255.255.255/",
        ] {
            assert!(refusal(url, true).is_some(), "{url}");
            assert!(refusal(url, false).is_some(), "{url}");
        }
    }

    #[test]
    fn private_addresses_and_plain_http_are_asked_where_that_is_set() {
        for url in [
            "https://127.0.0.1:8443/",
            "https://10.1.2.3/",
            "https://192.168.0.1/",
            "https://172.16.0.1/",
            "https://100.100.100.200/",
            "https://[::1]/",
            "https://[fd00:ec2::254]/",
            "https://[::ffff:127.0.0.1]/",
            "http://id.example.org/",
        ] {
            assert_eq!(refusal(url, true), None, "{url}");
            assert!(refusal(url, false).is_some(), "{url}");
        }
        assert_eq!(refusal("https://id.example.org/", false), None);
        assert_eq!(refusal("https://93.184.216.34/", false), None);
        for url in [
            "ftp://id.example.org/",
            "file:///etc/passwd",
            "https://user@id.example.org/",
        ] {
            assert!(refusal(url, true).is_some(), "{url}");
        }
    }

    #[tokio::test]
    async fn what_a_name_stands_for_is_looked_at_before_it_is_connected_to() {
        let found = Names(Reach { is_private: false })
            .resolve("localhost".parse().unwrap())
            .await;
        let words = found.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(words.contains("localhost is not asked"), "{words}");
        assert!(
            Names(Reach { is_private: true })
                .resolve("localhost".parse().unwrap())
                .await
                .is_ok()
        );
    }
}
