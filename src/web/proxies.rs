//! Who asks, where reverse proxies stand between. Never here: what is allowed to whom.

use std::net::{IpAddr, Ipv4Addr};

use actix_web::HttpRequest;
use actix_web::http::header::HeaderMap;
use ipnet::IpNet;

const FORWARDED_FOR: &str = "X-Forwarded-For";

/// Whose word on who asks is believed.
#[derive(Clone, Debug, Default)]
pub struct Proxies(Vec<IpNet>);

impl Proxies {
    pub fn new(trusted: Vec<IpNet>) -> Self {
        Self(trusted)
    }

    /// The peer; if it is trusted, whom it saw, and so on. What a client wrote itself stands before what the first trusted proxy saw,
    /// and is never reached.
    pub fn client_of(&self, request: &HttpRequest) -> IpAddr {
        let peer = request
            .peer_addr()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip().to_canonical());
        let mut client = peer;
        for seen in seen_by_proxies(request.headers()) {
            if !self.are_trusted_with(client) {
                break;
            }
            let Some(seen) = seen else { break };
            client = seen;
        }
        client
    }

    fn are_trusted_with(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// From the last proxy to the first; `None` where no address stands.
fn seen_by_proxies(headers: &HeaderMap) -> impl Iterator<Item = Option<IpAddr>> {
    let told: Vec<&str> = headers
        .get_all(FORWARDED_FOR)
        .flat_map(|header| header.to_str().unwrap_or_default().split(','))
        .collect();
    let address = |told: &str| {
        told.trim()
            .parse()
            .ok()
            .map(|address: IpAddr| address.to_canonical())
    };
    told.into_iter().rev().map(address)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn client(trusted: &[&str], peer: &str, forwarded: &str) -> String {
        let proxies = Proxies::new(trusted.iter().map(|network| network.parse().unwrap()).collect());
        let request = TestRequest::get()
            .peer_addr(format!("{peer}:4711").parse().unwrap())
            .insert_header((FORWARDED_FOR, forwarded));
        proxies.client_of(&request.to_http_request()).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_what_it_saw_itself() {
        let here = ["127.0.0.0/8", "::1/128"];
        assert_eq!(client(&here, "127.0.0.1", "198.51.100.7, 192.0.2.1"), "192.0.2.1");
        assert_eq!(client(&here, "[::1]", "192.0.2.1"), "192.0.2.1");
        assert_eq!(client(&here, "127.0.0.1", "192.0.2.1, nobody"), "127.0.0.1");
        assert_eq!(client(&here, "198.51.100.7", "192.0.2.1"), "198.51.100.7");
        assert_eq!(client(&[], "127.0.0.1", "192.0.2.1"), "127.0.0.1");
        assert_eq!(client(&here, "[::ffff:192.0.2.1]", ""), "192.0.2.1");
    }

    #[test]
    fn of_several_proxies_each_says_whom_it_saw() {
        let both = ["10.0.0.0/8", "203.0.113.9/32"];
        let through = |forwarded| client(&both, "10.1.2.3", forwarded);
        assert_eq!(through("192.0.2.1, 198.51.100.7, 203.0.113.9"), "198.51.100.7");
        assert_eq!(through("192.0.2.1, 10.9.9.9, 10.4.4.4"), "192.0.2.1");
        assert_eq!(through("10.9.9.9"), "10.9.9.9");
    }
}
