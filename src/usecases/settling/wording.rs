//! The names that statements give to kinds of parties, components and holds, in both languages. Never here: names that are
//! data (parties, services), the words of the paper (see `documents`).

use std::collections::HashMap;

use crate::domain::hold::HoldCause;
use crate::domain::statement::{Coded, Names};

/// Items that happened before their window began are told together, whenever that was.
pub const EARLIER: &str = "earlier";

/// What stands for all services where there are too many lines for a statement.
pub fn all_services() -> Coded {
    Coded::new("all", "همهٔ خدمات", "All services")
}

pub fn party_kind(code: &str) -> Coded {
    let (fa, en) = match code {
        "office" => ("دفتر", "Office"),
        "agency" => ("دستگاه", "Agency"),
        "authority" => ("مرجع صدور پروانه", "Authority"),
        "operator" => ("کارور", "Operator"),
        "treasury" => ("خزانه", "Treasury"),
        "municipality" => ("شهرداری", "Municipality"),
        "tax" => ("امور مالیاتی", "Tax office"),
        "insurer" => ("بیمه‌گر", "Insurer"),
        "central" => ("حساب تمرکز وجوه", "Central collector"),
        "union" => ("اتحادیه", "Union"),
        _ => ("ذی‌نفع", "Party"),
    };
    Coded::new(code, fa, en)
}

pub fn component_kind(code: &str) -> Coded {
    let (fa, en) = match code {
        "fee" => ("تعرفه", "Fee"),
        "wage" => ("کارمزد دفتر", "Wage"),
        "commission" => ("حق‌العمل", "Commission"),
        "incentive" => ("پاداش", "Incentive"),
        "levy" => ("عوارض", "Levy"),
        "duty" => ("حقوق دولتی", "Duty"),
        "stamp" => ("تمبر", "Stamp"),
        "tax" => ("مالیات", "Tax"),
        "withholding" => ("مالیات تکلیفی", "Withheld tax"),
        "insurance" => ("بیمه", "Insurance"),
        "fund" => ("سهم صندوق", "Fund"),
        "fine" => ("جریمه", "Fine"),
        "rounding" => ("گرد کردن", "Rounding"),
        "principal" => ("اصل مبلغ", "Principal"),
        _ => ("سایر", "Other"),
    };
    Coded::new(code, fa, en)
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
