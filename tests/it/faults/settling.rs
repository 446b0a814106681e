//! Servers killed while they close, seal and settle: asked again, they come to the books and statements of servers that lived.
//! Never here: recording (see `killing`) and mail (see `mailing`).

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use daftar::domain::dice::Dice;
use daftar::domain::originator::{OriginatorKind, Scope};
use daftar::domain::transaction::Submitted;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::client::{Address, Client};
use super::sending::rows_of;
use super::{PATIENCE, assert_same, days_ago, lines, one, token};
use crate::scene::{PISHKHAN, Scene};
use crate::serve::Serving;
use crate::verifying::record;
use crate::world::World;

pub(super) const WINDOWS: i64 = 3;
const COUNTERS: usize = 3;
const ROWS: usize = 48;
const DEATHS_PER_STEP_MAX: u32 = 2;

/// Everything that settling writes, without what a sequence numbers and without moments.
const BOOKS: [&str; 7] = [
    "SELECT (to_jsonb(s) - '{sealed_at}'::text[])::text AS line FROM window_seals s ORDER BY window_id",
    "SELECT to_jsonb(t)::text AS line FROM window_totals t ORDER BY 1",
    "SELECT concat_ws(' ', s.window_id, s.state, s.digest, s.proposed_by, s.decided_by, p.rest) AS line FROM settlements s
        JOIN (SELECT settlement_id, (to_jsonb(positions) - 'settlement_id')::text AS rest FROM positions) p ON p.settlement_id = s.id
       ORDER BY 1",
    "SELECT concat_ws(' ', j.kind, j.window_id, j.party_id, j.originator_id, a.kind, a.party_id, a.deposit_identifier, a.window_id,
            e.line, e.amount, e.side, e.transaction_kind, e.component_kind, e.item_count) AS line
       FROM journals j JOIN entries e ON e.journal_id = j.id JOIN accounts a ON a.id = e.account_id ORDER BY 1",
    "SELECT concat_ws(' ', s.window_id, o.party_id, o.deposit_identifier, o.amount, o.iban, o.priority, o.state) AS line
       FROM payouts o JOIN settlements s ON s.id = o.settlement_id ORDER BY 1",
    "SELECT concat_ws(' ', s.window_id, d.party_id, d.deposit_identifier, d.amount, d.reference) AS line
       FROM remittance_demands d JOIN settlements s ON s.id = d.settlement_id ORDER BY 1",
    "SELECT concat_ws(' ', o.kind, o.recipient, o.language, o.state, s.number) AS line
       FROM outbox o LEFT JOIN statements s ON s.id = o.statement_id ORDER BY 1",
];

async fn books(world: &World) -> Vec<String> {
    let mut books = Vec::new();
    for query in BOOKS {
        books.extend(lines(world, query).await);
    }
    let statements = "SELECT convert_from(canonical, 'UTF8') AS line FROM statements ORDER BY number";
    books.extend(lines(world, statements).await.iter().map(|text| timeless(text)));
    books
}

/// A statement without its moments and the payouts' numbers, and thus without the digest of the one before.
fn timeless(canonical: &str) -> String {
    let mut statement: Value = serde_json::from_str(canonical).unwrap();
    let fields = statement.as_object_mut().unwrap();
    assert!(fields.remove("issued_at").is_some());
    assert!(fields.remove("previous").is_some() || statement["sequence"] == json!(1));
    for due in statement["dues"].as_array_mut().unwrap() {
        for field in ["due_on", "reference"] {
            assert!(due.as_object_mut().unwrap().remove(field).is_some());
        }
    }
    statement.to_string()
}

/// Two people at a server that dies while it works for them.
struct Desk<'w> {
    world: &'w World,
    serving: RefCell<Option<Serving>>,
    address: Address,
    maker: Client,
    checker: Client,
    dice: Dice,
    deaths: u32,
    /// How long each step takes when nothing disturbs it.
    lasted: Vec<Duration>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    Maker,
    Checker,
}

impl<'w> Desk<'w> {
    fn open(world: &'w World, tokens: &[String; 2]) -> Self {
        let serving = Serving::on(world, 4, &["--no-jobs"]);
        let address: Address = Rc::new(RefCell::new(serving.address.clone()));
        Self {
            maker: Client::of(&address, &tokens[0]),
            checker: Client::of(&address, &tokens[1]),
            world,
            serving: RefCell::new(Some(serving)),
            address,
            dice: Dice::new(20_260_324),
            deaths: 0,
            lasted: Vec::new(),
        }
    }

    /// Closes, seals, proposes and approves; with durations of the steps, dying at moments within them.
    async fn settle(&mut self, durations: Option<&[Duration]>) {
        for ordinal in 1..=WINDOWS {
            let window =
                format!("SELECT id::text AS line FROM windows WHERE network_id = 1 AND ordinal = {ordinal}");
            let window = one(self.world, &window).await;
            for verb in ["close", "seal"] {
                let path = format!("/v1/windows/{window}/{verb}");
                self.step(Who::Maker, &path, "", durations).await;
            }
            let proposal = json!({ "network": PISHKHAN, "window": window.parse::<i32>().unwrap() });
            let path = "/v1/settlements";
            self.step(Who::Maker, path, &proposal.to_string(), durations)
                .await;
            let settlement = format!("SELECT id::text AS line FROM settlements WHERE window_id = {window}");
            let settlement = one(self.world, &settlement).await;
            let path = format!("/v1/settlements/{settlement}/approve");
            self.step(Who::Checker, &path, "", durations).await;
        }
    }

    async fn step(&mut self, who: Who, path: &str, body: &str, durations: Option<&[Duration]>) {
        let began = Instant::now();
        let longest = durations.map(|durations| durations[self.lasted.len()]);
        let mut deaths = 0;
        loop {
            assert!(began.elapsed() < PATIENCE, "{path} was never done");
            let client = match who {
                Who::Maker => &mut self.maker,
                Who::Checker => &mut self.checker,
            };
            let moment = match longest {
                Some(longest) if deaths < DEATHS_PER_STEP_MAX => {
                    let micros = u64::try_from(longest.as_micros()).unwrap();
                    Duration::from_micros(self.dice.roll() % (micros + micros / 8 + 1))
                }
                _ => PATIENCE,
            };
            match timeout(moment, client.post(path, body)).await {
                Ok(Ok(said)) if said.status == 200 => break,
                // It was done by the one that died before it could say so.
                Ok(Ok(said)) if said.status == 409 && deaths > 0 => break,
                Ok(Ok(said)) => assert_eq!(said.status, 503, "{path}: {}", said.body),
                Ok(Err(_gone)) => {}
                Err(_moment) => {
                    deaths += 1;
                    self.die();
                }
            }
        }
        self.deaths += deaths;
        self.lasted.push(began.elapsed());
    }

    fn die(&self) {
        self.serving.take().unwrap().kill();
        let next = Serving::on(self.world, 4, &["--no-jobs"]);
        next.address.clone_into(&mut self.address.borrow_mut());
        self.serving.replace(Some(next));
    }
}

/// Three days of a network with all kinds of services and refunds, booked when they happened.
pub(super) async fn recorded() -> Scene {
    let scene = Scene::furnished_in(World::new().await, days_ago(5)).await;
    for day in 0..WINDOWS {
        let at = scene.day(day, 12);
        for counter in 0..COUNTERS {
            let counter = usize::try_from(day).unwrap() * COUNTERS + counter;
            let rows = rows_of(counter, ROWS, scene.day(day, 3));
            let bookable = rows.iter().filter(|row| row["service"] != "unheard-of");
            let rows: Vec<Submitted> = bookable
                .map(|row| Submitted::from_json(row.to_string().as_bytes()).unwrap())
                .collect();
            record(&scene, &rows, at).await;
        }
    }
    scene
}

#[tokio::test]
async fn a_server_killed_while_it_closes_seals_proposes_or_approves_comes_to_the_same_books_and_statements() {
    let scene = recorded().await;
    let tokens = [
        token(&scene, "maker", OriginatorKind::Person, Scope::Finance).await,
        token(&scene, "checker", OriginatorKind::Person, Scope::Finance).await,
    ];
    let [disturbed, undisturbed] = scene.twins().await;
    let mut calm = Desk::open(&undisturbed.world, &tokens);
    calm.settle(None).await;
    let mut mortal = Desk::open(&disturbed.world, &tokens);
    mortal.settle(Some(&calm.lasted)).await;
    assert!(mortal.deaths >= 6, "{} deaths", mortal.deaths);
    let statements = "SELECT (count(*) > 20)::text AS line FROM statements";
    assert_eq!(one(&disturbed.world, statements).await, "true");
    assert_same(&books(&disturbed.world).await, &books(&undisturbed.world).await);
    disturbed.world.assert_sound().await;
}
