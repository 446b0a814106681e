//! The figures of a run: collected, told as a table, written as one flat object. Never here: measuring.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Map, Value, json};

/// What a figure is held to.
#[derive(Clone, Copy, Debug)]
pub enum Aim {
    AtLeast(f64),
    AtMost(f64),
    /// Told beside the others.
    None,
}

#[derive(Debug, Default)]
pub struct Figures(Vec<(String, f64, Aim)>);

impl Figures {
    pub fn add(&mut self, name: impl Into<String>, figure: f64, aim: Aim) {
        let name = name.into();
        println!("  {name:<44} {:>12}", told(figure));
        self.0.push((name, figure, aim));
    }

    /// Prints the table and writes the object; a trial never overwrites a run that counts.
    pub fn tell(&self, counts: bool) {
        println!("\n| figure | measured | aim | |\n|---|---:|---:|---|");
        let mut object = Map::new();
        for (name, figure, aim) in &self.0 {
            println!(
                "| {name} | {} | {} | {} |",
                told(*figure),
                aim.told(),
                aim.met(*figure)
            );
            object.insert(name.clone(), json!(rounded(*figure)));
        }
        let path = target().join(if counts { "bench.json" } else { "bench-trial.json" });
        let text = serde_json::to_string_pretty(&Value::Object(object)).unwrap();
        std::fs::write(&path, text + "\n").unwrap();
        println!("\nwritten to {}", path.display());
    }
}

impl Aim {
    fn told(self) -> String {
        match self {
            Self::AtLeast(least) => format!("≥ {least}"),
            Self::AtMost(most) => format!("≤ {most}"),
            Self::None => String::new(),
        }
    }

    fn met(self, figure: f64) -> &'static str {
        let is_met = match self {
            Self::AtLeast(least) => figure >= least,
            Self::AtMost(most) => figure <= most,
            Self::None => return "",
        };
        if is_met { "met" } else { "MISSED" }
    }
}

/// Cargo's target folder, beside whose `tmp` benchmarks may keep files.
fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
        .parent()
        .unwrap()
        .to_owned()
}

fn told(figure: f64) -> String {
    if figure >= 1_000.0 {
        format!("{figure:.0}")
    } else {
        format!("{figure:.3}")
    }
}

fn rounded(figure: f64) -> f64 {
    (figure * 1_000.0).round() / 1_000.0
}

/// The middle one; of an even number the upper of the two.
pub fn median(figures: &[f64]) -> f64 {
    quantile(figures, 50)
}

/// The figure below which `percent` of all lie.
pub fn quantile(figures: &[f64], percent: usize) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = (sorted.len() * percent / 100).min(sorted.len() - 1);
    sorted[place]
}

pub fn millis(took: Duration) -> f64 {
    took.as_secs_f64() * 1_000.0
}

pub fn per_second(count: usize, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}
