//! Counters for Prometheus: requests by route, method and status, and how long they took. Never here: money, names, tokens.

use std::time::Instant;

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::web::Data;
use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry, TextEncoder};

use super::state::AppState;
use crate::host::clock;

/// The methods that are counted by name.
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// The counters of one server. A counter that cannot be registered is left out: requests are served all the same.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Option<IntCounterVec>,
    seconds: Option<HistogramVec>,
}

impl Default for Metrics {
    fn default() -> Self {
        let registry = Registry::new();
        let requests = IntCounterVec::new(
            Opts::new("daftar_http_requests_total", "Requests answered."),
            &["route", "method", "status"],
        );
        let seconds = HistogramVec::new(
            HistogramOpts::new("daftar_http_request_seconds", "Time until the answer began.")
                .buckets(vec![0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2.0, 10.0]),
            &["route", "method"],
        );
        let requests = requests.ok();
        let seconds = seconds.ok();
        if let Some(counter) = requests.clone() {
            let _ = registry.register(Box::new(counter));
        }
        if let Some(histogram) = seconds.clone() {
            let _ = registry.register(Box::new(histogram));
        }
        Self {
            registry,
            requests,
            seconds,
        }
    }
}

impl Metrics {
    /// All counters in Prometheus' text format.
    pub fn text(&self) -> String {
        TextEncoder::new()
            .encode_to_string(&self.registry.gather())
            .unwrap_or_default()
    }

    fn count(&self, route: &str, method: &str, status: &str, began: Instant) {
        if let Some(requests) = &self.requests {
            requests.with_label_values(&[route, method, status]).inc();
        }
        if let Some(seconds) = &self.seconds {
            seconds
                .with_label_values(&[route, method])
                .observe(clock::reading().duration_since(began).as_secs_f64());
        }
    }
}

/// Counts what it lets through. A path without a route counts as `none` and a method that is not in [`METHODS`] as `other`, so
/// that nobody can make labels.
pub async fn measured(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let began = clock::reading();
    let state = request.app_data::<Data<AppState>>().cloned();
    let method = counted_as(request.method());
    let route = request.match_pattern().unwrap_or_else(|| "none".to_owned());
    let answer = next.call(request).await;
    if let Some(state) = state {
        let status = match &answer {
            Ok(response) => response.status(),
            Err(error) => error.as_response_error().status_code(),
        };
        state.metrics.count(&route, method, status.as_str(), began);
    }
    answer
}

fn counted_as(method: &Method) -> &'static str {
    let known = METHODS.into_iter().find(|known| method.as_str() == *known);
    known.unwrap_or("other")
}
