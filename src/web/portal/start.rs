//! `/`: what is running, and where everything is. Never here: money, and names of people.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;

use super::dialect::Dialect;
use super::overviews::overview;
use super::{Words, page};
use crate::usecases::reading::overview::Overview;
use crate::web::{Answer, AppState, Problem};

#[derive(Template)]
#[template(path = "pages/start.html")]
struct StartPage {
    words: &'static Words,
    version: &'static str,
    /// As the reader reached it, such as `http://127.0.0.1:8080`.
    address: String,
    /// Nothing while the database is away.
    overview: Option<Overview>,
}

#[get("/")]
pub async fn start(
    request: HttpRequest,
    state: Data<AppState>,
    Dialect(language): Dialect,
) -> Answer<HttpResponse> {
    let told = overview(&state, language).await.map_err(Problem::from);
    let (overview, problem) = match told {
        Ok(overview) => (Some(overview), None),
        Err(problem) if problem.is_passing() => (None, Some(problem)),
        Err(problem) => return Err(problem),
    };
    let filled = StartPage {
        words: Words::of(language),
        version: env!("CARGO_PKG_VERSION"),
        address: address(&request),
        overview,
    };
    page(&filled, problem.as_ref())
}

fn address(request: &HttpRequest) -> String {
    let connection = request.connection_info();
    format!("{}://{}", connection.scheme(), connection.host())
}
