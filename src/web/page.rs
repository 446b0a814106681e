//! Keyset pagination: an opaque cursor, a limit, a link to the next page. Never here: counting of all rows.

use actix_web::HttpRequest;
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::domain::moment::is_within_calendars;
use crate::domain::page::{Asked, Page};
use crate::domain::printable;
use crate::usecases::Failure;

use super::problem::Problem;

pub const ROWS_MAX: u32 = 200;
const ROWS_DEFAULT: u32 = 50;

/// Which page is asked for. Taken beside a route's own filters: `page: Query<PageQuery>`.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// From the `next` link of the page before.
    #[param(example = json!(null))]
    pub cursor: Option<String>,
    /// Rows of a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<u32>,
}

/// One page of rows and where the next one is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PageOf<T> {
    pub items: Vec<T>,
    /// Path and query of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl PageQuery {
    /// The key after which the page begins, and its length.
    pub fn asked<K: DeserializeOwned>(&self) -> Result<Asked<K>, Problem> {
        self.asked_up_to(ROWS_MAX)
    }

    /// The same where a page may have more rows than [`ROWS_MAX`].
    pub fn asked_up_to<K: DeserializeOwned>(&self, rows_max: u32) -> Result<Asked<K>, Problem> {
        Ok(Asked {
            after: self.cursor.as_deref().map(read_cursor).transpose()?,
            rows: self.rows(rows_max)?,
        })
    }

    fn rows(&self, rows_max: u32) -> Result<u32, Problem> {
        match self.limit {
            None => Ok(ROWS_DEFAULT),
            Some(rows) if (1..=rows_max).contains(&rows) => Ok(rows),
            Some(_) => {
                let told = format!("from 1 to {rows_max} rows a page");
                Err(Failure::invalid("limit", "limit_is_within_a_page", told).into())
            }
        }
    }
}

/// The page as presented: each row by `present`, and a link that continues after the last one's `key`.
pub fn presented<R, T, K: Serialize>(
    request: &HttpRequest,
    page: Page<R>,
    key: impl Fn(&R) -> K,
    present: impl Fn(R) -> T,
) -> PageOf<T> {
    let last = page.items.last().filter(|_| page.more);
    PageOf {
        next: last.map(|row| continued(request, &key(row))),
        items: page.items.into_iter().map(present).collect(),
    }
}

/// Path and query of what was asked, after `key`.
pub fn continued(request: &HttpRequest, key: &impl Serialize) -> String {
    let cursor = write_cursor(key);
    let kept = request
        .query_string()
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
    let pairs: Vec<&str> = kept.collect();
    let joint = if pairs.is_empty() { "" } else { "&" };
    format!("{}?{}{joint}cursor={cursor}", request.path(), pairs.join("&"))
}

fn write_cursor(key: &impl Serialize) -> String {
    hex::encode(serde_json::to_vec(key).unwrap_or_default())
}

fn read_cursor<K: DeserializeOwned>(cursor: &str) -> Result<K, Problem> {
    hex::decode(cursor)
        .ok()
        .and_then(|key| serde_json::from_slice(&key).ok())
        .filter(may_be_key)
        .and_then(|key| serde_json::from_value(key).ok())
        .ok_or_else(|| {
            let told = "take the cursor from the `next` link of the page before";
            Failure::invalid("cursor", "cursor_comes_from_a_page", told).into()
        })
}

/// Whether a row may have this key: its texts and moments are such as the database keeps.
fn may_be_key(key: &Value) -> bool {
    match key {
        Value::String(text) => {
            printable::is_printable(text)
                && text
                    .parse()
                    .map_or(true, |moment: DateTime<Utc>| is_within_calendars(moment))
        }
        Value::Array(parts) => parts.iter().all(may_be_key),
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
        Value::Object(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn the_next_link_keeps_the_filters_and_continues_after_the_last_row() {
        let request = TestRequest::get()
            .uri("/v1/offices?province=tehran&cursor=00&limit=2")
            .to_http_request();
        let page = Page {
            items: vec![1, 2],
            more: true,
        };
        let next = presented(&request, page, |row| *row, |row| row).next.unwrap();
        assert_eq!(
            next,
            format!("/v1/offices?province=tehran&limit=2&cursor={}", hex::encode("2"))
        );
    }

    #[test]
    fn a_cursor_that_no_row_can_have_is_none_of_ours() {
        let after = |key: &str| {
            let page = PageQuery {
                cursor: Some(hex::encode(key)),
                limit: None,
            };
            page.asked::<(String, i64)>().map_err(|problem| problem.status)
        };
        assert!(after(r#"["1001",1]"#).is_ok());
        assert!(after(r#"["2026-03-20T20:30:00Z",1]"#).is_ok());
        for key in [
            r#"["\u0000",1]"#,
            r#"["-9000-01-01T00:00:00Z",1]"#,
            r#"["+12000-01-01T00:00:00Z",1]"#,
            r#"["1001",{}]"#,
            r#"["1001"]"#,
        ] {
            assert_eq!(after(key).unwrap_err(), 422, "{key}");
        }
    }

    #[test]
    fn a_page_has_at_most_200_rows() {
        let of = |limit| PageQuery {
            cursor: None,
            limit: Some(limit),
        };
        assert!(of(200).asked::<i32>().is_ok());
        assert_eq!(of(201).asked::<i32>().unwrap_err().status, 422);
        assert_eq!(of(0).asked::<i32>().unwrap_err().status, 422);
    }
}
