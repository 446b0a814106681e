//! `/verify/{code}`: where the QR code of a statement leads. Never here: any amount.

use actix_web::web::{Data, Path, Query};
use actix_web::{HttpResponse, get, routes};
use askama::Template;
use serde::Deserialize;

use super::dialect::Dialect;
use super::{Words, page};
use crate::domain::language::Language;
use crate::usecases::Failure;
use crate::usecases::reading::statements::{SpokenStatement, speak_statement};
use crate::web::{Answer, AppState, Problem, Unhurried};

#[derive(Template)]
#[template(path = "pages/verify.html")]
struct VerifyPage {
    words: &'static Words,
    typed: String,
    verdict: Verdict,
}

enum Verdict {
    /// No code was typed.
    NoneAsked,
    /// A statement bears the code; whether a paper bears its amounts is not seen here.
    Issued(SpokenStatement),
    /// No statement bears the code.
    Unknown,
    /// This address asks too often: nothing was looked up.
    NotNow,
    /// Nothing could be looked up.
    DatabaseAway,
}

impl VerifyPage {
    fn form(language: Language) -> Self {
        Self {
            words: Words::of(language),
            typed: String::new(),
            verdict: Verdict::NoneAsked,
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
pub struct Typed {
    #[serde(default)]
    code: String,
}

/// From the form of the start page; without a code it is the form alone.
#[routes]
#[get("/verify")]
#[get("/verify/")]
pub async fn verify_typed(
    haste: Result<Unhurried, Problem>,
    state: Data<AppState>,
    Dialect(language): Dialect,
    typed: Query<Typed>,
) -> Answer<HttpResponse> {
    if typed.code.trim().is_empty() {
        return page(&VerifyPage::form(language), None);
    }
    verified(haste, &state, language, &typed.code).await
}

/// From the QR code.
#[get("/verify/{code}")]
pub async fn verify_code(
    haste: Result<Unhurried, Problem>,
    state: Data<AppState>,
    Dialect(language): Dialect,
    code: Path<String>,
) -> Answer<HttpResponse> {
    verified(haste, &state, language, &code).await
}

async fn verified(
    haste: Result<Unhurried, Problem>,
    state: &AppState,
    language: Language,
    typed: &str,
) -> Answer<HttpResponse> {
    let typed: String = typed.chars().filter(|c| !c.is_control()).collect();
    let (verdict, problem) = match haste {
        Ok(Unhurried) => judged(state, language, &typed).await?,
        Err(too_often) => (Verdict::NotNow, Some(too_often)),
    };
    let filled = VerifyPage {
        words: Words::of(language),
        typed,
        verdict,
    };
    page(&filled, problem.as_ref())
}

async fn judged(state: &AppState, language: Language, typed: &str) -> Answer<(Verdict, Option<Problem>)> {
    match looked_up(state, language, typed).await {
        Ok(Some(statement)) => Ok((Verdict::Issued(statement), None)),
        Ok(None) => {
            let unknown = Failure::not_found("statement with the code", typed);
            Ok((Verdict::Unknown, Some(unknown.into())))
        }
        Err(problem) if problem.is_passing() => Ok((Verdict::DatabaseAway, Some(problem))),
        Err(problem) => Err(problem),
    }
}

async fn looked_up(state: &AppState, language: Language, typed: &str) -> Answer<Option<SpokenStatement>> {
    let mut conn = state.connection().await?;
    match speak_statement(&mut conn, typed, language).await {
        Ok(statement) => Ok(Some(statement)),
        Err(Failure::NotFound(_)) => Ok(None),
        Err(failure) => Err(failure.into()),
    }
}
