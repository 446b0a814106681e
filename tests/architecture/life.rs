//! `ARCHITECTURE.md` names the functions that a fee passes through. Never here: whether it passes through them in this order.

use std::fs;
use std::path::Path;

/// The functions that the table names which are not where it says.
pub fn missing() -> Vec<String> {
    let page = fs::read_to_string("ARCHITECTURE.md").unwrap();
    let named = functions(&page);
    assert!(named.len() > 30, "the table names {} functions", named.len());
    named
        .into_iter()
        .filter(|name| !stands(name, |path| fs::read_to_string(path).ok()))
        .collect()
}

/// Every `module::function` between back-ticks in the table of the life of one fee.
pub fn functions(page: &str) -> Vec<String> {
    let (_, rest) = page.split_once("## The life of one fee").unwrap_or_default();
    let (table, _) = rest.split_once("\n## ").unwrap_or((rest, ""));
    let quoted = table.split('`').skip(1).step_by(2);
    quoted
        .filter(|name| name.contains("::"))
        .map(str::to_owned)
        .collect()
}

/// Whether the module's file, as `read` finds it, defines the function. A type's name stands before that of its method.
pub fn stands(name: &str, read: impl Fn(&Path) -> Option<String>) -> bool {
    let mut parts: Vec<&str> = name.split("::").collect();
    let Some(function) = parts.pop() else { return false };
    let method_of = parts.pop_if(|part| part.starts_with(|c: char| c.is_uppercase()));
    let module = Path::new("src").join(parts.join("/"));
    let text = read(&module.with_extension("rs")).or_else(|| read(&module.join("mod.rs")));
    text.is_some_and(|text| {
        let defines = text.contains(&format!("fn {function}(")) || text.contains(&format!("fn {function}<"));
        let implements = |of: &str| {
            text.lines()
                .any(|line| line.starts_with("impl") && line.contains(&format!(" {of}")))
        };
        defines && method_of.is_none_or(implements)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_that_is_not_there_is_missed() {
        let page = "## The life of one fee\n| a | `domain::split::split`, `Cargo`, `domain::split::Exact::round` |\n\n## Rooms\n`x::y`";
        assert_eq!(
            functions(page),
            ["domain::split::split", "domain::split::Exact::round"]
        );
        let read = |path: &Path| {
            (path == Path::new("src/domain/split.rs"))
                .then(|| "pub fn split(\nimpl Exact {\n    fn round(".to_owned())
        };
        assert!(stands("domain::split::split", read) && stands("domain::split::Exact::round", read));
        assert!(!stands("domain::split::halve", read));
        assert!(!stands("domain::split::Inexact::round", read));
        assert!(!stands("domain::rate::split", read));
    }
}
