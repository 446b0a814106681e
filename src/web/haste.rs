//! How often one client address may ask what needs no token. Never here: what is asked.

use std::fmt;
use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use chrono::{DateTime, Utc};
use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use super::problem::Problem;
use super::state::AppState;
use crate::usecases::Failure;

/// Of one address; as many may come at once.
pub const CHECKS_PER_MINUTE: NonZeroU32 = NonZeroU32::MIN.saturating_add(29);
/// With more addresses than this, those that have been quiet for a while are forgotten.
const ADDRESSES_MAX: usize = 10_000;

/// A handler that takes this is not called for an address that asks too often; one that takes it as a `Result` tells so
/// itself.
#[derive(Clone, Copy, Debug)]
pub struct Unhurried;

/// What was asked of late, by address. One for all workers of a server.
pub struct Haste(Limiter);

type Limiter = RateLimiter<IpAddr, HashMapStateStore<IpAddr>, Moments, NoOpMiddleware<Duration>>;

/// The clock of the server, as the time since 1970.
struct Moments(Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>);

impl Clock for Moments {
    type Instant = Duration;

    fn now(&self) -> Duration {
        ((self.0)() - DateTime::UNIX_EPOCH).to_std().unwrap_or_default()
    }
}

impl Haste {
    pub fn new(clock: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>) -> Self {
        let quota = Quota::per_minute(CHECKS_PER_MINUTE);
        Self(RateLimiter::hashmap_with_clock(quota, Moments(clock)))
    }

    /// # Errors
    /// After how many seconds it may ask again.
    fn ask(&self, address: IpAddr) -> Result<(), u16> {
        if self.0.len() >= ADDRESSES_MAX {
            self.0.retain_recent();
        }
        self.0.check_key(&address).map_err(|too_early| {
            let wait = too_early.wait_time_from(self.0.clock().now());
            u16::try_from(wait.as_secs() + 1).unwrap_or(u16::MAX)
        })
    }
}

impl FromRequest for Unhurried {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(state) = request.app_data::<Data<AppState>>() else {
            let failure = Failure::Internal("a server without a state".to_owned());
            return ready(Err(failure.into()));
        };
        let asked = state.haste.ask(whole_network(state.proxies.client_of(request)));
        ready(asked.map(|()| Self).map_err(Problem::too_often))
    }
}

/// Whoever has an address of IPv6 has its whole network.
fn whole_network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
    }
}

impl fmt::Debug for Haste {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Haste").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    const ONE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
    const OTHER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2));

    /// A limit and the seconds of its clock.
    fn haste() -> (Haste, Arc<AtomicI64>) {
        let secs = Arc::new(AtomicI64::new(1_000));
        let clock = Arc::clone(&secs);
        let now = move || DateTime::from_timestamp(clock.load(Ordering::Relaxed), 0).unwrap();
        (Haste::new(Arc::new(now)), secs)
    }

    #[test]
    fn an_address_asks_so_often_in_a_minute_and_each_for_itself() {
        let (haste, secs) = haste();
        for _ in 0..CHECKS_PER_MINUTE.get() {
            assert_eq!(haste.ask(ONE), Ok(()));
        }
        let wait = haste.ask(ONE).unwrap_err();
        assert_eq!(wait, 3);
        assert_eq!(haste.ask(OTHER), Ok(()));
        secs.fetch_add(1, Ordering::Relaxed);
        assert!(haste.ask(ONE).is_err());
        secs.fetch_add(1, Ordering::Relaxed);
        assert_eq!(haste.ask(ONE), Ok(()));
        assert!(haste.ask(ONE).is_err());
        secs.fetch_add(60, Ordering::Relaxed);
        let again = (0..100).filter(|_| haste.ask(ONE).is_ok()).count();
        assert_eq!(again, 30);
    }

    #[test]
    fn addresses_that_have_been_quiet_are_forgotten() {
        let (haste, secs) = haste();
        for n in 0..u32::try_from(ADDRESSES_MAX).unwrap() {
            haste.ask(IpAddr::V4(Ipv4Addr::from_bits(n))).unwrap();
        }
        secs.fetch_add(120, Ordering::Relaxed);
        haste.ask(ONE).unwrap();
        assert_eq!(haste.0.len(), 1);
    }

    #[test]
    fn a_network_of_ipv6_is_one_address() {
        let of = |address: &str| whole_network(address.parse().unwrap()).to_string();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("192.0.2.1"), "192.0.2.1");
    }
}
