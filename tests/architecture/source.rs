//! A source file as paths: every `a::b::c` in it, whether imported, renamed, written in full, or inside a macro.
//! Never seen: what a macro of another crate writes, what a glob brings in, and a type's other name (`type T = …`).

use std::fs;
use std::path::Path;

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};

pub struct Source {
    /// Relative to the package, such as `src/domain/money.rs`.
    pub path: String,
    /// Each path's segments, made absolute: `super` and `self` are resolved, `crate` stands first for own modules, and what
    /// a `use` has brought in or renamed is written in full.
    pub paths: Vec<Vec<String>>,
    pub string_literals: Vec<String>,
    pub tokens: Vec<String>,
}

impl Source {
    pub fn parse(path: &str, text: &str) -> Self {
        if path.ends_with(".sql") {
            return Self {
                path: path.to_owned(),
                paths: Vec::new(),
                string_literals: vec![text.to_owned()],
                tokens: Vec::new(),
            };
        }
        let stream: TokenStream = text.parse().unwrap_or_else(|error| panic!("{path}: {error}"));
        let mut reader = Reader::default();
        reader.walk(stream, &module_of(path));
        Self {
            path: path.to_owned(),
            paths: reader.resolved(),
            string_literals: reader.string_literals,
            tokens: reader.tokens,
        }
    }

    /// The top module, such as `domain`; `main` and `lib` for the two roots.
    pub fn room(&self) -> &str {
        let inner = self.path.trim_start_matches("src/");
        inner.split('/').next().unwrap_or(inner).trim_end_matches(".rs")
    }

    /// Whether the tokens of `call`, written with blanks between them, stand in the source one after the other.
    pub fn has(&self, call: &str) -> bool {
        let wanted: Vec<&str> = call.split(' ').collect();
        self.tokens
            .windows(wanted.len())
            .any(|tokens| tokens.iter().zip(&wanted).all(|(token, wanted)| token == wanted))
    }
}

/// A path as it is written, in the block where it stands. One that begins with `::` has that as its first segment: nothing that the
/// file calls so is meant.
struct Written {
    segments: Vec<String>,
    block: Vec<usize>,
}

const GLOBAL: &str = "::";

/// A name that a `use`, an `extern crate` or a `mod` gives to a path, in the block where it holds.
struct Alias {
    name: String,
    stands_for: Vec<String>,
    block: Vec<usize>,
}

#[derive(Default)]
struct Reader {
    written: Vec<Written>,
    aliases: Vec<Alias>,
    string_literals: Vec<String>,
    tokens: Vec<String>,
    /// The blocks around what is read now, each by a number of its own.
    block: Vec<usize>,
    blocks: usize,
}

/// How many names may stand for each other in a row before one of them is a path in full.
const RENAMED_MAX: usize = 8;

impl Reader {
    fn walk(&mut self, stream: TokenStream, module: &[String]) {
        let trees: Vec<TokenTree> = stream.into_iter().collect();
        let mut at = 0;
        while at < trees.len() {
            at = match &trees[at] {
                TokenTree::Ident(word) if word == "use" => self.import(&trees, at, module),
                TokenTree::Ident(word) if word == "crate" && at > 0 && is_word(&trees, at - 1, "extern") => {
                    self.tokens.push("crate".to_owned());
                    self.path_from(&trees, at + 1, &[], module, Place::Import)
                }
                TokenTree::Ident(word) if word == "mod" => self.module(&trees, at, module),
                TokenTree::Ident(word) if is_double_colon(&trees, at + 1) && !stands_before_paths(word) => {
                    let is_global = at >= 2 && is_double_colon(&trees, at - 2);
                    let prefix = is_global.then(|| GLOBAL.to_owned());
                    self.path_from(&trees, at, prefix.as_slice(), module, Place::Code)
                }
                TokenTree::Group(group) => {
                    self.tokens.push(opening(group.delimiter()).to_owned());
                    self.blocks += 1;
                    self.block.push(self.blocks);
                    self.walk(group.stream(), &inner_module(&trees, at, module));
                    self.block.pop();
                    self.tokens.push(closing(group.delimiter()).to_owned());
                    at + 1
                }
                TokenTree::Literal(literal) => {
                    self.string_literals.push(literal.to_string());
                    self.tokens.push("literal".to_owned());
                    at + 1
                }
                other => {
                    self.tokens.push(other.to_string());
                    at + 1
                }
            };
        }
    }

    /// `use a::b;`, `use ::a as b;`, `use {a, b::c};`. What follows the `use` of `impl Trait + use<'a>` is no path.
    fn import(&mut self, trees: &[TokenTree], from: usize, module: &[String]) -> usize {
        self.tokens.push("use".to_owned());
        let mut at = from + 1;
        let prefix = is_double_colon(trees, at).then(|| GLOBAL.to_owned());
        if prefix.is_some() {
            self.tokens.push("::".to_owned());
            at += 2;
        }
        match trees.get(at) {
            Some(TokenTree::Ident(_)) => self.path_from(trees, at, prefix.as_slice(), module, Place::Import),
            Some(TokenTree::Group(group)) => {
                self.branches(group.stream(), prefix.as_slice(), module);
                at + 1
            }
            _ => at,
        }
    }

    /// `mod name`: the name stands for the module below this one, whatever crate is called so.
    fn module(&mut self, trees: &[TokenTree], at: usize, module: &[String]) -> usize {
        self.tokens.push("mod".to_owned());
        if let Some(TokenTree::Ident(name)) = trees.get(at + 1) {
            let below = [&["crate".to_owned()], module, &[plain(name)]].concat();
            self.bind(plain(name), below);
        }
        at + 1
    }

    /// Takes in one path (and all of a `{…}` at its end) and says where the tokens go on.
    fn path_from(
        &mut self,
        trees: &[TokenTree],
        from: usize,
        prefix: &[String],
        module: &[String],
        place: Place,
    ) -> usize {
        let mut segments = prefix.to_vec();
        let mut at = from;
        while let Some(TokenTree::Ident(ident)) = trees.get(at) {
            segments.push(plain(ident));
            self.tokens.push(plain(ident));
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
        if place == Place::Import {
            let is_all = matches!(trees.get(at), Some(TokenTree::Punct(star)) if star.as_char() == '*');
            let renamed = is_word(trees, at, "as").then(|| trees.get(at + 1)).flatten();
            if segments.len() > 1 && segments.last().is_some_and(|last| last == "self") {
                segments.pop();
            }
            let name = renamed
                .map(ToString::to_string)
                .or_else(|| segments.last().cloned());
            if is_all {
                at += 1;
            } else if let Some(name) = name {
                self.bind(name, absolute(&segments, module));
            }
        }
        self.written.push(Written {
            segments: absolute(&segments, module),
            block: self.block.clone(),
        });
        at
    }

    fn branches(&mut self, stream: TokenStream, prefix: &[String], module: &[String]) {
        let trees: Vec<TokenTree> = stream.into_iter().collect();
        let mut at = 0;
        while at < trees.len() {
            let is_renaming = at > 0 && is_word(&trees, at - 1, "as");
            at = match &trees[at] {
                TokenTree::Ident(word) if word != "as" && !is_renaming => {
                    self.path_from(&trees, at, prefix, module, Place::Import)
                }
                TokenTree::Group(group) => {
                    self.branches(group.stream(), prefix, module);
                    at + 1
                }
                TokenTree::Punct(star) if star.as_char() == '*' => {
                    self.written.push(Written {
                        segments: absolute(prefix, module),
                        block: self.block.clone(),
                    });
                    at + 1
                }
                _ => at + 1,
            };
        }
    }

    fn bind(&mut self, name: String, stands_for: Vec<String>) {
        let block = self.block.clone();
        self.aliases.push(Alias {
            name,
            stands_for,
            block,
        });
    }

    fn resolved(&self) -> Vec<Vec<String>> {
        let in_full = |written: &Written| {
            let mut segments = written.segments.clone();
            for _ in 0..RENAMED_MAX {
                let alias = self.aliases.iter().rev().find(|alias| {
                    segments.first() == Some(&alias.name) && written.block.starts_with(&alias.block)
                });
                match alias {
                    Some(alias) if alias.stands_for[0] != alias.name => {
                        segments = [&alias.stands_for, &segments[1..]].concat();
                    }
                    _ => break,
                }
            }
            segments.retain(|segment| segment != GLOBAL);
            segments
        };
        self.written.iter().map(in_full).collect()
    }
}

/// Where a path is written.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Import,
    Code,
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

fn is_word(trees: &[TokenTree], at: usize, wanted: &str) -> bool {
    matches!(trees.get(at), Some(TokenTree::Ident(word)) if word == wanted)
}

/// A `::` after such a word begins a path of its own, as in `dyn ::std::fmt::Debug`.
fn stands_before_paths(word: &Ident) -> bool {
    let words = [
        "as", "await", "break", "const", "dyn", "else", "for", "if", "impl", "in", "match", "move", "mut",
        "raw", "return", "unsafe", "where", "while", "yield",
    ];
    words.iter().any(|before| word == before)
}

/// Without the `r#` by which any name can be written.
fn plain(ident: &Ident) -> String {
    ident.to_string().trim_start_matches("r#").to_owned()
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
