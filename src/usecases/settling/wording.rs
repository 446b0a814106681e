//! The names that statements give to holds and to what they tell together, in both languages. Never here: kinds and roles
//! (see `domain::wording`), names that are data, the words of the paper (see `documents`).

use std::collections::HashMap;

use crate::domain::hold::HoldCause;
use crate::domain::statement::{ALL_SERVICES, Coded, Names};

/// What stands for all services where there are too many lines for a statement.
pub fn all_services() -> Coded {
    Coded::new(ALL_SERVICES, "همهٔ خدمات", "All services")
}

/// `offices`: the code of the office of each licence that may be named.
pub fn hold_cause(cause: &HoldCause, offices: &HashMap<i32, String>) -> Names {
    match cause {
        HoldCause::Licence { licence } => {
            let office = offices.get(licence).map_or("", String::as_str);
            Names::new(
                &format!("تعلیق یا لغو پروانهٔ دفتر {office}"),
                &format!("Licence of office {office} suspended or ended"),
            )
        }
        HoldCause::Retention { rule } => Names::new(
            &format!("سپردهٔ حسن انجام کار، قاعدهٔ {rule}"),
            &format!("Retention, rule {rule}"),
        ),
        HoldCause::Dispute { dispute } => {
            Names::new(&format!("اعتراض {dispute}"), &format!("Dispute {dispute}"))
        }
        HoldCause::Order { order } => Names::new(&format!("دستور مسدودی {order}"), &format!("Order {order}")),
    }
}
