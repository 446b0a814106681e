//! `/verify/{code}`: where the QR code of a statement leads. Never here: any amount.

use actix_web::web::{Data, Path, Query};
use actix_web::{HttpResponse, get};
use askama::Template;
use serde::Deserialize;

use super::dialect::Dialect;
use super::{Words, page};
use crate::domain::language::Language;
use crate::usecases::Failure;
use crate::usecases::reading::statements::{SpokenStatement, speak_statement};
use crate::web::{Answer, AppState};

#[derive(Template)]
#[template(path = "pages/verify.html")]
struct VerifyPage {
    words: &'static Words,
    typed: String,
    /// Nothing when no statement bears the code.
    statement: Option<SpokenStatement>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Typed {
    code: String,
}

/// From the form of the start page.
#[get("/verify")]
pub async fn verify_typed(
    state: Data<AppState>,
    Dialect(language): Dialect,
    typed: Query<Typed>,
) -> Answer<HttpResponse> {
    verified(&state, language, &typed.code).await
}

/// From the QR code.
#[get("/verify/{code}")]
pub async fn verify_code(
    state: Data<AppState>,
    Dialect(language): Dialect,
    code: Path<String>,
) -> Answer<HttpResponse> {
    verified(&state, language, &code).await
}

async fn verified(state: &AppState, language: Language, typed: &str) -> Answer<HttpResponse> {
    let mut conn = state.connection().await?;
    let (statement, problem) = match speak_statement(&mut conn, typed, language).await {
        Ok(statement) => (Some(statement), None),
        Err(unknown @ Failure::NotFound(_)) => (None, Some(unknown.into())),
        Err(failure) => return Err(failure.into()),
    };
    let filled = VerifyPage {
        words: Words::of(language),
        typed: typed.to_owned(),
        statement,
    };
    page(&filled, problem.as_ref())
}
