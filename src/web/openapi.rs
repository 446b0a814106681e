//! The `OpenAPI` 3.1 document, made from the handlers. Never here: a route written by hand.

use actix_web::App;
use utoipa::OpenApi as _;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, ResponseBuilder};
use utoipa_actix_web::AppExt;

use super::api;
use super::problem::Problem;

const TOKEN: &str = "token";

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Daftar",
        description = "The register and the money of a franchised network of service counters. \
            Amounts are integers of the unit's smallest part; moments are RFC 3339; intervals are half-open: \
            `from` belongs to them, `until` does not. Errors are problem+json (RFC 9457).",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(Problem))
)]
struct Opening;

/// The document of all routes of the API.
pub fn document() -> OpenApi {
    let (_, routes) = App::new()
        .into_utoipa_app()
        .openapi(Opening::openapi())
        .configure(api::configure)
        .split_for_parts();
    finished(routes)
}

/// Says once for all operations what no handler has to repeat: how errors look, and that a token is needed.
fn finished(mut document: OpenApi) -> OpenApi {
    if let Some(components) = &mut document.components {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        components.add_security_scheme(TOKEN, SecurityScheme::Http(bearer));
    }
    for (path, item) in &mut document.paths.paths {
        let operations = [
            &mut item.get,
            &mut item.post,
            &mut item.put,
            &mut item.patch,
            &mut item.delete,
        ];
        for operation in operations.into_iter().flatten() {
            finish(operation, path.starts_with("/v1/"));
        }
    }
    document
}

fn finish(operation: &mut Operation, needs_token: bool) {
    let problem = ResponseBuilder::new()
        .description("What went wrong")
        .content(
            "application/problem+json",
            Content::new(Some(RefOr::Ref(Ref::from_schema_name("Problem")))),
        )
        .build();
    operation
        .responses
        .responses
        .entry("default".to_owned())
        .or_insert(RefOr::T(problem));
    // An operation that says `security(())` is for everybody.
    if needs_token && operation.security.is_none() {
        operation.security = Some(vec![SecurityRequirement::new(TOKEN, Vec::<String>::new())]);
    }
}

/// The methods of a route, as in the header Allow.
pub fn methods_of(document: &OpenApi, pattern: &str) -> Option<String> {
    let item = document.paths.paths.get(pattern)?;
    let named = [
        ("GET", &item.get),
        ("POST", &item.post),
        ("PUT", &item.put),
        ("PATCH", &item.patch),
        ("DELETE", &item.delete),
    ];
    let methods: Vec<&str> = named
        .into_iter()
        .filter(|(_, operation)| operation.is_some())
        .map(|(method, _)| method)
        .collect();
    Some(methods.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_tells_how_its_errors_look_and_that_it_needs_a_token() {
        let document = document();
        assert!(!document.paths.paths.is_empty());
        for (path, item) in document.paths.paths {
            for operation in [item.get, item.post].into_iter().flatten() {
                assert!(operation.responses.responses.contains_key("default"), "{path}");
                assert_eq!(operation.security.is_some(), path.starts_with("/v1/"), "{path}");
                let open = operation.security == Some(vec![SecurityRequirement::default()]);
                assert_eq!(open, path == "/v1/statements/verify/{code}", "{path}");
            }
        }
    }
}
