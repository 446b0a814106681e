//! How much memory a process takes, as Linux tells it. Never here: whose process it is.

use std::fs;

const MIB_KIB: f64 = 1024.0;

/// Resident now, in MiB.
pub fn resident_mib(pid: u32) -> Option<f64> {
    status_mib(pid, "VmRSS:")
}

/// The most that ever was resident, in MiB; `None` when the process has ended.
pub fn peak_mib(pid: u32) -> Option<f64> {
    status_mib(pid, "VmHWM:")
}

/// Lets this process's peak begin anew.
pub fn forget_peak() {
    fs::write("/proc/self/clear_refs", "5").expect("the peak of memory is read from /proc, which is Linux's");
}

fn status_mib(pid: u32, name: &str) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with(name))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / MIB_KIB)
}
