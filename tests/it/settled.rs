//! The first day of `pishkhan`, settled, for tests of what is read, mailed and paid after a settlement. Never here: what
//! settling does.

use chrono::{DateTime, Duration, Utc};
use daftar::domain::statement::Statement;
use diesel::sql_types::{BigInt, Bytea};
use diesel_async::RunQueryDsl;
use serde_json::json;

use crate::counter::Case;
use crate::scene::{PISHKHAN, Scene};

/// What each of the offices `1001` and `1002` earned and is paid; `1003` is in none of it.
pub const EARNED: i64 = 2_400_000;

pub struct Settled {
    pub window: i32,
    pub settlement: i32,
    /// Of `office-1001` and `office-1002`, in this order.
    pub statements: [Statement; 2],
    pub payouts: [i64; 2],
    /// When the books show what was earned.
    pub sealed_at: DateTime<Utc>,
    pub approved_at: DateTime<Utc>,
}

#[derive(diesel::QueryableByName)]
struct Issued {
    #[diesel(sql_type = Bytea)]
    canonical: Vec<u8>,
    #[diesel(sql_type = BigInt)]
    payout: i64,
}

/// Two offices are paid; the central collector, who holds the money, owes all of it.
pub async fn settled(scene: &Scene) -> Settled {
    give_a_service_at_each(scene, ["1001", "1002"]).await;
    let (sealed_at, approved_at) = (scene.day(1, 1), scene.day(1, 9));
    let closed = scene.close(PISHKHAN, scene.day(1, 0)).await.unwrap();
    scene.seal(PISHKHAN, sealed_at).await.unwrap().unwrap();
    let proposed = scene.propose(PISHKHAN, scene.day(1, 8)).await.unwrap();
    scene.approve(proposed.id, approved_at).await.unwrap();
    let issued = issued(scene).await;
    Settled {
        window: closed.id,
        settlement: proposed.id,
        statements: issued
            .each_ref()
            .map(|one| Statement::read(one.canonical.clone()).unwrap()),
        payouts: issued.each_ref().map(|one| one.payout),
        sealed_at,
        approved_at,
    }
}

/// One whose price is the office's alone.
async fn give_a_service_at_each(scene: &Scene, offices: [&str; 2]) {
    let whole =
        json!({ "price": EARNED, "split": [{ "name": "wage", "party": "office", "take": "remainder" }] });
    let valid_from = scene.began - Duration::days(1);
    scene.publish(PISHKHAN, "clearance", whole, valid_from).await;
    let cases = offices.map(|office| Case::central(office, "clearance", "s-1", scene.day(0, 2)));
    scene.book(scene.day(0, 3), &cases).await;
}

async fn issued(scene: &Scene) -> [Issued; 2] {
    let find = "SELECT s.canonical, y.id AS payout FROM statements s \
        JOIN payouts y ON y.settlement_id = s.settlement_id AND y.party_id = s.party_id \
        JOIN parties p ON p.id = s.party_id ORDER BY p.code";
    let found: Vec<Issued> = diesel::sql_query(find)
        .load(&mut *scene.world.conn().await)
        .await
        .unwrap();
    found.try_into().ok().unwrap()
}
