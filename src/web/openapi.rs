//! The `OpenAPI` 3.1 document, made from the handlers. Never here: a route written by hand.

use actix_web::App;
use actix_web::http::Method;
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
            `from` belongs to them, `until` does not. Account numbers, mail addresses and what mail servers said are null to a \
            token of a scope below `finance` that acts for no party. Errors are problem+json (RFC 9457).",
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

/// Says once for all operations what no handler has to repeat: how errors look, that a token is needed, and that an answer
/// is what the operation is for.
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
    let summary = operation.summary.clone().unwrap_or_default();
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(response) = response
            && response.description.is_empty()
        {
            response.description.clone_from(&summary);
        }
    }
    operation
        .responses
        .responses
        .entry("default".to_owned())
        .or_insert(RefOr::T(problem));
    // An operation that says `security(())` is for everybody.
    if needs_token && operation.security.is_none() {
        operation.security = Some(vec![by_token()]);
    }
}

fn by_token() -> SecurityRequirement {
    SecurityRequirement::new(TOKEN, Vec::<String>::new())
}

/// Whether only somebody who is known may ask.
pub fn needs_token(operation: &Operation) -> bool {
    let required = operation.security.as_deref().unwrap_or_default();
    required.contains(&by_token())
}

/// What the document says of a route under a method.
pub fn operation_of<'d>(document: &'d OpenApi, pattern: &str, method: &Method) -> Option<&'d Operation> {
    let item = document.paths.paths.get(pattern)?;
    match method.as_str() {
        "GET" => item.get.as_ref(),
        "POST" => item.post.as_ref(),
        "PUT" => item.put.as_ref(),
        "PATCH" => item.patch.as_ref(),
        "DELETE" => item.delete.as_ref(),
        _ => None,
    }
}

/// The methods of a route, as in the header Allow.
pub fn methods_of(document: &OpenApi, pattern: &str) -> Option<String> {
    let item = document.paths.paths.get(pattern)?;
    let named = [
        ("GET", &item.get),
        ("HEAD", &item.get),
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

    fn operations(document: &OpenApi) -> impl Iterator<Item = (String, &Operation)> {
        document.paths.paths.iter().flat_map(|(path, item)| {
            let own = [("GET", &item.get), ("POST", &item.post)];
            own.into_iter().filter_map(move |(method, operation)| {
                Some((format!("{method} {path}"), operation.as_ref()?))
            })
        })
    }

    #[test]
    fn every_answer_is_described_and_every_json_has_fields() {
        let document = document();
        let mut vague = Vec::new();
        for (name, operation) in operations(&document) {
            let body = operation.request_body.iter().flat_map(|body| match body {
                RefOr::T(body) => body.content.iter(),
                RefOr::Ref(_) => panic!("{name}"),
            });
            let answers = operation
                .responses
                .responses
                .values()
                .flat_map(|answer| match answer {
                    RefOr::T(answer) => {
                        assert!(!answer.description.is_empty(), "{name}");
                        answer.content.iter()
                    }
                    RefOr::Ref(_) => panic!("{name}"),
                });
            for (kind, content) in body.chain(answers).filter(|(kind, _)| kind.ends_with("json")) {
                let RefOr::T(content) = content else {
                    panic!("{name}")
                };
                let schema = serde_json::to_value(&content.schema).unwrap();
                let has_rows_only = name.contains("/transactions/") && kind == "application/x-ndjson";
                if !has_rows_only && !has_fields(&document, &schema) {
                    vague.push(format!("{name} {kind} {schema}"));
                }
            }
        }
        assert!(vague.is_empty(), "{vague:#?}");
    }

    /// What any JSON object may stand for.
    const OPEN: [&str; 1] = ["document"];

    fn vague_in(name: &str, schema: &serde_json::Value, vague: &mut Vec<String>) {
        if let Some(fields) = schema.as_object() {
            let is_bare = schema["type"] == "object"
                && ["properties", "additionalProperties", "allOf", "oneOf"]
                    .iter()
                    .all(|part| schema.get(part).is_none());
            if is_bare && !OPEN.iter().any(|open| name.ends_with(open)) {
                vague.push(name.to_owned());
            }
            for (field, part) in fields {
                vague_in(&format!("{name}.{field}"), part, vague);
            }
        }
        for part in schema.as_array().into_iter().flatten() {
            vague_in(name, part, vague);
        }
    }

    #[test]
    fn no_field_is_an_object_of_which_nothing_is_said() {
        let document = serde_json::to_value(document()).unwrap();
        let mut vague = Vec::new();
        for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
            vague_in(name, schema, &mut vague);
        }
        assert!(vague.is_empty(), "{vague:#?}");
    }

    fn has_fields(document: &OpenApi, schema: &serde_json::Value) -> bool {
        if let Some(reference) = schema["$ref"].as_str() {
            let name = reference.rsplit('/').next().unwrap();
            let schemas = &document.components.as_ref().unwrap().schemas;
            return has_fields(document, &serde_json::to_value(&schemas[name]).unwrap());
        }
        if let Some(parts) = schema["allOf"].as_array() {
            return parts.iter().any(|part| has_fields(document, part));
        }
        match schema["type"].as_str() {
            Some("array") => has_fields(document, &schema["items"]),
            _ => schema["properties"]
                .as_object()
                .is_some_and(|fields| !fields.is_empty()),
        }
    }

    #[test]
    fn a_parameter_that_is_one_of_a_list_says_of_which() {
        let document = document();
        for (name, operation) in operations(&document) {
            for parameter in operation.parameters.iter().flatten() {
                let parameter = serde_json::to_value(parameter).unwrap();
                let closed = ["state", "kind", "setting", "by", "calendar", "lang", "format"];
                if closed.contains(&parameter["name"].as_str().unwrap()) {
                    let schema = parameter["schema"].to_string();
                    assert!(
                        schema.contains("\"enum\"") && !schema.contains("\"object\""),
                        "{name} {parameter}"
                    );
                }
            }
        }
    }
}
