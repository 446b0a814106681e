//! A source file as paths: every `a::b::c` in it, whether imported, written in full, or inside a macro.

use std::fs;
use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

pub struct Source {
    /// Relative to the package, such as `src/domain/money.rs`.
    pub path: String,
    /// Each path's segments, made absolute: `super` and `self` are resolved, `crate` stands first for own modules.
    pub paths: Vec<Vec<String>>,
    pub string_literals: Vec<String>,
    pub tokens: Vec<String>,
}

impl Source {
    pub fn parse(path: &str, text: &str) -> Self {
        let mut source = Self {
            path: path.to_owned(),
            paths: Vec::new(),
            string_literals: Vec::new(),
            tokens: Vec::new(),
        };
        if path.ends_with(".sql") {
            source.string_literals.push(text.to_owned());
            return source;
        }
        let stream: TokenStream = text.parse().unwrap_or_else(|error| panic!("{path}: {error}"));
        source.walk(stream, &module_of(path));
        source
    }

    /// The top module, such as `domain`; `main` and `lib` for the two roots.
    pub fn room(&self) -> &str {
        let inner = self.path.trim_start_matches("src/");
        inner.split('/').next().unwrap_or(inner).trim_end_matches(".rs")
    }

    fn walk(&mut self, stream: TokenStream, module: &[String]) {
        let trees: Vec<TokenTree> = stream.into_iter().collect();
        let mut at = 0;
        while at < trees.len() {
            match &trees[at] {
                TokenTree::Ident(_) if begins_path(&trees, at) => {
                    at = self.path_from(&trees, at, &[], module);
                }
                TokenTree::Group(group) => {
                    self.tokens.push(opening(group.delimiter()).to_owned());
                    self.walk(group.stream(), &inner_module(&trees, at, module));
                    self.tokens.push(closing(group.delimiter()).to_owned());
                    at += 1;
                }
                TokenTree::Literal(literal) => {
                    self.string_literals.push(literal.to_string());
                    self.tokens.push("literal".to_owned());
                    at += 1;
                }
                other => {
                    self.tokens.push(other.to_string());
                    at += 1;
                }
            }
        }
    }

    /// Takes in one path (and all of a `{…}` at its end) and says where the tokens go on.
    fn path_from(&mut self, trees: &[TokenTree], from: usize, prefix: &[String], module: &[String]) -> usize {
        let mut segments = prefix.to_vec();
        let mut at = from;
        while let Some(TokenTree::Ident(ident)) = trees.get(at) {
            segments.push(ident.to_string());
            self.tokens.push(ident.to_string());
            at += 1;
            if !is_double_colon(trees, at) {
                break;
            }
            self.tokens.push("::".to_owned());
            at += 2;
            if let Some(TokenTree::Group(group)) = trees.get(at) {
                self.branches(group.stream(), &segments, module);
                return at + 1;
            }
        }
        self.paths.push(absolute(&segments, module));
        at
    }

    fn branches(&mut self, stream: TokenStream, prefix: &[String], module: &[String]) {
        let trees: Vec<TokenTree> = stream.into_iter().collect();
        let mut at = 0;
        while at < trees.len() {
            at = match &trees[at] {
                TokenTree::Ident(_) => self.path_from(&trees, at, prefix, module),
                _ => at + 1,
            };
        }
    }
}

pub fn all() -> Vec<Source> {
    let mut found = Vec::new();
    read_folder(Path::new("src"), &mut found);
    found
}

fn read_folder(folder: &Path, found: &mut Vec<Source>) {
    let mut entries: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        let name = path.to_string_lossy().into_owned();
        if path.is_dir() {
            read_folder(&path, found);
        } else if name.ends_with(".rs") || name.ends_with(".sql") {
            found.push(Source::parse(&name, &fs::read_to_string(&path).unwrap()));
        }
    }
}

fn module_of(path: &str) -> Vec<String> {
    let inner = path
        .trim_start_matches("src/")
        .trim_end_matches(".rs")
        .trim_end_matches("/mod");
    match inner {
        "lib" | "main" | "mod" => Vec::new(),
        inner => inner.split('/').map(str::to_owned).collect(),
    }
}

/// The module that a `{…}` at `at` stands in: one deeper after `mod name`.
fn inner_module(trees: &[TokenTree], at: usize, module: &[String]) -> Vec<String> {
    let mut inner = module.to_vec();
    if at >= 2 && trees[at - 2].to_string() == "mod" {
        inner.push(trees[at - 1].to_string());
    }
    inner
}

fn begins_path(trees: &[TokenTree], at: usize) -> bool {
    let continues = at >= 2 && is_double_colon(trees, at - 2);
    is_double_colon(trees, at + 1) && !continues
}

fn is_double_colon(trees: &[TokenTree], at: usize) -> bool {
    let colon = |at: usize| matches!(trees.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    colon(at) && colon(at + 1)
}

fn absolute(segments: &[String], module: &[String]) -> Vec<String> {
    let supers = segments.iter().take_while(|segment| *segment == "super").count();
    let is_self = segments.first().is_some_and(|segment| segment == "self");
    if supers == 0 && !is_self {
        return segments.to_vec();
    }
    let kept = &module[..module.len().saturating_sub(supers)];
    let rest = &segments[supers.max(usize::from(is_self))..];
    [&["crate".to_owned()], kept, rest].concat()
}

fn opening(delimiter: Delimiter) -> &'static str {
    match delimiter {
        Delimiter::Parenthesis => "(",
        Delimiter::Brace => "{",
        Delimiter::Bracket => "[",
        Delimiter::None => "",
    }
}

fn closing(delimiter: Delimiter) -> &'static str {
    match delimiter {
        Delimiter::Parenthesis => ")",
        Delimiter::Brace => "}",
        Delimiter::Bracket => "]",
        Delimiter::None => "",
    }
}
