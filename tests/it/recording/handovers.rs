//! What is taken back at an office that changed hands since. Never here: handovers themselves.

use chrono::{DateTime, Duration, Utc};
use daftar::domain::transaction::{Outcome, Reason};
use serde_json::{Value, json};

use super::Counter;
use super::counter::reason_of;

#[tokio::test]
async fn what_the_new_licensee_gives_back_of_the_former_ones_waits_and_what_another_holder_gives_back_is_booked()
 {
    let counter = Counter::open().await;
    let noon = counter.now;
    let (handed_over, handed_back) = (noon - Duration::hours(2), noon - Duration::hours(1));
    counter.scene.hand_over("office-1003", handed_over).await;
    counter.scene.hand_over("office-1001", handed_back).await;
    let original = json!({ "service": "passport", "occurred_at": noon - Duration::hours(3) });
    counter.booked(counter.row("r-1", original)).await;
    let refund = |reference: &str, holder: &str, occurred_at: DateTime<Utc>| -> Value {
        counter.row(
            reference,
            json!({
                "service": null, "kind": "refund", "original": "r-1", "amount": 1_000,
                "holder": holder, "occurred_at": occurred_at,
            }),
        )
    };
    let moment = Duration::microseconds(1);
    counter
        .booked(refund("before", "office", handed_over - moment))
        .await;
    for (reference, at) in [("on", handed_over), ("until", handed_back - moment)] {
        let outcome = counter.one(refund(reference, "office", at)).await;
        assert_eq!(reason_of(&outcome), Reason::GivenBackByAnother);
        let Outcome::Quarantined { explanation, .. } = outcome else {
            panic!("{outcome:?}");
        };
        assert!(
            explanation.starts_with("office-1001 held the office")
                && explanation.contains("what office-1003 paid"),
            "{explanation}"
        );
    }
    counter.booked(refund("central", "central", handed_over)).await;
    counter
        .booked(refund("agency", "agency", handed_back - moment))
        .await;
    counter
        .booked(refund("of the same party", "office", handed_back))
        .await;
    counter
        .booked(counter.row("r-2", json!({ "occurred_at": handed_over })))
        .await;
    let mut own = refund("of its own", "office", handed_over);
    own["original"] = json!("r-2");
    counter.booked(own).await;
    counter.assert_sound().await;
}
