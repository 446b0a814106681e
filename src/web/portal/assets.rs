//! The style sheet and the fonts of the pages, inside the program. Never here: scripts.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::Path;
use actix_web::{HttpResponse, get};

use crate::usecases::Failure;
use crate::web::Answer;

const STYLE: &[u8] = include_bytes!("../../../templates/pages/pages.css");
const REGULAR: &[u8] = include_bytes!("../../../templates/fonts/Vazirmatn-Regular.ttf");
const BOLD: &[u8] = include_bytes!("../../../templates/fonts/Vazirmatn-Bold.ttf");

#[get("/assets/{name}")]
pub async fn asset(name: Path<String>) -> Answer<HttpResponse> {
    let (media_type, bytes) = match name.as_str() {
        "pages.css" => ("text/css; charset=utf-8", STYLE),
        "vazirmatn.ttf" => ("font/ttf", REGULAR),
        "vazirmatn-bold.ttf" => ("font/ttf", BOLD),
        _ => return Err(Failure::not_found("page", format!("/assets/{name}")).into()),
    };
    Ok(HttpResponse::Ok()
        .content_type(media_type)
        .insert_header((CACHE_CONTROL, "public, max-age=86400"))
        .body(bytes))
}
