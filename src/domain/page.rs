//! A page of rows in the order of a key. Never here: cursors as clients see them (see `web::page`).

/// Rows wanted: those after a key, in the key's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked<K> {
    pub after: Option<K>,
    pub rows: u32,
}

/// Rows found, and whether there are more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub more: bool,
}

impl<K> Asked<K> {
    /// The first so many.
    pub const fn first(rows: u32) -> Self {
        Self { after: None, rows }
    }

    /// One row more than wanted, to know whether there is a next page.
    pub fn fetched(&self) -> i64 {
        i64::from(self.rows) + 1
    }

    /// Of the rows that were fetched, those of the page.
    pub fn page<T>(&self, mut fetched: Vec<T>) -> Page<T> {
        let rows = usize::try_from(self.rows).unwrap_or(usize::MAX);
        let more = fetched.len() > rows;
        fetched.truncate(rows);
        Page { items: fetched, more }
    }
}

impl<T> Page<T> {
    pub fn map<U>(self, change: impl Fn(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(change).collect(),
            more: self.more,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_row_beyond_the_page_only_says_that_there_is_more() {
        let asked = Asked::<i32>::first(2);
        assert_eq!(
            asked.page(vec![1, 2]),
            Page {
                items: vec![1, 2],
                more: false
            }
        );
        assert_eq!(
            asked.page(vec![1, 2, 3]),
            Page {
                items: vec![1, 2],
                more: true
            }
        );
    }
}
