//! `/v1/offices`: the register of offices, the state of their licences, decisions about them. Never here: their money (see
//! `earnings`).

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpRequest, get, post};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::domain::office::Setting;
use crate::usecases::reading::moment::Moment;
use crate::usecases::reading::offices::{self, OfficeFilter, OfficeHistory, OfficeView};
use crate::usecases::reading::standing::LicenceState;
use crate::usecases::register::binding::{self, BindingEntry, BoundRoles};
use crate::usecases::register::licence::{
    LicenceEventEntry, LicenceEventKind, OfficeRoles, RecordedLicenceEvent, record_licence_event,
};
use crate::web::page::{PageOf, PageQuery, presented};
use crate::web::{Answer, AppState, Authorised, Sent};

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(list_offices)
        .service(show_office)
        .service(record_event)
        .service(bind_roles);
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OfficeQuery {
    /// In this province.
    pub province: Option<String>,
    #[param(inline)]
    pub setting: Option<Setting>,
    /// With a licence in this network.
    pub network: Option<String>,
    /// Whose current term is in this state now: of each network the term that runs, else the one that ended last, else the first to
    /// come. A licence before it, expired or revoked, does not count.
    #[param(inline)]
    pub state: Option<LicenceState>,
}

/// A decision about an office's licence.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SentLicenceEvent {
    #[schema(example = "pishkhan")]
    pub network: String,
    pub kind: LicenceEventKind,
    /// When the decision takes effect: a moment, or a day in either calendar as the network counts days. Before now it is
    /// backdated, after now it is announced.
    #[schema(value_type = String, example = "1405-09-01")]
    pub effective_at: Moment,
    pub deciding_body: String,
    /// Its reference, such as the number of the letter.
    #[schema(example = "H-1405-118")]
    pub decision: String,
    /// Code of the instrument that it rests on.
    pub instrument: Option<String>,
    pub evidence: Option<String>,
}

/// Which parties play the roles of an office from then on. A municipality or treasury that is left out stays as it is.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SentBinding {
    #[schema(example = "pishkhan")]
    pub network: String,
    /// Code of the party that earns as the office.
    pub licensee: String,
    pub municipality: Option<String>,
    pub provincial_treasury: Option<String>,
    /// From when: a moment, or a day in either calendar as the network counts days.
    #[schema(value_type = String, example = "1405-09-01")]
    pub effective_at: Moment,
    pub deciding_body: String,
    /// Its reference, such as the number of the letter.
    #[schema(example = "T-1405-21")]
    pub decision: String,
}

/// Offices with their licences, by code.
#[utoipa::path(tag = "offices", params(OfficeQuery, PageQuery), responses((status = 200, body = PageOf<OfficeView>)))]
#[get("/v1/offices")]
pub async fn list_offices(
    request: HttpRequest,
    state: Data<AppState>,
    Authorised(by): Authorised,
    query: Query<OfficeQuery>,
    page: Query<PageQuery>,
) -> Answer<Json<PageOf<OfficeView>>> {
    let Query(query) = query;
    let filter = OfficeFilter {
        province: query.province,
        setting: query.setting,
        network: query.network,
        state: query.state,
    };
    let asked = page.asked()?;
    let mut conn = state.connection().await?;
    let found = offices::list_offices(&mut conn, &by, state.now(), &filter, &asked).await?;
    Ok(Json(presented(
        &request,
        found,
        |office| office.code.clone(),
        |office| office,
    )))
}

/// One office: its licences, every change of them, and who held them.
#[utoipa::path(tag = "offices", params(("code" = String, Path)), responses((status = 200, body = OfficeHistory)))]
#[get("/v1/offices/{code}")]
pub async fn show_office(
    state: Data<AppState>,
    Authorised(by): Authorised,
    code: Path<String>,
) -> Answer<Json<OfficeHistory>> {
    let mut conn = state.connection().await?;
    let found = offices::show_office(&mut conn, &by, state.now(), &code).await?;
    Ok(Json(found))
}

/// Suspend, reinstate, revoke or take back a licence. Sent again the same way it changes nothing, unless the opposite was recorded
/// since.
///
/// A person decides. A reinstatement can be brought forward by another one, to the beginning of the suspension too. Of a
/// backdated suspension, what was served between its effect and its recording is held, not forfeited.
#[utoipa::path(
    tag = "offices",
    params(("code" = String, Path)),
    request_body = SentLicenceEvent,
    responses((status = 200, body = RecordedLicenceEvent))
)]
#[post("/v1/offices/{code}/licence-events")]
pub async fn record_event(
    state: Data<AppState>,
    Authorised(by): Authorised,
    code: Path<String>,
    Sent(sent): Sent<SentLicenceEvent>,
) -> Answer<Json<RecordedLicenceEvent>> {
    let entry = LicenceEventEntry {
        office: code.into_inner(),
        effective_at: sent.effective_at,
        network: sent.network,
        kind: sent.kind,
        deciding_body: sent.deciding_body,
        decision: sent.decision,
        instrument: sent.instrument,
        evidence: sent.evidence,
    };
    let mut conn = state.connection().await?;
    Ok(Json(
        record_licence_event(&mut conn, &by, state.now(), &entry).await?,
    ))
}

/// Bind roles of an office to other parties: a transfer to another owner, or a relocation. Sent again the same way it changes
/// nothing.
///
/// A person decides. What was booked keeps who played the roles then.
#[utoipa::path(
    tag = "offices",
    params(("code" = String, Path)),
    request_body = SentBinding,
    responses((status = 200, body = BoundRoles))
)]
#[post("/v1/offices/{code}/bindings")]
pub async fn bind_roles(
    state: Data<AppState>,
    Authorised(by): Authorised,
    code: Path<String>,
    Sent(sent): Sent<SentBinding>,
) -> Answer<Json<BoundRoles>> {
    let entry = BindingEntry {
        office: code.into_inner(),
        valid_from: sent.effective_at,
        network: sent.network,
        roles: OfficeRoles {
            licensee: sent.licensee,
            municipality: sent.municipality,
            provincial_treasury: sent.provincial_treasury,
        },
        deciding_body: sent.deciding_body,
        decision: sent.decision,
    };
    let mut conn = state.connection().await?;
    Ok(Json(
        binding::bind_roles(&mut conn, &by, state.now(), &entry).await?,
    ))
}
