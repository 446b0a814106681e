//! What people do at the host, from a file of the counters to the bank's answer: each step is a command of the program. Never here: what
//! a step does.

use std::process::Output;

use chrono::Duration;
use daftar::host::clock;
use serde_json::{Value, json};

use crate::faults::{days_ago, one};
use crate::host::Folder;
use crate::scene::Scene;
use crate::serve::daftar;
use crate::world::World;

/// The program on a database in which a passport was given and some days have ended since.
struct Program {
    scene: Scene,
    folder: Folder,
}

impl Program {
    async fn on_a_world() -> Self {
        let scene = Scene::furnished_in(World::new().await, days_ago(3)).await;
        scene.book_cash(0, "1001", "passport", "p-1").await;
        Self {
            scene,
            folder: Folder::new(),
        }
    }

    fn run(&self, line: &str) -> Output {
        let mut words = line.split(' ');
        let mut command = daftar(self.folder.path(), words.next().unwrap());
        command
            .args(words)
            .env("DATABASE_URL", self.scene.world.app_url().expose());
        command.output().unwrap()
    }

    fn says(&self, line: &str) -> String {
        let ran = self.run(line);
        let refused = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(0), "{line}: {refused}");
        String::from_utf8(ran.stdout).unwrap()
    }

    fn tells(&self, line: &str) -> Value {
        let said = self.says(&format!("{line} --json"));
        serde_json::from_str(&said).unwrap_or_else(|error| panic!("{line}: {error}: {said}"))
    }

    fn rows(&self, line: &str) -> Vec<Value> {
        self.tells(line).as_array().unwrap().clone()
    }

    fn refuses(&self, line: &str) -> String {
        let ran = self.run(line);
        assert_eq!(ran.status.code(), Some(1), "{line} was not refused");
        String::from_utf8(ran.stderr).unwrap()
    }

    async fn asked(&self, query: &str) -> String {
        one(&self.scene.world, query).await
    }
}

impl Program {
    /// One row is booked, and two wait: of an office that is not there yet, and of another price than the tariff's.
    fn takes_in_a_file(&self) {
        let occurred_at = clock::now() - Duration::minutes(1);
        let row = |office: &str, reference: &str| {
            json!({ "office": office, "service": "copy", "network": "pishkhan", "reference": reference,
                "occurred_at": occurred_at, "holder": "office" })
        };
        let mut rows = [row("1001", "f-1"), row("1004", "f-2"), row("1001", "f-3")];
        rows[2]["amount"] = json!(1);
        let file = self.folder.path().join("day.ndjson");
        std::fs::write(&file, rows.map(|row| row.to_string()).join("\n")).unwrap();
        let import = format!("import {} --sender counters", file.display());
        let first = self.tells(&import);
        assert_eq!((&first["booked"], &first["quarantined"]), (&json!(1), &json!(2)));
        let again = self.tells(&import);
        assert_eq!((&again["booked"], &again["repeated"]), (&json!(0), &json!(1)));
    }

    async fn decides_on_what_waits(&self) {
        let waiting = self.tells("quarantine list")["items"].clone();
        let id_of = |reference: &str| {
            let rows = waiting.as_array().unwrap();
            let found = rows.iter().find(|row| row["reference"] == reference);
            found.unwrap_or_else(|| panic!("{reference} does not wait: {waiting}"))["id"].clone()
        };
        let (repaired, wrong) = (id_of("f-2"), id_of("f-3"));
        let release = format!("quarantine release {repaired} --as maker");
        assert!(self.refuses(&release).contains("1004"));
        self.scene.open_renewed().await;
        assert!(self.says(&release).contains("is booked as transaction"));
        let reject = format!("quarantine reject {wrong} --as maker");
        assert!(self.refuses(&reject).contains("note"));
        self.says(&format!("{reject} --note mistyped"));
        assert_eq!(self.tells("quarantine list")["items"], json!([]));
        for (state, id) in [("released", &repaired), ("rejected", &wrong)] {
            let decided = self.tells(&format!("quarantine list --state {state}"));
            assert_eq!(&decided["items"][0]["id"], id, "{decided}");
        }
    }

    fn closes_and_seals(&self) {
        let closed = self.rows("window close pishkhan --as maker");
        assert!(closed.len() >= 3, "{closed:?}");
        assert_eq!(self.rows("window close pishkhan --as maker"), Vec::<Value>::new());
        let sealed = self.rows("window seal pishkhan --as maker");
        let ids = |windows: &[Value]| {
            windows
                .iter()
                .map(|window| window["id"].clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(ids(&sealed), ids(&closed));
        assert_eq!(sealed[0]["transaction_count"], 1);
        assert_eq!(self.rows("window seal pishkhan --as maker"), Vec::<Value>::new());
    }

    fn settles_by_two_people(&self) {
        let preview = self.tells("settle preview pishkhan");
        let proposed = self.tells("settle propose pishkhan --as maker");
        assert_eq!(proposed["digest"], preview["digest"]);
        let approve = format!("settle approve {}", proposed["id"]);
        let own = self.refuses(&format!("{approve} --as maker"));
        assert!(
            own.contains("a_settlement_is_decided_by_another_than_its_maker"),
            "{own}"
        );
        let approved = self.tells(&format!("{approve} --as checker"));
        assert_eq!(
            (&approved["payouts"], &approved["demands"]),
            (&json!(1), &json!(1))
        );
    }

    /// The office owes what it collected beyond its wage; the treasury alone is above the threshold.
    fn pays(&self) {
        let waiting = self.rows("payout list");
        assert_eq!(
            (&waiting[0]["party"], &waiting[0]["waits_for"]),
            (&json!("provincial-treasury"), &json!("money"))
        );
        assert_eq!(self.rows("payout release --as maker"), Vec::<Value>::new());
        let remittance = "remittance record --network pishkhan --party office-1001 --amount 1047500 --bank-reference r-1 --as maker";
        assert_eq!(self.tells(remittance)["repeated"], false);
        let paid = self.rows("remittance demands --state paid");
        assert_eq!(paid[0]["party"], "office-1001");
        let left = json!({ "network": "pishkhan", "count": 1, "amount": 1_000_000 });
        assert_eq!(self.rows("payout release --as maker"), [left]);
        let answer = format!(
            "payout answer {} --settled --bank-reference b-1 --as checker",
            waiting[0]["id"]
        );
        for repeated in [false, true] {
            let answered = self.tells(&answer);
            assert_eq!(
                (&answered["state"], &answered["repeated"]),
                (&json!("settled"), &json!(repeated))
            );
        }
    }

    async fn explains(&self) {
        let booked =
            "SELECT (batch_id * 16384 + line)::text AS line FROM transactions WHERE reference = 'f-1'";
        let stated =
            "SELECT s.number || ':passport' AS line FROM statements s JOIN parties p ON p.id = s.party_id
            WHERE p.code = 'provincial-treasury'";
        for what in [booked, stated] {
            let what = self.asked(what).await;
            let said = self.says(&format!("explain {what}"));
            assert!(
                said.contains("sha256") && said.ends_with("asked again today, it comes out the same\n"),
                "{said}"
            );
        }
    }

    fn runs_jobs(&self) {
        assert!(self.says("jobs check").starts_with("6 jobs are in order"));
        let jobs = self.rows("jobs list");
        assert!(jobs.iter().any(|job| job["job"] == "verify-books"), "{jobs:?}");
        assert_eq!(self.rows("jobs history"), Vec::<Value>::new());
        let ran = self.tells("jobs run verify-books");
        let agrees = "of pishkhan with 1 transactions agree";
        assert!(ran.to_string().contains(agrees), "{ran}");
        let history = self.rows("jobs history verify-books");
        assert!(!history.is_empty());
        assert!(
            history.iter().all(|run| run["state"] == "succeeded"),
            "{history:?}"
        );
        assert!(self.refuses("jobs history never").contains("job_is_known"));
    }

    async fn proves_its_books(&self) {
        let verified = self.tells("verify --all");
        assert_eq!(
            (&verified["agrees"], &verified["findings"]),
            (&json!(true), &json!([]))
        );
        let file = self.folder.path().join("journal.json");
        let said = self.says(&format!(
            "export journal --format json --output {}",
            file.display()
        ));
        let journals = self.asked("SELECT count(*)::text AS line FROM journals").await;
        assert!(
            said.starts_with(&format!("{journals} journals are in ")),
            "{said}"
        );
        let lines = std::fs::read_to_string(&file).unwrap().lines().count();
        assert_eq!(lines.to_string(), journals);
    }
}

#[tokio::test]
async fn money_goes_from_the_counters_file_to_the_banks_answer_by_commands_alone() {
    let program = Program::on_a_world().await;
    program.takes_in_a_file();
    program.decides_on_what_waits().await;
    program.closes_and_seals();
    program.settles_by_two_people();
    program.pays();
    program.explains().await;
    program.runs_jobs();
    program.proves_its_books().await;
    program.scene.world.assert_sound().await;
}
