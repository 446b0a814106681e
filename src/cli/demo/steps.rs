//! The steps of what takes long: shown as a bar, and broken off between two of them if somebody wishes it. Never here: what is
//! done in a step.

use indicatif::{ProgressBar, ProgressStyle};

use crate::host::signal::EndWished;
use crate::usecases::{Done, Failure};

pub struct Steps<'a> {
    bar: ProgressBar,
    end: &'a mut EndWished,
}

impl<'a> Steps<'a> {
    pub fn new(what: &'static str, count: usize, end: &'a mut EndWished) -> Self {
        Self {
            bar: progress(what, count),
            end,
        }
    }

    /// To be said before each step, which can be done again whole.
    ///
    /// # Errors
    /// As `must_go_on` says.
    pub fn begin(&mut self) -> Done<()> {
        must_go_on(self.end)?;
        self.bar.inc(1);
        Ok(())
    }
}

impl Drop for Steps<'_> {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// # Errors
/// If somebody wishes that the process ends: between two steps, so that another run goes on from there.
pub fn must_go_on(end: &mut EndWished) -> Done<()> {
    match end.heard_already() {
        Some(signal) => Err(Failure::Unavailable(format!(
            "{signal} before all was told: the next `daftar demo` goes on from there"
        ))),
        None => Ok(()),
    }
}

pub fn progress(what: &'static str, length: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} {msg} {eta}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(u64::try_from(length).unwrap_or_default())
        .with_style(style)
        .with_message(what)
}
