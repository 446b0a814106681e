//! The order in which items arrive decides the window of each, and nothing of what they come to in the end (money rule 11).

use chrono::Duration;
use daftar::domain::dice::Dice;
use diesel::sql_types::{BigInt, Text};
use diesel_async::RunQueryDsl;

use crate::counter::Case;
use crate::scene::{PISHKHAN, POLICE, Scene, fixed};

/// Beside the order in which they happened. Each is a database of its own and some dozens of use cases.
const ORDERS: u64 = 6;
/// Of `pishkhan`; they reach into the second week of `police10`.
const DAYS: i64 = 9;
const WEEKS: i64 = 2;
/// From here on a copy has another price.
const DEARER_SINCE: i64 = 1;

/// An item, the day on which it happened, and where its original stands in the list.
struct Item {
    case: Case<'static>,
    day: i64,
    original: Option<usize>,
}

/// When an item is booked: on this day, as the so many-th of it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Arrival {
    day: i64,
    place: u64,
}

/// One figure of all the windows together: whose, at which destination, of which service, side, kind and component.
#[derive(Clone, Debug, PartialEq, Eq, diesel::QueryableByName)]
struct Lifetime {
    #[diesel(sql_type = Text)]
    key: String,
    #[diesel(sql_type = BigInt)]
    count: i64,
    #[diesel(sql_type = BigInt)]
    sum: i64,
}

/// What the windows were sealed with.
const SEALED: &str = "SELECT concat_ws(' ', n.code, p.code, t.deposit_identifier, s.code, l.side, l.kind, l.component) AS key,
           sum(l.count)::bigint AS count, sum(l.sum)::bigint AS sum
      FROM window_totals t JOIN windows w ON w.id = t.window_id JOIN networks n ON n.id = w.network_id JOIN parties p ON p.id = t.party_id
     CROSS JOIN LATERAL unnest(t.service_ids, t.sides, t.transaction_kinds, t.component_kinds, t.counts, t.sums)
           l (service_id, side, kind, component, count, sum)
      JOIN services s ON s.id = l.service_id
     GROUP BY 1 ORDER BY 1";
/// What the settlements stated, and what was paid and is left of it.
const SETTLED: &str = "SELECT concat_ws(' ', n.code, p.code, o.deposit_identifier, f.figure) AS key, 0::bigint AS count,
           sum(f.amount)::bigint AS sum
      FROM positions o JOIN settlements s ON s.id = o.settlement_id JOIN networks n ON n.id = s.network_id JOIN parties p ON p.id = o.party_id
     CROSS JOIN LATERAL (VALUES ('earned', o.earned), ('collected', o.collected), ('paid or left', o.paid + o.closing - o.opening))
           f (figure, amount)
     WHERE s.state = 'approved' GROUP BY 1 HAVING sum(f.amount) <> 0 ORDER BY 1";
const SPREAD: &str = "SELECT concat_ws(' ', w.network_id, w.ordinal) AS key, sum(b.row_count)::bigint AS count, 0::bigint AS sum
      FROM batches b JOIN windows w ON w.id = b.window_id GROUP BY w.network_id, w.ordinal ORDER BY w.network_id, w.ordinal";
const LATE: &str = "SELECT count(*) AS count FROM transactions t JOIN windows w ON w.id = t.window_id WHERE t.occurred_at < w.starts_at";

/// Services of two networks whose money an office or the collector holds, copies at two prices, and what was taken back of
/// them: parts, wholes, and the rest after a part.
fn items(scene: &Scene) -> Vec<Item> {
    let original = |day: i64, case: Case<'static>| Item {
        case: Case {
            occurred_at: scene.day(day, 2),
            ..case
        },
        day,
        original: None,
    };
    let began = scene.began;
    let mut items = vec![
        original(0, Case::cash("1001", "copy", "copy-0", began)),
        original(0, Case::central("1001", "passport", "passport-0", began)),
        original(0, Case::cash("1002", "passport", "passport-1", began)),
        original(DEARER_SINCE, Case::cash("1001", "copy", "copy-1", began)),
        original(2, Case::central("1003", "copy", "copy-2", began)),
        original(
            0,
            Case {
                principal: Some(250_000),
                ..Case::cash("1002", "bill", "bill-0", began)
            },
        ),
        original(
            3,
            Case {
                amount: Some(777_777),
                ..Case::central("1001", "duty", "duty-0", began)
            },
        ),
        original(
            4,
            Case {
                amount: Some(333_333),
                ..Case::cash("1003", "duty", "duty-1", began)
            },
        ),
        original(
            0,
            Case {
                network: POLICE,
                ..Case::cash("1002", "passport", "police-0", began)
            },
        ),
        original(
            1,
            Case {
                network: POLICE,
                ..Case::central("1002", "clearance", "police-1", began)
            },
        ),
    ];
    for (original, reference, days_later, amount) in [
        ("copy-0", "copy-0-part", 0, Some(33_333)),
        ("passport-0", "passport-0-part", 1, Some(500_000)),
        ("passport-1", "passport-1-whole", 0, None),
        ("bill-0", "bill-0-part", 2, Some(1_001)),
        ("duty-0", "duty-0-part", 0, Some(7_000)),
        ("police-0", "police-0-part", 3, Some(476_111)),
        ("police-1", "police-1-whole", 0, None),
    ] {
        items.push(back(scene, &items, original, reference, days_later, amount));
    }
    // All that a part of it has left, which comes after the part.
    items.push(back(scene, &items, "copy-0", "copy-0-rest", 3, None));
    let part = items.iter().position(|item| item.case.reference == "copy-0-part");
    let last = items.len() - 1;
    items[last].original = part;
    items
}

fn back(
    scene: &Scene,
    items: &[Item],
    original: &'static str,
    reference: &'static str,
    days_later: i64,
    amount: Option<i64>,
) -> Item {
    let at = items
        .iter()
        .position(|item| item.case.reference == original)
        .unwrap();
    let day = items[at].day + days_later;
    let case = Case {
        reference,
        occurred_at: scene.day(day, 2) + Duration::minutes(1),
        takes_back: Some(original),
        amount,
        principal: None,
        ..items[at].case
    };
    Item {
        case,
        day,
        original: Some(at),
    }
}

/// Each on the day on which it happened.
fn punctual(items: &[Item]) -> Vec<Arrival> {
    let each = (0..).zip(items);
    each.map(|(place, item)| Arrival { day: item.day, place })
        .collect()
}

/// Each on a day since it happened, in any order, but not before its original.
fn shuffled(items: &[Item], dice: &mut Dice) -> Vec<Arrival> {
    let mut arrivals: Vec<Arrival> = Vec::new();
    for item in items {
        let days = usize::try_from(DAYS - item.day).unwrap();
        let late = i64::try_from(dice.below(days)).unwrap();
        let drawn = Arrival {
            day: item.day + late,
            place: dice.roll(),
        };
        arrivals.push(
            item.original
                .map_or(drawn, |original| drawn.max(arrivals[original])),
        );
    }
    arrivals
}

impl Scene {
    async fn figures(&self, query: &str) -> Vec<Lifetime> {
        let mut conn = self.world.conn().await;
        diesel::sql_query(query).load(&mut *conn).await.unwrap()
    }

    /// Books each item on the day of its arrival and settles every day, then the weeks.
    async fn live_through(&self, items: &[Item], arrivals: &[Arrival]) {
        let mut order: Vec<usize> = (0..items.len()).collect();
        // Stable: a refund that arrives with its original stands after it.
        order.sort_by_key(|at| arrivals[*at]);
        for day in 0..DAYS {
            let today = order.iter().filter(|at| arrivals[**at].day == day);
            for (minute, at) in (0..).zip(today) {
                let booked_at = self.day(day, 3) + Duration::minutes(minute);
                self.book(booked_at, &[items[*at].case]).await;
            }
            self.settle(PISHKHAN, self.day(day + 1, 0)).await;
        }
        for week in 1..=WEEKS {
            self.settle(POLICE, self.day(7 * week, 0)).await;
        }
    }
}

#[tokio::test]
async fn the_same_items_in_any_order_of_arrival_come_to_the_same_lifetime_totals() {
    let mut dice = Dice::new(1405);
    let (mut spreads, mut punctually): (Vec<Vec<Lifetime>>, _) = (Vec::new(), None);
    for order in 0..=ORDERS {
        let scene = Scene::furnished().await;
        let dearer = scene.day(DEARER_SINCE, 0);
        scene.publish(PISHKHAN, "copy", fixed(123_457), dearer).await;
        let items = items(&scene);
        let arrivals = match order {
            0 => punctual(&items),
            _ => shuffled(&items, &mut dice),
        };
        scene.live_through(&items, &arrivals).await;
        let totals = [scene.figures(SEALED).await, scene.figures(SETTLED).await];
        assert_eq!(
            *punctually.get_or_insert_with(|| totals.clone()),
            totals,
            "order {order}"
        );
        assert_eq!(
            scene.count(LATE).await == 0,
            order == 0,
            "order {order} has late items"
        );
        let spread = scene.figures(SPREAD).await;
        assert!(
            !spreads.contains(&spread),
            "order {order} is spread as another: {spread:?}"
        );
        spreads.push(spread);
        scene.world.assert_sound().await;
    }
}
