//! What must hold of the books whatever was done: called at the end of each test of recording, settling and paying, unless
//! it broke the books on purpose. Never here: what a single test did.

use daftar::domain::statement::{Statement, StatementDigest};
use daftar::usecases::Connection;
use diesel::sql_types::{Binary, Integer, Nullable, Text};
use diesel_async::RunQueryDsl;

use crate::world::World;

/// Rows that break a rule, as text; a rule that holds gives none.
const RULES: [(&str, &str); 9] = [
    (
        "every journal balances per unit",
        "SELECT e.journal_id::text AS row FROM entries e JOIN accounts a ON a.id = e.account_id
          GROUP BY e.journal_id, a.unit_id HAVING sum(e.amount) <> 0",
    ),
    (
        "every journal has entries",
        "SELECT j.id::text AS row FROM journals j WHERE NOT EXISTS (SELECT FROM entries e WHERE e.journal_id = j.id)",
    ),
    (
        "clearing ends at zero",
        "SELECT a.window_id::text AS row FROM accounts a JOIN entries e ON e.account_id = a.id
          WHERE a.kind = 'clearing' GROUP BY a.window_id, a.unit_id HAVING sum(e.amount) <> 0",
    ),
    (
        "a position opens with the closing before",
        "SELECT s.id || ' ' || p.party_id || ' ' || p.deposit_identifier AS row
           FROM settlements s JOIN windows w ON w.id = s.window_id JOIN positions p ON p.settlement_id = s.id
           LEFT JOIN windows b ON b.network_id = w.network_id AND b.ordinal = w.ordinal - 1
           LEFT JOIN settlements t ON t.window_id = b.id AND t.state = 'approved'
           LEFT JOIN positions q ON q.settlement_id = t.id AND q.party_id = p.party_id
                AND q.deposit_identifier = p.deposit_identifier AND q.unit_id = p.unit_id
          WHERE p.opening <> coalesce(q.closing, 0)",
    ),
    (
        "no closing vanishes",
        "SELECT s.id || ' ' || q.party_id AS row
           FROM settlements s JOIN windows w ON w.id = s.window_id AND s.state = 'approved'
           JOIN windows b ON b.network_id = w.network_id AND b.ordinal = w.ordinal - 1
           JOIN settlements t ON t.window_id = b.id AND t.state = 'approved'
           JOIN positions q ON q.settlement_id = t.id AND q.closing <> 0
           LEFT JOIN positions p ON p.settlement_id = s.id AND p.party_id = q.party_id
                AND p.deposit_identifier = q.deposit_identifier AND p.unit_id = q.unit_id
          WHERE p.party_id IS NULL",
    ),
    (
        "due and held are what the last position closes with",
        "WITH last AS (
             SELECT DISTINCT ON (s.network_id) s.network_id, s.id, w.ordinal FROM settlements s JOIN windows w ON w.id = s.window_id
              WHERE s.state = 'approved' ORDER BY s.network_id, w.ordinal DESC
         ), booked AS (
             SELECT l.id AS settlement_id, a.party_id, a.deposit_identifier, a.unit_id, sum(e.amount) AS amount,
                    coalesce(sum(e.amount) FILTER (WHERE a.kind = 'held'), 0) AS held
               FROM last l JOIN journals j ON j.network_id = l.network_id JOIN windows w ON w.id = j.window_id AND w.ordinal <= l.ordinal
               JOIN entries e ON e.journal_id = j.id JOIN accounts a ON a.id = e.account_id AND a.kind IN ('due', 'held')
              GROUP BY 1, 2, 3, 4
         )
         SELECT b.settlement_id || ' ' || b.party_id || ': ' || b.amount || ' is not ' || coalesce(p.closing, 0) AS row
           FROM booked b LEFT JOIN positions p USING (settlement_id, party_id, deposit_identifier, unit_id)
          WHERE b.amount <> coalesce(p.closing, 0) OR b.held <> coalesce(p.held, 0)",
    ),
    (
        "holds are never below zero",
        "SELECT m.party_id || ' ' || m.cause AS row FROM hold_movements m JOIN settlements s ON s.id = m.settlement_id
          GROUP BY s.network_id, m.party_id, m.deposit_identifier, m.unit_id, m.cause HAVING sum(m.amount) < 0",
    ),
    (
        "every payment of a position is a payout",
        "SELECT p.settlement_id || ' ' || p.party_id AS row FROM positions p
           LEFT JOIN payouts o USING (settlement_id, party_id, deposit_identifier, unit_id)
          GROUP BY p.settlement_id, p.party_id, p.deposit_identifier, p.unit_id, p.paid
         HAVING p.paid <> coalesce(sum(o.amount), 0)",
    ),
    (
        "the windows of a network leave no gap",
        "SELECT w.id::text AS row FROM windows w JOIN windows b ON b.network_id = w.network_id AND b.ordinal = w.ordinal - 1
          WHERE b.ends_at <> w.starts_at
         UNION ALL
         SELECT w.id::text FROM windows w WHERE w.ordinal > 1
            AND NOT EXISTS (SELECT FROM windows b WHERE b.network_id = w.network_id AND b.ordinal = w.ordinal - 1)",
    ),
];

#[derive(diesel::QueryableByName)]
struct Broken {
    #[diesel(sql_type = Text)]
    row: String,
}

#[derive(diesel::QueryableByName)]
struct Issued {
    #[diesel(sql_type = Text)]
    chain: String,
    #[diesel(sql_type = Integer)]
    ordinal: i32,
    #[diesel(sql_type = Integer)]
    first: i32,
    #[diesel(sql_type = Integer)]
    last: i32,
    #[diesel(sql_type = Binary)]
    canonical: Vec<u8>,
    #[diesel(sql_type = Binary)]
    digest: Vec<u8>,
    #[diesel(sql_type = Nullable<Binary>)]
    previous_digest: Option<Vec<u8>>,
}

impl World {
    /// Every rule of the books holds and all statements chain.
    pub async fn assert_sound(&self) {
        let mut conn = self.conn().await;
        for (rule, query) in RULES {
            let broken: Vec<Broken> = diesel::sql_query(query).load(&mut *conn).await.unwrap();
            let rows: Vec<String> = broken.into_iter().map(|broken| broken.row).collect();
            assert!(rows.is_empty(), "{rule}: {rows:?}");
        }
        assert_statements_chain(&mut conn).await;
    }
}

async fn assert_statements_chain(conn: &mut Connection) {
    let issued = "SELECT s.network_id || '/' || s.party_id || '/' || s.unit_id AS chain, s.ordinal, f.ordinal AS first, \
                         l.ordinal AS last, s.canonical, s.digest, s.previous_digest \
                    FROM statements s JOIN windows f ON f.id = s.first_window_id JOIN windows l ON l.id = s.last_window_id \
                   ORDER BY 1, 2";
    let issued: Vec<Issued> = diesel::sql_query(issued).load(conn).await.unwrap();
    let mut before: Option<&Issued> = None;
    for one in &issued {
        let read = Statement::read(one.canonical.clone()).unwrap();
        assert_eq!(read.digest(), StatementDigest::of(&one.canonical));
        assert_eq!(read.digest().as_bytes(), one.digest.as_slice());
        before = before.filter(|before| before.chain == one.chain);
        assert_eq!(one.ordinal, before.map_or(1, |before| before.ordinal + 1));
        assert_eq!(one.previous_digest, before.map(|before| before.digest.clone()));
        if let Some(before) = before {
            assert_eq!(one.first, before.last + 1, "{}", one.chain);
            let previous = Statement::read(before.canonical.clone()).unwrap();
            assert_eq!(read.content().previous, Some(previous.as_previous()));
            assert_eq!(read.content().interval.from, previous.content().interval.until);
        }
        before = Some(one);
    }
}
