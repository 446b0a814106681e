//! `/v1/outbox`: mail and what became of it. Never here: the mail's content.

use actix_web::web::{Data, Json, Query};
use actix_web::{HttpRequest, get, post};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::domain::outbox::MailState;
use crate::usecases::Failure;
use crate::usecases::queue_mail_again::{QueuedAgain, Wanted, queue_mail_again as queue_again};
use crate::usecases::reading::outbox::{self, MailView};
use crate::web::page::{PageOf, PageQuery, presented};
use crate::web::{Answer, AppState, Authorised, Sent};

pub fn configure(config: &mut ServiceConfig) {
    config.service(list_mail).service(queue_mail_again);
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MailQuery {
    /// In this state.
    #[param(inline)]
    pub state: Option<MailState>,
}

/// Mail, newest first; one who acts for a party sees the mail of its statements.
#[utoipa::path(tag = "operation", params(MailQuery, PageQuery), responses((status = 200, body = PageOf<MailView>)))]
#[get("/v1/outbox")]
pub async fn list_mail(
    request: HttpRequest,
    state: Data<AppState>,
    Authorised(by): Authorised,
    query: Query<MailQuery>,
    page: Query<PageQuery>,
) -> Answer<Json<PageOf<MailView>>> {
    let asked = page.asked()?;
    let mut conn = state.connection().await?;
    let found = outbox::list_mail(&mut conn, &by, query.state, &asked).await?;
    Ok(Json(presented(&request, found, |row| row.id, |row| row)))
}

/// Which mail: by ids or by a state, one of the two.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailWanted {
    /// These, all or none.
    pub ids: Option<Vec<i64>>,
    /// The newest that were given up in this state, `failed` or `unknown`; at most 10,000 at once.
    #[schema(inline)]
    pub state: Option<MailState>,
}

/// Queues mail again that was given up, once the cause is repaired: the same mail under the same Message-ID.
#[utoipa::path(tag = "operation", request_body = MailWanted, responses((status = 200, body = QueuedAgain)))]
#[post("/v1/outbox/queue")]
pub async fn queue_mail_again(
    state: Data<AppState>,
    Authorised(by): Authorised,
    Sent(wanted): Sent<MailWanted>,
) -> Answer<Json<QueuedAgain>> {
    let wanted = match (wanted.ids, wanted.state) {
        (Some(ids), None) => Wanted::Named(ids),
        (None, Some(state)) => Wanted::InState(state),
        _ => {
            return Err(Failure::invalid(
                "ids",
                "mail_is_named_by_ids_or_by_a_state",
                "either `ids` or `state`",
            )
            .into());
        }
    };
    let mut conn = state.connection().await?;
    let queued = queue_again(&mut conn, &by, state.now(), &wanted).await?;
    Ok(Json(queued))
}
