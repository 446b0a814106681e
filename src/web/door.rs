//! Who asks, and what the OpenAPI document says of a request's parameters, is looked at before the request goes to its handler.
//! Never here: bodies, what a parameter means.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::{Data, Query};
use actix_web::{Error, HttpMessage, ResponseError};
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::{OpenApi, RefOr, Required};

use crate::domain::printable;
use crate::usecases::Failure;
use crate::usecases::failure::Fault;

use super::authorised::Authorised;
use super::openapi::{methods_of, needs_token, operation_of};
use super::problem::Problem;
use super::wanted::Wanted;

/// Refuses a request to the API of somebody unknown, and then one with parameters that its route does not know or that cannot be
/// what they should be: whoever may not ask is not told how to.
pub async fn guarded<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    match admitted(&mut request).await {
        Ok(()) => Ok(next.call(request).await?.map_into_left_body()),
        Err(refused) => Ok(request
            .into_response(refused.error_response())
            .map_into_right_body()),
    }
}

async fn admitted(request: &mut ServiceRequest) -> Result<(), Problem> {
    let document = request.app_data::<Data<OpenApi>>().cloned();
    let (Some(document), Some(matched)) = (document, request.match_pattern()) else {
        return Ok(());
    };
    must_be_allowed(&document, request)?;
    // Of a path that another route's pattern fits as well, that pattern may be the one that was matched first.
    let own = operation_of(&document, request.path(), request.method()).map(|_| request.path().to_owned());
    let pattern = own.unwrap_or(matched);
    let Some(operation) = operation_of(&document, &pattern, request.method()) else {
        return Ok(());
    };
    if needs_token(operation) {
        let who = request.extract::<Authorised>().await?;
        request.extensions_mut().insert(who);
    }
    let mut faults = in_path(&document, operation, &pattern, request.path());
    faults.extend(in_query(&document, operation, request.query_string()));
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Failure::Invalid(faults).into())
    }
}

/// A path that the document has as it stands is no value of another route's parameter.
fn must_be_allowed(document: &OpenApi, request: &ServiceRequest) -> Result<(), Problem> {
    let path = request.path();
    match methods_of(document, path) {
        Some(methods) if operation_of(document, path, request.method()).is_none() => {
            Err(Problem::method_not_allowed(methods))
        }
        Some(_) | None => Ok(()),
    }
}

fn in_path(document: &OpenApi, operation: &Operation, pattern: &str, path: &str) -> Vec<Fault> {
    let segments = pattern.split('/').zip(path.split('/'));
    let named = segments.filter_map(|(pattern, text)| {
        let name = pattern.strip_prefix('{')?.strip_suffix('}')?;
        Some((name, text))
    });
    let checked = named.filter_map(|(name, text)| {
        let parameter = parameters(operation, ParameterIn::Path).find(|parameter| parameter.name == name)?;
        value_fault(document, parameter, &decoded(text))
    });
    checked.collect()
}

fn in_query(document: &OpenApi, operation: &Operation, query: &str) -> Vec<Fault> {
    let sent = pairs(query);
    let mut faults = Vec::new();
    for (place, (name, value)) in sent.iter().enumerate() {
        let known = parameters(operation, ParameterIn::Query).find(|parameter| parameter.name == *name);
        faults.extend(match known {
            None => Some(unknown(operation, name)),
            Some(_) if sent.iter().take(place).any(|(earlier, _)| earlier == name) => {
                Some(fault(name, "parameter_stands_once", "it stands twice"))
            }
            Some(parameter) => value_fault(document, parameter, value),
        });
    }
    let missing = parameters(operation, ParameterIn::Query)
        .filter(|parameter| matches!(parameter.required, Required::True))
        .filter(|parameter| sent.iter().all(|(name, _)| *name != parameter.name));
    faults.extend(missing.map(|parameter| fault(&parameter.name, "required", "it is missing")));
    faults
}

fn parameters(operation: &Operation, place: ParameterIn) -> impl Iterator<Item = &Parameter> {
    let all = operation.parameters.iter().flatten();
    let own = all.filter_map(|parameter| match parameter {
        RefOr::T(parameter) => Some(parameter),
        RefOr::Ref(_) => None,
    });
    own.filter(move |parameter| parameter.parameter_in == place)
}

fn pairs(query: &str) -> Vec<(String, String)> {
    Query::<Vec<(String, String)>>::from_query(query)
        .map(Query::into_inner)
        .unwrap_or_default()
}

/// What a part of a path says; in a query the blank has a sign of its own.
fn decoded(segment: &str) -> String {
    let pair = format!("segment={}", segment.replace('+', "%2B").replace('&', "%26"));
    let mut read = pairs(&pair);
    read.pop().map_or_else(|| segment.to_owned(), |(_, text)| text)
}

fn unknown(operation: &Operation, name: &str) -> Fault {
    let known: Vec<&str> = parameters(operation, ParameterIn::Query)
        .map(|parameter| parameter.name.as_str())
        .collect();
    let told = if known.is_empty() {
        "this route takes no parameters".to_owned()
    } else {
        format!("there is no such parameter; known: {}", known.join(", "))
    };
    fault(name, "parameter_is_known", told)
}

fn value_fault(document: &OpenApi, parameter: &Parameter, value: &str) -> Option<Fault> {
    if !printable::is_printable(value) {
        return Some(fault(&parameter.name, printable::RULE, printable::TOLD));
    }
    let schema = parameter.schema.as_ref()?;
    let wanted = Wanted::by(document, schema)?;
    (!wanted.is_met_by(value)).then(|| fault(&parameter.name, wanted.rule(), wanted.to_string()))
}

fn fault(field: &str, rule: &str, explanation: impl Into<String>) -> Fault {
    Fault {
        field: field.to_owned(),
        rule: rule.to_owned(),
        explanation: explanation.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_path_is_read_with_its_escapes() {
        assert_eq!(decoded("a+b%2Fc&d"), "a+b/c&d");
        assert_eq!(decoded("%00"), "\0");
    }
}
