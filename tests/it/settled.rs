//! A settled window written by hand, for tests of what is read, mailed and paid after a settlement. Never here: settling.

use chrono::{DateTime, Duration, Utc};
use daftar::domain::language::Language;
use daftar::domain::money::{Amount, UnitCode};
use daftar::domain::statement::{
    Coded, Cycle, DestinationPosition, Due, DueKind, EntryKind, FORMAT_VERSION, Interval, Names, Network,
    Party, ServiceCount, ServiceTotal, Side, Statement, StatementContent, Unit, statement_number,
};
use diesel::sql_types::{BigInt, Bytea, Integer, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

use crate::scene::{PISHKHAN, Scene};

/// What each of the offices `1001` and `1002` earned and is paid; `1003` is in none of it.
pub const EARNED: i64 = 2_400_000;

pub struct Settled {
    pub window: i32,
    pub settlement: i32,
    /// Of `office-1001` and `office-1002`, in this order.
    pub statements: [Statement; 2],
    pub statement_ids: [i64; 2],
    pub payouts: [i64; 2],
    pub approved_at: DateTime<Utc>,
}

#[derive(diesel::QueryableByName)]
struct Id {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// The first day of `pishkhan`, sealed and approved: two offices are paid, the books show it as owed.
pub async fn settled(scene: &Scene) -> Settled {
    let mut conn = scene.world.conn().await;
    let ends_at = scene.began + Duration::days(1);
    let approved_at = ends_at + Duration::hours(9);
    let window = window(&mut conn, scene, ends_at).await;
    let settlement = settlement(&mut conn, scene, window, approved_at).await;
    let mut payouts = [0; 2];
    let mut statement_ids = [0; 2];
    let statements = ["1001", "1002"].map(|office| statement(scene, office, approved_at));
    for (place, office) in ["1001", "1002"].into_iter().enumerate() {
        let party = format!("office-{office}");
        payouts[place] = position(&mut conn, settlement, &party, approved_at).await;
        statement_ids[place] = issue(
            &mut conn,
            settlement,
            window,
            &party,
            &statements[place],
            approved_at,
        )
        .await;
    }
    Settled {
        window,
        settlement,
        statements,
        statement_ids,
        payouts,
        approved_at,
    }
}

async fn window(conn: &mut AsyncPgConnection, scene: &Scene, ends_at: DateTime<Utc>) -> i32 {
    let insert = "INSERT INTO windows (network_id, ordinal, period_key, starts_at, ends_at) \
        SELECT id, 1, '2026-03-21', $1, $2 FROM networks WHERE code = 'pishkhan' RETURNING id::bigint AS id";
    let id: Id = diesel::sql_query(insert)
        .bind::<Timestamptz, _>(scene.began)
        .bind::<Timestamptz, _>(ends_at)
        .get_result(conn)
        .await
        .unwrap();
    let window = i32::try_from(id.id).unwrap();
    for step in [
        "INSERT INTO window_closings (window_id, closed_at, originator_id) VALUES ($1, $2, $3)",
        "INSERT INTO window_seals (window_id, sealed_at, originator_id, transaction_count, batch_count, amount_sum, \
            principal_sum, earned_sum, collected_sum, root) \
            VALUES ($1, $2, $3, 48, 2, 4800000, 0, 4800000, 4800000, sha256('root'))",
    ] {
        diesel::sql_query(step)
            .bind::<Integer, _>(window)
            .bind::<Timestamptz, _>(ends_at)
            .bind::<Integer, _>(scene.maker.id)
            .execute(conn)
            .await
            .unwrap();
    }
    window
}

async fn settlement(
    conn: &mut AsyncPgConnection,
    scene: &Scene,
    window: i32,
    approved_at: DateTime<Utc>,
) -> i32 {
    let insert = "INSERT INTO settlements (network_id, window_id, digest, proposed_by, proposed_at) \
        SELECT network_id, id, sha256('positions'), $2, $3 FROM windows WHERE id = $1 RETURNING id::bigint AS id";
    let id: Id = diesel::sql_query(insert)
        .bind::<Integer, _>(window)
        .bind::<Integer, _>(scene.maker.id)
        .bind::<Timestamptz, _>(approved_at - Duration::hours(1))
        .get_result(conn)
        .await
        .unwrap();
    let settlement = i32::try_from(id.id).unwrap();
    diesel::sql_query(
        "UPDATE settlements SET state = 'approved', decided_by = $2, decided_at = $3 WHERE id = $1",
    )
    .bind::<Integer, _>(settlement)
    .bind::<Integer, _>(scene.checker.id)
    .bind::<Timestamptz, _>(approved_at)
    .execute(conn)
    .await
    .unwrap();
    settlement
}

async fn position(
    conn: &mut AsyncPgConnection,
    settlement: i32,
    party: &str,
    approved_at: DateTime<Utc>,
) -> i64 {
    let insert = "INSERT INTO positions SELECT $1, p.id, '', u.id, 0, $3, 0, 0, 0, 0, $3, 0, 0, $3, $3, 0, 0 \
        FROM parties p, currency_units u WHERE p.code = $2 AND u.code = 'IRR'";
    diesel::sql_query(insert)
        .bind::<Integer, _>(settlement)
        .bind::<Text, _>(party)
        .bind::<BigInt, _>(EARNED)
        .execute(conn)
        .await
        .unwrap();
    let order = "INSERT INTO payouts (settlement_id, network_id, party_id, deposit_identifier, unit_id, amount, iban, \
            priority, made_at) \
        SELECT s.id, s.network_id, p.id, '', n.unit_id, $3, b.iban, 6, $4 \
          FROM settlements s JOIN networks n ON n.id = s.network_id, parties p JOIN bank_accounts b ON b.party_id = p.id \
         WHERE s.id = $1 AND p.code = $2 RETURNING id";
    let id: Id = diesel::sql_query(order)
        .bind::<Integer, _>(settlement)
        .bind::<Text, _>(party)
        .bind::<BigInt, _>(EARNED)
        .bind::<Timestamptz, _>(approved_at)
        .get_result(conn)
        .await
        .unwrap();
    id.id
}

async fn issue(
    conn: &mut AsyncPgConnection,
    settlement: i32,
    window: i32,
    party: &str,
    statement: &Statement,
    issued_at: DateTime<Utc>,
) -> i64 {
    let insert = "INSERT INTO statements (number, network_id, party_id, unit_id, ordinal, settlement_id, first_window_id, \
            last_window_id, language, canonical, digest, verification_code, issued_at) \
        SELECT $3, n.id, p.id, n.unit_id, 1, $1, $2, $2, p.language, $5, $6, $7, $8 \
          FROM networks n, parties p WHERE n.code = 'pishkhan' AND p.code = $4 RETURNING id";
    let id: Id = diesel::sql_query(insert)
        .bind::<Integer, _>(settlement)
        .bind::<Integer, _>(window)
        .bind::<Text, _>(&statement.content().number)
        .bind::<Text, _>(party)
        .bind::<Bytea, _>(statement.bytes())
        .bind::<Bytea, _>(statement.digest().as_bytes().as_slice())
        .bind::<Text, _>(statement.verification_code())
        .bind::<Timestamptz, _>(issued_at)
        .get_result(conn)
        .await
        .unwrap();
    id.id
}

/// Puts a mail of a statement into the outbox.
pub async fn queue_statement(conn: &mut AsyncPgConnection, statement_id: i64, recipient: &str) {
    let queue = "INSERT INTO outbox (statement_id, kind, recipient, language, message_id, cause_key, queued_at, next_attempt_at) \
        SELECT id, 'statement', $2, language, 'statement-' || id || '.' || installation(), 'statement:' || id, issued_at, issued_at \
          FROM statements WHERE id = $1";
    diesel::sql_query(queue)
        .bind::<BigInt, _>(statement_id)
        .bind::<Text, _>(recipient)
        .execute(conn)
        .await
        .unwrap();
}

/// What the window and the settlement would have posted, so that the books agree with the positions.
pub async fn post_books(scene: &Scene, settled: &Settled) {
    let at = settled.approved_at.to_rfc3339();
    let (window, maker) = (settled.window, scene.maker.id);
    let post = format!(
        "INSERT INTO accounts (network_id, unit_id, kind, party_id) \
            SELECT n.id, n.unit_id, 'due', p.id FROM networks n, parties p \
             WHERE n.code = 'pishkhan' AND p.code IN ('office-1001', 'office-1002', 'central'); \
         INSERT INTO journals (network_id, kind, window_id, party_id, cause_id, posted_at, originator_id) \
            SELECT n.id, 'window', {window}, p.id, {window}, '{at}', {maker} FROM networks n, parties p \
             WHERE n.code = 'pishkhan' AND p.code = 'central'; \
         INSERT INTO entries (journal_id, line, account_id, amount, side, item_count) \
            SELECT j.id, row_number() OVER (ORDER BY p.code), a.id, \
                   CASE p.code WHEN 'central' THEN -2 * {EARNED} ELSE {EARNED} END, \
                   CASE p.code WHEN 'central' THEN 'collected' ELSE 'earned' END, 48 \
              FROM journals j, accounts a JOIN parties p ON p.id = a.party_id;"
    );
    scene.world.conn().await.batch_execute(&post).await.unwrap();
}

fn copies(amount: Amount) -> ServiceTotal {
    ServiceTotal {
        destination: None,
        side: Side::Earned,
        service: Coded::new("copy", "کپی", "Copy"),
        component: Coded::new("wage", "کارمزد", "Wage"),
        kind: EntryKind::Original,
        count: 24,
        amount,
    }
}

fn statement(scene: &Scene, office: &str, issued_at: DateTime<Utc>) -> Statement {
    let amount = Amount::from_minor(EARNED);
    let party = format!("office-{office}");
    let unit = UnitCode::parse("IRR").unwrap();
    let copies = copies(amount);
    Statement::new(StatementContent {
        format: FORMAT_VERSION,
        number: statement_number(PISHKHAN, &party, &unit, 1),
        sequence: 1,
        network: Network {
            code: PISHKHAN.to_owned(),
            names: Names::new("شبکهٔ پیشخوان", "Pishkhan network"),
            contact: None,
        },
        party: Party {
            code: party.clone(),
            kind: Coded::new("office", "دفتر", "Office"),
            names: Names::new(&format!("دفتر {office}"), &format!("Office {office}")),
        },
        unit: Unit {
            code: unit,
            names: Names::new("ریال", "rial"),
            scale: 0,
            spoken: None,
        },
        interval: Interval {
            from: scene.began,
            until: scene.began + Duration::days(1),
            time_zone: "Asia/Tehran".to_owned(),
            period: "2026-03-21".to_owned(),
        },
        issued_at,
        language: if office == "1002" {
            Language::En
        } else {
            Language::Fa
        },
        previous: None,
        positions: vec![DestinationPosition {
            earned: amount,
            before: amount,
            payable: amount,
            paid: amount,
            ..DestinationPosition::default()
        }],
        counts: Some(vec![ServiceCount::of(&copies)]),
        services: vec![copies],
        earlier: Vec::new(),
        movements: Vec::new(),
        held: Vec::new(),
        dues: vec![Due {
            destination: None,
            kind: DueKind::Payout,
            amount,
            due_on: issued_at.date_naive(),
            reference: "P-1".to_owned(),
        }],
        cycles: vec![Cycle {
            period: "2026-03-21".to_owned(),
            earned: amount,
            paid: amount,
        }],
        verification_url_base: "https://daftar.example/verify".to_owned(),
    })
    .unwrap()
}
