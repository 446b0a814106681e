//! `daftar import` as its users run it.

use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use chrono::Duration;
use daftar::host::clock;
use serde_json::json;

use super::Counter;

struct Importer {
    counter: Counter,
    file: PathBuf,
}

impl Importer {
    /// A file of copies, all given a moment ago.
    async fn with_rows(name: &str, count: i32) -> Self {
        let counter = Counter::open().await;
        let occurred_at = clock::now() - Duration::minutes(1);
        let mut text = String::new();
        for n in 0..count {
            let row = counter.row(&format!("r-{n}"), json!({ "occurred_at": occurred_at }));
            text.push_str(&row.to_string());
            text.push('\n');
        }
        let file = std::env::temp_dir().join(format!("daftar-import-{}-{name}.ndjson", std::process::id()));
        std::fs::write(&file, text).unwrap();
        Self { counter, file }
    }

    fn command(&self, more: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_daftar"));
        command
            .arg("import")
            .arg(&self.file)
            .args(["--sender", "counters", "--json"])
            .args(more)
            .env("DATABASE_URL", self.counter.scene.world.app_url().expose())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn run(&self, more: &[&str]) -> Output {
        self.command(more).output().unwrap()
    }

    async fn transactions(&self) -> i64 {
        self.counter.figure("SELECT count(*) FROM transactions").await
    }

    async fn kill_half_way(&self, mut child: Child) {
        while self.transactions().await == 0 && child.try_wait().unwrap().is_none() {
            tokio::task::yield_now().await;
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

impl Drop for Importer {
    fn drop(&mut self) {
        let _gone = std::fs::remove_file(&self.file);
    }
}

#[tokio::test]
async fn an_import_that_was_killed_is_finished_by_running_it_again() {
    let importer = Importer::with_rows("killed", 40_000).await;
    let child = importer.command(&[]).spawn().unwrap();
    importer.kill_half_way(child).await;
    let before = importer.transactions().await;
    assert!(
        before > 0 && before < 40_000,
        "{before} were booked before the kill"
    );
    let output = importer.run(&[]);
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        told["booked"].as_i64().unwrap() + told["repeated"].as_i64().unwrap(),
        40_000
    );
    assert_eq!(importer.transactions().await, 40_000);
    importer.counter.assert_sound().await;
}

#[tokio::test]
async fn an_atomic_import_takes_nothing_of_a_file_that_cannot_be_read_to_its_end() {
    let importer = Importer::with_rows("unended", 0).await;
    let occurred_at = clock::now() - Duration::minutes(1);
    let moment = occurred_at.to_rfc3339();
    let rows = format!(
        "office,service,network,reference,occurred_at,holder\n\
         1001,copy,pishkhan,whole,{moment},office\n\
         1001,copy,pishkhan,\"half,{moment},office\n"
    );
    std::fs::write(&importer.file, rows).unwrap();
    for (more, booked) in [
        (&["--format", "csv", "--atomic"][..], 0),
        (&["--format", "csv"][..], 1),
    ] {
        let refused = importer.run(more);
        let told = String::from_utf8(refused.stderr).unwrap();
        assert!(
            !refused.status.success()
                && told.contains("line 3: a field that begins with a quote does not end"),
            "{told}"
        );
        assert_eq!(importer.transactions().await, booked);
    }
    importer.counter.assert_sound().await;
}

#[tokio::test]
async fn an_atomic_import_of_too_many_rows_and_an_unknown_sender_are_refused() {
    let importer = Importer::with_rows("many", 10_001).await;
    let output = importer.run(&["--atomic"]);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("at most 10000 rows"));
    let unknown = importer.command(&["--sender", "nobody"]).output().unwrap();
    assert!(!unknown.status.success());
    assert_eq!(importer.transactions().await, 0);
    importer.counter.assert_sound().await;
}

#[tokio::test]
async fn an_import_ends_with_1_where_a_row_is_unreadable_or_in_conflict_and_with_0_where_rows_wait() {
    let importer = Importer::with_rows("mixed", 3).await;
    let mut rows: Vec<serde_json::Value> = std::fs::read_to_string(&importer.file)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let told_of = |rows: &[serde_json::Value], more: &[&str]| {
        let text: Vec<String> = rows.iter().map(ToString::to_string).collect();
        std::fs::write(&importer.file, text.join("\n")).unwrap();
        let output = importer.run(more);
        let view: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        (output.status.code(), view)
    };
    rows[1]["amount"] = json!(1);
    let (waits, view) = told_of(&rows, &[]);
    assert_eq!((waits, &view["quarantined"]), (Some(0), &json!(1)), "{view}");
    rows[1]["amount"] = json!("x");
    let (unread, view) = told_of(&rows, &[]);
    assert_eq!((unread, &view["malformed"]), (Some(1), &json!(1)), "{view}");
    let (unread, view) = told_of(&rows, &["--atomic"]);
    assert_eq!((unread, view["id"].is_number()), (Some(1), true), "{view}");
    rows.remove(1);
    rows[1]["holder"] = json!("central");
    let (differs, view) = told_of(&rows, &[]);
    assert_eq!((differs, &view["conflicting"]), (Some(1), &json!(1)), "{view}");
    importer.counter.assert_sound().await;
}
