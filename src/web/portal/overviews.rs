//! Overviews of the start page, each kept for some seconds: nobody needs a token to ask for one, and however many ask, the
//! database is asked once. Never here: what an overview tells.

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Mutex;

use crate::domain::language::Language;
use crate::usecases::reading::overview::{Overview, show_overview};
use crate::usecases::{Done, Failure};
use crate::web::AppState;

const KEPT_SECS: i64 = 10;

/// The last one of each language; while one is made, whoever else asks for it waits.
#[derive(Debug, Default)]
pub struct Overviews {
    fa: Mutex<Option<Kept>>,
    en: Mutex<Option<Kept>>,
}

#[derive(Debug)]
struct Kept {
    /// Whoever asked until then is told the same.
    until: DateTime<Utc>,
    /// Or why the database could not be asked.
    told: Result<Overview, String>,
}

/// As it stands, or stood within the last seconds.
pub(super) async fn overview(state: &AppState, language: Language) -> Done<Overview> {
    let asked_at = state.now();
    let mut kept = state.overviews.of(language).lock().await;
    if let Some(kept) = kept.as_ref().filter(|kept| asked_at <= kept.until) {
        return kept.told.clone().map_err(Failure::Unavailable);
    }
    let made = made(state, asked_at, language).await;
    *kept = match &made {
        Ok(overview) => Some(Kept {
            until: asked_at + TimeDelta::seconds(KEPT_SECS),
            told: Ok(overview.clone()),
        }),
        // Those who waited meanwhile need not wait for the same once more, one after the other.
        Err(Failure::Unavailable(why)) => Some(Kept {
            until: state.now(),
            told: Err(why.clone()),
        }),
        Err(_) => None,
    };
    made
}

async fn made(state: &AppState, at: DateTime<Utc>, language: Language) -> Done<Overview> {
    let mut conn = state.connection().await?;
    show_overview(&mut conn, at, language).await
}

impl Overviews {
    const fn of(&self, language: Language) -> &Mutex<Option<Kept>> {
        match language {
            Language::Fa => &self.fa,
            Language::En => &self.en,
        }
    }
}
