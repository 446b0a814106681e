//! `/v1/outbox`: mail and what became of it. Never here: the mail's content.

use actix_web::web::{Data, Json, Query};
use actix_web::{HttpRequest, get};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::domain::outbox::MailState;
use crate::usecases::reading::operation::{self, MailView};
use crate::web::page::{PageOf, PageQuery, presented};
use crate::web::{Answer, AppState, Authorised};

pub fn configure(config: &mut ServiceConfig) {
    config.service(list_mail);
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MailQuery {
    /// In this state.
    #[param(inline)]
    pub state: Option<MailState>,
}

/// Mail, newest first.
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
    let found = operation::list_mail(&mut conn, &by, query.state, &asked).await?;
    Ok(Json(presented(&request, found, |row| row.id, |row| row)))
}
