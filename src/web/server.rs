//! The HTTP server: what wraps every route, and its limits. Never here: what a route does.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{Server, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::guard::fn_guard;
use actix_web::http::Method;
use actix_web::middleware::{Compress, DefaultHeaders, from_fn};
use actix_web::web::Data;
use actix_web::{App, Error, HttpMessage, HttpRequest, HttpServer, web};
use tracing::field::{DisplayValue, Empty, display};
use tracing_actix_web::{DefaultRootSpanBuilder, RequestId, RootSpanBuilder, TracingLogger};
use utoipa::openapi::OpenApi;
use utoipa_actix_web::AppExt;
use utoipa_swagger_ui::SwaggerUi;

use crate::usecases::Failure;

use super::door::guarded;
use super::head::answered_without_body;
use super::metrics::measured;
use super::openapi;
use super::problem::{Answer, Problem};
use super::state::AppState;
use super::{api, body, portal};

const HEADERS_SECS_MAX: u64 = 10;
const KEEP_ALIVE_SECS: u64 = 75;
/// What is in flight when the server is told to stop has this long to end.
const SHUTDOWN_SECS_MAX: u64 = 30;
const CONNECTIONS_MAX: usize = 10_000;

/// Where and how wide a server listens.
#[derive(Clone, Copy, Debug)]
pub struct Listening {
    /// Port 0 takes a free one.
    pub address: SocketAddr,
    pub workers: usize,
}

/// Proves, for now, that nobody else has the address.
///
/// # Errors
/// When it cannot be listened on.
pub fn require_free(address: SocketAddr) -> io::Result<()> {
    TcpListener::bind(address).map(drop)
}

/// Binds and returns the server with the address that it took. It runs when awaited and ends once `end_wished` is there
/// and what is in flight has been answered.
///
/// # Errors
/// When the address cannot be listened on.
pub fn serve(
    state: AppState,
    listening: Listening,
    end_wished: impl Future<Output = ()> + Send + 'static,
) -> io::Result<(Server, SocketAddr)> {
    let bound = HttpServer::new(move || app(state.clone()))
        .workers(listening.workers)
        .max_connections(CONNECTIONS_MAX)
        .client_request_timeout(Duration::from_secs(HEADERS_SECS_MAX))
        .keep_alive(Duration::from_secs(KEEP_ALIVE_SECS))
        .shutdown_timeout(SHUTDOWN_SECS_MAX)
        .shutdown_signal(end_wished)
        .bind(listening.address)?;
    let address = bound.addrs().first().copied().unwrap_or(listening.address);
    Ok((bound.run(), address))
}

/// All routes with all that wraps them; tests call it in-process.
pub fn app(
    state: AppState,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    let document = openapi::document();
    App::new()
        .app_data(Data::new(state))
        .app_data(Data::new(document.clone()))
        .app_data(body::query_config())
        .app_data(body::path_config())
        .wrap(from_fn(guarded))
        .wrap(from_fn(measured))
        .wrap(Compress::default())
        .wrap(common_headers())
        .wrap(from_fn(answered_without_body))
        .wrap(TracingLogger::<OneEventPerAnswer>::new())
        .into_utoipa_app()
        .configure(api::configure)
        .into_app()
        .configure(portal::configure)
        .service(web::redirect("/docs", "/docs/"))
        .configure(read_only)
        .service(SwaggerUi::new("/docs/{_:.*}").url("/openapi.json", document))
        .default_service(web::to(nothing_here))
}

/// What the pages of the document answer by themselves is only read.
fn read_only(config: &mut web::ServiceConfig) {
    for path in ["/openapi.json", "/docs/{_:.*}", "/docs"] {
        let written = fn_guard(|asked| ![Method::GET, Method::HEAD].contains(&asked.head().method));
        config.service(
            web::resource(path)
                .guard(written)
                .default_service(web::to(nothing_here)),
        );
    }
}

fn common_headers() -> DefaultHeaders {
    DefaultHeaders::new()
        .add(("X-Content-Type-Options", "nosniff"))
        .add(("Referrer-Policy", "no-referrer"))
        .add(("X-Frame-Options", "DENY"))
}

async fn nothing_here(request: HttpRequest, document: Data<OpenApi>) -> Answer<String> {
    // Pages, which are not in the document, are only read.
    let allowed = request.match_pattern().map(|pattern| {
        let of_api = openapi::methods_of(&document, &pattern);
        of_api.unwrap_or_else(|| "GET, HEAD".to_owned())
    });
    match allowed {
        Some(methods) => Err(Problem::method_not_allowed(methods)),
        None => Err(Failure::not_found("page", request.path()).into()),
    }
}

fn client_of(request: &ServiceRequest) -> Option<DisplayValue<IpAddr>> {
    let state = request.app_data::<Data<AppState>>()?;
    Some(display(state.proxies.client_of(request.request())))
}

/// Whether a single row was posted and taken: what became of it is on record, and says more than a line of the log would, thousands of
/// times a second.
fn is_taken<B>(response: &ServiceResponse<B>) -> bool {
    let asked = response.request();
    response.status().is_success() && asked.method() == Method::POST && asked.path() == "/v1/transactions"
}

/// A span per request, and one event when it is answered.
#[derive(Debug)]
struct OneEventPerAnswer;

impl RootSpanBuilder for OneEventPerAnswer {
    fn on_request_start(request: &ServiceRequest) -> tracing::Span {
        tracing::info_span!(
            "request",
            http.method = %request.method(),
            http.target = request.uri().path_and_query().map_or("", |target| target.as_str()),
            http.client_ip = client_of(request),
            request_id = request.extensions().get::<RequestId>().map(display),
            exception.message = Empty,
        )
    }

    fn on_request_end<B: MessageBody>(span: tracing::Span, outcome: &Result<ServiceResponse<B>, Error>) {
        let status = match outcome {
            Ok(response) => response.status().as_u16(),
            Err(error) => error.as_response_error().status_code().as_u16(),
        };
        span.in_scope(|| match outcome {
            Ok(response) if is_taken(response) => tracing::debug!(status, "answered"),
            Ok(_) | Err(_) => tracing::info!(status, "answered"),
        });
        DefaultRootSpanBuilder::on_request_end(span, outcome);
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::host::database::{DatabaseUrl, pool};
    use actix_web::HttpResponse;
    use actix_web::test::{TestRequest, call_service, init_service, read_body};

    use super::*;

    #[test]
    fn only_the_answer_to_a_row_that_was_taken_is_no_line_of_the_log() {
        let taken = |method: Method, path: &str, response: HttpResponse| {
            let asked = TestRequest::with_uri(path).method(method);
            is_taken(&asked.to_srv_response(response))
        };
        let path = "/v1/transactions";
        assert!(taken(Method::POST, path, HttpResponse::Created().finish()));
        assert!(taken(Method::POST, path, HttpResponse::Accepted().finish()));
        assert!(!taken(
            Method::POST,
            path,
            HttpResponse::UnprocessableEntity().finish()
        ));
        assert!(!taken(Method::GET, path, HttpResponse::Ok().finish()));
        assert!(!taken(
            Method::POST,
            "/v1/settlements",
            HttpResponse::Ok().finish()
        ));
    }

    /// The state of a server whose database is away.
    fn alone() -> AppState {
        let nowhere = DatabaseUrl::on_socket(Path::new("/nonexistent"), "nobody", "none");
        AppState::new(pool(&nowhere, 1).unwrap(), chrono::DateTime::default)
    }

    async fn asked(method: Method, path: &str) -> (u16, String, String) {
        let app = init_service(app(alone())).await;
        let request = TestRequest::default().method(method).uri(path);
        let response = call_service(&app, request.to_request()).await;
        let status = response.status().as_u16();
        let kind = response.headers().get("content-type");
        let kind = kind.map(|k| k.to_str().unwrap().to_owned()).unwrap_or_default();
        let body = read_body(response).await;
        (status, kind, String::from_utf8_lossy(&body).into_owned())
    }

    #[actix_web::test]
    async fn a_server_whose_database_is_away_answers_503_as_a_problem() {
        let (status, kind, body) = asked(Method::GET, "/healthz").await;
        assert_eq!((status, kind.as_str()), (503, "application/problem+json"));
        assert!(body.contains("urn:daftar:problem:unavailable"), "{body}");
    }

    #[actix_web::test]
    async fn an_unknown_path_is_a_problem_and_so_is_an_unknown_method() {
        let (status, kind, _) = asked(Method::GET, "/v1/nothing").await;
        assert_eq!((status, kind.as_str()), (404, "application/problem+json"));
        let (status, ..) = asked(Method::POST, "/healthz").await;
        assert_eq!(status, 405);
    }

    #[actix_web::test]
    async fn head_is_answered_as_get_without_its_body() {
        let (status, kind, body) = asked(Method::HEAD, "/metrics").await;
        assert_eq!(
            (status, kind.as_str(), body.as_str()),
            (200, "text/plain; version=0.0.4", "")
        );
        assert_eq!(asked(Method::HEAD, "/v1/windows/1/close").await.0, 405);
    }

    #[actix_web::test]
    async fn methods_that_somebody_thinks_up_are_counted_as_one() {
        let state = alone();
        let app = init_service(app(state.clone())).await;
        for method in ["GET", "AAAA1", "AAAA2", "get"] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let request = TestRequest::default().method(method).uri("/healthz");
            call_service(&app, request.to_request()).await;
        }
        let text = state.metrics.text();
        let told = text
            .lines()
            .filter(|line| line.starts_with("daftar_http_requests_total{"));
        let mut counted: Vec<(&str, &str)> = told
            .map(|line| {
                let (labels, count) = line.rsplit_once(' ').unwrap();
                (labels.split('"').nth(1).unwrap(), count)
            })
            .collect();
        counted.sort_unstable();
        assert_eq!(counted, [("GET", "1"), ("other", "3")], "{text}");
    }

    #[actix_web::test]
    async fn a_known_path_under_an_unknown_method_says_which_methods_it_has() {
        let app = init_service(app(alone())).await;
        for (method, path, allowed) in [
            (Method::GET, "/v1/transactions/batch", "POST"),
            (Method::DELETE, "/v1/transactions/batch", "POST"),
            (Method::PUT, "/v1/transactions", "GET, HEAD, POST"),
            (Method::OPTIONS, "/v1/transactions", "GET, HEAD, POST"),
            (Method::POST, "/", "GET, HEAD"),
            (Method::POST, "/openapi.json", "GET, HEAD"),
            (Method::POST, "/docs/", "GET, HEAD"),
            (Method::DELETE, "/verify", "GET, HEAD"),
            (Method::PATCH, "/verify/0123", "GET, HEAD"),
            (Method::POST, "/assets/pages.css", "GET, HEAD"),
        ] {
            let request = TestRequest::default().method(method.clone()).uri(path);
            let response = call_service(&app, request.to_request()).await;
            let allow = response
                .headers()
                .get("allow")
                .map(|allow| allow.to_str().unwrap().to_owned());
            assert_eq!(
                (response.status().as_u16(), allow.as_deref()),
                (405, Some(allowed)),
                "{method} {path}"
            );
        }
    }

    #[actix_web::test]
    async fn the_document_and_its_pages_are_served() {
        let (status, _, body) = asked(Method::GET, "/openapi.json").await;
        assert_eq!(status, 200);
        assert!(body.contains("\"openapi\":\"3.1.0\""), "{body}");
        assert_eq!(asked(Method::GET, "/docs/").await.0, 200);
        assert_eq!(asked(Method::GET, "/docs").await.0, 307);
        assert_eq!(asked(Method::GET, "/metrics").await.0, 200);
    }
}
